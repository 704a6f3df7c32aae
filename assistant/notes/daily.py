"""The note of a day: what was read, run and decided, and what one caught in passing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from assistant.config import NotesSettings
from assistant.errors import AssistantError
from assistant.notes import files, managed
from assistant.notes.changing import rewrite
from assistant.notes.names import checked_path, name_of
from assistant.notes.templating import markdown_text, render
from assistant.notes.vault import Vault
from assistant.notes.writing import TOLD, append, captured, create, now
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line
from db import notes as index
from db import works
from db.engine import Connection

BLOCK = "day"
_READ = ("state",)
_DECIDED = ("rate", "star", "tag", "like", "follow", "merge", "split", "profile-new")
_NOTED = ("note-new", "note-save", "note-edit", "note-rename", "note-trash")


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of what happened on a day, in lines of Markdown."""

    name: str
    lines: list[str]


def daily_path(vault: Vault, day: date) -> str:
    """Return where the note of a day lies; where Obsidian's own daily notes go, if it has any."""
    folder = vault.settings.notes.daily.strip("/")
    if folder == NotesSettings().daily:
        folder = _obsidian_folder(vault) or folder
    return f"{folder}/{day.isoformat()}.md".lstrip("/")


def _obsidian_folder(vault: Vault) -> str:
    """Where Obsidian puts daily notes, "" where it does not say or names them otherwise."""
    try:
        data = files.read(vault.locate(".obsidian/daily-notes.json"), most=100_000)
        told = json.loads(data)
        folder = str(told.get("folder") or "").strip("/")
        plain = told.get("format") in (None, "", "YYYY-MM-DD")
        return checked_path(folder) if folder and plain else ""
    except (AssistantError, ValueError, AttributeError):
        return ""


def daily_note(vault: Vault, day: date) -> tuple[str, bool]:
    """Make the note of a day or bring its managed block up to date; return path and if it changed.

    A note whose marks were taken away stays as it is.

    Raises:
        TemplateError: the template is wrong.
    """
    path = daily_path(vault, day)
    with vault.database.read() as connection:
        parts = what_happened(connection, day)
    note = {"id": f"daily:{day.isoformat()}", "created": now()}
    text = render(vault.home, "daily", note=note, day={"date": day.isoformat(), "parts": parts})
    if not vault.locate(path).exists():
        create(vault, path, text)
        return path, True
    with vault.writing():
        before, _ = files.read_text(vault.locate(path))
        try:
            after = managed.replaced(before, BLOCK, text)
        except managed.NoBlockError:
            return path, False
        if after != before:
            rewrite(vault, "note-update", path, before, after)
    return path, after != before


def capture(vault: Vault, text: str, moment: datetime | None = None) -> str:
    """Add a thought to the note of the day, and return that note's path.

    Once this returns, the thought is on the disk.

    Raises:
        UsageError: there is nothing in it.
    """
    moment = moment or datetime.now()
    line = captured(text, moment)
    path = daily_path(vault, moment.date())
    if not vault.locate(path).exists():
        daily_note(vault, moment.date())
    append(vault, path, line)
    return path


def what_happened(connection: Connection, day: date) -> list[Part]:
    """Return what was read, run, decided and noted on a local day; what was undone is left out."""
    start = datetime.combine(day, time.min).astimezone()
    end = datetime.combine(day + timedelta(days=1), time.min).astimezone()
    since, until = (moment.astimezone(UTC).isoformat() for moment in (start, end))
    events = index.events_between(connection, since, until)
    undone = {event["undoes"] for event in events}
    events = [event for event in events if event["id"] not in undone]
    titles = _titles(connection, [event["subject"] for event in events])
    read = _by_subject(events, _READ)
    parts = [
        Part("Read", [
            f"{_paper(subject, titles)}: {told[-1]['data']['after']['state']}"
            for subject, told in read.items()
            if told[-1]["data"]["after"]["state"] != "unread"
        ]),
        Part("Run", [
            f"{markdown_text(clean_line(event['subject'], 120))}: {markdown_text(_of_lab(event))}"
            for event in events if event["kind"].startswith("lab")
        ]),
        Part("Decided", [
            f"{_paper(subject, titles)}: {'; '.join(dict.fromkeys(map(_decision, told)))}"
            for subject, told in _by_subject(events, _DECIDED).items()
        ]),
        Part("Noted", _noted(events, day)),
        Part("Reviewed", _reviewed(events)),
    ]  # fmt: skip
    return [part for part in parts if part.lines]


def _by_subject(events: Sequence[dict[str, Any]], kinds: Sequence[str]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for event in events:
        if event["kind"] in kinds:
            found.setdefault(event["subject"], []).append(event)
    return found


def _titles(connection: Connection, subjects: Sequence[str]) -> dict[str, str]:
    wanted: dict[str, list[str]] = {}
    for subject in subjects:
        if identifier := parse_identifier(subject):
            wanted.setdefault(identifier.scheme, []).append(identifier.value)
    found = works.find_identifiers(connection, wanted)
    views = {view.id: view for view in works.view_works(connection, list(set(found.values())))}
    return {
        f"{scheme}:{value}": views[work].title
        for (scheme, value), work in found.items()
        if work in views
    }


def _paper(subject: str, titles: dict[str, str]) -> str:
    title = titles.get(subject)
    if title is None:
        return markdown_text(clean_line(subject, 120))
    label = clean_line(title, 120).translate(str.maketrans("[]|", "()/"))
    return f"[[{subject}|{label}]]"


def _decision(event: dict[str, Any]) -> str:
    from assistant.library.undoing import describe

    try:
        return markdown_text(describe(event["kind"], event["data"]))
    except (KeyError, TypeError):
        return str(event["kind"])


def _of_lab(event: dict[str, Any]) -> str:
    data = event["data"]
    told = data.get("summary") or data.get("outcome") or event["kind"].replace("lab-", "")
    return clean_line(str(told), 200)


def _noted(events: Sequence[dict[str, Any]], day: date) -> list[str]:
    last: dict[str, str] = {}
    for event in events:
        if event["kind"] not in _NOTED:
            continue
        path = event["subject"].removeprefix("note:")
        if event["kind"] == "note-rename":
            for old in event["data"].get("moved", {}):
                last.pop(old, None)
        if name_of(path) != day.isoformat():
            last[path] = "made" if last.get(path) == "made" else TOLD[event["kind"]]
    return [
        f"[[{path.removesuffix('.md')}|{name_of(path)}]]: {what}"
        if what != "trashed"
        else f"{markdown_text(name_of(path))}: trashed"
        for path, what in last.items()
    ]


def _reviewed(events: Sequence[dict[str, Any]]) -> list[str]:
    count = sum(event["kind"] == "review" for event in events)
    return [f"{count} card{'s' if count != 1 else ''}"] if count else []
