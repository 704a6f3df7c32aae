"""The harness where there is a GPU."""

import pytest
import torch

from skills_lab.foundations.benchmarking.reference import measure, peak_memory, synchroniser

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]


def test_queued_work_is_waited_for() -> None:
    device = torch.device("cuda")
    x = torch.randn(8192, 8192, device=device)
    work = {"product": lambda: x @ x}
    waiting = measure(work, rounds=6, sync=synchroniser(device))["product"].seconds.median
    queueing = measure(work, rounds=6, min_seconds=0)["product"].seconds.median
    torch.cuda.synchronize()
    assert waiting > 3 * queueing, "the harness timed the queue"


def test_peak_memory_is_the_allocators() -> None:
    device = torch.device("cuda")
    size = 96 << 20
    found = peak_memory(lambda: torch.ones(size // 4, device=device).sum(), device)
    assert size <= found <= 1.05 * size
