"""`assistant venue`: conferences followed with all their editions."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from assistant.cli import venue_pages
from assistant.cli.groups import Group
from assistant.cli.output import json_option, note, print_json, progress
from assistant.cli.session import Session, session
from assistant.errors import NotFoundError, UsageError
from assistant.library.venues import following, telling
from assistant.library.venues.syncing import VenuesReport, sync_venues
from assistant.sources.statuses import STATUSES
from assistant.sources.venues import Edition, Venue, find_edition, find_venue, known_venues
from db import venues

_PARTLY = 3
_SHOWN = 20


@click.group("venue", cls=Group)
def venue_command() -> None:
    """Follow conferences: what was accepted where, each new edition."""


@venue_command.command("list")
@click.option("--all", "everything", is_flag=True, help="Also venues you have nothing of.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """List what you follow and have papers of."""
    with session() as s, s.database.read() as connection:
        told = telling.venues_told(connection, known_venues(s.home.venues_file))
    shown = [one for one in told if everything or one.followed_at or one.editions]
    if as_json:
        print_json([venue_pages.venue_json(one) for one in shown])
        return
    venue_pages.print_venues(shown)
    if not shown:
        note("You follow no venue. `assistant venue follow NeurIPS` follows one;")
        note("`assistant venue list --all` lists those that are known.")


@venue_command.command("follow")
@click.argument("names", nargs=-1, required=True, metavar="VENUE...")
@json_option
def follow(names: tuple[str, ...], as_json: bool) -> None:
    """Follow venues: `sync` brings each new edition.

    VENUE is a name or an alias, such as NeurIPS or NIPS. The next sync begins with the newest
    edition there is; `venue sync neurips-2023` brings an earlier one. A venue we do not know can be
    described in venues.toml in your home.
    """
    with session() as s:
        found = _named(s, names)
        with s.database.write("follow venues") as connection:
            changes = [following.follow(connection, one) for one in found]
    if as_json:
        print_json([{"venue": one.id, "name": one.name, "title": one.title} for one in found])
        return
    for venue, change in zip(found, changes, strict=True):
        again = "" if change.event else " already"
        click.echo(f"You follow {venue.name}{again} ({venue.title}).")
    note("`assistant venue sync` brings their papers in.")


@venue_command.command("unfollow")
@click.argument("names", nargs=-1, required=True, metavar="VENUE...")
@json_option
def unfollow(names: tuple[str, ...], as_json: bool) -> None:
    """Stop following venues; their papers stay.

    `assistant paper undo` takes it back.
    """
    with session() as s:
        found = _named(s, names)
        with s.database.write("stop following venues") as connection:
            for one in found:
                following.unfollow(connection, one)
    if as_json:
        print_json([{"venue": one.id, "name": one.name} for one in found])
        return
    for one in found:
        click.echo(f"No longer following {one.name}; its papers stay.")


@venue_command.command("sync")
@click.argument("names", nargs=-1, metavar="[VENUE|EDITION]...")
@click.option("--since", type=click.IntRange(1950, 2200), help="Reach back to this year.")
@click.option("--no-embed", is_flag=True, help="Leave embedding to `digest` or `embed`.")
@json_option
@click.pass_context
def sync(
    ctx: click.Context, names: tuple[str, ...], since: int | None, no_embed: bool, as_json: bool
) -> None:
    """Fetch lists of accepted papers.

    The newest editions of what you follow, or those named: `neurips` is its newest edition,
    `neurips-2023` that of 2023. Stop it whenever you like: the next one goes on where it was. Exit
    code 3 says that a list could not be had, or not whole; what was there before is kept.
    """
    with session() as s:
        report = sync_named(s, names, since, quiet=as_json)
        if as_json:
            print_json(venue_pages.report_json(report))
        else:
            venue_pages.print_report(report)
        if not no_embed and any(one.added or one.updated for one in report.outcomes):
            from assistant.cli.embedding import embed_all

            embed_all(s, quiet=as_json)
    if not report.whole or report.unusable:
        failed = report.outcomes and all(one.state == "failed" for one in report.outcomes)
        ctx.exit(1 if failed else _PARTLY)


@venue_command.command("show")
@click.argument("name", metavar="VENUE|EDITION")
@click.option("--status", "statuses", multiple=True, type=click.Choice(STATUSES),
              help="Only papers of this status; may be repeated.")  # fmt: skip
@click.option("--session", "session_name", default="", help="Only sessions whose name has this.")
@click.option("--limit", "-n", type=click.IntRange(0), default=_SHOWN, show_default=True)
@json_option
def show(
    name: str, statuses: tuple[str, ...], session_name: str, limit: int, as_json: bool
) -> None:
    """Show a venue's editions, or an edition's papers.

    `neurips` shows its editions, `neurips-2025` its sessions and papers, orals first. Rejected and
    withdrawn papers are shown only if you ask: --status rejected.
    """
    with session() as s, s.database.read() as connection:
        known = known_venues(s.home.venues_file)
        edition = find_edition(known, name)
        if edition is None:
            (told,) = telling.venues_told(connection, [find_venue(known, name)])
            if as_json:
                print_json(venue_pages.venue_json(told))
            else:
                venue_pages.print_venue(told)
            return
        page = venue_pages.edition_page(connection, edition, statuses, session_name, limit)
    if not page["papers_held"]:
        raise NotFoundError(
            f"The library has nothing of {edition.label}.",
            hint=f"`assistant venue sync {edition.id}` brings it in.",
        )
    if as_json:
        print_json(page)
    else:
        venue_pages.print_edition(page)


def sync_named(
    s: Session, names: Sequence[str], since: int | None, *, quiet: bool, daily: bool = False
) -> VenuesReport:
    """Sync the venues and editions named, or all that are followed, showing progress.

    Raises:
        NotFoundError: there is no such venue.
        UsageError: none is named and none is followed.
    """
    known = known_venues(s.home.venues_file)
    editions: list[Edition] = []
    chosen: list[Venue] = []
    for name in names:
        edition = find_edition(known, name)
        if edition is not None:
            editions.append(edition)
        else:
            chosen.append(find_venue(known, name))
    if not names:
        with s.database.read() as connection:
            followed = venues.followed(connection)
        chosen = [venue for venue in known if venue.id in followed]
        if not chosen and not daily:
            raise UsageError(
                "You follow no venue.", hint="`assistant venue follow NeurIPS` follows one."
            )
    with progress("Venues", quiet=quiet) as bar:
        return sync_venues(
            s.database,
            s.settings.sources.venues,
            chosen,
            pause=time.sleep,
            editions=editions,
            since=since,
            daily=daily,
            now=datetime.now(UTC),
            progress=bar.update,
        )


def _named(s: Session, names: Sequence[str]) -> list[Venue]:
    known = known_venues(s.home.venues_file)
    return list(dict.fromkeys(find_venue(known, name) for name in names))
