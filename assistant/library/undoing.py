"""Undoing what a person did, the newest thing first."""

from typing import Any

from assistant.errors import NotFoundError
from assistant.library.merging import merge_works, undo_merge
from assistant.library.reading import Change
from db import personal, profiles
from db.engine import Connection

UNDOABLE = (
    "state", "rate", "star", "tag", "merge", "split", "like", "follow", "profile-new"
)  # fmt: skip


def undo_last(connection: Connection) -> Change:
    """Undo the newest thing a person did that is not undone yet.

    Raises:
        NotFoundError: there is nothing to undo.
    """
    event = personal.last_undoable(connection, UNDOABLE)
    if event is None:
        raise NotFoundError("There is nothing to undo.")
    data = event.data
    if event.kind == "merge":
        undo_merge(connection, data)
    elif event.kind == "split":
        merge_works(connection, data["keeper"], data["parted"])
    elif event.kind == "tag":
        personal.put_tags(connection, {data["work"]: data["before"]})
    elif event.kind == "like":
        profiles.put_liking(connection, data["profile"], data["work"], data["before"])
    elif event.kind == "follow":
        change = profiles.remove_rule if data["added"] else profiles.put_rule
        change(connection, data["profile"], data["kind"], data["value"])
    elif event.kind == "profile-new":
        profiles.remove_profile(connection, data["profile"])
    else:
        personal.put_readings(connection, [{"work_id": data["work"], **data["before"]}])
    number = personal.append_event(connection, "undo", event.subject, {}, undoes=event.id)
    return Change(number, event.subject, f"undid: {describe(event.kind, data)}")


def describe(kind: str, data: dict[str, Any]) -> str:
    """Say in words what an undoable event did."""
    if kind == "state":
        return f"marked {data['after']['state']}"
    if kind == "rate":
        rating = data["after"]["rating"]
        return f"rated {rating} of 5" if rating else "rating removed"
    if kind == "star":
        return "starred" if data["after"]["starred"] else "star removed"
    if kind == "tag":
        before, after = (", ".join(data[side]) or "none" for side in ("before", "after"))
        return f"tags from {before} to {after}"
    if kind == "like":
        return {1: "liked", -1: "disliked", None: "took a like back"}[data["after"]]
    if kind == "follow":
        return f"{'added' if data['added'] else 'removed'} {data['kind']} {data['value']}"
    if kind == "profile-new":
        return "made a profile"
    return {"merge": "merged two works", "split": "split a work"}[kind]
