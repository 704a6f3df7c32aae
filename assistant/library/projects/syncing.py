"""Projects brought up to date: what GitHub says is new of each, kept all together or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.config import GithubSettings
from assistant.errors import SourceError
from assistant.sources import github
from assistant.sources.feed_items import Item
from assistant.sources.github_api import GithubApi, GoneError
from assistant.sources.polite import Validators
from db import announcing, feeds, projects
from db.engine import Connection, Database
from db.projects import IssueRow, ProjectView


@dataclass(frozen=True, slots=True)
class ProjectOutcome:
    """What became of one project: how many releases and issues are new, and of issues how many
    there are; what to know (`notes`), or why not all could be had (`failure`).
    """

    name: str
    releases: int = 0
    new_issues: int = 0
    issues: int = 0
    notes: tuple[str, ...] = ()
    failure: str | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _News:
    """What GitHub says of a project: what could not be had is None."""

    name: str
    items: tuple[Item, ...] | None = None
    issues: tuple[IssueRow, ...] | None = None
    unchanged: frozenset[str] = frozenset()
    validators: tuple[tuple[str, Validators], ...] = ()
    notes: tuple[str, ...] = ()
    failure: SourceError | None = None


def sync_projects(
    database: Database,
    settings: GithubSettings,
    *,
    pause: Callable[[float], None],
    progress: Callable[[int, int, str], None] = lambda *_: None,
    chosen: Sequence[ProjectView] | None = None,
) -> list[ProjectOutcome]:
    """Fetch what is new in every project, or in those chosen; one that fails costs no other.

    `progress` is called with projects done and in all, and the name of the next one.
    """
    if chosen is None:
        with database.read() as connection:
            chosen = projects.projects(connection)
    if not chosen:
        return []
    try:
        api = GithubApi(settings, pause)
    except SourceError as error:
        return [
            ProjectOutcome(one.name, issues=one.issues, failure=error.title, hint=error.hint)
            for one in chosen
        ]
    found = []
    for place, project in enumerate(chosen):
        progress(place, len(chosen), project.name)
        found.append(sync_project(database, project, api, settings, pause))
    progress(len(chosen), len(chosen), "")
    return found


def sync_project(
    database: Database,
    project: ProjectView,
    api: GithubApi,
    settings: GithubSettings,
    pause: Callable[[float], None],
) -> ProjectOutcome:
    """Fetch what is new in one project; what cannot be had is said in the outcome."""
    with database.read() as connection:
        known = projects.tags(connection, project.id)
        validators = {
            key: Validators(*announcing.validators(connection, key))
            for key in (
                projects.list_key(project.id),
                *(projects.list_key(project.id, label) for label in project.labels),
            )
        }
    news = _ask(project, known, validators, api, settings, pause)
    with database.write("store a project's news") as connection:
        return _kept(connection, project, news, settings)


def _ask(
    project: ProjectView,
    known: set[str],
    validators: dict[str, Validators],
    api: GithubApi,
    settings: GithubSettings,
    pause: Callable[[float], None],
) -> _News:
    """Ask for releases, then for issues; where the API fails, for the feed of releases."""
    news, had = _News(project.name), False
    key = projects.list_key(project.id)
    try:
        releases = github.fetch_releases(api, project.name, known, validators[key])
        had = True
        if releases.items is not None:
            told = ((key, releases.validators),)
            news = replace(news, items=releases.items, validators=told)
        if releases.moved:
            news = replace(news, name=github.fetch_name(api, project.name))
        return _with_issues(news, project, validators, api)
    except SourceError as error:
        news = replace(news, failure=error)
        if had or isinstance(error, GoneError):
            return news
    try:
        items = github.fetch_releases_by_atom(settings, project.name, pause=pause).items
    except SourceError:
        return news  # the API's own word says more
    return replace(news, items=items, notes=("releases came by its feed",))


def _with_issues(
    news: _News, project: ProjectView, validators: dict[str, Validators], api: GithubApi
) -> _News:
    rows: dict[int, IssueRow] = {}
    unchanged, notes, told = set(), [], list(news.validators)
    for label in project.labels:
        key = projects.list_key(project.id, label)
        found = github.fetch_issues(api, news.name, label, validators[key])
        if found.issues is None:
            unchanged.add(label.casefold())
            continue
        told.append((key, found.validators))
        if not found.whole:
            notes.append(f"only the newest {len(found.issues):,} issues labelled {label!r}")
        for one in found.issues:
            rows[one.number] = IssueRow(
                one.number, one.title, one.labels, one.comments, one.created, one.updated,
                one.link, int(one.assigned),
            )  # fmt: skip
    return replace(
        news, issues=tuple(rows.values()), unchanged=frozenset(unchanged),
        validators=tuple(told), notes=(*news.notes, *notes),
    )  # fmt: skip


def _kept(
    connection: Connection, project: ProjectView, news: _News, settings: GithubSettings
) -> ProjectOutcome:
    rows = [
        feeds.ItemRow(one.id, one.title, one.link or "", one.published, one.summary)
        for one in reversed(news.items or ())
    ]
    new = feeds.put_items(connection, project.id, rows)
    before = projects.issues(connection, project.id)
    new_issues = 0
    if news.issues is not None:
        kept = [
            one.number
            for one in before
            if news.unchanged & {label.casefold() for label in one.labels}
        ]
        new_issues = projects.put_issues(connection, project.id, news.issues, kept=kept)
        projects.issues_had(connection, project.id)
    notes = news.notes
    if news.name != project.name:
        notes = (*notes, _renamed(connection, project, news.name, settings))
    for key, validators in news.validators:
        announcing.put_validators(connection, key, validators.etag, validators.last_modified)
    failure = f"{news.failure.title} {news.failure.why}".strip() if news.failure else None
    feeds.checked(connection, project.id, failure=failure)
    count = len(projects.issues(connection, project.id))
    hint = news.failure.hint if news.failure else ""
    return ProjectOutcome(news.name, new, new_issues, count, notes, failure, hint)


def _renamed(
    connection: Connection, project: ProjectView, name: str, settings: GithubSettings
) -> str:
    other = projects.project_named(connection, name)
    if other is not None and other.id != project.id:
        return f"{project.name} is called {name} now, which you follow too: unfollow one"
    projects.rename(connection, project.id, name, f"{settings.web.rstrip('/')}/{name}")
    return f"{project.name} is called {name} now"
