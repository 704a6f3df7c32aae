"""`assistant digest`."""

import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.output import note, progress
from assistant.cli.session import Session, session
from assistant.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from assistant.digest.learning import Studies
    from assistant.digest.model import Digest
    from assistant.sources.venues import Edition

_ISO_DAY = click.DateTime(["%Y-%m-%d"])
_FORMS = ("terminal", "markdown", "html", "json", "atom")
_WIDEST = 100
_PARTLY = 3
_OF_A_VENUE = 30


@click.command("digest")
@click.option("--date", "day", type=_ISO_DAY, help="The digest of this day (YYYY-MM-DD).")
@click.option("--since", type=_ISO_DAY, help="Look back: the best since this day, shown or not.")
@click.option("--venue", help="Of a conference instead: neurips-2025, or neurips for its newest.")
@click.option("--profile", "-p", help="Which profile; without it the first one.")
@click.option("--limit", "-n", type=click.IntRange(1, 500), help="How many papers.")
@click.option("--format", "form", type=click.Choice(_FORMS), default="terminal", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="Write it to this file.")
@click.option("--sync", "sync_first", is_flag=True, help="Fetch what is new before.")
@click.option("--deliver", is_flag=True, help="Write and mail it as [digest] in config.toml says.")
@click.pass_context
def digest_command(
    ctx: click.Context,
    day: datetime | None,
    since: datetime | None,
    venue: str | None,
    profile: str | None,
    limit: int | None,
    form: str,
    as_json: bool,
    output: Path | None,
    sync_first: bool,
    deliver: bool,
) -> None:
    """Show the day's papers for you, ranked, with reasons.

    What was announced since your last digest, the days you missed included. No paper is shown
    twice unless something happened to it. Asked again for the same day, it shows the same digest,
    with what has come since at its end. --since looks back over a span and changes nothing.

    --venue shows what of a conference is for you, by session where those are known; it changes
    nothing either.
    """
    if venue is not None and (day or since or sync_first or deliver):
        raise UsageError("--venue goes with neither --date, --since, --sync nor --deliver.")
    if since is not None and day is not None and since > day:
        raise UsageError("--since must not lie after --date.")
    form = "json" if as_json else form
    partly = 0
    with session() as s:
        if sync_first:
            partly = _sync(s, quiet=form == "json")
        digest = _made(s, day, since, venue, profile, limit, quiet=form == "json")
        if deliver:
            _deliver(s, digest, profile)
        elif output is not None:
            _write(digest, form, output)
        else:
            _show(digest, form)
    if partly:
        ctx.exit(partly)


def _made(
    s: Session,
    day: datetime | None,
    since: datetime | None,
    venue: str | None,
    profile: str | None,
    limit: int | None,
    *,
    quiet: bool,
) -> "Digest":
    from assistant.digest import shelf
    from assistant.digest.making import Workshop, today

    date = f"{day:%Y-%m-%d}" if day else today()
    edition = _edition(s, venue) if venue is not None else None
    with progress("Digest", quiet=quiet) as bar:

        def embedding(done: int, total: int) -> None:
            bar.update(done, total, "embedding the day's papers" if done < total else "ranking")

        bar.update(0, 0, "ranking")
        workshop = Workshop(
            s.database, s.home, s.settings, announce=note, progress=embedding, studies=_studies(s)
        )
        if edition is not None:
            digest = workshop.edition(profile, edition, limit=limit or _OF_A_VENUE)
            if limit is None:
                shelf.put(s.home, digest)
            return digest
        if since is not None:
            return workshop.span(profile, f"{since:%Y-%m-%d}", date, limit=limit)
        return workshop.digest(profile, date, limit=limit)


def _edition(s: Session, named: str) -> "Edition":
    """Return the edition named; of a venue alone, the newest one the library has papers of."""
    from assistant.library.venues.telling import venues_told
    from assistant.sources.venues import find_edition, find_venue, known_venues

    known = known_venues(s.home.venues_file)
    edition = find_edition(known, named)
    if edition is not None:
        return edition
    venue = find_venue(known, named)
    with s.database.read() as connection:
        (told,) = venues_told(connection, [venue])
    held = [one.edition for one in told.editions if one.papers]
    if not held:
        raise NotFoundError(
            f"The library has nothing of {venue.name}.",
            hint=f"`assistant venue sync {venue.id}` brings its newest edition in.",
        )
    return held[0]


def _studies(s: Session) -> "Studies":
    from assistant.digest.learning import Studies
    from assistant.skills.learner import read_learner
    from assistant.skills.topics import current_topics, track_topics

    learner = read_learner(s.home, s.database)
    return Studies(current_topics(learner), track_topics(learner))


def _sync(s: Session, *, quiet: bool) -> int:
    from assistant.cli.syncing import sync_everything

    synced = sync_everything(s, (), None, quiet=quiet)
    for problem in dict.fromkeys(synced.report.problems):
        note(problem)
    for feed in synced.feeds:
        if feed.failure:
            note(f"{feed.title}: {feed.failure}")
    for project in synced.projects:
        if project.failure:
            note(f"{project.name}: {project.failure}")
    for listed in synced.venues.outcomes:
        if listed.state == "failed":
            note(f"{listed.edition.label}: {listed.detail}")
    return 0 if synced.whole else _PARTLY


def _show(digest: "Digest", form: str) -> None:
    from assistant.digest.renderers import render

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    text = render(digest, form, width=width, color=sys.stdout.isatty())
    click.echo(text, nl=not text.endswith("\n"))


def _write(digest: "Digest", form: str, output: Path) -> None:
    from assistant.digest.delivery.folder import write_file
    from assistant.digest.renderers import render

    write_file(output, render(digest, form))
    note(f"Wrote {output}.")


def _deliver(s: Session, digest: "Digest", profile: str | None) -> None:
    from assistant.digest.delivery import mail
    from assistant.digest.delivery.folder import write_folder
    from assistant.digest.making import earlier_digests

    settings = s.settings.digest
    folder = Path(settings.folder).expanduser() if settings.folder else s.home.path / "digests"
    earlier = earlier_digests(s.database, digest)
    write_folder(digest, folder / digest.profile, earlier=earlier)
    note(f"Wrote the digest of {digest.date} to {folder / digest.profile}.")
    if settings.mail.host:
        mail.send(digest, settings.mail, mail.find_password(settings.mail))
        note(f"Sent it to {settings.mail.to}.")
