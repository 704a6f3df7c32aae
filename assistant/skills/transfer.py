"""Progress taken out as JSON lines and brought in again: all that was done, nothing computed.

The first line says what the file is. Each other one is an event:

    {"uid": "…", "at": "2026-11-25T…", "event": "lab-check", "subject": "lab:amp", "data": {…}}
    {"uid": "…", "at": "…", "event": "undo", "undoes": "…"}

`uid` follows from the rest, so the same event is known wherever it comes from, and bringing a file
in twice adds nothing. Events keep the moment they happened. Marking a paper read travels by the
paper's id.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from assistant.errors import ImportFileError
from assistant.library.spacing import ANSWERS
from assistant.skills.contributions import STATES, WHATS
from assistant.skills.deeds import CONTRIBUTION, KINDS, READING
from assistant.text import clean, clean_line
from db import learning
from db.engine import Connection

FORM = 1
LONGEST_LINE = 1_000_000
MOST_ERRORS = 20
_HEAD = {"assistant": "progress", "form": FORM}
_ELSEWHERE = "read-elsewhere"
_UNDO = "undo"
_UNDO_ELSEWHERE = "undo-elsewhere"  # not for the person to do again
_DEEP = 12
_SUBJECTS = {"track": "track", "skill": "skill", "lab": "lab", "read": ""}


@dataclass(slots=True)
class Imported:
    """What an import did; `errors` holds (line, what was wrong) of the first bad lines."""

    read: int = 0
    added: int = 0
    known: int = 0
    bad: int = 0
    errors: list[tuple[int, str]] = field(default_factory=list)


class _BadLineError(ValueError):
    """A line that is no event."""


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file; of one that is too long, only so much that it is seen to be.

    Raises:
        ImportFileError: the file cannot be read.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            while line := file.readline(LONGEST_LINE + 1):
                yield line
                while len(line) > LONGEST_LINE and not line.endswith("\n"):
                    line = file.readline(LONGEST_LINE + 1)
                    if len(line) <= LONGEST_LINE:
                        break
    except OSError as error:
        raise ImportFileError(f"Cannot read {path}.", why=error.strerror or str(error)) from error


def export_lines(connection: Connection) -> Iterator[str]:
    """Yield the lines of an export, the earliest event first."""
    yield _line(_HEAD)
    known: dict[int, str] = {}
    for row in learning.events_in_time(connection, KINDS, whole=True):
        one = _normal(row)
        if one is not None:
            known[row.id] = one["uid"]
            yield _line(one)
    for _, undone, at in learning.undoing(connection, known):
        yield _line(_undo(at, known[undone]))


def import_lines(connection: Connection, lines: Iterable[str]) -> Imported:
    """Add the events of an export to the log; those it has already are left alone.

    Raises:
        ImportFileError: the first line does not say that this is an export of progress.
    """
    present: dict[str, int] = {}
    for row in learning.events_in_time(connection, KINDS, whole=True):
        if (one := _normal(row)) is not None:
            present[one["uid"]] = row.id
    taken_back = {undone for _, undone, _ in learning.undoing(connection, present.values())}
    report = Imported()
    for number, line in enumerate(lines, start=1):
        if number == 1:
            _check_head(line)
            continue
        if not line.strip():
            continue
        report.read += 1
        try:
            told = _parsed(line)
            if told["event"] == _UNDO:
                added = _add_undo(connection, told, present, taken_back)
            else:
                added = _add(connection, told, present)
        except _BadLineError as error:
            report.bad += 1
            if len(report.errors) < MOST_ERRORS:
                report.errors.append((number, str(error)))
            continue
        report.added += added
        report.known += not added
    return report


def _add(connection: Connection, told: Mapping[str, Any], present: dict[str, int]) -> bool:
    event, subject, data = told["event"], told["subject"], told["data"]
    uid = _uid(told["at"], event, subject, data)
    is_new = uid not in present
    if is_new:
        kind = _ELSEWHERE if event == "read" else event
        present[uid] = learning.append_past(connection, told["at"], kind, subject, data)
    # Another program may have written it in another form; what takes it back calls it so.
    present[told["uid"]] = present[uid]
    return is_new


def _add_undo(
    connection: Connection, told: Mapping[str, Any], present: Mapping[str, int], gone: set[int]
) -> bool:
    event = present.get(told["undoes"])
    if event is None:
        raise _BadLineError("it takes back an event that is not here")
    if event in gone:
        return False
    learning.append_past(connection, told["at"], _UNDO_ELSEWHERE, "progress", {}, undoes=event)
    gone.add(event)
    return True


def _normal(row: learning.LogRow) -> dict[str, Any] | None:
    """Return an event as it travels; None for one that is nothing to learning."""
    kind, data = row.kind, row.data
    if kind == READING:
        kind = "read"
        state = str(data.get("after", {}).get("state", ""))
        if not row.subject.partition(":")[2]:
            return None
        data = {"state": state, "told": f"marked {state}"}
    elif kind == _ELSEWHERE:
        kind = "read"
    uid = _uid(row.at, kind, row.subject, data)
    return {"uid": uid, "at": row.at, "event": kind, "subject": row.subject, "data": data}


def _undo(at: str, undoes: str) -> dict[str, Any]:
    return {"uid": _uid(at, _UNDO, undoes, {}), "at": at, "event": _UNDO, "undoes": undoes}


def _uid(at: str, kind: str, subject: str, data: Mapping[str, Any]) -> str:
    told = json.dumps([at, kind, subject, data], sort_keys=True, ensure_ascii=True)
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _line(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n"


def _check_head(line: str) -> None:
    try:
        head = json.loads(line[:1_000])
    except (ValueError, RecursionError):
        head = None
    if not isinstance(head, dict) or head.get("assistant") != "progress":
        raise ImportFileError(
            "This is no export of progress.",
            why="Its first line does not say so.",
            hint="`assistant progress export FILE` makes one.",
        )
    if head.get("form") != FORM:
        raise ImportFileError(
            f"This export has form {clean_line(str(head.get('form')), 20)}, and {FORM} is known.",
            hint="Update assistant, or export again with this one.",
        )


def _parsed(line: str) -> dict[str, Any]:
    """Return a line's event, checked and cleaned.

    Raises:
        _BadLineError: it is none.
    """
    if len(line) > LONGEST_LINE:
        raise _BadLineError(f"it is longer than {LONGEST_LINE:,} characters")
    try:
        told = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"no JSON: {clean_line(str(error), 80)}") from error
    if not isinstance(told, dict):
        raise _BadLineError("no event")
    event = told.get("event")
    if event != _UNDO and event != "read" and (event not in KINDS or event == READING):
        raise _BadLineError(f"unknown event {clean_line(str(event), 40)!r}")
    at = _moment(told.get("at"))
    if event == _UNDO:
        if not isinstance(told.get("undoes"), str):
            raise _BadLineError("an undo that does not say of what")
        return {"event": event, "at": at, "undoes": told["undoes"]}
    subject, data = told.get("subject"), told.get("data")
    noun = _SUBJECTS[event.partition("-")[0]]
    if not isinstance(subject, str) or subject != clean_line(subject, 400):
        raise _BadLineError("no subject")
    if not subject.partition(":")[2] or (noun and not subject.startswith(f"{noun}:")):
        raise _BadLineError(f"its subject is no {noun or 'paper'}")
    if not isinstance(data, dict):
        raise _BadLineError("no data")
    data = _cleaned(data, 0)
    _check_data(event, data)
    uid = str(told.get("uid", ""))[:64]
    return {"event": event, "at": at, "subject": subject, "data": data, "uid": uid}


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number of JSON")


def _moment(told: object) -> str:
    try:
        at = datetime.fromisoformat(str(told))
        late = at > datetime.now(UTC) + timedelta(days=1)
    except (ValueError, TypeError, OverflowError) as error:
        raise _BadLineError("no moment, or one without a time zone") from error
    if late or at.year < 1990:
        raise _BadLineError("a moment that cannot be")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _cleaned(value: Any, depth: int) -> Any:
    """Return JSON with every text cleaned; what is nested too deeply is refused."""
    if depth > _DEEP:
        raise _BadLineError("nested too deeply")
    if isinstance(value, str):
        return clean(value, 20_000)
    if isinstance(value, list):
        return [_cleaned(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {clean_line(key, 200): _cleaned(one, depth + 1) for key, one in value.items()}
    return value


_NEEDED: dict[str, dict[str, type | tuple[type, ...]]] = {
    "read": {"state": str},
    "lab-start": {},
    "lab-check": {"status": str, "passed": int, "checks": int},
    "lab-hint": {"check": str, "number": int},
    "lab-run": {"run": str, "ok": bool},
    "skill-proof": {"how": str},
    "skill-review": {"answer": str},
    CONTRIBUTION: {"what": str, "state": str, "link": str},
}


def _check_data(event: str, data: Mapping[str, Any]) -> None:
    """Refuse data that does not hold what is made of such an event."""
    for name, kind in {"told": str, **_NEEDED.get(event, {})}.items():
        if not isinstance(data.get(name), kind) or (kind is int and isinstance(data[name], bool)):
            raise _BadLineError(f"{event} without {name}")
    if event == "skill-review" and data["answer"] not in ANSWERS:
        raise _BadLineError("an answer that is none")
    if event == CONTRIBUTION and not (
        data["what"] in WHATS
        and data["state"] in STATES
        and data["link"].startswith(("https://", "http://"))
    ):
        raise _BadLineError("a contribution that is none")
    if event == "skill-proof" and not (
        (data["how"] == "note" and type(data.get("words")) is int) or data["how"] == "link"
    ):
        raise _BadLineError("a proof that is neither a note nor a link")
