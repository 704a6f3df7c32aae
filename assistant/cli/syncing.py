"""`assistant sync`."""

import shutil
import textwrap
import time
from dataclasses import dataclass
from itertools import zip_longest

import click

from assistant.cli import events, project, venue_pages
from assistant.cli.output import json_option, note, plural, print_json, progress, show_error
from assistant.cli.session import Session, session
from assistant.cli.venue import sync_named
from assistant.errors import SourceError, UsageError
from assistant.library.deadlines.syncing import are_stale
from assistant.library.feeds import FeedOutcome, sync_feeds
from assistant.library.following import ensure_main
from assistant.library.projects.syncing import ProjectOutcome
from assistant.library.sync.run import SyncReport, sync
from assistant.library.venues.syncing import VenuesReport
from assistant.sources.arxiv_names import checked_category
from db import announcing, feeds, profiles, venues
from db.announcing import BatchView

_ISO_DAY = click.DateTime(["%Y-%m-%d"])
_PARTLY = 3
_INDENT = " " * 12
_WIDEST = 96


@click.command("sync")
@click.argument("categories", nargs=-1)
@click.option("--since", type=_ISO_DAY, help="Reach back to this day (YYYY-MM-DD).")
@click.option("--no-embed", is_flag=True, help="Leave embedding to `digest` or `embed`.")
@json_option
@click.pass_context
def sync_command(
    ctx: click.Context,
    categories: tuple[str, ...],
    since: object,
    no_embed: bool,
    as_json: bool,
) -> None:
    """Fetch what arXiv announced, check that it is complete, and fill earlier gaps.

    CATEGORIES such as cs.LG limit it to these; otherwise all that your profiles follow, your feeds,
    your projects, your venues, whose lists are asked for every few days, and once a day their
    deadlines. arXiv wants three seconds between requests, so a category takes some ten seconds.
    Exit code 3 says that something is still missing; the next sync tries again.
    """
    for category in categories:
        checked_category(category)
    with session() as s:
        day = str(since)[:10] if since else None
        synced = sync_everything(s, categories, day, quiet=as_json)
        report, held = synced.report, synced.venues
        if as_json:
            print_json(_as_json(synced))
        else:
            _print(synced)
        came = any(batch.received for batch in report.batches) or any(
            one.added or one.updated for one in held.outcomes
        )
        if not no_embed and came:
            from assistant.cli.embedding import embed_all

            embed_all(s, quiet=as_json)
    if report.vain:
        if events.wanted():
            show_error(_nothing_fetched(report))
        ctx.exit(1)
    if not synced.whole:
        ctx.exit(_PARTLY)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync of everything brought, of each kind."""

    report: SyncReport
    feeds: list[FeedOutcome]
    projects: list[ProjectOutcome]
    venues: VenuesReport

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        failed = any(one.failure for one in self.feeds) or any(one.failure for one in self.projects)
        return self.report.whole and self.venues.whole and not failed


def sync_everything(
    s: Session, categories: tuple[str, ...], since: str | None, *, quiet: bool
) -> Synced:
    """Sync these categories, or all that is followed: categories, feeds, projects, venues."""
    followed = list(dict.fromkeys(categories)) or _followed(s)
    with progress("arXiv", quiet=quiet) as bar:
        report = sync(
            s.database,
            s.settings.sources.arxiv,
            followed,
            pause=time.sleep,
            since=since,
            progress=bar.update,
        )
    if categories:
        return Synced(report, [], [], VenuesReport())
    with progress("Feeds", quiet=quiet) as bar:
        outcomes = sync_feeds(
            s.database, s.settings.sources.feeds, pause=time.sleep, progress=bar.update
        )
    news = project.sync_named(s, quiet=quiet)
    _refresh_deadlines(s, quiet=quiet)
    return Synced(report, outcomes, news, sync_named(s, (), None, quiet=quiet, daily=True))


def _refresh_deadlines(s: Session, *, quiet: bool) -> None:
    """Ask for deadlines once a day where a person follows venues; a failure costs nothing else."""
    with s.database.read() as connection:
        wanted = venues.followed(connection) and are_stale(connection)
    if wanted:
        from assistant.cli.deadlines import sync_collections

        for one in sync_collections(s, quiet=quiet):
            if one.failure:
                note(f"Deadlines of {one.name}: {one.failure}")


def _followed(s: Session) -> list[str]:
    with s.database.write("make the first profile") as connection:
        ensure_main(connection)
        followed = profiles.followed_categories(connection)
    if not followed:
        raise UsageError(
            "No profile follows a category.", hint="`assistant profile category cs.LG` adds one."
        )
    return followed


def _as_json(synced: Synced) -> dict[str, object]:
    batches = synced.report.batches
    return {
        "batches": [{**batch.as_json(), "detail": batch.detail} for batch in batches],
        "problems": list(dict.fromkeys(synced.report.problems)),
        "feeds": [
            {"title": one.title, "address": one.address, "kind": one.kind, "new": one.new,
             "failure": one.failure}
            for one in synced.feeds
        ],
        "projects": [project.outcome_json(one) for one in synced.projects],
        "venues": venue_pages.report_json(synced.venues)["editions"],
    }  # fmt: skip


def _print(synced: Synced) -> None:
    report, held = synced.report, synced.venues
    width = max((len(batch.category) for batch in report.batches), default=0)
    order = list(dict.fromkeys(batch.category for batch in report.batches))
    batches = sorted(report.batches, key=lambda batch: (order.index(batch.category), batch.date))
    for batch, following in zip_longest(batches, batches[1:]):
        click.echo(f"{batch.date}  {batch.category:<{width}}  {_verdict(batch)}")
        same = following is not None and following.detail == batch.detail  # of many days said once
        if batch.detail and batch.state not in announcing.SETTLED and not same:
            _print_detail(batch.detail)
    for one in synced.feeds:
        noun = "new talk" if one.kind == feeds.TALKS else "new item"
        told = one.failure or (plural(one.new, noun) if one.new else "nothing new")
        click.echo(f"{one.title}: {told}")
    project.print_outcomes(synced.projects)
    if any(one.state != "absent" for one in held.outcomes):
        venue_pages.print_report(held)
    note("")
    if report.vain:
        note("Nothing could be fetched. What is in the library works without the network.")
    elif report.whole and held.whole:
        note("Everything announced is here. `assistant digest` shows what is for you.")
    else:
        note("Some of it is still missing; the next `assistant sync` tries again.")


def _nothing_fetched(report: SyncReport) -> SourceError:
    return SourceError(
        "Nothing could be fetched.",
        why=" ".join(dict.fromkeys(report.problems)),
        hint="What is in the library works without the network.",
    )


def _verdict(batch: BatchView) -> str:
    if batch.state == "complete":
        return f"{click.style('complete', fg='green')}, {plural(batch.received, 'paper')}"
    if batch.state == "holiday":
        return f"no announcements{f' ({batch.detail})' if batch.detail else ''}"
    if batch.state == "partial":
        missing = (batch.expected or 0) - batch.received
        lacks = f", {missing:,} missing" if missing > 0 else ""
        told = f"{click.style('partial', fg='yellow')}, {plural(batch.received, 'paper')}{lacks}"
        return told
    return click.style(batch.state, fg="red")


def _print_detail(text: str) -> None:
    width = min(shutil.get_terminal_size().columns, _WIDEST) - len(_INDENT)
    for line in textwrap.wrap(text, width):
        click.echo(_INDENT + click.style(line, dim=True))
