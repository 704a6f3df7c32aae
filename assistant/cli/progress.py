"""`assistant progress`: what you did, what you can do now, what is next."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from assistant.cli.contributing import contribute, contributions
from assistant.cli.groups import Group
from assistant.cli.learning_session import LearningSession, learning
from assistant.cli.output import json_option, note, plural, print_json, shortened
from assistant.cli.session import session
from assistant.cli.skill_pages import brief_json, paragraph, print_advice, print_brief, width
from assistant.errors import AssistantError, UsageError
from assistant.skills import timeline, transfer
from assistant.skills.figures import plot
from assistant.skills.heat import heat_map
from assistant.skills.progress import STATES
from assistant.skills.week_pages import (
    week_figures,
    week_html,
    week_markdown,
    week_sections,
    week_title,
)
from db.durable import replacing

_EXIT_PARTLY = 3
_PLOT = (60, 6)


@click.group("progress", cls=Group, invoke_without_command=True)
@click.pass_context
def progress_command(ctx: click.Context) -> None:
    """See how far you have come: states, log, calendar, weekly summary; export and import."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show)


@progress_command.command("show")
@json_option
def show(as_json: bool) -> None:
    """Show what you can do, what you began, what is due, and the calendar of half a year."""
    with learning() as s:
        found = list(s.learner.standings.values())
        today = s.learner.now.astimezone().date()
        with s.session.database.read() as connection:
            counts = timeline.per_day(connection, today - timedelta(weeks=27))
        heat = heat_map(counts, today)
        if as_json:
            print_json(
                {
                    "track": s.learner.track.id if s.learner.track else None,
                    "counts": {state: sum(o.state == state for o in found) for state in STATES},
                    "hours_proven": sum(one.skill.hours for one in found if one.has),
                    "skills": [brief_json(one) for one in found if one.state in STATES[2:]],
                    "days": {day.isoformat(): n for day, n in sorted(heat.counts.items())},
                    "streak": heat.streak,
                    "proven": [
                        [at.isoformat(), n] for at, n in timeline.proven_over_time(s.learner)
                    ],
                }
            )
            return
        _print_show(s, found)
        click.echo()
        _print_heat(heat)


@progress_command.command("week")
@click.option("--date", "named", metavar="DAY", help="The week this day is in, as 2026-11-25.")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "html"]), default="text",
    show_default=True,
)  # fmt: skip
@click.option("--output", "-o", type=click.Path(dir_okay=False), help="Write it to this file.")
@json_option
def week(named: str | None, form: str, output: str | None, as_json: bool) -> None:
    """Sum a week up: what you read, what you can do now, what is next."""
    with learning() as s:
        day = _day(named) or s.learner.now.astimezone().date()
        with s.session.database.read() as connection:
            told = timeline.week_of(connection, s.learner, day)
        advice = s.learner.next(limit=3)
    if as_json:
        print_json(
            {
                "monday": told.monday.isoformat(), "days": told.days,
                "counts": dict(told.counts), "runs": {"ok": told.runs[0], "failed": told.runs[1]},
                "read": [{"id": id, "title": title} for id, title in told.read],
                "contributed": list(told.given),
                "proven": [brief_json(one) | {"proof": one.proof} for one in told.proven],
                "begun": [brief_json(one) for one in told.begun],
                "next": [{"id": one.standing.skill.id, "why": one.why, "do": one.do}
                         for one in advice],
            }
        )  # fmt: skip
        return
    if form != "text":
        text = (week_markdown if form == "markdown" else week_html)(told, advice)
        if output:
            _write(Path(output), text)
        else:
            click.echo(text, nl=False)
        return
    if output:
        raise UsageError("Which form?", hint="--format markdown or html with --output.")
    click.echo(click.style(week_title(told), bold=True))
    paragraph(week_figures(told), dim=True)
    for head, items in week_sections(told, advice):
        click.echo("\n" + click.style(head, bold=True))
        for what, how, command in items:
            paragraph(f"- {what} {how}".rstrip(), 2, hang=2)
            if command:
                click.echo("    " + click.style(command, fg="cyan"))
        if not items:
            note("  Nothing this week.")


@progress_command.command("log")
@click.option("--limit", type=click.IntRange(1, 100_000), default=30, show_default=True)
@click.option("--since", metavar="DAY", help="From this day on, as 2026-11-25.")
@click.option("--until", metavar="DAY", help="Up to this day.")
@click.option("--only", type=click.Choice(timeline.SORTS), multiple=True, help="Only these.")
@click.option("--about", metavar="ID", help="Only of lab:amp, skill:pruning or a paper's id.")
@json_option
def log(
    limit: int,
    since: str | None,
    until: str | None,
    only: tuple[str, ...],
    about: str | None,
    as_json: bool,
) -> None:
    """Show what happened, the newest first: read, rated, noted, checked, run, shown, proven …"""
    with learning() as s, s.session.database.read() as connection:
        last = _day(until)
        found = timeline.timeline(
            connection, s.learner, since=_start(_day(since)),
            until=_start(last + timedelta(days=1) if last else None),
            sorts=only or timeline.SORTS, about=about,
        )[:limit]  # fmt: skip
    if as_json:
        print_json(
            [
                {"at": one.at.isoformat(), "sort": one.sort, "subject": one.subject,
                 "text": one.text}
                for one in found
            ]
        )  # fmt: skip
        return
    day: date | None = None
    for one in found:
        local = one.at.astimezone()
        if local.date() != day:
            day = local.date()
            click.echo(click.style(f"{day:%A, %d %B %Y}", bold=True))
        colour = "green" if one.sort == "proven" else None
        line = f"  {local:%H:%M}  {one.sort:<9} {one.text}"
        click.echo(click.style(shortened(line, width()), fg=colour))
    if not found:
        note("Nothing yet.")


@progress_command.command("export")
@click.argument("file", type=click.Path(dir_okay=False), default="-")
def export(file: str) -> None:
    """Write all you did to FILE as JSON lines; without FILE, to stdout."""
    with session() as s, s.database.read() as connection:
        lines = list(transfer.export_lines(connection))
    if file == "-":
        click.echo("".join(lines), nl=False)
        return
    _write(Path(file), "".join(lines))
    note(f"{plural(len(lines) - 1, 'event')} written to {file}.")


@progress_command.command("import")
@click.argument("file", type=click.Path())
@json_option
@click.pass_context
def import_command(ctx: click.Context, file: str, as_json: bool) -> None:
    """Bring in what an export says you did; what is known already is left alone."""
    with session() as s, s.database.write("import progress") as connection:
        report = transfer.import_lines(connection, transfer.lines_of(Path(file)))
    if as_json:
        print_json(
            {"read": report.read, "added": report.added, "known": report.known,
             "bad": report.bad,
             "errors": [{"line": line, "error": error} for line, error in report.errors]}
        )  # fmt: skip
    else:
        told = f"{plural(report.added, 'event')} new, {report.known:,} known already"
        click.echo(told + (f", {report.bad:,} lines left out" if report.bad else "") + ".")
        for line, error in report.errors:
            note(f"  line {line}: {error}")
    if report.bad:
        ctx.exit(_EXIT_PARTLY)


progress_command.add_command(contribute)
progress_command.add_command(contributions)


def _print_show(s: LearningSession, found: list[Any]) -> None:
    for state, head in (
        ("due", "Due for review"), ("proven", "You can"), ("started", "You began"),
    ):  # fmt: skip
        chosen = [one for one in found if one.state == state]
        if chosen:
            click.echo(click.style(head, bold=True))
            for one in chosen:
                print_brief(one, s.learner.now)
    if not any(one.state in STATES[2:] for one in found):
        note("Nothing begun yet.")
        print_advice(s.learner.next(limit=1))
    if any(one.has for one in found):
        points = timeline.proven_curve(s.learner)
        click.echo(click.style("\nProven skills over time", bold=True))
        steps = [(at.timestamp(), float(n)) for at, n in points]
        rows = plot(steps, width=min(_PLOT[0], width() - 6), height=_PLOT[1])
        for place, row in enumerate(rows):
            edge = points[-1][1] if place == 0 else points[0][1] if place == len(rows) - 1 else ""
            click.echo(f"{edge:>4}  {row}")
        click.echo(f"      {points[0][0].astimezone():%d %b %Y} to today")


def _print_heat(heat: Any) -> None:
    click.echo(f"     {heat.months()}")
    names = ("Mon", "", "Wed", "", "Fri", "", "Sun")
    for name, row in zip(names, heat.rows(), strict=True):
        click.echo(f"{name:<4} {row}")
    total = sum(heat.counts.values())
    streak = f", {plural(heat.streak, 'day')} in a row" if heat.streak else ""
    click.echo(click.style(f"     {plural(total, 'deed')} in half a year{streak}", dim=True))


def _day(named: str | None) -> date | None:
    if named is None:
        return None
    try:
        return date.fromisoformat(named)
    except ValueError as error:
        raise UsageError(
            f"{shortened(named, 40)!r} is no day.", hint="Write it as 2026-11-25."
        ) from error


def _start(day: date | None) -> datetime | None:
    return datetime(day.year, day.month, day.day).astimezone() if day else None


def _write(path: Path, text: str) -> None:
    try:
        with replacing(path) as out:
            out.write(text)
    except OSError as error:
        raise AssistantError(f"Cannot write {path}.", why=error.strerror or str(error)) from error
