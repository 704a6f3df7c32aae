"""The engine's gradients on shapes nobody thought of, against torch."""

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import BroadcastableShapes, mutually_broadcastable_shapes
from numpy.typing import NDArray

from skills_lab.foundations.autograd.reference import Tensor, cross_entropy, unbroadcast

Array = NDArray[Any]
pairs = mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=3, min_side=1)
seeds = st.integers(0, 2**32 - 1)


def compare(call: Any, *arrays: Array) -> None:
    ours = [Tensor(array, requires_grad=True) for array in arrays]
    theirs = [torch.tensor(array, requires_grad=True) for array in arrays]
    value, expected = call(*ours), call(*theirs)
    np.testing.assert_allclose(value.data, expected.detach().numpy(), rtol=1e-12, atol=1e-12)
    value.sum().backward()
    expected.sum().backward()
    for leaf, mirror in zip(ours, theirs, strict=True):
        assert leaf.grad is not None
        assert mirror.grad is not None
        assert leaf.grad.shape == mirror.grad.shape
        np.testing.assert_allclose(leaf.grad, mirror.grad.numpy(), rtol=1e-10, atol=1e-10)


@settings(max_examples=60, deadline=None)
@given(pairs, seeds)
def test_broadcasting(shapes: BroadcastableShapes, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (np.asarray(rng.uniform(0.5, 2, size=shape)) for shape in shapes.input_shapes)
    compare(lambda x, y: (x * y - x) / (y**2 + x) + (x + y).log() * y.tanh(), a, b)
    grad = np.ones(shapes.result_shape)
    assert unbroadcast(grad, a.shape).sum() == grad.size


@settings(max_examples=60, deadline=None)
@given(
    mutually_broadcastable_shapes(
        signature="(n,k),(k,m)->(n,m)", max_dims=2, max_side=3, min_side=1
    ),
    seeds,
)
def test_matrix_products_in_batches(shapes: BroadcastableShapes, seed: int) -> None:
    rng = np.random.default_rng(seed)
    compare(lambda x, y: (x @ y) ** 2, *(rng.normal(size=shape) for shape in shapes.input_shapes))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(2, 5), st.sampled_from([1.0, 1e3, 1e8]), seeds)
def test_cross_entropy(rows: int, classes: int, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    labels = rng.integers(classes, size=rows)
    logits = scale * rng.normal(size=(rows, classes))

    def call(z: Any) -> Any:
        if isinstance(z, Tensor):
            return cross_entropy(z, labels)
        return torch.nn.functional.cross_entropy(z, torch.from_numpy(labels))

    compare(call, logits)
