"""What the Skills area asks of the library and the vault; imported once the library is open."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.notes.linking import links_to_id
from assistant.notes.vault import Vault
from assistant.skills.learner import Learner
from assistant.skills.model import Skill
from db import notes as index
from db import personal, works
from db.engine import Connection

Kind = Literal["paper", "named", "missing", "web", "lab", "skill", "note"]


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a place of a page leads: `name` is a work's number, an address, a path or an id; a
    paper that is "named" goes by its id.

    `copied` is what is copied of it; `section` tells two places apart that lead to the same.
    """

    kind: Kind
    name: Hashable
    copied: str
    section: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """Something on a reading list: `state` is unread, skimmed, read or later, "missing" where the
    library does not have it, "" for what is no paper.
    """

    goal: Goal
    title: str
    why: str
    state: str = ""
    year: int | None = None


def readings(connection: Connection, learner: Learner, skill: Skill) -> list[Reading]:
    """Return a skill's reading list, with what was read of it."""
    numbers = [learner.numbers[one.work] for one in skill.read if one.work in learner.numbers]
    views = {one.id: one for one in works.view_works(connection, numbers)}
    states = personal.readings_of(connection, numbers)
    found = []
    for item in skill.read:
        if not item.work:
            found.append(Reading(Goal("web", item.url, item.url), item.title, item.why))
            continue
        view = views.get(learner.numbers.get(item.work, 0))
        if view is None:
            goal = Goal("missing", item.work, item.work)
            found.append(Reading(goal, item.title or item.work, item.why, "missing"))
            continue
        state = str(states.get(view.id, {}).get("state") or "unread")
        goal = Goal("paper", view.id, view.public_id)
        title = item.title or view.title
        found.append(Reading(goal, title, item.why, state, view.year))
    return found


def notes_of_skill(vault: Vault, ids: Iterable[str]) -> list[tuple[str, str]]:
    """Return (path, title) of the notes that link to a skill or lab by any of its ids."""
    paths = {link.source for link in links_to_id(vault, [f"skill:{id}" for id in ids])}
    with vault.database.read() as connection:
        found = index.views(connection, sorted(paths))
    return [(one.path, one.title) for one in found]
