"""Data-parallel training in processes: what the checks, which use threads, cannot show."""

import json
from pathlib import Path

import psutil
import pytest

from skills_lab.training.ddp.launch import launch
from skills_lab.training.ddp.ranks import in_threads

pytestmark = pytest.mark.timeout(900)
PATIENT = ("--timeout", "600")
"""Ranks that wait for each other: the machine may have more to do than to start them at once."""


def test_processes_agree_with_the_full_batch(tmp_path: Path) -> None:
    report = tmp_path / "parity.json"
    done = launch(2, *PATIENT, "--report", str(report), limit=800)
    assert done.code == 0, done.output
    measured = json.loads(report.read_text())
    for way in ("hand", "torch"):
        for kind in ("even", "uneven"):
            assert measured[f"{way}, {kind}, float32"] <= 1e-6
            assert measured[f"{way}, {kind}, float64"] <= 1e-14
    assert measured["naive, uneven, float64"] > 0.01


def test_a_killed_rank_ends_the_job_with_an_error_and_leaves_nobody(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    done = launch(2, *PATIENT, "--case", "killed", "--report", str(begun), limit=800)
    assert begun.exists(), done.output
    assert done.code not in (0, None), done.output
    assert not psutil.Process().children(recursive=True)


def test_the_first_rank_to_fail_is_told_and_the_others_do_not_wait_for_it() -> None:
    import torch
    import torch.distributed as dist

    def work(group: dist.ProcessGroup) -> None:
        if group.rank() == 1:
            raise KeyError("mine")
        dist.all_reduce(torch.ones(1), group=group)

    with pytest.raises(KeyError, match="mine"):
        in_threads(3, work, timeout=600)
