"""The kilobyte measured: accuracy over seeds, C against the reference, bytes, bits, ONNX."""

import copy
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skills_lab.edge.tinyml import build, reference
from skills_lab.edge.tinyml.c_source import generate_c
from skills_lab.edge.tinyml.onnx_graphs import float_graph, integer_graph, run_graph
from skills_lab.edge.tinyml.training import accuracy, train
from skills_lab.frame.data import digits
from skills_lab.frame.run import Run

KILOBYTE_AND_HALF = 1_536
Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class _Trained:
    """One seed's networks and what they reach on its held-out digits."""

    seed: int
    plain: Any  # TinyNet in float
    integer: Any  # IntegerNet
    pixels: Pixels  # (B, 64) held out
    float_accuracy: float
    rounded_accuracy: float  # the float network rounded, without training for it
    accuracy: float  # of the integers
    agreement: float  # of the integers with their rehearsal in float


def run(run: Run) -> None:
    """Train over seeds, then hold every form of the network against the integer reference."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the tensors are so small that a second thread costs more
    try:
        _run(run)
    finally:
        torch.set_num_threads(threads)


def _run(run: Run) -> None:
    seeds = int(run.budget["seeds"])
    bits = [int(one) for one in run.budget["bits"]]
    total = seeds + len(bits) + 1
    trained = []
    for number in range(seeds):
        run.progress(number, total, f"training for integers, network {number + 1} of {seeds}")
        trained.append(_train(run, number))
        run.metric("accuracy of the integers", number, trained[-1].accuracy)
    _accuracy(run, trained)
    run.progress(seeds, total, "compiling")
    _compiled(run, trained)
    _onnx(run, trained)
    _bits(run, bits, trained, seeds + 1, total)
    run.progress(total, total)


def _train(run: Run, number: int) -> _Trained:
    seed = run.seed + 1_000 * number
    torch.manual_seed(seed)
    data = digits(seed)
    x, y, test_x, test_y = data.tensors(run.device)
    pixels = np.round(data.test_x * 16).astype(np.uint8)
    plain = reference.TinyNet().to(run.device)
    train(
        plain, x, y, steps=run.budget["float_steps"], lr=1e-2, seed=seed,
        tell=lambda step, loss: run.metric(f"loss, network {number + 1}", step, loss),
    )  # fmt: skip
    net = copy.deepcopy(plain)
    net.quantised = True
    rounded = accuracy(net, test_x, test_y)
    train(net, x, y, steps=run.budget["quantised_steps"], lr=2e-3, seed=seed + 1)
    integer = reference.freeze(net)
    told = reference.integer_logits(integer, pixels).argmax(1)
    with torch.no_grad():
        rehearsed = net(test_x).argmax(1).cpu().numpy()
    return _Trained(
        seed,
        plain,
        integer,
        pixels,
        accuracy(plain, test_x, test_y),
        rounded,
        float((told == data.test_y).mean()),
        float((told == rehearsed).mean()),
    )


def _accuracy(run: Run, trained: list[_Trained]) -> None:
    agreement = min(one.agreement for one in trained)
    run.claim(
        "rehearsal",
        "Integer arithmetic tells the same digits as the float rehearsal it was trained with",
        agreement,
        "≥ 0.99 of the test images, every seed",
        agreement >= 0.99,
    )
    if run.scale == "tiny":
        return
    reached = [one.accuracy for one in trained]
    run.claim(
        "accuracy",
        f"Integers only, the mean of {len(trained)} seeds on held-out digits",
        fmean(reached),
        "≥ 0.96",
        fmean(reached) >= 0.96,
    )
    run.claim("worst", "The worst of these seeds", min(reached), "≥ 0.96", min(reached) >= 0.96)
    cost = fmean(one.float_accuracy for one in trained) - fmean(reached)
    run.claim(
        "cost", "What int8 costs against float, in accuracy", cost, "≤ 0.01", cost <= 0.01
    )  # fmt: skip


def _compiled(run: Run, trained: list[_Trained]) -> None:
    sources = [generate_c(one.integer, reference.c_requantise()) for one in trained]
    run.artifact("digits.c", sources[0])
    compiler = build.find_compiler()
    exact = "C is bit-exact: every logit of every test image, of noise and of extremes"
    sizes = "Weights and biases in the compiled object"
    if compiler is None:
        for name, text in (("exact", exact), ("weights", sizes)):
            run.skip(name, text, "there is no C compiler here (cc, gcc, clang, or CC)")
        return
    levels = [(f"-{level}",) for level in run.budget["optimisation"]]
    wrong = checked = 0
    for one, source in zip(trained, sources, strict=True):
        given = np.concatenate([one.pixels, _stress(run.seed)])
        expected = reference.integer_logits(one.integer, given)
        for level in levels:
            told = build.run_c(compiler, source, given, level)
            wrong += int((told != expected).sum())
            checked += expected.size
    run.claim("exact", f"{exact} ({checked:,} compared)", wrong, "0 differ", wrong == 0)
    _undefined(run, compiler, sources[0], trained[0].pixels)
    weight = build.weigh(compiler, sources[0])
    if weight is None:
        run.skip("weights", sizes, "`size` and `nm` are missing or not GNU's")
        return
    bound = f"≤ {KILOBYTE_AND_HALF} bytes"
    run.claim("weights", sizes, weight.weights, bound, weight.weights <= KILOBYTE_AND_HALF)
    tables = sum(weight.tables.values())
    held = tables <= KILOBYTE_AND_HALF
    run.claim("tables", "All constants, with multipliers and shifts", tables, bound, held)
    run.metric("code", 0, weight.code, "bytes")
    run.metric("flash, code and constants", 0, weight.flash, "bytes")
    run.metric("RAM, static", 0, weight.ram, "bytes")
    if weight.stack is not None:
        run.metric("RAM, stack at most", 0, weight.stack, "bytes")
    ram = weight.ram + (weight.stack or 0)
    run.claim("ram", "RAM: static buffers and stack", ram, "≤ 1024 bytes", ram <= 1_024)


def _stress(seed: int) -> Pixels:
    """Return images (256, 64) that no digit looks like: any byte, black, white, stripes."""
    noise = np.random.default_rng(seed).integers(0, 256, (252, 64), np.uint8)
    row = np.arange(64)
    extremes = [row * 0, row * 0 + 255, row % 2 * 255, row // 8 % 2 * 255]
    return np.concatenate([noise, np.array(extremes, np.uint8)])


def _undefined(run: Run, compiler: list[str], source: str, pixels: Pixels) -> None:
    """Run once with every undefined operation and every access out of bounds made fatal."""
    text = "No undefined behaviour and no access out of bounds while it runs (UBSan, ASan)"
    flags = ("-O1", "-fsanitize=undefined,address", "-fno-sanitize-recover=all")
    probe = "#include <stdint.h>\nvoid digits_logits(const uint8_t *p, int32_t *l) {*l = *p;}\n"
    probe += "int digits_predict(const uint8_t *p) {return *p;}\n"
    try:
        build.run_c(compiler, probe, pixels[:1], flags)
    except build.BuildError:
        run.skip("sanitised", text, "this compiler has no sanitizers")
        return
    try:
        build.run_c(compiler, source, np.concatenate([pixels, _stress(run.seed)]), flags)
        found = "none"
    except build.BuildError as error:
        found = str(error)[:200]
    run.claim("sanitised", text, found, "none", found == "none")


def _onnx(run: Run, trained: list[_Trained]) -> None:
    first = trained[0]
    images = first.pixels.astype(np.float32) / 16
    graph = float_graph(first.plain.cpu())
    run.artifact("digits_float.onnx", graph)
    with torch.no_grad():
        expected = first.plain(torch.from_numpy(images)).numpy()
    apart = float(np.abs(run_graph(graph, images)[0] - expected).max())
    run.claim(
        "onnx", "ONNX Runtime computes torch's logits, in float32", apart, "≤ 1e-4", apart <= 1e-4
    )  # fmt: skip
    graph = integer_graph(first.integer)
    run.artifact("digits_int8.onnx", graph)
    run.metric("ONNX file, int8", 0, len(graph), "bytes")
    q = (first.pixels.astype(np.int16) - 128).astype(np.int8).reshape(-1, 1, 8, 8)
    logits, hidden, _ = run_graph(graph, q)
    ours = reference.integer_conv(q, first.integer.conv1)
    steps = int(np.abs(hidden.astype(np.int32) - ours).max())
    run.claim(
        "onnx-step",
        "The int8 graph's first activations, scaled by a float, are at most one step apart",
        steps,
        "≤ 1",
        steps <= 1,
    )
    expected = reference.integer_logits(first.integer, first.pixels)
    run.metric("logits identical in ONNX Runtime, int8", 0, float((logits == expected).mean()))
    same = float((logits.argmax(1) == expected.argmax(1)).mean())
    run.claim(
        "onnx-int8", "The int8 graph tells the reference's digits", same, "≥ 0.99", same >= 0.99
    )  # fmt: skip


def _bits(run: Run, bits: list[int], trained: list[_Trained], done: int, total: int) -> None:
    """Weights of fewer bits: the float network rounded, against trained on for its grid."""
    seeds = trained[: int(run.budget["bits_seeds"])]
    rows = ["bits,seed,rounded,trained"]
    gain: dict[int, float] = {}
    for number, width in enumerate(bits):
        run.progress(done + number, total, f"weights of {width} bits")
        rounded, tuned = [], []
        for one in seeds:
            x, y, test_x, test_y = digits(one.seed).tensors(run.device)
            net = copy.deepcopy(one.plain).to(run.device)
            net.bits, net.quantised = width, True
            rounded.append(accuracy(net, test_x, test_y))
            train(net, x, y, steps=run.budget["bits_steps"], lr=1e-2, seed=one.seed)
            tuned.append(accuracy(net, test_x, test_y))
            rows.append(f"{width},{one.seed},{rounded[-1]:.4f},{tuned[-1]:.4f}")
        run.metric("accuracy by bits, rounded", width, fmean(rounded))
        run.metric("accuracy by bits, trained for it", width, fmean(tuned))
        gain[width] = fmean(tuned) - fmean(rounded)
    run.artifact("bits.csv", "\n".join(rows) + "\n")
    if run.scale == "tiny":
        return
    eight = fmean(one.rounded_accuracy for one in trained)
    change = abs(fmean(one.accuracy for one in trained) - eight)
    run.claim(
        "eight-bits",
        "At 8 bits training for quantisation changes next to nothing: rounding was enough",
        change,
        "≤ 0.01",
        change <= 0.01,
    )
    if 2 in gain:
        run.claim(
            "two-bits",
            "At 2 bits (-1, 0, 1) it is what makes the network work at all: accuracy gained",
            gain[2],
            "≥ 0.2",
            gain[2] >= 0.2,
        )
