"""Every lab at full size on a GPU: its claims hold there, and what a GPU is for is verified."""

from pathlib import Path

import pytest
import torch

from skills_lab.frame.catalogue import Lab, catalogue
from tests.labs.running import run_and_hold

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
LABS = list(catalogue().values())


@pytest.mark.parametrize("lab", LABS, ids=[lab.id for lab in LABS])
def test_its_claims_hold(lab: Lab, tmp_path: Path) -> None:
    events = run_and_hold(lab, device="cuda", scale="full", out=tmp_path)
    assert events[-1]["device"].startswith("cuda")
