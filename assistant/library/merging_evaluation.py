"""Measuring how copies are merged, on copies whose works are known.

All copies are stored in an empty library as any import stores them, so what is measured is the
whole way: finding likely copies, judging them, and works that meet through a third copy. Of all
pairs of copies that ended in one work, precision is the share that belong together; of all pairs
that belong together, recall is the share that ended in one work.
"""

import gzip
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from assistant.errors import ImportFileError
from assistant.library.store import store
from assistant.sources.identifiers import parse_identifier
from assistant.sources.record import Entry, Identifier, Record, author_from_name
from assistant.text import clean, clean_line, digest64
from db import doubts, works
from db.engine import Database
from db.migrate import migrate

_BATCH = 2_000
_MAX_COPIES = 1_000_000
_EXAMPLES = 20
_FORM = "A merging set has copies.jsonl or copies.jsonl.gz, and perhaps unclear.tsv."
_KINDS = frozenset(("preprint", "conference", "journal", "workshop"))

Say = Callable[[str, int, int], None]
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a work: which work it is in truth, of what kind of difficulty, and the record."""

    work: str
    kind: str
    record: Record


@dataclass(frozen=True, slots=True)
class MergingSet:
    """Copies, and pairs of works of which nobody can say whether they are one."""

    copies: tuple[Copy, ...]
    unclear: frozenset[frozenset[str]]


def read_merging_set(folder: Path) -> MergingSet:
    """Read `copies.jsonl`: `work`, `title`, `authors` (names), and what else is known of a copy.

    That is `kind` (a word the results are told by), `venue`, `year`, `abstract`, `published`,
    `source` and `id` (the list it stands in, and its name there), `copy` (preprint, conference,
    journal, workshop) and `identifiers`. Each line of `unclear.tsv` has two works, which may be
    one: they count neither way.

    Raises:
        ImportFileError: a file is missing or a line is not of that form.
    """
    copies = [
        _copy(number, line, where) for number, (line, where) in enumerate(_lines(folder), start=1)
    ]
    if not copies:
        raise ImportFileError(f"{folder} has no copies.", hint=_FORM)
    unclear: frozenset[frozenset[str]] = frozenset()
    path = folder / "unclear.tsv"
    if path.is_file():
        lines = path.read_text("utf-8", "replace").splitlines()
        unclear = frozenset(frozenset(line.split("\t")[:2]) for line in lines if line.strip())
    return MergingSet(tuple(copies), unclear)


def evaluate_merging(judged: MergingSet, *, say: Say = lambda *_: None) -> dict[str, Any]:
    """Return precision, recall, what is left to a person, and examples of each kind of mistake."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="assistant-merging-") as folder:
        path = Path(folder) / "library.db"
        migrate(path, Path(folder) / "backups")
        with Database(path) as database:
            placed = _stored(database, judged, say)
            with database.read() as connection:
                asked = {(one.work_a, one.work_b): one.reason for one in doubts.doubts(connection)}
    seconds = time.perf_counter() - started
    return {"seconds": round(seconds, 2), **_told(judged, placed, asked)}


def _stored(database: Database, judged: MergingSet, say: Say) -> list[int]:
    """Store every copy and return the work each is part of in the end."""
    names = []
    for start in range(0, len(judged.copies), _BATCH):
        batch = judged.copies[start : start + _BATCH]
        with database.write("measure merging", bulk=True) as connection:
            store(connection, [Entry((copy.record,)) for copy in batch])
        names += [("local", f"evaluated-{start + place}") for place in range(len(batch))]
        say("copies", start + len(batch), len(judged.copies))
    with database.read() as connection:
        found = works.find_identifiers(connection, {"local": [value for _, value in names]})
    return [found[name] for name in names]


def _told(judged: MergingSet, placed: list[int], asked: dict[Pair, str]) -> dict[str, Any]:
    copies = judged.copies
    by_truth: dict[str, list[int]] = {}
    by_work: dict[int, list[int]] = {}
    for place, copy in enumerate(copies):
        by_truth.setdefault(copy.work, []).append(place)
        by_work.setdefault(placed[place], []).append(place)
    wanted = {pair for places in by_truth.values() for pair in combinations(places, 2)}
    merged = {
        pair
        for places in by_work.values()
        for pair in combinations(places, 2)
        if frozenset(copies[place].work for place in pair) not in judged.unclear
    }
    wrong, missed = sorted(merged - wanted), sorted(wanted - merged)
    in_doubt = [pair for pair in missed if _asked(pair, placed, asked)]
    kinds = {kind: [0, 0] for kind in sorted({copy.kind for copy in copies})}
    for first, second in wanted:
        kind = kinds[copies[second].kind]
        kind[0] += 1
        kind[1] += (first, second) in merged
    return {
        "copies": len(copies),
        "works": len(by_truth),
        "pairs": len(wanted),
        "merged": len(merged),
        "precision": _share(len(merged) - len(wrong), len(merged)),
        "recall": _share(len(wanted) - len(missed), len(wanted)),
        "asked": len(asked),
        "asked_rightly": sum(_right(pair, placed, copies) for pair in asked),
        "missed_but_asked": len(in_doubt),
        "recall_with_answers": _share(len(wanted) - len(missed) + len(in_doubt), len(wanted)),
        "recall_by_kind": {
            kind: {"pairs": pairs, "recall": _share(found, pairs)}
            for kind, (pairs, found) in kinds.items()
            if pairs
        },
        "wrong": [_example(pair, copies) for pair in wrong[:_EXAMPLES]],
        "missed": [_example(pair, copies) for pair in missed[:_EXAMPLES]],
        "missed_by_kind": dict(Counter(copies[second].kind for _, second in missed)),
    }


def _asked(pair: Pair, placed: list[int], asked: dict[Pair, str]) -> bool:
    first, second = sorted(placed[place] for place in pair)
    return (first, second) in asked


def _right(pair: Pair, placed: list[int], copies: tuple[Copy, ...]) -> bool:
    mine, theirs = (
        {copies[place].work for place, work in enumerate(placed) if work == one} for one in pair
    )
    return bool(mine & theirs)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0


def _example(pair: Pair, copies: tuple[Copy, ...]) -> dict[str, str]:
    first, second = (copies[place] for place in pair)
    return {"kind": second.kind, "one": _shown(first), "other": _shown(second)}


def _shown(copy: Copy) -> str:
    where = " ".join(map(str, filter(None, (copy.record.venue, copy.record.year))))
    return f"{copy.record.title} ({where})" if where else copy.record.title


def _lines(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    path = next(
        (one for one in (folder / "copies.jsonl", folder / "copies.jsonl.gz") if one.is_file()),
        None,
    )
    if path is None:
        raise ImportFileError(f"{folder} has no copies.jsonl.", hint=_FORM)
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            where = f"{path.name}, line {number}"
            if number > _MAX_COPIES:
                raise ImportFileError(f"{where}: more than {_MAX_COPIES:,} copies.")
            try:
                fields = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise ImportFileError(f"{where} is not JSON.", why=str(error)) from None
            if not isinstance(fields, dict):
                raise ImportFileError(f"{where} is not a JSON object.", hint=_FORM)
            yield fields, where


def _copy(number: int, line: dict[str, Any], where: str) -> Copy:
    def text(name: str, most: int = 2_000) -> str:
        value = line.get(name, "")
        if not isinstance(value, str):
            raise ImportFileError(f"{where}: {name} is no text.", hint=_FORM)
        return clean_line(value, most)

    work, title, names, year = text("work"), text("title"), line.get("authors"), line.get("year")
    if not work or not title or not isinstance(names, list):
        raise ImportFileError(f"{where} lacks work, title or authors.", hint=_FORM)
    if not (year is None or isinstance(year, int)):
        raise ImportFileError(f"{where}: year is no whole number.", hint=_FORM)
    told = [parse_identifier(str(one)) for one in line.get("identifiers") or ()]
    kind = text("copy") or "preprint"
    record = Record(
        source=text("source") or "bibtex",
        source_id=text("id") or f"{digest64(work)}-{number}",
        title=title,
        abstract=clean(str(line.get("abstract") or "")),
        authors=tuple(author_from_name(str(name)) for name in names),
        identifiers=(
            *(one for one in told if one is not None),
            Identifier("local", f"evaluated-{number - 1}"),
        ),
        kind=kind if kind in _KINDS else "preprint",
        venue=text("venue") or None,
        year=year,
        extra={"comment": comment} if (comment := text("comment")) else {},
    )
    return Copy(work, text("kind") or "all", record)
