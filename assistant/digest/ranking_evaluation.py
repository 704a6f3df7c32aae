"""Measuring the ranker on readers whose taste is known, beside what others rank by.

Each reader's ratings of the first days are all the rankers see of them; every later day is then
ranked by itself, and nDCG@10 of a day is averaged over a reader's days with a relevant paper, then
over readers. The set may say how its readers were made (`topics`); that is never read.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.digest.ranking import Candidate, Ranking, Rated, Taste, rank, ranking_space
from assistant.digest.ranking.learning import VIEWS
from assistant.digest.ranking.regression import USUAL, Shares
from assistant.digest.ranking.space import BY_KIND, BY_TELLING_WORDS, View
from assistant.digest.ranking_baselines import Baselines, Task
from assistant.errors import ImportFileError
from assistant.search.embedding import embedding_text
from assistant.search.metrics import ndcg_at
from assistant.text import clean, clean_line

if TYPE_CHECKING:
    from assistant.digest.ranking.space import Space
    from assistant.search.encoders import Encoder

MAX_LINE = 5_000_000
MAX_PAPERS = 1_000_000
_BATCH = 128
_FORM = "A ranking set has papers.jsonl.gz and users.jsonl."

Say = Callable[[str, int, int], None]


def _without(**parts: float) -> tuple[View, ...]:
    return tuple(replace(view, **parts) for view in VIEWS)


_NONE = {"words": 0.0, "topics": 0.0, "meaning": 0.0, "plain": 0.0}
ABLATIONS: Mapping[str, tuple[Sequence[View], Shares]] = {
    "without telling words": ((BY_KIND,), USUAL),
    "without the kind": ((BY_TELLING_WORDS,), USUAL),
    "without words": (_without(words=0), USUAL),
    "without topics": (_without(topics=0), USUAL),
    "without meaning": (_without(meaning=0, plain=0), USUAL),
    "words alone": ((replace(BY_KIND, **{**_NONE, "words": 1}),), USUAL),
    "topics alone": ((replace(BY_KIND, **{**_NONE, "topics": 1}),), USUAL),
    "meaning alone": ((replace(BY_KIND, words=0, topics=0),), USUAL),
    "one interest only (linear)": (_without(sharpness=0), USUAL),
    "without dislikes": (VIEWS, Shares(disliked=0)),
    "without papers passed over": (VIEWS, Shares(unrated=0)),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """A simulated reader: what was liked and disliked (ids), and what of the rest is relevant."""

    name: str
    liked: tuple[str, ...]
    disliked: tuple[str, ...]
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class RankingSet:
    """Papers with their days, readers, and `split`, the last rated day.

    `unknown` counts the ids that readers name and no paper has; they are left out.
    """

    papers: tuple[tuple[str, str, str], ...]
    days: tuple[int, ...]
    readers: tuple[Reader, ...]
    split: int
    unknown: int


def read_ranking_set(folder: Path) -> RankingSet:
    """Read `papers.jsonl.gz` (id, day, title, abstract) and `users.jsonl` (ratings, relevant).

    Readers without a relevant paper after the last rated day are left out, as no order of papers
    can serve them.

    Raises:
        ImportFileError: a file is missing, a line is not of that form, or nothing is left.
    """
    papers: dict[str, tuple[str, str]] = {}
    days: dict[str, int] = {}
    for line, where in _lines(folder / "papers.jsonl.gz"):
        one = _text(line, "id", where)
        days[one] = _whole_number(line, "day", where)
        title = clean_line(_text(line, "title", where))
        papers[one] = (title, clean(_text(line, "abstract", where)))
        if len(papers) > MAX_PAPERS:
            raise ImportFileError(f"{where}: more than {MAX_PAPERS:,} papers.")
    told = [_reader(line, where) for line, where in _lines(folder / "users.jsonl")]
    named = [one for reader, _ in told for one in (*reader.liked, *reader.disliked)]
    split = max([day for _, day in told], default=0)
    unknown = sum(one not in papers for one in named)
    unknown += sum(one not in papers for reader, _ in told for one in reader.relevant)
    readers = [
        Reader(
            reader.name,
            tuple(one for one in reader.liked if one in papers),
            tuple(one for one in reader.disliked if one in papers),
            frozenset(one for one in reader.relevant if days.get(one, -1) > split),
        )
        for reader, _ in told
    ]
    readers = [reader for reader in readers if reader.relevant]
    if not readers:
        raise ImportFileError(
            f"{folder} has no reader with a relevant paper after the rated days.", hint=_FORM
        )
    triples = tuple((one, *texts) for one, texts in papers.items())
    return RankingSet(triples, tuple(days.values()), tuple(readers), split, unknown)


def evaluate_ranking(
    judged: RankingSet, encoder: Encoder, *, ablation: bool = False, say: Say = lambda *_: None
) -> dict[str, Any]:
    """Rank every reader's later days with the assistant and with each baseline.

    Returns `users`, `ndcg@10` by ranker and, with `ablation`, what ours makes without each of its
    parts; `say` is told what is done, how far and of how many.
    """
    import numpy as np

    papers, baselines = embedded(judged, encoder, say)
    days = np.array(judged.days, dtype=np.int64)
    say("words and topics", 0, 1)
    space = ranking_space((), papers)
    row_of = {paper.id: row for row, paper in enumerate(papers)}
    shown, later = np.flatnonzero(days <= judged.split), np.flatnonzero(days > judged.split)
    totals: dict[str, float] = {}
    ablated: dict[str, float] = {}
    for done, reader in enumerate(judged.readers, start=1):
        liked = np.array([row_of[one] for one in reader.liked], dtype=np.intp)
        task = Task(liked, shown, later)
        ranked = {"assistant": _ranked(reader, papers, row_of, task, space)}
        for name, scores in baselines.scores(task).items():
            ranked[name] = [papers[row].id for row in later[np.argsort(-scores, kind="stable")]]
        for name, order in ranked.items():
            totals[name] = totals.get(name, 0.0) + ndcg_by_day(order, reader, judged, row_of)
        for name, (views, shares) in ABLATIONS.items() if ablation else ():
            order = _ranked(reader, papers, row_of, task, space, views, shares)
            ablated[name] = ablated.get(name, 0.0) + ndcg_by_day(order, reader, judged, row_of)
        say("readers", done, len(judged.readers))
    count = len(judged.readers)
    told: dict[str, Any] = {
        "users": count,
        "ndcg@10": {name: round(total / count, 4) for name, total in totals.items()},
        "model": encoder.name,
        "unknown_ids": judged.unknown,
    }
    if ablation:
        told["ablation"] = {name: round(total / count, 4) for name, total in ablated.items()}
    return told


def embedded(
    judged: RankingSet, encoder: Encoder, say: Say = lambda *_: None
) -> tuple[list[Candidate], Baselines]:
    """Return a set's papers with their vectors, and the baselines over them."""
    import numpy as np

    texts = [embedding_text(title, abstract) for _, title, abstract in judged.papers]
    vectors = np.concatenate(list(_encoded(encoder, texts, say)))
    papers = [
        Candidate(one, title, abstract, vector)
        for (one, title, abstract), vector in zip(judged.papers, vectors, strict=True)
    ]
    return papers, Baselines(texts, vectors, np.array(judged.days, dtype=np.int64))


def _ranked(
    reader: Reader,
    papers: list[Candidate],
    row_of: Mapping[str, int],
    task: Task,
    space: Space,
    views: Sequence[View] = VIEWS,
    shares: Shares = USUAL,
) -> list[str]:
    """The candidates as the digest would order them."""
    taste = Taste(
        liked=tuple(Rated(papers[row_of[one]]) for one in reader.liked),
        disliked=tuple(Rated(papers[row_of[one]]) for one in reader.disliked),
    )
    ranking = rank(
        taste,
        [papers[row] for row in task.candidates],
        [papers[row] for row in task.shown],
        explained=0,
        explore=0,
        space=space,
        views=views,
        shares=shares,
    )
    return in_order(ranking)


def in_order(ranking: Ranking) -> list[str]:
    """Return all ids of a ranking, best first, those folded right behind their head."""
    return [paper.id for ranked in ranking.papers for paper in (ranked.candidate, *ranked.folded)]


def ndcg_by_day(
    order: Sequence[str], reader: Reader, judged: RankingSet, row_of: Mapping[str, int]
) -> float:
    """Return nDCG@10 of each day with a relevant paper, averaged; `order` holds ids, best first."""
    days: dict[int, list[str]] = {}
    for one in order:
        days.setdefault(judged.days[row_of[one]], []).append(one)
    values = []
    for ranked in days.values():
        gains = {one: 1.0 for one in ranked if one in reader.relevant}
        if gains:
            values.append(ndcg_at(10, ranked, gains))
    return sum(values) / len(values)


def _encoded(encoder: Encoder, texts: list[str], say: Say) -> Iterator[Any]:
    for start in range(0, len(texts), _BATCH):
        yield encoder.encode_documents(texts[start : start + _BATCH])
        say("embedding", min(start + _BATCH, len(texts)), len(texts))


def _reader(line: dict[str, Any], where: str) -> tuple[Reader, int]:
    liked: dict[str, bool] = {}
    last = 0
    ratings, relevant = line.get("ratings"), line.get("relevant")
    if not isinstance(ratings, list) or not isinstance(relevant, list):
        raise ImportFileError(f"{where}: no lists of ratings and relevant.", hint=_FORM)
    for rating in ratings:
        if not isinstance(rating, dict) or not isinstance(rating.get("liked"), bool):
            raise ImportFileError(f"{where}: a rating without id, day and liked.", hint=_FORM)
        liked[_text(rating, "id", where)] = rating["liked"]
        last = max(last, _whole_number(rating, "day", where))
    if not all(isinstance(one, str) for one in relevant):
        raise ImportFileError(f"{where}: relevant holds something that is no id.", hint=_FORM)
    reader = Reader(
        clean_line(str(line.get("user", ""))),
        tuple(one for one, good in liked.items() if good),
        tuple(one for one, good in liked.items() if not good),
        frozenset(relevant),
    )
    return reader, last


def _text(line: dict[str, Any], name: str, where: str) -> str:
    value = line.get(name)
    if not isinstance(value, str):
        raise ImportFileError(f"{where}: no {name}.", hint=_FORM)
    return value


def _whole_number(line: dict[str, Any], name: str, where: str) -> int:
    value = line.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1_000_000:
        raise ImportFileError(f"{where}: {name} is no day.", hint=_FORM)
    return value


def _lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """The objects of a file of JSON lines, plain or gzipped, and where each stands."""
    number = 0
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            while line := file.readline(MAX_LINE):
                number += 1
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise ImportFileError(f"{path}, line {number}: {error}", hint=_FORM) from None
                if not isinstance(fields, dict):
                    raise ImportFileError(f"{path}, line {number}: no object.", hint=_FORM)
                yield fields, f"{path}, line {number}"
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ImportFileError(f"Cannot read {path}.", why=why, hint=_FORM) from error
