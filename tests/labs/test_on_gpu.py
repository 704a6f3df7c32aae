"""Every lab at full size on a GPU: its claims hold there, and what a GPU is for is verified."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from skills_lab.frame.catalogue import Lab, catalogue

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
ROOT = Path(__file__).parents[2]
LABS = list(catalogue().values())


@pytest.mark.parametrize("lab", LABS, ids=[lab.id for lab in LABS])
def test_its_claims_hold(lab: Lab, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "skills_lab", "run", lab.id, "--scale", "full", "--json"]
    command += ["--device", "cuda", "--out", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    failed = [event for event in events if event["event"] == "claim" and not event["holds"]]
    assert not failed, done.stderr[-2000:]
    assert done.returncode == 0, done.stderr[-2000:]
    assert events[-1]["device"].startswith("cuda")
