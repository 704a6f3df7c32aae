"""Profiles: what a person follows, likes and mutes; each change is logged and can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import NotFoundError, UsageError
from assistant.library.reading import Change, Named, told_change
from assistant.sources.arxiv_names import checked_category
from assistant.text import clean_line
from db import personal, profiles
from db.engine import Connection

MAIN = "main"
"""The profile that is there from the start."""
FIRST_CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "stat.ML")
MAX_NAME = 40
MAX_RULE = 200
_LIKED = {1: "liked", -1: "disliked", None: "neither liked nor disliked"}


@dataclass(frozen=True, slots=True)
class Following:
    """A profile with all it follows and mutes."""

    id: int
    name: str
    categories: tuple[str, ...]
    authors: tuple[str, ...]
    searches: tuple[str, ...]
    muted: tuple[str, ...]
    tracks: tuple[str, ...] = ()


def ensure_main(connection: Connection) -> None:
    """Make the first profile where there is none: it follows the large machine learning classes."""
    if not profiles.profiles(connection):
        profile = profiles.add_profile(connection, MAIN)
        for category in FIRST_CATEGORIES:
            profiles.put_rule(connection, profile, "category", category)


def find_profile(connection: Connection, name: str | None) -> Following:
    """Return a profile by name; None means the first one.

    Raises:
        NotFoundError: there is no such profile.
    """
    known = profiles.profiles(connection)
    row = next((one for one in known if name is None or one.name == name), None)
    if row is None:
        names = ", ".join(one.name for one in known) or "none"
        raise NotFoundError(
            f"There is no profile {clean_line(name or MAIN, 60)!r}.",
            why=f"Profiles: {names}.",
            hint="`assistant profile new NAME` makes one.",
        )
    rules = profiles.rules(connection, row.id)
    return Following(
        row.id,
        row.name,
        tuple(rules["category"]),
        tuple(rules["author"]),
        tuple(rules["search"]),
        tuple(rules["mute"]),
        tuple(rules["track"]),
    )


def new_profile(connection: Connection, name: str, categories: Sequence[str]) -> Change:
    """Make a profile that follows these arXiv categories.

    Raises:
        UsageError: the name is none, or taken.
    """
    name = clean_line(name, MAX_NAME + 1).lower()
    if not name or len(name) > MAX_NAME or not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError(
            f"{name!r} cannot be a profile's name.",
            why=f"A name has at most {MAX_NAME} letters, digits, - and _.",
        )
    if any(one.name == name for one in profiles.profiles(connection)):
        raise UsageError(f"There is a profile {name!r} already.")
    followed = [_category(one) for one in categories]
    profile = profiles.add_profile(connection, name)
    for category in followed:
        profiles.put_rule(connection, profile, "category", category)
    event = personal.append_event(
        connection, "profile-new", name, {"profile": profile, "categories": followed}
    )
    follows = f"follows {', '.join(followed)}" if followed else "follows nothing yet"
    return Change(event, name, f"new profile, {follows}")


def like(connection: Connection, profile: Following, work: Named, liked: int | None) -> Change:
    """Like (1) or dislike (-1) a paper in a profile; None takes it back."""
    return like_all(connection, profile, [work], liked)


def like_all(
    connection: Connection, profile: Following, papers: Sequence[Named], liked: int | None
) -> Change:
    """Like (1) or dislike (-1) papers at once in a profile, undone at once; None takes it back."""
    papers = list({one.id: one for one in papers}.values())
    held = profiles.likings(connection, profile.id, [one.id for one in papers])
    rows: list[tuple[str, dict[str, Any]]] = [
        (
            one.public_id,
            {"profile": profile.id, "work": one.id, "before": held.get(one.id), "after": liked},
        )
        for one in papers
        if held.get(one.id) != liked
    ]
    profiles.put_likings(connection, profile.id, {data["work"]: liked for _, data in rows})
    told = f"{_LIKED[liked]} in {profile.name}" if rows else _LIKED[liked]
    return told_change(connection, "like", rows, papers, told)


def follow(
    connection: Connection, profile: Following, kind: str, value: str, *, stop: bool = False
) -> Change:
    """Follow a category, an author, a search or a track in a profile, or mute words.

    `stop` ends it. A track goes by its id; whether there is one is for the caller to know.

    Raises:
        UsageError: the value is nothing that can be followed.
        NotFoundError: it should stop and was never there.
    """
    value = _category(value) if kind == "category" else clean_line(value, MAX_RULE)
    if not value:
        raise UsageError(f"Which {kind}?")
    verb = "mutes" if kind == "mute" else f"follows {kind}"
    if stop:
        if not profiles.remove_rule(connection, profile.id, kind, value):
            raise NotFoundError(
                f"{profile.name} never did: {verb} {value}.",
                hint="`assistant profile show` lists what it follows and mutes.",
            )
        told = f"no longer {verb} {value}"
    elif profiles.put_rule(connection, profile.id, kind, value):
        told = f"{verb} {value}"
    else:
        return Change(None, profile.name, f"{verb} {value}")
    data = {"profile": profile.id, "kind": kind, "value": value, "added": not stop}
    event = personal.append_event(connection, "follow", profile.name, data)
    return Change(event, profile.name, told)


def _category(name: str) -> str:
    return clean_line(name, 41) if checked_category(clean_line(name, 41)) else ""
