"""How `assistant venue` shows venues, editions and what a sync brought."""

import shutil
from collections.abc import Sequence
from typing import Any

import click

from assistant.cli.output import note, plural, shortened
from assistant.library.venues.keeping import EditionOutcome
from assistant.library.venues.syncing import VenuesReport
from assistant.library.venues.telling import (
    EditionTold,
    VenueTold,
    edition_papers,
    edition_told,
    sessions_of,
)
from assistant.sources.statuses import STATUSES, TURNED_DOWN
from assistant.sources.venues import Edition
from db import personal, works
from db.engine import Connection

_WIDEST = 100
_COLORS = {"oral": "magenta", "spotlight": "cyan"}
_STATES = {"complete": "green", "partial": "yellow", "failed": "red"}
_SESSIONS = 12


def venue_json(told: VenueTold) -> dict[str, Any]:
    """Return a venue under stable keys."""
    venue = told.venue
    return {
        "id": venue.id,
        "name": venue.name,
        "title": venue.title,
        "aliases": list(venue.aliases),
        "sources": [one.kind for one in venue.sources],
        "own": venue.own,
        "followed": told.followed_at is not None,
        "followed_at": told.followed_at,
        "editions": [edition_json(one) for one in told.editions],
    }


def edition_json(told: EditionTold) -> dict[str, Any]:
    """Return an edition under stable keys."""
    return {
        "id": told.edition.id,
        "name": told.edition.label,
        "year": told.edition.year,
        "state": told.state,
        "papers": told.papers,
        "statuses": {name: told.counts[name] for name in STATUSES if name in told.counts},
        "sources": [
            {"source": one.source, "state": one.state, "expected": one.expected,
             "detail": one.detail, "checked_at": one.checked_at}
            for one in told.sources
        ],
    }  # fmt: skip


def report_json(report: VenuesReport) -> dict[str, Any]:
    """Return what a sync did under stable keys."""
    names = ("state", "received", "expected", "added", "merged", "updated", "trashed", "gone",
             "unchanged", "detail")  # fmt: skip
    return {
        "editions": [
            {"edition": one.edition.id, "source": one.source}
            | {name: getattr(one, name) for name in names}
            for one in report.outcomes
        ],
        "unusable": [one.id for one in report.unusable],
    }


def print_venues(shown: Sequence[VenueTold]) -> None:
    """Print a line a venue, the newest editions in it."""
    width = max((len(one.venue.name) for one in shown), default=0)
    for one in shown:
        mark = click.style("*", fg="green") if one.followed_at else " "
        told = "; ".join(_brief(edition) for edition in one.editions[:2])
        line = told or click.style("nothing yet" if one.followed_at else one.venue.title, dim=True)
        click.echo(_cut(f"{mark} {one.venue.name:<{width}}  {line}"))
    if any(one.followed_at for one in shown):
        note("* followed")


def print_venue(told: VenueTold) -> None:
    """Print a venue with all its editions."""
    venue = told.venue
    click.echo(click.style(venue.name, bold=True) + f"  {venue.title}")
    sources = ", ".join(dict.fromkeys(one.kind for one in venue.sources))
    since = f"followed since {told.followed_at[:10]}" if told.followed_at else "not followed"
    click.echo(click.style(f"{since}; listed by {sources}", dim=True))
    for edition in told.editions:
        click.echo(f"{edition.edition.year}  {_state(edition.state)}, {_counts(edition)}")
        for one in edition.sources:
            if one.detail:
                click.echo(_cut(f"      {one.source}: {one.detail}", dim=True))
    if not told.editions:
        note(f"Nothing of it is here yet: `assistant venue sync {venue.id}`.")


def print_report(report: VenuesReport) -> None:
    """Print a line for each list that was asked for, absent ones left out."""
    width = max((len(one.edition.label) for one in report.outcomes), default=0)
    for one in report.outcomes:
        if one.state == "absent":
            continue
        click.echo(f"{one.edition.label:<{width}}  {_state(one.state)} ({one.source})  {_did(one)}")
        if one.detail and one.state != "complete":
            for line in _wrapped(one.detail):
                click.echo(click.style(line, dim=True))
    for edition in report.unusable:
        _say_unusable(edition)
    absent = [one for one in report.outcomes if one.state == "absent"]
    if absent and len(absent) == len(report.outcomes):
        names = ", ".join(dict.fromkeys(one.edition.label for one in absent))
        note(f"Nothing is listed yet: {names}.")
    if any(one.added or one.merged for one in report.outcomes):
        first = next(one for one in report.outcomes if one.added or one.merged)
        note(f"`assistant digest --venue {first.edition.id}` shows what of it is for you.")


def edition_page(
    connection: Connection, edition: Edition, statuses: Sequence[str], session: str, limit: int
) -> dict[str, Any]:
    """Return an edition with its sessions and its papers, as plain data."""
    told = edition_told(connection, edition)
    papers = edition_papers(connection, edition, statuses=statuses, session=session)
    shown = papers[:limit] if limit else papers
    views = {one.id: one for one in works.view_works(connection, [one.work_id for one in shown])}
    reading = personal.readings_of(connection, views)
    facts = ("track", "session", "starts", "room", "position", "decision")
    return {
        **edition_json(told),
        "papers_held": sum(told.counts.values()),
        "turned_down": told.turned_down,
        "matching": len(papers),
        "sessions": [
            {"session": name, "starts": starts, "papers": count}
            for name, starts, count in sessions_of(papers)
        ],
        "entries": [
            {
                "id": views[one.work_id].public_id,
                "title": views[one.work_id].title,
                "authors": views[one.work_id].authors,
                "status": one.status,
                **{name: one.facts.get(name) for name in facts},
                "state": reading.get(one.work_id, {}).get("state", "unread"),
            }
            for one in shown
            if one.work_id in views
        ],
    }


def print_edition(page: dict[str, Any]) -> None:
    """Print an edition with its sessions and papers."""
    click.echo(click.style(page["name"], bold=True) + f"  {_state(page['state'])}")
    told = ", ".join(f"{count:,} {name}" for name, count in page["statuses"].items())
    click.echo(told)
    for one in page["sessions"][:_SESSIONS]:
        when = one["starts"][:16].replace("T", " ")
        click.echo(_cut(f"  {when:<16}  {one['papers']:>5,}  {one['session']}", dim=True))
    more = len(page["sessions"]) - _SESSIONS
    if more > 0:
        click.echo(click.style(f"  and {plural(more, 'more session')}", dim=True))
    click.echo()
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    for one in page["entries"]:
        mark = "" if one["status"] in ("poster", "accepted") else f"[{one['status']}] "
        click.echo(_title(mark, one["title"] or "(no title)", one["status"], width))
        facts = [one["id"], one["track"], one["session"], one["position"], one["authors"]]
        line = " · ".join(fact for fact in facts if fact)
        click.echo(click.style(f"    {shortened(line, width - 4)}", dim=True))
    left = page["matching"] - len(page["entries"])
    if left > 0:
        note(f"{plural(left, 'more paper')}: --limit 0 shows all, `assistant search venue:"
             f"{page['id']} WORDS` finds among them.")  # fmt: skip


def _say_unusable(edition: Edition) -> None:
    if any(one.kind == "openreview" for one in edition.venue.sources):
        note(f"{edition.label} is listed by OpenReview, which wants to know who asks:")
        note("  `assistant config sources.venues.openreview_user you@example.org`, then")
        note("  `keyring set assistant-openreview you@example.org` (pip install "
             "'assistant[openreview]').")  # fmt: skip
    else:
        note(f"{edition.label}: no source we know has this year.")


def _title(mark: str, title: str, status: str, width: int) -> str:
    told = shortened(f"{mark}{title}", width)
    color = _COLORS.get(status)
    return click.style(told[: len(mark)], fg=color) + click.style(told[len(mark) :], bold=True)


def _brief(told: EditionTold) -> str:
    state = "" if told.state in ("complete", "imported") else f" ({told.state})"
    return f"{told.edition.year}: {plural(told.papers, 'paper')}{state}"


def _counts(told: EditionTold) -> str:
    parts = [f"{told.counts[name]:,} {name}" for name in STATUSES if name in told.counts]
    accepted = [name for name in told.counts if name not in TURNED_DOWN]
    total = f"{plural(told.papers, 'paper')}" if len(accepted) != 1 or told.turned_down else ""
    return ": ".join(filter(None, (total, ", ".join(parts)))) or "no papers"


def _did(one: EditionOutcome) -> str:
    if one.unchanged:
        return "nothing new"
    if one.state == "failed":
        return "what came before is kept"
    parts = [f"{getattr(one, name):,} {name}" for name in ("added", "merged", "updated")
             if getattr(one, name)]  # fmt: skip
    missing = (one.expected or 0) - one.received
    if missing > 0:
        parts.append(f"{missing:,} missing")
    if one.gone:
        parts.append(f"{one.gone:,} no longer listed")
    return f"{plural(one.received, 'paper')}: {', '.join(parts) or 'nothing new'}"


def _state(state: str) -> str:
    return click.style(state, fg=_STATES.get(state, "white"))


def _wrapped(text: str) -> list[str]:
    import textwrap

    width = min(shutil.get_terminal_size().columns, _WIDEST)
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")


def _cut(line: str, *, dim: bool = False) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    plain = click.unstyle(line)
    told = line if len(plain) <= width else shortened(plain, width)
    return click.style(told, dim=True) if dim else told
