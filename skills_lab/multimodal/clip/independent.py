"""The loss once more, from its definition: NumPy in float64, no line shared with the reference."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def loss_and_gradients(
    images: Floats, texts: Floats, scale: float
) -> tuple[float, Floats, Floats, float]:
    """Return the symmetric loss of (N, E) twice, and its derivatives by images, texts and scale.

    With P the softmax of the rows and Q that of the columns, d loss / d logits is
    (P + Q - 2 I) / 2N; the rest is the chain rule through the scaled cosines.
    """
    n = len(images)
    lengths = [np.sqrt((one**2).sum(1, keepdims=True)) for one in (images, texts)]
    u, v = images / lengths[0], texts / lengths[1]
    cosines = np.array([[(a * b).sum() for b in v] for a in u])
    logits = scale * cosines
    total = 0.0
    p, q = np.empty((n, n)), np.empty((n, n))
    for i in range(n):
        for logit, into in ((logits[i], p[i]), (logits[:, i], q[:, i])):
            top = logit.max()
            into[:] = np.exp(logit - top)
            total += np.log(into.sum()) + top - logits[i, i]
            into /= into.sum()
    slope = (p + q - 2 * np.eye(n)) / (2 * n)
    by_u, by_v = scale * slope @ v, scale * slope.T @ u
    # d u / d image: what points along u changes only its length.
    by_images = (by_u - u * (u * by_u).sum(1, keepdims=True)) / lengths[0]
    by_texts = (by_v - v * (v * by_v).sum(1, keepdims=True)) / lengths[1]
    return total / (2 * n), by_images, by_texts, float((slope * cosines).sum())
