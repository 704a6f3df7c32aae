"""Reverse-mode automatic differentiation over NumPy arrays, and SGD, Adam and AdamW.

Run the experiment    python -m skills_lab run autograd
Do the exercise       python -m skills_lab start autograd DIR

A Tensor is an array that remembers what it was computed from. `loss.backward()` walks that graph
from the loss to the parameters, each operation turning the gradient by its output into gradients
by its inputs (a vector-Jacobian product). One backward pass costs about two forward passes, however
many parameters there are: that is why training is possible at all.

Baydin et al., Automatic Differentiation in Machine Learning: a Survey (arXiv:1502.05767)
Kingma, Ba, Adam (arXiv:1412.6980); Loshchilov, Hutter, Decoupled Weight Decay (arXiv:1711.05101)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Vjp = Callable[[Array], tuple[Array, ...]]


def unbroadcast(grad: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient of an input of this shape that was broadcast to grad's shape.

    Broadcasting copies, and the gradient of a copy is the sum over the copies.
    """
    grad = grad.sum(axis=tuple(range(grad.ndim - len(shape))))  # axes that were put in front
    stretched = tuple(i for i, size in enumerate(shape) if size == 1 and grad.shape[i] != 1)
    return np.asarray(grad.sum(axis=stretched, keepdims=True))


class Tensor:
    """An array, its gradient once `backward` has been called, and how it was computed.

    A leaf (made from data, not computed) with requires_grad keeps its gradient in `grad`;
    gradients of what lies between are dropped as soon as they have been passed on.
    """

    def __init__(self, data: Any, requires_grad: bool = False) -> None:
        self.data: Array = np.asarray(data)
        self.requires_grad = requires_grad
        self.grad: Array | None = None
        self._inputs: tuple[Tensor, ...] = ()
        self._vjp: Vjp | None = None  # d loss / d self -> d loss / d each input

    @property
    def shape(self) -> tuple[int, ...]:
        """The array's shape."""
        return self.data.shape

    def backward(self) -> None:
        """Add d self / d leaf to the `grad` of every leaf; self is to be a scalar.

        Raises ValueError if it is not: a gradient is of one number.
        """
        if self.data.size != 1:
            raise ValueError(f"backward starts from a scalar, not from the shape {self.shape}")
        grads = {id(self): np.ones_like(self.data)}
        for node in reversed(_inputs_first(self)):
            grad = grads.pop(id(node))  # complete: every use of node came before it in this order
            if node._vjp is None:
                node.grad = grad if node.grad is None else node.grad + grad
                continue
            for tensor, part in zip(node._inputs, node._vjp(grad), strict=True):
                if tensor.requires_grad:
                    part = unbroadcast(part, tensor.shape)
                    known = grads.get(id(tensor))
                    grads[id(tensor)] = part if known is None else known + part

    # Each operation: the value, then its vector-Jacobian product, g being d loss / d value.

    def __add__(self, other: Any) -> Tensor:
        other = _tensor(other, self)
        return _computed(self.data + other.data, (self, other), lambda g: (g, g))

    def __mul__(self, other: Any) -> Tensor:
        other = _tensor(other, self)
        a, b = self.data, other.data
        return _computed(a * b, (self, other), lambda g: (g * b, g * a))

    def __pow__(self, power: float) -> Tensor:
        a = self.data
        return _computed(a**power, (self,), lambda g: (g * power * a ** (power - 1),))

    def __matmul__(self, other: Tensor) -> Tensor:
        """Matrices (..., N, K) @ (..., K, M), leading axes broadcast."""
        a, b = self.data, other.data
        if a.ndim < 2 or b.ndim < 2:
            raise ValueError(f"matrices are needed, not the shapes {a.shape} and {b.shape}")
        return _computed(
            a @ b,  # (..., N, M), and so is g
            (self, other),
            lambda g: (g @ b.swapaxes(-1, -2), a.swapaxes(-1, -2) @ g),
        )

    def exp(self) -> Tensor:
        """e to the power of each element."""
        value = np.exp(self.data)
        return _computed(value, (self,), lambda g: (g * value,))

    def log(self) -> Tensor:
        """The natural logarithm of each element."""
        a = self.data
        return _computed(np.log(a), (self,), lambda g: (g / a,))

    def tanh(self) -> Tensor:
        """The hyperbolic tangent of each element."""
        value = np.tanh(self.data)
        return _computed(value, (self,), lambda g: (g * (1 - value * value),))

    def relu(self) -> Tensor:
        """Each element, or 0 if it is negative; the subgradient at 0 is 0."""
        a = self.data
        return _computed(np.maximum(a, 0), (self,), lambda g: (g * (a > 0),))

    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The sum over axes, over all of them by default."""
        a = self.data

        def vjp(g: Array) -> tuple[Array, ...]:
            if axis is not None and not keepdims:
                g = np.expand_dims(g, axis)  # so that it lines up with a again
            return (np.broadcast_to(g, a.shape),)

        return _computed(a.sum(axis=axis, keepdims=keepdims), (self,), vjp)

    def reshape(self, *shape: int) -> Tensor:
        """The same elements in another shape."""
        a = self.data
        return _computed(a.reshape(shape), (self,), lambda g: (g.reshape(a.shape),))

    def __getitem__(self, index: Any) -> Tensor:
        """Any of NumPy's indices. What was picked twice gets the gradient of both picks."""
        a = self.data

        def vjp(g: Array) -> tuple[Array, ...]:
            grad = np.zeros_like(a)
            np.add.at(grad, index, g)  # grad[index] += g would count a repeated index once
            return (grad,)

        return _computed(a[index], (self,), vjp)

    # The rest is made of those.

    def __neg__(self) -> Tensor:
        return self * -1

    def __sub__(self, other: Any) -> Tensor:
        return self + -_tensor(other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return self * _tensor(other, self) ** -1

    def mean(self) -> Tensor:
        """The mean of all elements."""
        return self.sum() / self.data.size

    __radd__ = __add__
    __rmul__ = __mul__


def _tensor(value: Any, like: Tensor) -> Tensor:
    return value if isinstance(value, Tensor) else Tensor(np.asarray(value, like.data.dtype))


def _computed(value: Array, inputs: tuple[Tensor, ...], vjp: Vjp) -> Tensor:
    result = Tensor(value, requires_grad=any(one.requires_grad for one in inputs))
    if result.requires_grad:  # otherwise nothing needs to be remembered
        result._inputs, result._vjp = inputs, vjp
    return result


def _inputs_first(root: Tensor) -> list[Tensor]:
    """Return the graph in topological order, each node after its inputs.

    With a stack of our own: a graph of ten thousand steps would be too deep for recursion.
    """
    order: list[Tensor] = []
    seen: set[int] = set()
    stack = [(root, False)]
    while stack:
        node, inputs_done = stack.pop()
        if inputs_done:
            order.append(node)
        elif id(node) not in seen and node.requires_grad:
            seen.add(id(node))
            stack.append((node, True))
            stack.extend((one, False) for one in node._inputs)
    return order


def cross_entropy(logits: Tensor, labels: Array) -> Tensor:
    """Return the mean negative log-likelihood of labels (N,) under softmax of logits (N, C)."""
    # Softmax does not change when all logits of a row do: shifted by the largest, exp stays finite.
    shifted = logits - Tensor(logits.data.max(axis=1, keepdims=True))
    log_total = shifted.exp().sum(axis=1).log()  # (N,)
    chosen = shifted[np.arange(len(labels)), labels]  # (N,)
    return (log_total - chosen).mean()


class Optimiser:
    """Parameters, and how a step changes them by their gradients."""

    def __init__(self, parameters: Iterable[Tensor], lr: float) -> None:
        self.parameters = list(parameters)
        self.lr = lr

    def zero_grad(self) -> None:
        """Forget the gradients: backward adds to what is there."""
        for p in self.parameters:
            p.grad = None

    def step(self) -> None:
        """Change every parameter that has a gradient."""
        for i, p in enumerate(self.parameters):
            if p.grad is not None:
                p.data = self.update(i, p.data, p.grad)

    def update(self, i: int, p: Array, g: Array) -> Array:
        """Return the i-th parameter after a step with the gradient g."""
        raise NotImplementedError


class SGD(Optimiser):
    """Gradient descent with momentum: a ball that rolls on, b = momentum * b + g."""

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.momentum, self.weight_decay = momentum, weight_decay
        self.b: dict[int, Array] = {}

    def update(self, i: int, p: Array, g: Array) -> Array:
        """Return the parameter after a step; the first one has no past, so b = g."""
        g = g + self.weight_decay * p
        self.b[i] = self.momentum * self.b[i] + g if i in self.b else g
        return p - self.lr * self.b[i]


class Adam(Optimiser):
    """Steps of about lr, whatever the gradient's scale: its mean over its root mean square.

    m = b1 m + (1 - b1) g       v = b2 v + (1 - b2) g^2       both start at 0, so both are too
    small at first by the factors 1 - b1^t and 1 - b2^t, which are divided out.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr)
        self.betas, self.eps, self.weight_decay = betas, eps, weight_decay
        self.t: dict[int, int] = {}
        self.m: dict[int, Array] = {}
        self.v: dict[int, Array] = {}

    def update(self, i: int, p: Array, g: Array) -> Array:
        """Return the parameter after a step; weight decay is L2, a part of the gradient."""
        return self.adapted(i, p, g + self.weight_decay * p)

    def adapted(self, i: int, p: Array, g: Array) -> Array:
        """Return the parameter after Adam's own step."""
        b1, b2 = self.betas
        t = self.t[i] = self.t.get(i, 0) + 1
        m = self.m[i] = b1 * self.m.get(i, np.zeros_like(p)) + (1 - b1) * g
        v = self.v[i] = b2 * self.v.get(i, np.zeros_like(p)) + (1 - b2) * g * g
        m_hat = m / (1 - b1**t)
        v_hat = v / (1 - b2**t)
        return p - self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class AdamW(Adam):
    """Adam whose weight decay shrinks the weights themselves.

    As a part of the gradient, decay would be divided by sqrt(v) like the rest: weights with large
    gradients would hardly decay. Decoupled, all shrink by the same share.
    """

    def update(self, i: int, p: Array, g: Array) -> Array:
        """Return the parameter after it shrank and made Adam's step."""
        return self.adapted(i, p * (1 - self.lr * self.weight_decay), g)
