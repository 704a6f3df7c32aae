"""Undoing what a person did, the newest thing first, and doing it again.

The log only grows: an undo is an event that names the one it undoes, and doing again is an event
like the first that names the undo. What was done to many papers at once is undone at once.
"""

from collections.abc import Callable, Sequence
from typing import Any

from assistant.errors import NotFoundError
from assistant.library import searches
from assistant.library.merging import (
    doubt_again,
    keep_apart,
    merge_works,
    split,
    undo_merge,
)
from assistant.library.projects import following as project_following
from assistant.library.reading import UNREAD, Change
from assistant.library.trash import move_back, move_out
from assistant.library.venues import following as venue_following
from db import personal, profiles, works
from db.engine import Connection
from db.models import Event

SAID = ("track-pick", "skill-start", "skill-proof", "skill-review", "skill-contribution")
"""What changes nothing but the log, from which its effect follows."""
UNDOABLE = (
    "state", "rate", "star", "tag", "like", "trash", "restore", "merge", "split", "apart", "follow",
    "profile-new", "save-search", "venue", "project", *SAID,
)  # fmt: skip

_FIELDS = {"state": "state", "rate": "rating", "star": "starred"}
Data = dict[str, Any]


def undo_last(connection: Connection) -> Change:
    """Undo the newest thing a person did that is not undone yet.

    Where that is not possible any more, it is passed over, and the change says so.

    Raises:
        NotFoundError: there is nothing to undo.
    """
    newest = personal.last_undoable(connection, UNDOABLE)
    if newest is None:
        raise NotFoundError("There is nothing to undo.")
    events = personal.done_at_once(connection, newest)
    told = _told(newest.kind, newest.data, len(events))
    try:
        _take_back(connection, newest.kind, [event.data for event in events])
        text = f"undid: {told}"
    except NotFoundError as error:
        text = f"could no longer undo: {told}. {error.title}"
    undone = personal.append_events(
        connection,
        "undo",
        [(event.subject, {"told": told}) for event in events],
        undoes=[event.id for event in events],
    )
    return _change(undone[0], events, text)


def redo_last(connection: Connection) -> Change:
    """Do again what was undone last; anything done since ends that.

    Raises:
        NotFoundError: there is nothing to do again.
    """
    newest = personal.last_redoable(connection, UNDOABLE)
    if newest is None:
        raise NotFoundError("There is nothing to redo.")
    undos = personal.done_at_once(connection, newest)
    known = personal.events_by_id(connection, [undo.undoes for undo in undos if undo.undoes])
    pairs = sorted((undo.undoes, undo.id) for undo in undos if undo.undoes)
    events = [known[event] for event, _ in pairs]
    told = _told(events[0].kind, events[0].data, len(events))
    try:
        number = _do_again(connection, events, [undo for _, undo in pairs])
        text = f"did again: {told}"
    except NotFoundError as error:
        text = f"could no longer do again: {told}. {error.title}"
        rows = [(event.subject, {"told": told}) for event in events]
        number = personal.append_events(
            connection, "redo", rows, undoes=[undo for _, undo in pairs]
        )[0]
    return _change(number, events, text)


def describe(kind: str, data: Data) -> str:
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
    if kind in SAID:
        return str(data["told"])
    if kind == "venue":
        return f"{'followed' if data['added'] else 'no longer followed'} {data['name']}"
    if kind == "project":
        before, after = data["before"], data["after"]
        if before["followed"] == after["followed"]:
            return f"asked {data['name']} for issues labelled {', '.join(after['labels'])}"
        return f"{'followed' if after['followed'] else 'no longer followed'} {data['name']}"
    if kind == "save-search":
        return f"{'forgot' if data['after'] is None else 'saved'} the search {data['name']}"
    return {
        "merge": "merged two works",
        "split": "split a work",
        "apart": "kept two works apart",
        "profile-new": "made a profile",
        "trash": "moved to the trash",
        "restore": "restored from the trash",
    }[kind]


def _told(kind: str, data: Data, count: int) -> str:
    if count == 1:
        return describe(kind, data)
    told = "tags changed" if kind == "tag" else describe(kind, data)
    return f"{told}, {count:,} papers"


def _change(number: int, events: Sequence[Event], text: str) -> Change:
    touched = tuple(event.data["work"] for event in events if "work" in event.data)
    subject = events[0].subject if len(events) == 1 else f"{len(events):,} papers"
    return Change(number, subject, text, touched)


def _take_back(connection: Connection, kind: str, rows: Sequence[Data]) -> None:
    """Make what events of one kind changed as it was before them.

    Raises:
        NotFoundError: what they changed is not there any more.
    """
    if kind in _SETTERS:
        _SETTERS[kind](connection, kind, _there(connection, rows), "before", "after")
    elif kind == "trash":
        move_back(connection, [data["work"] for data in rows])
    elif kind == "restore":
        move_out(connection, [data["work"] for data in _there(connection, rows)])
    elif kind == "save-search":
        searches.put_back(connection, rows[0]["name"], rows[0]["before"])
    elif kind == "follow":
        _follow(connection, rows[0], added=not rows[0]["added"])
    elif kind == "venue":
        venue_following.put_back(connection, rows[0]["venue"], followed=not rows[0]["added"])
    elif kind == "project":
        project_following.put_back(connection, rows[0]["feed"], rows[0]["before"])
    elif kind == "profile-new":
        profiles.remove_profile(connection, rows[0]["profile"])
    elif kind == "merge":
        _must_be_there(connection, rows[0]["keeper"])
        parted = undo_merge(connection, rows[0])
        if "doubt" in rows[0]:
            doubt_again(connection, rows[0]["keeper"], parted, rows[0])
    elif kind == "apart":
        a, b = rows[0]["works"]
        _must_be_there(connection, a, b)
        doubt_again(connection, a, b, rows[0])
    elif kind == "split":
        keeper, parted = rows[0]["keeper"], rows[0]["parted"]
        _must_be_there(connection, keeper, parted)
        merge_works(connection, keeper, parted, kind=rows[0].get("joined", "merge"), again=True)


def _do_again(connection: Connection, events: Sequence[Event], undos: Sequence[int]) -> int:
    """Do what undone events of one kind did, log it, and return the first event's id.

    Raises:
        NotFoundError: what they changed is not there any more.
    """
    kind = events[0].kind
    rows = [event.data for event in events]
    if kind == "merge":
        keeper, other = rows[0]["keeper"], rows[0]["other"]["id"]
        _must_be_there(connection, keeper, other)
        return merge_works(connection, keeper, other, undoes=undos[0])
    if kind == "apart":
        _must_be_there(connection, *rows[0]["works"])
        return keep_apart(connection, *rows[0]["works"], undoes=undos[0])
    if kind == "split":
        _must_be_there(connection, rows[0]["keeper"])
        split(connection, rows[0]["keeper"], again=True)
        told = {"told": describe(kind, rows[0])}
        return personal.append_event(connection, "redo", events[0].subject, told, undoes=undos[0])
    if kind in _SETTERS:
        _SETTERS[kind](connection, kind, _there(connection, rows), "after", "before")
    elif kind == "trash":
        move_out(connection, [data["work"] for data in _there(connection, rows)])
    elif kind == "restore":
        move_back(connection, [data["work"] for data in rows])
    elif kind == "save-search":
        searches.put_back(connection, rows[0]["name"], rows[0]["after"])
    elif kind == "follow":
        _follow(connection, rows[0], added=rows[0]["added"])
    elif kind == "venue":
        venue_following.put_back(connection, rows[0]["venue"], followed=rows[0]["added"])
    elif kind == "project":
        project_following.put_back(connection, rows[0]["feed"], rows[0]["after"])
    elif kind == "profile-new":
        number = rows[0]["profile"]
        profiles.add_profile(connection, events[0].subject, id=number)
        for category in rows[0].get("categories", ()):
            profiles.put_rule(connection, number, "category", category)
    logged = [(event.subject, event.data) for event in events]
    return personal.append_events(connection, kind, logged, undoes=undos)[0]


def _set_readings(
    connection: Connection, kind: str, rows: Sequence[Data], to: str, was: str
) -> None:
    # Only the field that was changed: an import may have told the others since.
    field = _FIELDS[kind]
    held = personal.readings_of(connection, [data["work"] for data in rows])
    personal.put_readings(
        connection,
        [
            {
                "work_id": data["work"],
                **held.get(data["work"], UNREAD),
                field: data[to][field],
            }
            for data in rows
        ],
    )


def _set_tags(connection: Connection, kind: str, rows: Sequence[Data], to: str, was: str) -> None:
    held = personal.tags_of(connection, [data["work"] for data in rows])
    personal.put_tags(
        connection,
        {
            data["work"]: sorted(
                set(held.get(data["work"], ())) - (set(data[was]) - set(data[to])) | set(data[to])
            )
            for data in rows
        },
    )


def _set_likings(
    connection: Connection, kind: str, rows: Sequence[Data], to: str, was: str
) -> None:
    profile = rows[0]["profile"]
    if all(one.id != profile for one in profiles.profiles(connection)):
        raise NotFoundError("Its profile is gone.")
    profiles.put_likings(connection, profile, {data["work"]: data[to] for data in rows})


_SETTERS: dict[str, Callable[[Connection, str, Sequence[Data], str, str], None]] = {
    "state": _set_readings,
    "rate": _set_readings,
    "star": _set_readings,
    "tag": _set_tags,
    "like": _set_likings,
}


def _follow(connection: Connection, data: Data, *, added: bool) -> None:
    change = profiles.put_rule if added else profiles.remove_rule
    if all(one.id != data["profile"] for one in profiles.profiles(connection)):
        raise NotFoundError("Its profile is gone.")
    change(connection, data["profile"], data["kind"], data["value"])


def _there(connection: Connection, rows: Sequence[Data]) -> list[Data]:
    """Those of the rows whose work is in the library; one that became part of another is not."""
    present = works.present(connection, [data["work"] for data in rows])
    found = [data for data in rows if data["work"] in present]
    if not found:
        raise NotFoundError("The paper is not in the library any more.")
    return found


def _must_be_there(connection: Connection, *work_ids: int) -> None:
    if len(works.present(connection, work_ids)) < len(set(work_ids)):
        raise NotFoundError("One of the papers is not in the library any more.")
