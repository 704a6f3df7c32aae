"""Compiles generated C with the system's compiler, runs it, and weighs the object it makes."""

import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

SECONDS = 60
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-pedantic")
# Reads images of 64 bytes, writes ten logits of 4 bytes for each.
_MAIN = """
#include <stdio.h>
int main(void)
{
    uint8_t pixels[64];
    int32_t logits[10];
    while (fread(pixels, 1, sizeof pixels, stdin) == sizeof pixels) {
        digits_logits(pixels, logits);
        if (fwrite(logits, sizeof logits, 1, stdout) != 1) return 1;
    }
    return digits_predict(pixels) < 0;
}
"""


class BuildError(Exception):
    """The compiler or the program it made failed; says what it told."""


@dataclass(frozen=True)
class Weight:
    """Bytes of one object: `tables` are its constants by name, `stack` is None where not told."""

    code: int
    tables: dict[str, int]
    ram: int
    stack: int | None

    @property
    def weights(self) -> int:
        """Weights and biases: what training found."""
        return sum(n for name, n in self.tables.items() if name.startswith(("weight", "bias")))

    @property
    def flash(self) -> int:
        """Code and all constants: what a program memory holds."""
        return self.code + sum(self.tables.values())


def find_compiler() -> list[str] | None:
    """Return the command of the C compiler, `CC` if it is set, or None where there is none."""
    named = shlex.split(os.environ.get("CC", ""))
    for command in ([named] if named else []) + [["cc"], ["gcc"], ["clang"]]:
        if shutil.which(command[0]):
            return command
    return None


def run_c(
    compiler: list[str], source: str, pixels: NDArray[np.uint8], flags: tuple[str, ...] = ("-O2",)
) -> NDArray[np.int32]:
    """Return the logits, int32 (B, 10), that the compiled source computes of pixels (B, 64).

    Raises BuildError if it does not compile without a warning, breaks, or takes too long.
    """
    with TemporaryDirectory(prefix="tinyml-") as name:
        folder = Path(name)
        (folder / "digits.c").write_text(source + _MAIN, encoding="utf-8")
        _call([*compiler, *STRICT, *flags, "digits.c", "-o", "digits"], folder)
        told = _call([str(folder / "digits")], folder, np.ascontiguousarray(pixels).tobytes())
    if len(told) != 40 * len(pixels):
        raise BuildError(f"the program wrote {len(told)} bytes for {len(pixels)} images")
    return np.frombuffer(told, np.int32).reshape(-1, 10)


def run_requantise(
    compiler: list[str], function: str, cases: list[tuple[int, int, int, int]]
) -> list[int]:
    """Return what the C function `requantise` makes of each (acc, multiplier, shift, zero).

    Whatever C leaves undefined is fatal where the compiler has a sanitizer for it. Raises
    BuildError as run_c does.
    """
    main = """
    int main(void)
    {
        int32_t given[4];
        while (fread(given, sizeof given, 1, stdin) == 1) {
            int8_t told = requantise(given[0], given[1], given[2], given[3]);
            if (fwrite(&told, 1, 1, stdout) != 1) return 1;
        }
        return 0;
    }
    """
    source = f"#include <stdint.h>\n#include <stdio.h>\n{function}\n{main}"
    with TemporaryDirectory(prefix="tinyml-") as name:
        folder = Path(name)
        (folder / "case.c").write_text(source, encoding="utf-8")
        build = [*compiler, "-std=c99", "-O1", "case.c", "-o", "case"]
        trap = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]
        try:
            _call([*build, *trap], folder)
        except BuildError:
            _call(build, folder)
        told = _call([str(folder / "case")], folder, np.array(cases, np.int32).tobytes())
    return [int(one) for one in np.frombuffer(told, np.int8)]


def weigh(compiler: list[str], source: str, flags: tuple[str, ...] = ("-Os",)) -> Weight | None:
    """Compile the source alone, and return what `nm` and `size` tell of the object.

    None where those tools are missing or tell it in another form than GNU's.
    """
    # Of the same family as the compiler: arm-none-eabi-gcc has arm-none-eabi-size.
    prefix = re.sub(r"(cc|gcc|clang)(-\d+)?$", "", compiler[0])
    size, nm = (
        next((tool for tool in (prefix + base, base) if shutil.which(tool)), None)
        for base in ("size", "nm")
    )
    if size is None or nm is None:
        return None
    with TemporaryDirectory(prefix="tinyml-") as name:
        folder = Path(name)
        (folder / "digits.c").write_text(source, encoding="utf-8")
        # Tables for unwinding are for C++ exceptions and debuggers; microcontrollers leave them.
        flags = (*STRICT, "-fno-asynchronous-unwind-tables", *flags, "-c", "digits.c")
        _call([*compiler, *flags, "-o", "digits.o"], folder)
        try:
            sections = _call([size, "-A", "-d", "digits.o"], folder).decode(errors="replace")
            symbols = _call([nm, "-S", "digits.o"], folder).decode(errors="replace")
        except BuildError:
            return None
        with suppress(BuildError):  # not every compiler tells it
            _call([*compiler, *flags, "-fstack-usage", "-o", "digits.o"], folder)
        usage = folder / "digits.su"
        stack = usage.read_text(encoding="utf-8") if usage.is_file() else ""
    sized = {name: int(n) for name, n in re.findall(r"^(\.[\w.]+)\s+(\d+)\s+\d+$", sections, re.M)}
    tables = {
        name: int(n, 16)
        for n, name in re.findall(r"^[0-9a-f]+ ([0-9a-f]+) [rR] (\w+)$", symbols, re.M)
    }
    code, ram = (
        sum(n for name, n in sized.items() if name.startswith(kinds))
        for kinds in ((".text",), (".bss", ".data"))
    )
    if not code or not tables:
        return None
    # No function calls itself, so the sum over all of them is at least the deepest chain of calls.
    frames = [int(n) for n in re.findall(r"\t(\d+)\tstatic$", stack, re.M)]
    return Weight(code, tables, ram, sum(frames) if frames else None)


def _call(command: list[str], folder: Path, given: bytes = b"") -> bytes:
    environment: dict[str, Any] = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, cwd=folder, input=given, capture_output=True, timeout=SECONDS, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"{Path(command[0]).name} took longer than {SECONDS} s") from error
    except OSError as error:
        raise BuildError(f"{Path(command[0]).name} could not be started: {error}") from error
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()[:2_000]
        raise BuildError(f"{Path(command[0]).name} ended with {done.returncode}: {told}")
    return done.stdout
