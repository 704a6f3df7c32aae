"""What a solution of autograd and the optimisers is held to: torch, in float64."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skills_lab.frame.checking import check

Array = NDArray[Any]

NOTICE = """\
• `_inputs_first` orders the graph so that every use of a node comes before the node itself when
  it is walked backwards: its gradient is complete when it is passed on, and passed on once.
• Broadcasting is undone in one place. Each vjp returns what it likes, `unbroadcast` sums it.
• `np.add.at`, since `grad[index] += g` counts an index that occurs twice once. Embeddings train
  wrongly because of this, and nothing crashes.
• Adam divides by bias corrections that matter most in the first steps: without them the first
  step is 0.1/sqrt(0.001) = 3.2 times too large.
• AdamW is one line away from Adam, and that line is the paper."""


def _by_torch(call: Callable[..., Any], arrays: list[Array]) -> tuple[Array, list[Array]]:
    tensors = [torch.tensor(one, requires_grad=True) for one in arrays]
    value = call(*tensors)
    value.sum().backward()
    grads = [torch.zeros_like(t) if t.grad is None else t.grad for t in tensors]
    return value.detach().numpy(), [grad.numpy() for grad in grads]


def _compare(
    solution: ModuleType,
    name: str,
    ours: Callable[..., Any],
    theirs: Callable[..., Any],
    *arrays: Array,
) -> None:
    """Compare value and gradients of an expression with torch's."""
    expected, grads = _by_torch(theirs, list(arrays))
    tensors = [solution.Tensor(one.copy(), requires_grad=True) for one in arrays]
    value = ours(*tensors)
    assert np.allclose(value.data, expected, rtol=1e-10, atol=1e-12), f"{name}: the value is off"
    value.sum().backward()
    for number, (tensor, grad) in enumerate(zip(tensors, grads, strict=True), 1):
        assert tensor.grad is not None, f"{name}: input {number} got no gradient"
        assert tensor.grad.shape == grad.shape, (
            f"{name}: the gradient by input {number} has the shape {tensor.grad.shape}, "
            f"the input {grad.shape}"
        )
        apart = float(np.abs(tensor.grad - grad).max())
        assert apart < 1e-9, f"{name}: the gradient by input {number} is off by {apart:.2g}"


@check(
    "broadcasting is undone",
    proves="the gradient of a stretched input is the sum over the copies",
    hints=(
        "An input of shape (3, 1) stretched to (2, 3, 4) was copied 2 * 4 times.",
        "Sum away the axes in front that the input lacks, then those where it has size 1.",
        "The second sum keeps its axes (keepdims), so that the shape is the input's.",
    ),
)
def broadcasting(solution: ModuleType) -> None:
    """Shapes that NumPy stretches, on either side."""
    grad = np.arange(24.0).reshape(2, 3, 4)
    for shape in ((2, 3, 4), (3, 4), (3, 1), (1, 3, 1), (4,), (1,), ()):
        back = solution.unbroadcast(grad, shape)
        assert back.shape == shape, f"{shape} came back as {back.shape}"
        ones = torch.ones(shape, dtype=torch.float64, requires_grad=True)
        (ones * torch.tensor(grad)).sum().backward()
        assert ones.grad is not None
        assert np.allclose(back, ones.grad.numpy()), f"{shape}: summed over the wrong axes"
    for a, b in (((2, 3), (3,)), ((3, 1), (1, 4)), ((), (2, 2)), ((2, 1, 3), (4, 1))):
        arrays = np.asarray(np.random.randn(*a)), np.asarray(np.random.randn(*b))
        name = f"{a} times {b}"
        _compare(solution, name, lambda x, y: x * y + x, lambda x, y: x * y + x, *arrays)


@check(
    "every operation has torch's gradient",
    proves="values and gradients of all operations equal torch's in float64",
    hints=(
        "Y = A @ B with A (N, K) and B (K, M): which product of g (N, M) and B has the shape of A?",
        "sum: every element had weight 1, so each gets g, once g lines up with the axes again.",
        "g @ B.T and A.T @ g, with swapaxes(-1, -2) for batches; np.expand_dims, np.broadcast_to.",
    ),
)
def operations(solution: ModuleType) -> None:
    """Each operation alone, against torch."""
    rng = np.random.default_rng(0)
    x, row, square = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(4, 4))
    cube, positive = rng.normal(size=(2, 3, 4)), rng.uniform(0.5, 2, size=(3, 4))
    same: list[tuple[str, Callable[..., Any], tuple[Array, ...]]] = [
        ("x + row", lambda a, b: a + b, (x, row)),
        ("x - 2 * row", lambda a, b: a - 2 * b, (x, row)),
        ("x / y", lambda a, b: a / b, (x, positive)),
        ("x ** 3", lambda a: a**3, (x,)),
        ("exp", lambda a: a.exp(), (x,)),
        ("log", lambda a: a.log(), (positive,)),
        ("tanh", lambda a: a.tanh(), (x,)),
        ("relu", lambda a: a.relu(), (x,)),
        ("mean", lambda a: a.mean(), (x,)),
        ("reshape", lambda a: a.reshape(2, 6) ** 2, (x,)),
        ("x @ y", lambda a, b: a @ b, (x, square)),
        ("batches @ matrix", lambda a, b: (a @ b) ** 2, (cube, square)),
        ("a slice", lambda a: a[1:, ::2] ** 2, (x,)),
    ]
    for name, call, arrays in same:
        _compare(solution, name, call, call, *arrays)
    for axis in (0, 1, (0, 2), None):
        for keep in (False, True):
            _compare(
                solution,
                f"sum over {axis}, keepdims {keep}",
                lambda a, axis=axis, keep=keep: a.sum(axis=axis, keepdims=keep) ** 2,
                lambda a, axis=axis, keep=keep: (
                    a.sum(axis, keepdim=keep) ** 2 if axis is not None else a.sum() ** 2
                ),
                cube,
            )


@check(
    "what is picked twice counts twice",
    proves="the gradient of an index with repetitions adds up, as an embedding needs",
    hints=(
        "In NumPy, grad[[0, 0]] += 1 adds 1, not 2.",
        "np.add.at(grad, index, g) adds for every occurrence.",
    ),
)
def repeated(solution: ModuleType) -> None:
    """Rows of a table, some of them twice."""
    table = np.random.randn(5, 3)
    rows = np.array([0, 2, 2, 2, 4])
    _compare(solution, "table[rows]", lambda t: t[rows] ** 2, lambda t: t[rows] ** 2, table)


@check(
    "the graph is walked once, in order",
    proves="shared nodes, repeated calls, deep graphs, constants",
    hints=(
        "A node used twice gets two gradients: both are to be in before it passes them on.",
        "Leaves add to the gradient they have; only zero_grad forgets.",
        "Order the nodes topologically, inputs first, with a stack instead of recursion, and walk "
        "that list backwards.",
    ),
)
def graph(solution: ModuleType) -> None:
    """Diamonds, accumulation, depth."""
    x = np.random.randn(3)

    def diamond(a: Any) -> Any:
        b = a * 2
        c = b * a
        return (c + b * c) * (b + c) + b

    _compare(solution, "an expression that shares its parts", diamond, diamond, x)

    leaf = solution.Tensor(np.ones(2), requires_grad=True)
    for times in (1, 2):
        (leaf * 3).sum().backward()
        assert leaf.grad is not None
        assert np.allclose(leaf.grad, 3 * times), (
            f"after {times} calls of backward the gradient is {leaf.grad.tolist()}, not {3 * times}"
        )

    deep = leaf
    for _ in range(5_000):
        deep = deep * 1.0
    try:
        deep.sum().backward()
    except RecursionError as error:
        raise AssertionError("5,000 operations in a row are too deep for recursion") from error

    constant = solution.Tensor(np.ones(2))
    (leaf * constant).sum().backward()
    assert constant.grad is None, "a tensor that requires no gradient got one"
    try:
        leaf.backward()
    except ValueError:
        return
    raise AssertionError("backward from what is not a scalar is to raise ValueError")


@check(
    "cross-entropy is torch's, and stays finite",
    proves="value and gradient, for logits of 1000 as well",
    hints=(
        "exp(1000) is infinite. What can be subtracted from a row of logits for free?",
        "log(sum(exp(z))) - z[label], with the row's largest logit subtracted from z first.",
        "Pick with shifted[np.arange(len(labels)), labels], and take the mean.",
    ),
)
def entropy(solution: ModuleType) -> None:
    """Against torch, small logits and huge ones."""
    labels = np.array([2, 0, 2, 1])
    for scale in (1.0, 1000.0):
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            _compare(
                solution,
                f"logits of about {scale:g}",
                lambda z: solution.cross_entropy(z, labels),
                lambda z: torch.nn.functional.cross_entropy(z, torch.tensor(labels)),
                scale * np.random.randn(4, 3),
            )


def _descend(ours: Any, theirs: Any, tensor: Any, mirror: torch.Tensor, name: str) -> None:
    """Feed both optimisers the same gradients for fifty steps."""
    rng = np.random.default_rng(1)
    for step in range(1, 51):
        grad = rng.normal(size=tensor.shape) * 10.0 ** rng.uniform(-3, 1)
        ours.zero_grad()
        assert tensor.grad is None, "zero_grad is to leave no gradient"
        tensor.grad = grad
        mirror.grad = torch.tensor(grad)
        ours.step()
        theirs.step()
        apart = float(np.abs(tensor.data - mirror.detach().numpy()).max())
        assert apart < 1e-11, f"{name}: off by {apart:.2g} after step {step}"
    before = tensor.data.copy()
    ours.zero_grad()
    ours.step()
    assert np.array_equal(before, tensor.data), f"{name}: moved without a gradient"


def _against_torch(solution: ModuleType, ours: str, **settings: Any) -> None:
    start = np.random.randn(4, 3)
    tensor = solution.Tensor(start.copy(), requires_grad=True)
    mirror = torch.tensor(start, requires_grad=True)
    mine = getattr(solution, ours)([tensor], **settings)
    theirs = getattr(torch.optim, ours)([mirror], **settings)
    told = ", ".join(f"{key}={value}" for key, value in settings.items())
    _descend(mine, theirs, tensor, mirror, f"{ours}({told})")


@check(
    "SGD is torch's",
    proves="with momentum and weight decay, 50 steps",
    hints=(
        "The ball's speed is momentum * b + g, with nothing in front of g.",
        "In the first step there is no past: b = g. Weight decay adds weight_decay * p to g first.",
    ),
)
def sgd(solution: ModuleType) -> None:
    """Fifty steps beside torch's."""
    _against_torch(solution, "SGD", lr=0.1)
    _against_torch(solution, "SGD", lr=0.1, momentum=0.9)
    _against_torch(solution, "SGD", lr=0.1, momentum=0.9, weight_decay=0.01)


@check(
    "Adam is torch's",
    proves="bias correction, eps outside the root, L2 in the gradient, 50 steps",
    hints=(
        "m and v start at 0 and are too small at first: by which factor after t steps?",
        "p - lr * m_hat / (sqrt(v_hat) + eps), with m_hat = m / (1 - b1**t), v_hat alike.",
        "t counts from 1, and eps is added after the root.",
    ),
)
def adam(solution: ModuleType) -> None:
    """Fifty steps beside torch's; eps large enough to be seen."""
    _against_torch(solution, "Adam", lr=0.01)
    _against_torch(solution, "Adam", lr=0.01, eps=0.1, betas=(0.8, 0.95))
    _against_torch(solution, "Adam", lr=0.01, weight_decay=0.1)


@check(
    "AdamW decays the weights, not the gradient",
    proves="decoupled weight decay, 50 steps beside torch's",
    hints=(
        "What is added to the gradient is divided by sqrt(v) like all of it.",
        "Multiply the weights by 1 - lr * weight_decay, then make Adam's step with the bare g.",
    ),
)
def adamw(solution: ModuleType) -> None:
    """Fifty steps beside torch's."""
    _against_torch(solution, "AdamW", lr=0.01, weight_decay=0.5)


@check(
    "float32 stays float32",
    proves="a network trained in float32 is computed in float32 throughout",
    hints=(
        "np.zeros(shape) is float64, and so is all it touches.",
        "np.zeros_like, np.ones_like, and Python's numbers keep the type of the array.",
    ),
)
def precision(solution: ModuleType) -> None:
    """One step of a small network with each optimiser."""
    x = np.random.randn(6, 3).astype(np.float32)
    labels = np.array([0, 1, 2, 0, 1, 2])
    for name, more in (("SGD", {"momentum": 0.9}), ("Adam", {}), ("AdamW", {"weight_decay": 0.1})):
        w = solution.Tensor(np.random.randn(3, 3).astype(np.float32), requires_grad=True)
        optimiser = getattr(solution, name)([w], lr=0.1, **more)
        solution.cross_entropy((solution.Tensor(x) @ w).tanh(), labels).backward()
        assert w.grad is not None
        assert w.grad.dtype == np.float32, f"the gradient became {w.grad.dtype}"
        optimiser.step()
        assert w.data.dtype == np.float32, f"{name} made the parameter {w.data.dtype}"
