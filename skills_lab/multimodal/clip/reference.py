"""CLIP: two towers, one space, and a loss that tells which picture belongs to which caption.

    logits[i, j] = exp(s) * <image_i, text_j>        unit vectors; s learned, exp(s) <= 100
    loss = (cross_entropy(rows, diagonal) + cross_entropy(columns, diagonal)) / 2

Run the experiment    python -m skills_lab run clip
Do the exercise       python -m skills_lab start clip DIR
Read on               scenes.py paints the pictures and writes the captions

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision"
(arXiv:2103.00020), figure 3 and section 2.

Shapes: N pairs in the batch, E dimensions of the shared space, L tokens of a caption, R ranks.
"""

import math
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

FIRST_TEMPERATURE = 0.07
LARGEST_SCALE = 100.0
PAD = 0  # the token that fills captions up to L


# --- the loss ------------------------------------------------------------------------------------


class Temperature(nn.Module):
    """The learned scale of the logits: 1 / temperature, kept as its logarithm.

    A logarithm stays positive whatever the optimiser does, and a step on it is a step in per
    cent. Without the clamp the scale grows until one wrong pair makes a loss of hundreds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / FIRST_TEMPERATURE)))

    def forward(self) -> Tensor:
        """Return the scale, a scalar in (0, 100]."""
        return self.log_scale.clamp(max=math.log(LARGEST_SCALE)).exp()

    @torch.no_grad()
    def keep_in_range(self) -> None:
        """Bring the parameter itself back below the limit; to be called after each step.

        Beyond it the clamp in `forward` has no gradient, and the parameter could never return.
        """
        self.log_scale.clamp_(max=math.log(LARGEST_SCALE))


def contrastive_loss(images: Tensor, texts: Tensor, scale: Tensor) -> Tensor:
    """Return the symmetric loss of N pairs of embeddings, (N, E) each, of any length.

    Every other caption of the batch is a wrong answer for a picture, and every other picture for
    a caption. Knowing nothing, all N answers are equally likely: the loss is ln N.
    Raises ValueError if the shapes are not one (N, E).
    """
    if images.dim() != 2 or images.shape != texts.shape:
        # With fewer texts than images the diagonal would pair the wrong ones without a word.
        raise ValueError(f"(N, E) twice is needed, not {(*images.shape,)} and {(*texts.shape,)}")
    images, texts = F.normalize(images, dim=1), F.normalize(texts, dim=1)
    logits = scale * images @ texts.T  # (N, N): a row for each image, a column for each text
    own = torch.arange(len(images), device=images.device)  # pair i is right at (i, i)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


# --- the loss of a batch spread over ranks -------------------------------------------------------


class _Gather(torch.autograd.Function):
    """Every rank's rows, in the order of ranks, on every rank; gradients find their way back."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor, group: dist.ProcessGroup) -> Tensor:
        ctx.group = group
        parts = [torch.empty_like(rows) for _ in range(group.size())]
        dist.all_gather(parts, rows.contiguous(), group=group)  # fills parts, outside of autograd
        return torch.cat(parts)  # (R * N, E)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Any:
        # My rows were used in every rank's loss: their gradient is the sum over all ranks of what
        # each has for them. Taking only one's own slice loses the terms in which my pictures and
        # captions were the wrong answers of others.
        grad = upstream[0].contiguous().clone()  # (R * N, E)
        dist.all_reduce(grad, group=ctx.group)
        return grad.chunk(ctx.group.size())[ctx.group.rank()], None


def sharded_loss(images: Tensor, texts: Tensor, scale: Tensor, group: dist.ProcessGroup) -> Tensor:
    """Return this rank's share of the loss over all ranks' pairs, (N, E) on each, N the same.

    Each rank holds the logits of its own rows and columns only, (N, R * N) twice instead of
    (R * N, R * N). The mean of the ranks' losses is `contrastive_loss` of the whole batch, and
    the mean of their gradients, as DDP takes it, is its gradient.
    """
    images, texts = F.normalize(images, dim=1), F.normalize(texts, dim=1)
    all_images, all_texts = (_Gather.apply(one, group) for one in (images, texts))
    assert isinstance(all_images, Tensor)
    assert isinstance(all_texts, Tensor)
    # Pair i of this rank is pair rank * N + i of all.
    own = torch.arange(len(images), device=images.device) + group.rank() * len(images)
    rows = scale * images @ all_texts.T  # (N, R * N)
    columns = scale * texts @ all_images.T
    return (F.cross_entropy(rows, own) + F.cross_entropy(columns, own)) / 2


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
    """A recurrent network read both ways and a projection: tokens (N, L) to (N, E).

    CLIP's is a transformer. At some hundred steps a small transformer still reads captions as bags
    of words; a recurrent network has the order of words built in.
    """

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

    The classifier is written, not trained: an ensemble of prompts. Each caption counts the same,
    whatever its length, and the mean of unit vectors is not one: both are normalised.
    """
    return F.normalize(F.normalize(captions, dim=2).mean(0), dim=1)


def classify(images: Tensor, weights: Tensor) -> Tensor:
    """Return the class (N,) nearest in angle to each image embedding (N, E)."""
    return (F.normalize(images, dim=1) @ weights.T).argmax(1)


def recall_at(images: Tensor, texts: Tensor, k: int) -> tuple[float, float]:
    """Return recall@k of text by image, and of image by text, for N pairs of embeddings (N, E).

    The share of queries with fewer than k wrong answers at least as near as their own: an answer
    that is as near counts against it, so that a model that maps all to one point finds nothing.
    """
    similar = F.normalize(images, dim=1) @ F.normalize(texts, dim=1).T  # (N, N)
    own = similar.diagonal()
    by_image = (similar >= own.unsqueeze(1)).sum(1) - 1  # (N,): its own is not a wrong answer
    by_text = (similar >= own.unsqueeze(0)).sum(0) - 1
    return float((by_image < k).float().mean()), float((by_text < k).float().mean())
