"""The default model as ONNX graphs under the models folder, made once and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from assistant.errors import ModelError
from assistant.search.encoders.manifest import Conversion, read_conversion
from assistant.search.encoders.packaged import DEFAULT_KEY, DEFAULT_MODEL, find_verified_source
from db.durable import sync

CONVERTER = "assistant.search.encoders.convert"
PROJECT_ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 600


def open_conversion(models_folder: Path, say: Callable[[str], None]) -> Conversion:
    """The verified conversion under `models_folder`, made first where it is missing or damaged.

    Processes that ask at the same time wait for the first. Raises ModelError when the published
    weights cannot be found, or the conversion fails.
    """
    folder = models_folder / DEFAULT_KEY
    conversion = read_conversion(folder)
    if conversion is not None:
        return conversion
    try:
        return _convert_once(folder, say)
    except OSError as error:
        raise ModelError(
            f"The converted {DEFAULT_MODEL} cannot be kept",
            why=f"{models_folder}: {error}",
            hint="Free 160 MB there, or make the folder writable.",
        ) from error


def _convert_once(folder: Path, say: Callable[[str], None]) -> Conversion:
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(folder.parent / f".{DEFAULT_KEY}.lock"):
        conversion = read_conversion(folder)
        if conversion is not None:
            return conversion
        for abandoned in folder.parent.glob(f".{DEFAULT_KEY}-*"):
            shutil.rmtree(abandoned, ignore_errors=True)
        source = find_verified_source(say)
        if folder.exists():
            say(f"The converted {DEFAULT_MODEL} is damaged or out of date; making it again.")
        say(f"Preparing {DEFAULT_MODEL} for this computer; this happens once and takes seconds.")
        staging = Path(tempfile.mkdtemp(prefix=f".{DEFAULT_KEY}-", dir=folder.parent))
        try:
            _run_converter(source, staging)
            _put_in_place(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        conversion = read_conversion(folder)
        if conversion is None:
            raise _failure("its files were not as written when read back")
        return conversion


def _run_converter(source: Path, staging: Path) -> None:
    search_path = [str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, search_path)),
        "PYTHONWARNINGS": "ignore",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    try:
        # From the empty staging folder, so that nothing lying where the user happens to be
        # (a torch.py, say) is imported.
        run = subprocess.run(
            [sys.executable, "-m", CONVERTER, str(source), "."],
            cwd=staging,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _failure(f"it took longer than {PATIENCE_SECONDS} seconds") from error
    if run.returncode != 0:
        last_line = (run.stderr.strip().splitlines() or ["no message"])[-1]
        raise _failure(f"the converter ended with {run.returncode}: {last_line}")


def _put_in_place(staging: Path, folder: Path) -> None:
    if folder.exists():
        # Set aside under a name the next conversion sweeps up; open sessions keep their mapping.
        folder.rename(tempfile.mkdtemp(prefix=f".{DEFAULT_KEY}-", dir=folder.parent))
    staging.rename(folder)
    sync(folder)
    sync(folder.parent)


def _failure(why: str) -> ModelError:
    return ModelError(
        f"{DEFAULT_MODEL} could not be converted for ONNX Runtime",
        why=why[0].upper() + why[1:] + ".",
        hint="Run `assistant doctor`, and check that torch, onnx and onnxruntime are the versions "
        "this program was installed with.",
    )
