"""`assistant track`: the way a person is on."""

import click

from assistant.cli.completing import track_ids
from assistant.cli.groups import Group
from assistant.cli.learning_session import learning
from assistant.cli.output import json_option, note, print_json
from assistant.cli.skill_pages import paragraph, print_advice, print_track, track_json
from assistant.skills import deeds
from assistant.skills.catalogue import find_track
from assistant.skills.learner import Learner


@click.group("track", cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def track_command(ctx: click.Context, as_json: bool) -> None:
    """Pick a career track, and see where you stand on it.

    Without a command, it shows the track you picked.

    Your own tracks go into `tracks` in your home, as TOML files that add to ours or override them:
    `assistant track file foundation` prints one to begin from, with its form at the head.
    """
    if ctx.invoked_subcommand is not None:
        return
    with learning() as s:
        if s.learner.track is None:
            _listed(s.learner, as_json)
            return
        if as_json:
            print_json(track_json(s.learner, s.learner.track))
            return
        print_track(s.learner, s.learner.track)
        note("\nassistant skill next  what to learn next, and why")


@track_command.command("list")
@json_option
def list_tracks(as_json: bool) -> None:
    """List the tracks, with how far you are on each."""
    with learning() as s:
        _listed(s.learner, as_json)


@track_command.command("show")
@click.argument("track", shell_complete=track_ids)
@json_option
def show(track: str, as_json: bool) -> None:
    """Show a TRACK: its skills, what each needs, and where you stand."""
    with learning() as s:
        found = find_track(s.learner.curriculum, track)
        if as_json:
            print_json(track_json(s.learner, found))
        else:
            print_track(s.learner, found)


@track_command.command("file")
@click.argument("track", shell_complete=track_ids)
def file(track: str) -> None:
    """Print the file of a TRACK, to begin one of your own from."""
    with learning() as s:
        found = find_track(s.learner.curriculum, track)
    click.echo(found.source.read_text(encoding="utf-8"), nl=False)


@track_command.command("pick")
@click.argument("track", shell_complete=track_ids)
@json_option
def pick(track: str, as_json: bool) -> None:
    """Be on a TRACK from now on; what you did on another stays."""
    with learning() as s:
        found = find_track(s.learner.curriculum, track)
        with s.session.database.write("pick a track") as connection:
            change = deeds.pick_track(connection, found)
        learner = s.again().learner
        advice = learner.next(limit=3)
        if as_json:
            print_json(
                {"id": found.id, "change": change.text, "event": change.event,
                 "next": [one.standing.skill.id for one in advice]}
            )  # fmt: skip
            return
        click.echo(f"You are on the track {click.style(found.title, bold=True)}.")
        paragraph(found.summary)
        click.echo()
        print_advice(advice)
        note("\nassistant track shows all of it.")


@track_command.command("follow")
@click.argument("track", shell_complete=track_ids)
@click.option("--profile", "-p", help="Which profile; without it the first one.")
@click.option("--stop", is_flag=True, help="No longer follow it.")
@json_option
def follow(track: str, profile: str | None, stop: bool, as_json: bool) -> None:
    """Let a profile's digest follow a TRACK: what you have still to learn of it ranks higher."""
    from assistant.library import following

    with learning() as s:
        found = find_track(s.learner.curriculum, track) if not stop else None
        with s.session.database.write("follow a track") as connection:
            following.ensure_main(connection)
            chosen = following.find_profile(connection, profile)
            id = found.id if found else track
            change = following.follow(connection, chosen, "track", id, stop=stop)
    if as_json:
        print_json({"id": change.subject, "change": change.text, "event": change.event})
    else:
        click.echo(f"{change.subject}  {change.text}")
        if change.event is None:
            note("It was so already.")


def _listed(learner: Learner, as_json: bool) -> None:
    tracks = list(learner.curriculum.tracks.values())
    if as_json:
        print_json([track_json(learner, one) for one in tracks])
        return
    for one in tracks:
        counts = learner.counts(one.id)
        total, has = sum(counts.values()), counts["proven"] + counts["due"]
        mark = "▸" if one == learner.track else " "
        head = f"{mark} {one.id:<22} {has:>2} of {total:>2} proven"
        click.echo(click.style(head, bold=one == learner.track))
        paragraph(one.summary, 4, dim=True)
    if learner.track is None:
        note("\nassistant track pick TRACK  begins one; show TRACK  tells what is in it.")
