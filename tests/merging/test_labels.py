"""The labelled copies hold the rules of merging to their bounds; see README.md beside."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.library.merging_evaluation import evaluate_merging, read_merging_set
from tests.merging.build import HERE, arxiv, programmes

PRECISION, RECALL = 0.995, 0.97


def measured(folder: Path, copies: list[dict[str, Any]]) -> dict[str, Any]:
    lines = "".join(json.dumps(one) + "\n" for one in copies)
    (folder / "copies.jsonl").write_text(lines, encoding="utf-8")
    return evaluate_merging(read_merging_set(folder))


def known() -> list[dict[str, Any]]:
    with (HERE / "known.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        {**row, "year": int(row["year"]), "authors": row["authors"].split("; ")} for row in rows
    ]


def test_known_works_with_changed_titles_and_no_abstracts(tmp_path: Path) -> None:
    told = measured(tmp_path, known())
    assert told["precision"] == 1.0, told["wrong"]
    assert told["recall"] >= 0.65
    assert told["recall_with_answers"] >= 0.9
    assert told["asked_rightly"] == told["asked"]
    by_kind = {kind: one["recall"] for kind, one in told["recall_by_kind"].items()}
    for kind in ("spelling", "et al.", "authors", "one word", "subtitle", "named", "workshop"):
        assert by_kind[kind] == 1.0, kind


@pytest.mark.parametrize("backwards", [False, True])
def test_the_order_of_copies_does_not_matter(tmp_path: Path, backwards: bool) -> None:
    copies = known()
    told = measured(tmp_path, copies[::-1] if backwards else copies)
    assert (told["merged"], told["precision"]) == (23, 1.0)


def test_near_papers_stay_apart_and_a_venue_meets_its_preprints(
    shared_data: Path, tmp_path: Path
) -> None:
    near = {
        one for line in (HERE / "near.tsv").read_text("utf-8").splitlines()
        for one in line.split("\t")
    }  # fmt: skip
    copies = [
        one for _, one in arxiv()
        if one["work"].startswith("colm2025") or one["work"].removeprefix("arxiv:") in near
    ]  # fmt: skip
    copies += [one for _, one in programmes() if one["work"].startswith("colm2025")]
    told = measured(tmp_path, copies)
    assert len(copies) > 1_000
    assert told["precision"] >= PRECISION, told["wrong"]
    assert told["recall"] >= RECALL, told["missed"]
    assert told["recall_by_kind"]["COLM 2025 programme"]["recall"] == 1.0
