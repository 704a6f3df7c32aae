"""What the TinyML lab builds with: a compiler that may be missing, programs that may be wrong."""

import re

import numpy as np
import pytest
import torch

from skills_lab.edge.tinyml import build, reference
from skills_lab.edge.tinyml.c_source import generate_c

COMPILER = build.find_compiler()
needs_compiler = pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")


@pytest.fixture(scope="module")
def source() -> str:
    torch.manual_seed(0)
    net = reference.TinyNet().train()
    net(torch.rand(16, 64))
    return generate_c(reference.freeze(net), reference.c_requantise())


def test_the_source_depends_on_fixed_widths_only(source: str) -> None:
    assert re.findall(r"#include.*", source) == ["#include <stdint.h>"]
    assert not re.search(r"\b(float|double|malloc|free)\b", source)


def test_a_named_compiler_comes_first_and_a_missing_one_is_passed_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler -O2")
    assert build.find_compiler() == COMPILER
    monkeypatch.setenv("PATH", "")
    assert build.find_compiler() is None


@needs_compiler
def test_the_object_is_weighed(source: str) -> None:
    assert COMPILER
    weight = build.weigh(COMPILER, source)
    if weight is None:
        pytest.skip("size and nm are not GNU's")
    assert weight.tables["weight2"] == 7 * 12 * 9
    assert weight.tables["bias3"] == 40
    assert weight.weights == 63 + 756 + 480 + 4 * 29
    assert weight.ram == 252 + 192
    assert 0 < weight.code < weight.flash < 4_096


@needs_compiler
def test_what_is_wrong_with_a_program_is_told(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert COMPILER
    pixels = np.zeros((3, 64), np.uint8)
    with pytest.raises(build.BuildError, match="nonsense"):
        build.run_c(COMPILER, source.replace("int best = 0;", "nonsense;"), pixels)
    broken = source.replace(
        "const int8_t *w = weight3;", "for (;;) {}\n    const int8_t *w = weight3;"
    )
    monkeypatch.setattr(build, "SECONDS", 5)
    with pytest.raises(build.BuildError, match="took longer"):
        build.run_c(COMPILER, broken, pixels, ("-O0",))


def test_factors_out_of_range_are_refused() -> None:
    for factor in (0.0, -1.0, float("nan"), float("inf"), 2.0**-40, 2.0**40):
        with pytest.raises((ValueError, OverflowError)):
            reference.fixed_point(factor)
