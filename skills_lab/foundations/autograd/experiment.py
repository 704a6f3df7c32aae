"""The engine and the optimisers beside torch: operations, a hundred steps, a trained network."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skills_lab.foundations.autograd.reference import (
    SGD,
    Adam,
    AdamW,
    Optimiser,
    Tensor,
    cross_entropy,
)
from skills_lab.foundations.benchmarking.reference import measure, speedup
from skills_lab.frame.data import Digits, digits
from skills_lab.frame.run import Run

Array = NDArray[Any]

# Each optimiser of ours with torch's of the same name and the settings both are given.
OPTIMISERS: tuple[tuple[type[Optimiser], type[torch.optim.Optimizer], dict[str, Any]], ...] = (
    (SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-3}),
    (Adam, torch.optim.Adam, {"lr": 1e-2, "weight_decay": 1e-3}),
    (AdamW, torch.optim.AdamW, {"lr": 1e-2, "weight_decay": 1e-1}),
)


def run(run: Run) -> None:
    """State parity first, then train; NumPy computes on the CPU, whatever the device."""
    data = digits(run.seed)
    total = 2 + 2 * len(OPTIMISERS) + run.budget["epochs"]
    run.progress(0, total, "random expressions")
    _expressions(run)
    done = 1
    for ours, theirs, settings in OPTIMISERS:
        for kind, bound in ((np.float64, 1e-12), (np.float32, 1e-6)):
            run.progress(done, total, f"{ours.__name__}, {np.dtype(kind).name}")
            _steps(run, data, ours, theirs, settings, np.dtype(kind), bound)
            done += 1
    if run.budget["epochs"]:
        _decay(run, data)
        _train(run, data, done, total)
        _cost(run, data)
    run.progress(total, total)


def _expressions(run: Run) -> None:
    """Random graphs of shared nodes and broadcast shapes, gradients against torch's."""
    rng = np.random.default_rng(run.seed)
    worst, graphs = 0.0, 200
    shapes = [(3, 4), (4,), (3, 1), (1, 4), (), (2, 3, 4), (2, 1, 1)]
    for _ in range(graphs):
        arrays = [rng.normal(size=shapes[i]) for i in rng.integers(len(shapes), size=4)]
        leaves = [Tensor(array, requires_grad=True) for array in arrays]
        mirrors = [torch.tensor(array, requires_grad=True) for array in arrays]
        ours: list[Any] = list(leaves)
        theirs: list[Any] = list(mirrors)
        for _ in range(12):
            i, j = rng.integers(len(ours), size=2)
            operation = _OPERATIONS[rng.integers(len(_OPERATIONS))]
            ours.append(operation(ours[i], ours[j]))
            theirs.append(operation(theirs[i], theirs[j]))
        sum((one.mean() for one in ours[-3:]), Tensor(np.zeros(()))).backward()
        sum(one.mean() for one in theirs[-3:]).backward()
        for leaf, mirror in zip(leaves, mirrors, strict=True):
            if mirror.grad is None:
                continue
            assert leaf.grad is not None
            expected = mirror.grad.numpy()
            worst = max(
                worst, float(np.abs(leaf.grad - expected).max() / (1 + np.abs(expected).max()))
            )
    run.claim(
        "expressions",
        f"Gradients of {graphs} random graphs with shared nodes and broadcasting equal torch's "
        "(float64, relative)",
        worst,
        "≤ 1e-12",
        worst <= 1e-12,
    )


_OPERATIONS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda a, b: a + b,
    lambda a, b: a * b.tanh(),
    lambda a, b: a.tanh() - b,
    lambda a, b: (a.tanh() + b).relu(),
    lambda a, b: a / (b.tanh() ** 2 + 1.0),
    lambda a, b: (a.tanh().exp() + b.tanh() ** 2).log(),
)


def _steps(
    run: Run,
    data: Digits,
    ours: type[Optimiser],
    theirs: type[torch.optim.Optimizer],
    settings: dict[str, Any],
    kind: np.dtype[Any],
    bound: float,
) -> None:
    """Train the same network on the same batches, ours beside torch's."""
    steps = run.budget["steps"]
    rng = np.random.default_rng(run.seed)
    start = _start(rng, run.budget["hidden"], kind)
    parameters = [Tensor(array.copy(), requires_grad=True) for array in start]
    mirrors = [torch.tensor(array, requires_grad=True) for array in start]
    optimiser = ours(parameters, **settings)
    mirror = theirs(mirrors, **settings)
    worst = 0.0
    for step in range(steps):
        batch = rng.integers(len(data.train_x), size=run.budget["batch"])
        x, labels = data.train_x[batch].astype(kind), data.train_y[batch]
        loss = _step(parameters, optimiser, x, labels)
        other = _torch_step(mirrors, mirror, torch.from_numpy(x), torch.from_numpy(labels))
        apart = [abs(loss - other)]
        for p, q in zip(parameters, mirrors, strict=True):
            apart.append(float(np.abs(p.data - q.detach().numpy()).max()))
        worst = max(worst, *apart)
        if kind == np.float64:
            run.metric(f"loss, {ours.__name__}", step, loss)
    run.claim(
        f"{ours.__name__.lower()}_{kind.name}",
        f"{ours.__name__} in {kind.name}: losses and parameters of {steps} steps equal torch's",
        worst,
        f"≤ {bound:g}",
        worst <= bound,
    )


def _decay(run: Run, data: Digits) -> None:
    """What decoupling changes: decay against the size of a weight's gradient."""
    shrunk = {}
    for kind in (Adam, AdamW):
        weights = Tensor(np.ones(2), requires_grad=True)
        optimiser = kind([weights], lr=1e-3, weight_decay=0.1)
        source = np.random.default_rng(run.seed)
        for _ in range(1_000):
            # Gradients of mean 0, a hundred times as large for the second weight.
            weights.grad = source.normal(size=2) * np.array([0.1, 10.0])
            optimiser.step()
        shrunk[kind.__name__] = weights.data
    for name, left in shrunk.items():
        run.metric(f"weight left by {name}, small gradients", 0, left[0])
        run.metric(f"weight left by {name}, large gradients", 0, left[1])
    ratio = abs(1 - shrunk["Adam"][0]) / max(1e-9, abs(1 - shrunk["Adam"][1]))
    run.metric("Adam decays a weight of small gradients more by", 0, float(ratio), "x")


def _train(run: Run, data: Digits, done: int, total: int) -> None:
    rng = np.random.default_rng(run.seed)
    parameters = [
        Tensor(array, requires_grad=True)
        for array in _start(rng, run.budget["hidden"], np.dtype(np.float32))
    ]
    optimiser = AdamW(parameters, lr=3e-3, weight_decay=1e-2)
    size, epochs = run.budget["batch"], run.budget["epochs"]
    accuracy = 0.0
    for epoch in range(epochs):
        order = rng.permutation(len(data.train_x))
        for at in range(0, len(order) - size + 1, size):
            batch = order[at : at + size]
            _step(parameters, optimiser, data.train_x[batch], data.train_y[batch])
        guessed = _logits(parameters, Tensor(data.test_x)).data.argmax(axis=1)
        accuracy = float((guessed == data.test_y).mean())
        run.metric("accuracy on held-out digits", epoch, accuracy)
        run.progress(done + epoch, total, f"epoch {epoch + 1}")
    run.claim(
        "accuracy",
        "A network trained by this engine alone reads held-out digits",
        accuracy,
        "≥ 0.95",
        accuracy >= 0.95,
    )


def _cost(run: Run, data: Digits) -> None:
    """A step of ours against a step of torch on one thread; a figure, not a claim."""
    start = _start(np.random.default_rng(run.seed), run.budget["hidden"], np.dtype(np.float32))
    parameters = [Tensor(array.copy(), requires_grad=True) for array in start]
    mirrors = [torch.tensor(array, requires_grad=True) for array in start]
    optimiser, mirror = AdamW(parameters), torch.optim.AdamW(mirrors)
    x, labels = data.train_x[: run.budget["batch"]], data.train_y[: run.budget["batch"]]
    tensor, targets = torch.tensor(x), torch.tensor(labels)
    times = measure(
        {
            "ours": lambda: _step(parameters, optimiser, x, labels),
            "torch": lambda: _torch_step(mirrors, mirror, tensor, targets),
        },
        rounds=200,
    )
    for name, taken in times.items():
        run.metric(f"a training step, {name}", 0, taken.seconds.median * 1e3, "ms")
    run.metric(
        "ours is as fast as torch times", 0, speedup(times["torch"], times["ours"]).median, "x"
    )


def _start(rng: np.random.Generator, hidden: int, kind: np.dtype[Any]) -> list[Array]:
    shapes = ((64, hidden), (hidden,), (hidden, 10), (10,))
    scales = (1 / 8, 0.0, 1 / np.sqrt(hidden), 0.0)
    return [
        (scale * rng.normal(size=shape)).astype(kind)
        for shape, scale in zip(shapes, scales, strict=True)
    ]


def _logits(parameters: list[Tensor], x: Tensor) -> Tensor:
    w1, b1, w2, b2 = parameters
    return (x @ w1 + b1).tanh() @ w2 + b2  # (B, 64) -> (B, hidden) -> (B, 10)


def _step(parameters: list[Tensor], optimiser: Optimiser, x: Array, labels: Array) -> float:
    loss = cross_entropy(_logits(parameters, Tensor(x)), labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return float(loss.data)


def _torch_step(
    parameters: list[torch.Tensor],
    optimiser: torch.optim.Optimizer,
    x: torch.Tensor,
    labels: torch.Tensor,
) -> float:
    w1, b1, w2, b2 = parameters
    loss = torch.nn.functional.cross_entropy((x @ w1 + b1).tanh() @ w2 + b2, labels)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()
