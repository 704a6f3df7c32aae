"""Devices, seeds, and what a measurement was made on."""

import os
import platform
import random
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skills_lab.frame.errors import LabError

if TYPE_CHECKING:
    import torch


def choose_device(name: str) -> "torch.device":
    """Return the device called `auto`, `cpu` or `cuda`; raise LabError if it is not here."""
    import torch

    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        built = torch.version.cuda
        raise LabError(
            "There is no CUDA device here.",
            why=f"torch {torch.__version__} is built "
            + (f"for CUDA {built}, but finds no GPU." if built else "without CUDA."),
            hint="Use --device cpu, or run it where there is a GPU.",
        )
    return torch.device("cuda", torch.cuda.current_device())


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators, as far as they are loaded.

    torch is asked for deterministic algorithms, with a warning where it has none.
    """
    random.seed(seed)
    if "numpy" in sys.modules:
        import numpy as np

        np.random.seed(seed)
    if "torch" in sys.modules:
        import torch

        # cuBLAS is deterministic only with a workspace of fixed size, read when CUDA starts.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cudnn.benchmark = False


def use_threads(count: int) -> None:
    """Let torch compute with so many threads, if it is loaded.

    The labs' models are small. On a machine that is busy with other work, two threads waiting for
    each other in every operation were measured to take 20 to 50 times as long as one.
    """
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(count)


def environment(device: "torch.device") -> dict[str, Any]:
    """Return hardware and versions, for the record."""
    import psutil
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    told: dict[str, Any] = {
        "cpu": _cpu_name(),
        "cores": cores,
        "threads": torch.get_num_threads(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": version("numpy"),
        "scikit_learn": version("scikit-learn"),
    }
    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        told["gpu"] = properties.name
        told["gpu_memory_gb"] = round(properties.total_memory / 2**30, 1)
        told["gpus"] = torch.cuda.device_count()
        told["cuda"] = torch.version.cuda
    return told


def peak_memory(device: "torch.device") -> int:
    """Return the most memory this process has held, in bytes: on the GPU if it runs there."""
    import resource

    import torch

    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()
