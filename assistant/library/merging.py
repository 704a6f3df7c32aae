"""Joining works that are one, parting those that are not; every join is logged and undone whole."""

from collections.abc import Sequence, Set
from typing import Any

from assistant.errors import NotFoundError
from assistant.library.drafts import Draft
from assistant.library.matching import Match
from assistant.library.persist import forget_words, load_drafts, write_drafts
from assistant.sources.identifiers import public_id
from assistant.sources.record import Identifier, Record
from db import carrying, doubts, personal, works
from db.engine import Connection

_FURTHER = ("unread", "later", "skimmed", "read")
_UNREAD = {"state": "unread", "rating": None, "starred": False}


def join(
    connection: Connection,
    keeper: Draft,
    other: Draft,
    match: Match,
    *,
    kind: str = "join",
    undoes: int | None = None,
    again: bool = False,
) -> int:
    """Let `keeper` take in a stored work, with its tags and reading; return the log's event id.

    The keeper's draft is left to the caller to write. The event holds all that undoing needs.
    """
    ids = (keeper.id, other.id)
    doubt = doubts.doubt_between(connection, *ids)
    tags = personal.tags_of(connection, ids)
    readings = personal.readings_of(connection, ids)
    event = personal.append_event(
        connection,
        kind,
        public_id(keeper.identifiers),
        {
            "keeper": keeper.id,
            "other": other.old_row,
            "versions": sorted(other.versions),
            "identifiers": sorted(other.identifiers),
            "tags": {str(work_id): tags.get(work_id, []) for work_id in ids},
            "readings": {str(work_id): readings.get(work_id, _UNREAD) for work_id in ids},
            "carried": carrying.take_over(connection, keeper.id, other.id),
            "reason": match.reason,
            "confidence": match.confidence,
            **_doubted(doubt),
            **({"again": True} if again else {}),
        },
        undoes=undoes,
    )
    personal.put_tags(
        connection, {keeper.id: [tag for work_id in ids for tag in tags.get(work_id, [])]}
    )
    mine, theirs = (readings.get(work_id, _UNREAD) for work_id in ids)
    personal.put_readings(connection, [{"work_id": keeper.id, **_union(mine, theirs)}])
    keeper.take_in(other)
    works.move_versions(connection, list(other.versions), keeper.id)
    forget_words(connection, other)
    works.delete_work(connection, other.id)
    return event


def merge_works(
    connection: Connection,
    keeper_id: int,
    other_id: int,
    *,
    kind: str = "merge",
    undoes: int | None = None,
    again: bool = False,
) -> int:
    """Make one work of two because a person says so; return the log's event id.

    Undoing and doing again give the `kind` of what was, which undo it `undoes`, or that it stands
    `again` and is no new deed.
    """
    drafts = {draft.id: draft for draft in load_drafts(connection, (keeper_id, other_id))}
    keeper, other = drafts[keeper_id], drafts[other_id]
    works.allow_together(connection, keeper_id, other_id)
    match = Match("you said so", 1.0)
    event = join(connection, keeper, other, match, kind=kind, undoes=undoes, again=again)
    write_drafts(connection, [keeper])
    return event


def keep_apart(connection: Connection, a: int, b: int, *, undoes: int | None = None) -> int:
    """Remember that two works are not one because a person says so; return the log's event id."""
    doubt = doubts.doubt_between(connection, a, b)
    doubts.remove_doubt(connection, a, b)
    works.keep_apart(connection, a, b)
    first = works.view_works(connection, [a])
    return personal.append_event(
        connection,
        "apart",
        first[0].public_id,
        {"works": [a, b], **_doubted(doubt)},
        undoes=undoes,
    )


def doubt_again(connection: Connection, a: int, b: int, data: dict[str, Any]) -> None:
    """Put a decision about two works back to what it was before: not taken."""
    works.allow_together(connection, a, b)
    if "doubt" in data:
        doubts.put_doubts(connection, [(a, b, *data["doubt"])])


def undo_merge(connection: Connection, data: dict[str, Any]) -> int:
    """Bring back the work a merge took in, as it was, and keep the two apart; return its id."""
    keeper_id, row = data["keeper"], data["other"]
    own = {Identifier(*one) for one in data["identifiers"]}
    keeper, other = _part(connection, keeper_id, row["id"], data["versions"], own)
    other.old_row = row
    # In this order, since the keeper may have taken the other's public id over.
    write_drafts(connection, [keeper])
    write_drafts(connection, [other])
    personal.put_tags(connection, {int(work_id): tags for work_id, tags in data["tags"].items()})
    personal.put_readings(
        connection,
        [{"work_id": int(work_id), **reading} for work_id, reading in data["readings"].items()],
    )
    carrying.give_back(connection, keeper_id, other.id, data.get("carried", {}))
    works.keep_apart(connection, keeper_id, other.id)
    return other.id


def log_matches(
    connection: Connection, matches: Sequence[tuple[Draft, Sequence[Record], Match]]
) -> None:
    """Log that entries joined works by title and authors, so that each can be parted again."""
    rows: list[tuple[str, dict[str, Any]]] = []
    for draft, records, match in matches:
        copies = {(record.source, record.source_id) for record in records}
        told = {
            "keeper": draft.id,
            "versions": sorted(
                row["id"]
                for row in draft.versions.values()
                if (row["source"], row["source_id"]) in copies
            ),
            "reason": match.reason,
            "confidence": match.confidence,
        }
        rows.append((public_id(draft.identifiers), told))
    personal.append_events(connection, "match", rows)


def undo_match(connection: Connection, data: dict[str, Any]) -> int:
    """Make a work of its own from versions that had joined another; return its id."""
    new_id, _ = works.next_ids(connection)
    keeper, other = _part(connection, data["keeper"], new_id, data["versions"])
    write_drafts(connection, [keeper])
    write_drafts(connection, [other])
    works.keep_apart(connection, keeper.id, new_id)
    return new_id


def split(connection: Connection, work_id: int, *, again: bool = False) -> tuple[int, int]:
    """Undo the newest join of a work, whether a merge or a match; return (event id, parted work).

    Raises:
        NotFoundError: the work was never joined with another.
    """
    event = personal.last_undoable(connection, ["merge", "join", "match"], keeper=work_id)
    if event is not None:
        undo = undo_match if event.kind == "match" else undo_merge
        data: dict[str, Any] = {
            "keeper": work_id,
            "parted": undo(connection, event.data),
            "joined": "merge" if event.kind == "merge" else "join",
            **({"again": True} if again else {}),
        }
        personal.append_event(connection, "split", event.subject, data, undoes=event.id)
        return event.id, data["parted"]
    raise NotFoundError(
        "This work is not made of several.", why="Nothing was ever merged into it by title."
    )


def _part(
    connection: Connection,
    keeper_id: int,
    new_id: int,
    version_ids: Sequence[int],
    own: Set[Identifier] = frozenset(),
) -> tuple[Draft, Draft]:
    """Take versions out of a work into a new one, with `own` identifiers or those only it has."""
    (keeper,) = load_drafts(connection, [keeper_id])
    moving = {version for version in version_ids if version in keeper.versions}
    staying = set(keeper.versions) - moving
    if not moving or not any(keeper.versions[version]["title"] for version in staying):
        raise NotFoundError("There is nothing left to part.", why="Its copies have since changed.")
    other = Draft(new_id, is_new=True)
    for version in moving:
        other.versions[version] = {**keeper.versions.pop(version), "work_id": new_id}
    other.changed = set(moving)
    keeper.changed = set(staying)
    mine, theirs = (_identifiers(draft) for draft in (keeper, other))
    other.identifiers = set(own) or (theirs - mine) or _own_name(other)
    keeper.identifiers -= other.identifiers
    other.new_identifiers = set(other.identifiers)
    return keeper, other


def _identifiers(draft: Draft) -> set[Identifier]:
    return {
        Identifier(*word.split(":", 1))
        for row in draft.versions.values()
        for word in (row["identifiers"] or "").split()
    }


def _own_name(draft: Draft) -> set[Identifier]:
    """Name a work whose every identifier belongs to another."""
    return {
        Identifier("local", f"{row['source']}-{row['id']}")
        for row in list(draft.versions.values())[:1]
    }


def _doubted(doubt: doubts.DoubtView | None) -> dict[str, Any]:
    return {"doubt": [doubt.reason, doubt.confidence]} if doubt else {}


def _union(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": max(mine["state"], theirs["state"], key=_FURTHER.index),
        "rating": mine["rating"] or theirs["rating"],
        "starred": mine["starred"] or theirs["starred"],
    }
