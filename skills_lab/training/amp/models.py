"""The models whose training and memory the lab measures."""

import torch
from torch import Tensor, nn


def mlp(width: int) -> nn.Module:
    """Return a classifier of digits (N, 64) with two hidden layers."""
    return nn.Sequential(
        nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)
    )


class Block(nn.Module):
    """A transformer's layer, with attention written out, so that what it saves is plain to see."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_mlp = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, T, C) for x of (B, T, C)."""
        b, t, c = x.shape
        normed = self.qkv(self.before_attention(x))
        q, k, v = normed.view(b, t, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)) * (c // self.heads) ** -0.5  # (B, heads, T, T)
        mixed = (torch.softmax(scores, dim=-1) @ v).transpose(1, 2).reshape(b, t, c)
        x = x + self.out(mixed)
        after: Tensor = x + self.mlp(self.before_mlp(x))
        return after


class Transformer(nn.Module):
    """A classifier that reads a digit as 64 tokens of one pixel."""

    def __init__(self, width: int, layers: int = 2, heads: int = 4) -> None:
        super().__init__()
        self.embed = nn.Linear(1, width)
        self.place = nn.Parameter(torch.randn(64, width) / width**0.5)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (B, 10) for pixels (B, 64)."""
        x = self.embed(x.unsqueeze(-1)) + self.place
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.head(x.mean(1))
        return logits
