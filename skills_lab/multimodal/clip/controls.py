"""Other text towers of the same size, to see what the order of words is worth."""

import torch
from torch import Tensor, nn

from skills_lab.multimodal.clip.reference import PAD
from skills_lab.multimodal.clip.scenes import LONGEST


class BagOfWords(nn.Module):
    """The mean of the words and two layers: "a red one left of a blue two" is its own mirror."""

    def __init__(self, vocabulary: int, embedding: int = 64, width: int = 64) -> None:
        super().__init__()
        self.embed = nn.EmbeddingBag(vocabulary, width, mode="mean", padding_idx=PAD)
        self.layers = nn.Sequential(
            nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, embedding)
        )

    def forward(self, tokens: Tensor) -> Tensor:
        """Return embeddings (N, E) of tokens (N, L)."""
        # Sorted, so that not even rounding depends on the order.
        embedded: Tensor = self.layers(self.embed(tokens.sort(1).values))
        return embedded


class Transformer(nn.Module):
    """Two layers of self-attention with learned positions, and the mean over the words."""

    def __init__(self, vocabulary: int, embedding: int = 64, width: int = 64) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width, padding_idx=PAD)
        self.places = nn.Parameter(0.1 * torch.randn(LONGEST, width))
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                width, 4, 2 * width, 0.0, "gelu", batch_first=True, norm_first=True
            )
            for _ in range(2)
        )
        self.norm = nn.LayerNorm(width)
        self.project = nn.Linear(width, embedding)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return embeddings (N, E) of tokens (N, L)."""
        padding = tokens == PAD
        states = self.embed(tokens) + self.places  # (N, L, width)
        for layer in self.layers:
            states = layer(states, src_key_padding_mask=padding)
        words = self.norm(states).masked_fill(padding.unsqueeze(2), 0.0).sum(1)
        embedded: Tensor = self.project(words / (~padding).sum(1, keepdim=True))
        return embedded
