"""Fetching the public collections of deadlines: a folder, one document, or GitHub's list of files.

What is listed on GitHub is fetched file by file; what has not changed is not sent again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.config import DeadlinesSettings
from assistant.errors import SourceError
from assistant.sources.courtesy import Again, Courtesy, persist, server_of
from assistant.sources.meetings import Meeting, ReadMeetings, read_ccfddl, read_huggingface
from assistant.sources.polite import NO_VALIDATORS, Answer, Validators, get
from assistant.sources.yaml_texts import read_yaml
from assistant.text import clean_line

READERS: dict[str, Callable[[Any], ReadMeetings]] = {
    "ccfddl": read_ccfddl,
    "huggingface": read_huggingface,
}
"""Collection -> what reads its form."""
_MAX_BYTES = 8_000_000
_MAX_FILES = 2_000
_RAW = "raw.githubusercontent.com"
_ENDS = (".yml", ".yaml")


@dataclass(slots=True)
class FetchedMeetings:
    """What a collection tells now.

    `files` maps each file it has to its meetings, None where it has not changed; `validators` maps
    addresses to what to ask with next time. `unchanged` says that nothing has.
    """

    files: dict[str, tuple[Meeting, ...] | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    validators: dict[str, Validators] = field(default_factory=dict)
    unchanged: bool = False


def fetch_meetings(
    collection: str,
    address: str,
    settings: DeadlinesSettings,
    known: Callable[[str], Validators],
    *,
    pause: Callable[[float], None],
    progress: Callable[[int, int], None] = lambda *_: None,
) -> FetchedMeetings:
    """Return what a collection has at an address: a folder or file here, or one on the web.

    `known` tells the validators of an address that was asked before.

    Raises:
        SourceError: it cannot be read, or is not of its form.
    """
    reader = READERS[collection]
    if not address.startswith(("http://", "https://")):
        return _from_disk(Path(address.removeprefix("file://")).expanduser(), reader)
    fetched = FetchedMeetings()
    first = _get(address, settings, known(address), pause)
    fetched.validators[address] = first.validators
    if first.status == 304:
        fetched.unchanged = True
        return fetched
    if first.body.lstrip()[:1] == b"[" and (listed := _listing(first.body)) is not None:
        for done, (name, where) in enumerate(sorted(listed.items()), start=1):
            if server_of(where) not in (server_of(address), _RAW):
                raise SourceError(
                    f"{collection} lists a file on another server.",
                    why=f"{clean_line(where, 100)} is not on {server_of(address)}.",
                )
            answer = _get(where, settings, known(where), pause)
            fetched.validators[where] = answer.validators
            fetched.files[name] = (
                None if answer.status == 304 else _read(answer.body, name, reader, fetched)
            )
            progress(done, len(listed))
        return fetched
    fetched.files[""] = _read(first.body, collection, reader, fetched)
    return fetched


def _from_disk(place: Path, reader: Callable[[Any], ReadMeetings]) -> FetchedMeetings:
    fetched = FetchedMeetings()
    try:
        paths = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in [one for one in paths if one.suffix in _ENDS][:_MAX_FILES]:
            if path.is_file() and path.stat().st_size <= _MAX_BYTES:
                name = str(path.relative_to(place)) if place.is_dir() else path.name
                fetched.files[name] = _read(path.read_bytes(), name, reader, fetched, skip=True)
    except OSError as error:
        raise SourceError(f"Cannot read {place}.", why=error.strerror or str(error)) from error
    if not any(fetched.files.values()):
        raise SourceError(f"{place} has no deadlines of that form.", hint="Check its address.")
    return fetched


def _get(
    address: str,
    settings: DeadlinesSettings,
    validators: Validators,
    pause: Callable[[float], None],
) -> Answer:
    courtesy = Courtesy(address, settings.interval_seconds, pause)
    return persist(
        courtesy,
        lambda: get(
            address, {}, courtesy=courtesy, timeout=settings.timeout_seconds, most=_MAX_BYTES,
            validators=validators if validators != NO_VALIDATORS else None,
        ),
    )  # fmt: skip


def _listing(body: bytes) -> dict[str, str] | None:
    """Return name -> address of the files GitHub lists, None for anything else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, list) or not all(isinstance(one, Mapping) for one in told):
        return None
    return {
        clean_line(str(one["name"]), 200): one["download_url"]
        for one in told[:_MAX_FILES]
        if isinstance(one.get("download_url"), str) and str(one.get("name", "")).endswith(_ENDS)
    }


def _read(
    body: bytes,
    name: str,
    reader: Callable[[Any], ReadMeetings],
    fetched: FetchedMeetings,
    *,
    skip: bool = False,
) -> tuple[Meeting, ...]:
    """Return a document's meetings; one that is none of its form is an error, or a fault to `skip`.

    Raises:
        SourceError: it is no YAML of that form.
    """
    try:
        read = reader(read_yaml(body))
        if not skip and not read.meetings:
            raise ValueError("it has no meeting")
    except (Again, ValueError) as error:
        if not skip:
            raise SourceError(
                f"{clean_line(name, 80)} is not a list of deadlines.", why=str(error)
            ) from None
        fetched.faults.append(f"{name}: {error}")
        return ()
    fetched.faults += read.faults
    return tuple(read.meetings)
