"""Projects of GitHub: their releases, the issues they keep for newcomers, what became of a change.

https://docs.github.com/rest/releases/releases, /rest/issues/issues, /rest/pulls/pulls. Releases
come by Atom where the API gives none; there, tags without a release stand among them.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from assistant.config import FeedsSettings, GithubSettings
from assistant.sources.addresses import web_link
from assistant.sources.feed_items import MAX_SUMMARY, Item
from assistant.sources.feeds import fetch_feed_items
from assistant.sources.github_api import GithubApi, GoneError
from assistant.sources.github_names import Piece
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.submissions import FormError, changed_form, member, text_of
from assistant.text import clean, clean_line

RELEASES_PAGE, RELEASES_PAGES = 30, 3
ISSUES_PAGES = 5
_TAG = re.compile(r"Repository/\d+/(.+)")
_TAG_LINK = re.compile(r"/releases/tag/(.+)")


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue: labels as the project writes them, moments in UTC (ISO 8601)."""

    number: int
    title: str
    labels: tuple[str, ...]
    comments: int
    created: str
    updated: str
    link: str
    assigned: bool


@dataclass(frozen=True, slots=True)
class Releases:
    """Releases, the newest first, known by their tags; None where nothing has changed."""

    items: tuple[Item, ...] | None
    validators: Validators = NO_VALIDATORS
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Issues:
    """Open issues with a label; None where nothing has changed. Not `whole`: there are more."""

    issues: tuple[Issue, ...] | None
    validators: Validators = NO_VALIDATORS
    whole: bool = True


def fetch_name(api: GithubApi, name: str) -> str:
    """Return what a project is called now.

    Raises:
        SourceError: there is no such project, or GitHub does not answer.
    """
    found, _ = api.one(f"/repos/{name}", name)
    try:
        told: str = member(found, "full_name", str)
    except FormError as error:
        raise changed_form(f"GitHub's answer on {name}", error) from None
    return told


def fetch_releases(
    api: GithubApi, name: str, known: Collection[str], validators: Validators = NO_VALIDATORS
) -> Releases:
    """Return a project's newest releases, back to one whose tag is known.

    Raises:
        SourceError: there is no such project, or GitHub does not answer as documented.
    """
    listed = api.listed(
        f"/repos/{name}/releases",
        {"per_page": str(RELEASES_PAGE)},
        name,
        pages=RELEASES_PAGES,
        validators=validators,
        enough=lambda rows: any(
            isinstance(row, dict) and row.get("tag_name") in known for row in rows
        ),
    )
    if listed.rows is None:
        return Releases(None, moved=listed.moved)
    try:
        items = [_release(row) for row in listed.rows if not _is_draft(row)]
    except FormError as error:
        raise changed_form(f"GitHub's list of {name}'s releases", error) from None
    return Releases(tuple(items), listed.validators, listed.moved)


def fetch_releases_by_atom(
    settings: GithubSettings, name: str, *, pause: Callable[[float], None]
) -> Releases:
    """Return a project's newest releases and tags as its Atom feed has them.

    Raises:
        SourceError: there is none, or it cannot be read.
    """
    fetched = fetch_feed_items(
        f"{settings.web.rstrip('/')}/{name}/releases.atom",
        FeedsSettings(settings.interval_seconds, settings.timeout_seconds),
        pause=pause,
    )
    return Releases(tuple(_tagged(item) for item in fetched.items or ()))


def fetch_issues(
    api: GithubApi, name: str, label: str, validators: Validators = NO_VALIDATORS
) -> Issues:
    """Return a project's open issues with a label, at most `ISSUES_PAGES` times a hundred.

    Raises:
        SourceError: there is no such project, or GitHub does not answer as documented.
    """
    try:
        listed = api.listed(
            f"/repos/{name}/issues",
            {"labels": label, "state": "open", "per_page": "100"},
            name,
            pages=ISSUES_PAGES,
            validators=validators,
        )
    except GoneError as error:
        if "HTTP 410" in error.why:  # the project has issues turned off
            return Issues(())
        raise
    if listed.rows is None:
        return Issues(None)
    try:
        found = [_issue(row) for row in listed.rows if "pull_request" not in _row(row)]
    except FormError as error:
        raise changed_form(f"GitHub's list of {name}'s issues", error) from None
    return Issues(
        tuple(issue for issue, is_open in found if is_open),
        # An issue may be closed on any page, and the first one's validators do not tell.
        listed.validators if listed.whole and listed.pages == 1 else NO_VALIDATORS,
        listed.whole,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a pull request or an issue: merged, open or closed; by whom it is."""

    state: str
    title: str
    author: str


def fetch_standing(api: GithubApi, piece: Piece) -> Standing:
    """Return what became of a pull request or an issue.

    Raises:
        SourceError: there is none, or GitHub does not answer as documented.
    """
    kind = "issues" if piece.sort == "issue" else "pulls"
    what = f"{piece.project}#{piece.number}"
    found, _ = api.one(f"/repos/{piece.project}/{kind}/{piece.number}", what)
    try:
        state = "open" if member(found, "state", str) == "open" else "closed"
        if kind == "pulls" and found.get("merged_at"):
            state = "merged"
        title = clean_line(member(found, "title", str), 300)
    except FormError as error:
        raise changed_form(f"GitHub's answer on {what}", error) from None
    user = found.get("user")
    author = clean_line(text_of(user, "login"), 60) if isinstance(user, dict) else ""
    return Standing(state, title, author)


def _row(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise FormError("an entry", "no object")
    return row


def _is_draft(row: Any) -> bool:
    return _row(row).get("draft") is True


def _release(row: dict[str, Any]) -> Item:
    tag = clean_line(member(row, "tag_name", str), 300)
    if not tag:
        raise FormError("tag_name", "empty")
    title = clean_line(text_of(row, "name") or tag, 500)
    before = " (pre-release)" if row.get("prerelease") is True else ""
    published = _moment(row.get("published_at")) or _moment(row.get("created_at"))
    link = web_link(text_of(row, "html_url"))
    return Item(tag, title + before, link, published, clean(text_of(row, "body"), MAX_SUMMARY))


def _tagged(item: Item) -> Item:
    """Return an entry of the Atom feed, known by its tag as the API knows it."""
    found = _TAG.search(item.id)
    link = _TAG_LINK.search(item.link or "")
    tag = found[1] if found else unquote(link[1]) if link else item.id
    return Item(clean_line(tag, 300), item.title, item.link, item.published, item.summary)


def _issue(row: dict[str, Any]) -> tuple[Issue, bool]:
    number = member(row, "number", int)
    if not 0 < number < 1 << 53:
        raise FormError("number", "no number of an issue")
    comments = row.get("comments")
    link = web_link(text_of(row, "html_url"))
    if link is None:
        raise FormError("html_url", "no address")
    created = _moment(row.get("created_at"))
    if created is None:
        raise FormError("created_at", "no moment")
    labels = (_label(one) for one in member(row, "labels", list)[:50])
    issue = Issue(
        number=number,
        title=clean_line(member(row, "title", str), 500),
        labels=tuple(dict.fromkeys(one for one in labels if one)),
        comments=min(max(comments, 0), 1_000_000) if type(comments) is int else 0,
        created=created,
        updated=_moment(row.get("updated_at")) or created,
        link=link,
        assigned=bool(row.get("assignee") or row.get("assignees")),
    )
    return issue, row.get("state") == "open"


def _label(one: Any) -> str:
    name = one.get("name") if isinstance(one, dict) else one
    return clean_line(name, 100) if isinstance(name, str) else ""


def _moment(told: Any) -> str | None:
    """Return a moment as ISO in UTC, None where there is none."""
    try:
        at = datetime.fromisoformat(told)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return at.astimezone(UTC).isoformat(timespec="seconds") if at.year > 1990 else None
    except (ValueError, TypeError, OverflowError):
        return None
