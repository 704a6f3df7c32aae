"""The projects a person follows on GitHub: releases as feed items, issues for newcomers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.config import GithubSettings
from assistant.errors import NotFoundError, SourceError
from assistant.library.reading import Change
from assistant.sources import github
from assistant.sources.feed_items import Item
from assistant.sources.github_api import GithubApi, GoneError
from assistant.sources.github_names import project_name
from assistant.sources.polite import Validators
from assistant.text import clean_line
from db import announcing, feeds, personal, projects
from db.engine import Connection, Database
from db.projects import IssueRow, ProjectView

EVENT = "project"
LABELS = ("good first issue",)
"""What issues are asked for where a person names no labels."""
MOST_LABELS = 5


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


def follow(
    database: Database,
    told: str,
    labels: Sequence[str],
    settings: GithubSettings,
    *,
    pause: Callable[[float], None],
) -> ProjectOutcome:
    """Follow a project, which must be there now, and bring in its releases and issues.

    `labels` are those of issues to ask for; none means those asked for before, else `LABELS`.

    Raises:
        UsageError: that is no project of GitHub.
        SourceError: there is none so called, or neither the API nor the feed can be read.
    """
    name = project_name(told)
    api = GithubApi(settings, pause)
    try:
        name = github.fetch_name(api, name)
    except GoneError:
        raise
    except SourceError as error:
        # Its feed may do without the API; what it cannot bring comes with a later sync.
        if not github.fetch_releases_by_atom(settings, name, pause=pause).items:
            raise error from None
    address = f"{settings.web.rstrip('/')}/{name}"
    with database.write("follow a project") as connection:
        project = _named(projects.projects(connection, followed=False), name)
        before = {"followed": bool(project and project.followed), "labels": _labels_of(project)}
        chosen = list(labels or _labels_of(project) or LABELS)
        if project is None:
            project = projects.add_project(connection, name, address, chosen)
        after = {"followed": True, "labels": chosen}
        if before != after:
            projects.set_following(connection, project.id, followed=True, labels=chosen)
            data = {"feed": project.id, "name": name, "before": before, "after": after}
            personal.append_event(connection, EVENT, f"github:{name}", data)
    return _synced(database, replace(project, labels=tuple(chosen)), api, settings, pause)


def unfollow(connection: Connection, project: ProjectView) -> Change:
    """Stop following a project; what came of it stays, for when it is followed again."""
    labels = list(project.labels)
    projects.set_following(connection, project.id, followed=False, labels=labels)
    data = {
        "feed": project.id, "name": project.name,
        "before": {"followed": True, "labels": labels},
        "after": {"followed": False, "labels": labels},
    }  # fmt: skip
    event = personal.append_event(connection, EVENT, f"github:{project.name}", data)
    return Change(event, project.name, f"no longer follows {project.name}")


def put_back(connection: Connection, project: int, state: dict[str, object]) -> None:
    """Make a project followed or not, with such labels, without logging it.

    Raises:
        NotFoundError: it is gone.
    """
    told = state["labels"]
    labels = list(map(str, told)) if isinstance(told, list) else []
    if not projects.set_following(
        connection, project, followed=bool(state["followed"]), labels=labels
    ):
        raise NotFoundError("The project is not there any more.")


def find_project(database: Database, told: str) -> ProjectView:
    """Return the project followed under this name, address, or end of a name.

    Raises:
        NotFoundError: none is called so, or several are.
    """
    with database.read() as connection:
        known = projects.projects(connection)
    text = told.lower()
    found = [one for one in known if one.name.lower() == text or one.address.lower() == text]
    found = found or [one for one in known if one.name.lower().rpartition("/")[2] == text]
    if not found and ("/" in told or ":" in told):
        name = project_name(told).lower()
        found = [one for one in known if one.name.lower() == name]
    if len(found) != 1:
        raise NotFoundError(
            f"{'You follow no project' if not found else 'Several projects are'} called"
            f" {clean_line(told, 80)!r}.",
            hint="`assistant project list` shows those you follow.",
        )
    return found[0]


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
        found.append(_synced(database, project, api, settings, pause))
    progress(len(chosen), len(chosen), "")
    return found


def _synced(
    database: Database,
    project: ProjectView,
    api: GithubApi,
    settings: GithubSettings,
    pause: Callable[[float], None],
) -> ProjectOutcome:
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
    if _named(projects.projects(connection, followed=False), name, but=project.id):
        return f"{project.name} is called {name} now, which you follow too: unfollow one"
    projects.rename(connection, project.id, name, f"{settings.web.rstrip('/')}/{name}")
    return f"{project.name} is called {name} now"


def _named(known: Sequence[ProjectView], name: str, but: int = 0) -> ProjectView | None:
    return next((one for one in known if one.name.lower() == name.lower() and one.id != but), None)


def _labels_of(project: ProjectView | None) -> list[str]:
    return list(project.labels) if project else []
