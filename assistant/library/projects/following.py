"""Which projects a person follows; each change is logged and can be undone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from assistant.config import GithubSettings
from assistant.errors import NotFoundError, SourceError
from assistant.library.projects.syncing import ProjectOutcome, sync_project
from assistant.library.reading import Change
from assistant.sources import github
from assistant.sources.github_api import GithubApi, GoneError
from assistant.sources.github_names import project_name
from assistant.text import clean_line
from db import personal, projects
from db.engine import Connection, Database
from db.projects import ProjectView

EVENT = "project"
LABELS = ("good first issue",)
"""What issues are asked for where a person names no labels."""
MOST_LABELS = 5


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
        if not _has_feed(settings, name, pause):
            raise error from None
    address = f"{settings.web.rstrip('/')}/{name}"
    with database.write("follow a project") as connection:
        project = projects.project_named(connection, name)
        before = {"followed": bool(project and project.followed), "labels": _labels_of(project)}
        chosen = list(labels or _labels_of(project) or LABELS)
        if project is None:
            project = projects.add_project(connection, name, address, chosen)
        after = {"followed": True, "labels": chosen}
        if before != after:
            projects.set_following(connection, project.id, followed=True, labels=chosen)
            data = {"feed": project.id, "name": name, "before": before, "after": after}
            personal.append_event(connection, EVENT, f"github:{name}", data)
    return sync_project(database, replace(project, labels=tuple(chosen)), api, settings, pause)


def _has_feed(settings: GithubSettings, name: str, pause: Callable[[float], None]) -> bool:
    try:
        return bool(github.fetch_releases_by_atom(settings, name, pause=pause).items)
    except SourceError:
        return False


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


def _labels_of(project: ProjectView | None) -> list[str]:
    return list(project.labels) if project else []
