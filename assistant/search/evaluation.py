"""Measuring search on judged queries: a BEIR folder in, nDCG@10 and recall@100 of each mode out."""

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.config import Home, Settings
from assistant.errors import ImportFileError
from assistant.library.drafts import text_digest
from assistant.search.answers import MODES
from assistant.search.embedding import embed_pending
from assistant.search.encoders import load_encoder
from assistant.search.engine import SearchEngine
from assistant.search.metrics import ndcg_at, recall_at
from assistant.text import clean, clean_line
from assistant.words import compounds, surface_words
from db import imports, works
from db.engine import Database
from db.migrate import migrate

MAX_LINE = 2_000_000
_BATCH = 500

Say = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """A BEIR folder: documents, queries, and the gain of each (query, document) pair judged."""

    documents: dict[str, tuple[str, str]]
    queries: dict[str, str]
    gains: dict[str, dict[str, float]]


def read_judged_set(folder: Path) -> JudgedSet:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` (https://github.com/beir-cellar/beir).

    Queries without a judged document are left out, as BEIR does.

    Raises:
        ImportFileError: a file is missing, or is not of that form.
    """
    documents = {
        str(line["_id"]): (clean_line(str(line.get("title") or "")), clean(str(line["text"])))
        for line in _lines(folder / "corpus.jsonl", ("_id", "text"))
    }
    texts = {
        str(line["_id"]): clean_line(str(line["text"]), 10_000)
        for line in _lines(folder / "queries.jsonl", ("_id", "text"))
    }
    gains: dict[str, dict[str, float]] = {}
    for query, document, gain in _judgements(folder / "qrels" / "test.tsv"):
        if gain > 0 and document in documents:
            gains.setdefault(query, {})[document] = gain
    queries = {query: texts[query] for query in gains if query in texts}
    if not queries:
        raise ImportFileError(f"{folder} has no judged queries.", hint="Is it a BEIR folder?")
    return JudgedSet(documents, queries, gains)


def evaluate_search(
    judged: JudgedSet, home: Home, settings: Settings, *, say: Say = lambda *_: None
) -> dict[str, Any]:
    """Search a judged set in each mode as a person would, and return the measures.

    The set is put into a library of its own, gone afterwards; models come from `home`.
    """
    with tempfile.TemporaryDirectory(prefix="assistant-evaluate-") as temporary:
        place = Home(Path(temporary))
        migrate(place.library_file, place.backups)
        with Database(place.library_file) as database:
            names = _fill(database, judged)
            encoder = load_encoder(
                settings.search.model, home.models, device=settings.search.device
            )
            embed_pending(
                database, place, encoder, progress=lambda done, total: say("embedding", done, total)
            )
            engine = SearchEngine(database, place, settings)
            engine.__dict__["encoder"] = encoder
            return _measure(engine, judged, names, say)


def _measure(
    engine: SearchEngine, judged: JudgedSet, names: dict[int, str], say: Say
) -> dict[str, Any]:
    modes: dict[str, dict[str, float]] = {}
    for mode in MODES:
        ndcg = recall = 0.0
        for done, (query, text) in enumerate(judged.queries.items(), start=1):
            answer = engine.search(text, mode=mode, limit=100)
            ranked = [names[hit.work.id] for hit in answer.hits]
            ndcg += ndcg_at(10, ranked, judged.gains[query])
            recall += recall_at(100, ranked, judged.gains[query])
            say(mode, done, len(judged.queries))
        count = len(judged.queries)
        modes[mode] = {"ndcg@10": round(ndcg / count, 4), "recall@100": round(recall / count, 4)}
    return {
        "queries": len(judged.queries),
        "documents": len(judged.documents),
        "model": engine.coverage.model_name,
        "modes": {mode: modes[mode] for mode in ("lexical", "semantic", "hybrid")},
    }


def _fill(database: Database, judged: JudgedSet) -> dict[int, str]:
    """Put the documents in as works, titles as they are, even none; return id -> document."""
    names = dict(enumerate(judged.documents, start=1))
    rows = [
        {
            "id": number,
            "public_id": f"local:{number}",
            "title": title,
            "abstract": text,
            "authors": "",
            "compounds": compounds(f"{title} {text}"),
            "title_digest": number,
            "text_digest": text_digest(title, text),
            "added_at": "",
        }
        for number, (title, text) in enumerate(judged.documents.values(), start=1)
    ]
    for start in range(0, len(rows), _BATCH):
        page = rows[start : start + _BATCH]
        with database.write("prepare an evaluation") as connection:
            works.insert_works(connection, page)
            counts: dict[str, int] = {}
            for row in page:
                for word in surface_words(f"{row['title']} {row['abstract']} {row['compounds']}"):
                    counts[word] = counts.get(word, 0) + 1
            imports.count_words(connection, counts)
    return names


def _lines(path: Path, needed: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE):
                number += 1
                if line.strip():
                    yield _fields(path, number, line, needed)
    except OSError as error:
        raise ImportFileError(
            f"Cannot read {path}.",
            why=error.strerror or str(error),
            hint="A BEIR folder has corpus.jsonl, queries.jsonl and qrels/test.tsv.",
        ) from error


def _fields(path: Path, number: int, line: bytes, needed: tuple[str, ...]) -> dict[str, Any]:
    try:
        fields = json.loads(line)
        if not isinstance(fields, dict) or any(name not in fields for name in needed):
            raise ValueError(f"no object with {' and '.join(needed)}")
    except (ValueError, RecursionError) as error:
        raise ImportFileError(f"{path}, line {number}: {error}") from None
    return fields


def _judgements(path: Path) -> Iterator[tuple[str, str, float]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                parts = line.rstrip("\n").split("\t")
                try:
                    query, document, gain = parts[0], parts[1], float(parts[2])
                except (IndexError, ValueError):
                    if number == 1:
                        continue  # the header
                    told = f"{path}, line {number}: not query, document and gain"
                    raise ImportFileError(told) from None
                yield query, document, gain
    except (OSError, UnicodeDecodeError) as error:
        raise ImportFileError(f"Cannot read {path}.", why=str(error)) from error
