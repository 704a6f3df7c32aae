"""Exercise: CLIP's loss, on one rank and on many, and what a trained model is used for.

    logits[i, j] = exp(s) * <image_i, text_j>        unit vectors; s learned, exp(s) <= 100
    loss = (cross_entropy(rows, diagonal) + cross_entropy(columns, diagonal)) / 2

Fill in what is marked TODO; the towers are given. The README says what to think of; hints come one
at a time with `check clip --solution THIS_FILE --hint`.

Shapes: N pairs in the batch, E dimensions of the shared space, L tokens of a caption, R ranks.
"""

import math
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F  # noqa: F401  you will need it
from torch import Tensor, nn

FIRST_TEMPERATURE = 0.07
LARGEST_SCALE = 100.0
PAD = 0  # the token that fills captions up to L


# --- the loss ------------------------------------------------------------------------------------


class Temperature(nn.Module):
    """The learned scale of the logits: 1 / temperature, kept as its logarithm."""

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / FIRST_TEMPERATURE)))

    def forward(self) -> Tensor:
        """Return the scale, a scalar in (0, 100]."""
        raise NotImplementedError("TODO: the scale, cut off at LARGEST_SCALE")

    @torch.no_grad()
    def keep_in_range(self) -> None:
        """Bring the parameter itself back below the limit; to be called after each step."""
        raise NotImplementedError("TODO: change log_scale in place")


def contrastive_loss(images: Tensor, texts: Tensor, scale: Tensor) -> Tensor:
    """Return the symmetric loss of N pairs of embeddings, (N, E) each, of any length.

    Raises ValueError if the shapes are not one (N, E).
    """
    raise NotImplementedError("TODO: cosines, logits, and both cross-entropies")


# --- the loss of a batch spread over ranks -------------------------------------------------------


class _Gather(torch.autograd.Function):
    """Every rank's rows, in the order of ranks, on every rank; gradients find their way back.

    The name is yours to change; only what is public is checked.
    """

    @staticmethod
    def forward(ctx: Any, rows: Tensor, group: dist.ProcessGroup) -> Tensor:
        """Return the rows of all ranks (R * N, E); dist.all_gather(parts, rows, group=group)."""
        raise NotImplementedError("TODO: gather the rows of all ranks")

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        """Return the gradient by this rank's rows (N, E), and None for the group."""
        raise NotImplementedError("TODO: the gradient by this rank's rows")


def sharded_loss(images: Tensor, texts: Tensor, scale: Tensor, group: dist.ProcessGroup) -> Tensor:
    """Return this rank's share of the loss over all ranks' pairs, (N, E) on each, N the same.

    Only the logits of its own rows and columns are computed, (N, R * N) twice. The mean of the
    ranks' losses is `contrastive_loss` of the whole batch, and the mean of their gradients, as DDP
    takes it, is its gradient. `group.rank()` and `group.size()` tell where this rank stands.
    """
    raise NotImplementedError("TODO: gather, compare own with all, aim at the right targets")


# --- the towers ----------------------------------------------------------------------------------


class ImageTower(nn.Module):
    """Three convolutions and a projection: pictures (N, 3, 8, 16) to (N, E)."""

    def __init__(self, embedding: int = 64, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 3, padding=1),  # (N, width, 8, 16)
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),  # (N, 2 width, 4, 8)
            nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, stride=2, padding=1),  # (N, 2 width, 2, 4)
            nn.ReLU(),
            nn.Flatten(),  # the place of a feature stays known: no average over the picture
            nn.Linear(16 * width, embedding),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Return embeddings (N, E), not normalised."""
        embedded: Tensor = self.layers(pictures)
        return embedded


class TextTower(nn.Module):
    """A recurrent network read both ways and a projection: tokens (N, L) to (N, E)."""

    def __init__(self, vocabulary: int, embedding: int = 64, width: int = 64) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=PAD)
        self.read = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.project = nn.Linear(2 * width, embedding)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return embeddings (N, E), not normalised."""
        states, _ = self.read(self.embed(tokens))  # (N, L, 2 width)
        # The greatest over the words; padding must not be what is greatest.
        states = states.masked_fill((tokens == PAD).unsqueeze(2), -torch.inf)
        embedded: Tensor = self.project(states.amax(1))
        return embedded


class Clip(nn.Module):
    """Both towers and the temperature."""

    def __init__(self, vocabulary: int, embedding: int = 64, width: int = 64) -> None:
        super().__init__()
        self.image = ImageTower(embedding, width // 2)
        self.text = TextTower(vocabulary, embedding, width)
        self.temperature = Temperature()

    def forward(self, pictures: Tensor, tokens: Tensor) -> Tensor:
        """Return the loss of N pictures and their captions."""
        return contrastive_loss(self.image(pictures), self.text(tokens), self.temperature())


# --- using it ------------------------------------------------------------------------------------


def zero_shot_weights(captions: Tensor) -> Tensor:
    """Return one unit vector per class, (C, E), of its captions by T templates, (T, C, E).

    Each caption is to count the same, whatever the length of its embedding.
    """
    raise NotImplementedError("TODO: the classifier that captions make")


def classify(images: Tensor, weights: Tensor) -> Tensor:
    """Return the class (N,) nearest in angle to each image embedding (N, E)."""
    raise NotImplementedError("TODO: the nearest class")


def recall_at(images: Tensor, texts: Tensor, k: int) -> tuple[float, float]:
    """Return recall@k of text by image, and of image by text, for N pairs of embeddings (N, E).

    The share of queries with fewer than k wrong answers at least as near as their own: an answer
    that is as near counts against it.
    """
    raise NotImplementedError("TODO: the share found, in both directions")
