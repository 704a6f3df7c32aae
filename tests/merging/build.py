"""Make the merging sets from the real data beside the project: `python -m tests.merging.build DIR`.

DIR gets `tuned` and `held_out`, each in the form `assistant evaluate merging` reads. What stands in
them, and how it was labelled, is told in README.md. Nothing of the data is kept in the project.
"""

import gzip
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.library.drafts import version_row
from assistant.sources.arxiv_snapshot import snapshot_entry
from assistant.sources.bibtex import read_bibtex
from assistant.sources.record import Entry
from tests.conftest import SHARED
from tests.merging.derive import derived

HERE = Path(__file__).parent
TUNED_UNTIL = "2025-10-31"
_DERIVED = 600  # of each half of the arXiv days, and of the submissions to ICLR 2021
Fields = dict[str, Any]


def main(folder: Path) -> None:
    """Write both sets."""
    halves: dict[str, list[Fields]] = {"tuned": [], "held_out": []}
    for half, one in (*arxiv(), *programmes(), *submissions()):
        halves[half].append(one)
    unclear = (HERE / "unclear.tsv").read_text("utf-8").splitlines()
    pairs = "".join(
        f"arxiv:{a}\tarxiv:{b}\n" for a, b, *_ in (line.split("\t") for line in unclear)
    )
    for half, copies in halves.items():
        place = folder / half
        place.mkdir(parents=True, exist_ok=True)
        with (place / "copies.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(one, ensure_ascii=False) + "\n" for one in copies)
        (place / "unclear.tsv").write_text(pairs, encoding="utf-8")
        print(f"{half}: {len(copies):,} copies of {len({one['work'] for one in copies}):,} works")


def arxiv() -> Iterator[tuple[str, Fields]]:
    """Yield the arXiv days, some of their papers as a conference has them, and near ones bare.

    A paper that has a near neighbour by the same people (`near.tsv`) stands as a conference's copy
    without its arXiv id, so that nothing but the text tells the two apart.
    """
    path = SHARED / "arxiv" / "arxiv-2025-09-24_2025-11-27.jsonl.gz"
    near = [line.split("\t") for line in (HERE / "near.tsv").read_text("utf-8").splitlines()]
    bare = {other for _, other in near}
    colm = {line.split("\t")[1]: line.split("\t")[0] for line in _same()}
    chance = random.Random(8)
    with gzip.open(path) as file:
        papers = [json.loads(line) for line in file]
    accepted = [one["id"] for one in papers if re.search("accepted", one["comments"] or "", re.I)]
    copied = set(chance.sample(sorted(set(accepted) - bare), 2 * _DERIVED))
    for one in papers:
        entry = snapshot_entry(one)
        half = "tuned" if (entry.records[0].published or "") <= TUNED_UNTIL else "held_out"
        fields = _fields(entry, "arXiv preprint")
        fields["work"] = (
            f"colm2025:{colm[one['id']]}" if one["id"] in colm else f"arxiv:{one['id']}"
        )
        if one["id"] in bare:
            fields |= {"identifiers": [], "copy": "conference", "source": "programme",
                       "id": one["id"], "venue": "Some Conference", "kind": "near"}  # fmt: skip
        yield "held_out" if one["id"] in colm else half, fields
        if one["id"] in copied:
            yield half, derived(fields, chance, venue="A Conference")


def programmes() -> Iterator[tuple[str, Fields]]:
    """Yield each programme's papers twice: as its site lists them, and as its BibTeX tells them."""
    for name, venue, half in (
        ("nips2018", "NeurIPS 2018", "tuned"), ("naacl2024", "NAACL 2024", "held_out"),
        ("colm2025", "COLM 2025", "held_out"), ("www2025", "WWW 2025", "held_out"),
    ):  # fmt: skip
        with gzip.open(SHARED / "conferences" / f"{name}.json.gz") as file:
            papers = json.load(file)
        for paper in papers:
            names = [one for one in re.split(r"\s*[;,]\s*", paper.get("author_site") or "") if one]
            names = names or [one for one in re.split(r"\s*;\s*", paper["author"]) if one]
            copy = {
                "work": f"{name}:{paper['id']}", "kind": f"{venue} programme", "venue": venue,
                "title": paper["title"], "authors": names, "abstract": paper.get("abstract") or "",
                "year": int(name[-4:]), "source": name, "id": str(paper["id"]),
                "copy": "conference", "identifiers": [],
            }  # fmt: skip
            yield half, copy
            for entry in read_bibtex(paper.get("bibtex") or ""):
                if isinstance(entry, Entry) and entry.records[0].authors:
                    told = _fields(entry, f"{venue} BibTeX")
                    yield half, {**told, "work": copy["work"], "identifiers": []}


def submissions() -> Iterator[tuple[str, Fields]]:
    """Yield the submissions to ICLR 2021, some also as another list has them; all held out."""
    chance = random.Random(21)
    with gzip.open(SHARED / "ranking_eval" / "iclr2021" / "papers.jsonl.gz") as file:
        papers = [json.loads(line) for line in file]
    for paper in papers:
        if not paper["authors"]:
            continue
        fields = {
            "work": f"iclr2021:{paper['id']}", "kind": "ICLR 2021 submission", "year": 2021,
            "title": paper["title"], "authors": ", ".join(paper["authors"]).split(", "),
            "abstract": paper["abstract"], "source": "openreview", "id": paper["id"],
            "venue": "ICLR 2021", "copy": "conference", "identifiers": [],
        }  # fmt: skip
        yield "held_out", fields
        if chance.random() < _DERIVED / len(papers):
            yield "held_out", derived(fields, chance, venue="Another Conference")


def _same() -> list[str]:
    return (HERE / "same.tsv").read_text("utf-8").splitlines()


def _fields(entry: Entry, kind: str) -> Fields:
    record = entry.records[0]
    row = version_row(record, 0)
    return {
        "kind": kind, "title": record.title, "abstract": record.abstract, "year": record.year,
        "authors": [f"{one.family}, {one.given}" if one.given else one.family
                    for one in record.authors],
        "venue": record.venue or "", "copy": record.kind, "source": record.source,
        "id": record.source_id, "identifiers": row["identifiers"].split(),
    }  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
