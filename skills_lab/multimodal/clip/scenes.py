"""Scenes of two coloured digits: painted from scikit-learn's digits, told in several templates.

A scene is (left colour, left digit, right colour, right digit). Held out from training: the
pictures of the digits, a fifth of the pairs of digits, and four of the templates. No word is held
out, and every digit is seen on either side.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from skills_lab.frame.data import digits
from skills_lab.multimodal.clip.reference import PAD

PALETTE = {
    "red": (1.0, 0.15, 0.15),
    "green": (0.15, 1.0, 0.15),
    "blue": (0.25, 0.35, 1.0),
    "yellow": (1.0, 0.9, 0.1),
    "purple": (0.75, 0.2, 0.9),
    "white": (1.0, 1.0, 1.0),
}
NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
# a b: colour and digit on the left; c d: on the right.
SEEN = (
    "{a} {b} then {c} {d}",
    "a {a} {b} left of a {c} {d}",
    "a {c} {d} right of a {a} {b}",
    "the {b} on the left is {a} and the {d} on the right is {c}",
    "the {d} on the right is {c} and the {b} on the left is {a}",
    "on the left a {a} {b} and on the right a {c} {d}",
    "on the right a {c} {d} and on the left a {a} {b}",
    "a picture of a {a} {b} with a {c} {d} to its right",
    "a picture of a {c} {d} with a {a} {b} to its left",
)
HELD_OUT = (
    "a picture of a {a} {b} left of a {c} {d}",
    "a picture of a {c} {d} right of a {a} {b}",
    "the {a} {b} is on the left and the {c} {d} is on the right",
    "the {d} right of the {a} {b} is {c}",
)
_WORDS = sorted({word for line in SEEN for word in line.split() if "{" not in word})
VOCABULARY = {word: 1 + i for i, word in enumerate([*_WORDS, *PALETTE, *NUMBERS])}  # 0 is PAD
LONGEST = max(len(line.split()) for line in (*SEEN, *HELD_OUT))


def tokenise(caption: str) -> list[int]:
    """Return the tokens of a caption, filled up to LONGEST; raise KeyError for an unknown word."""
    tokens = [VOCABULARY[word] for word in caption.split()]
    return tokens + [PAD] * (LONGEST - len(tokens))


def mirrored(scenes: Tensor) -> Tensor:
    """Return scenes (N, 4) with left and right exchanged."""
    return scenes[:, [2, 3, 0, 1]]


def is_unseen(scenes: Tensor) -> Tensor:
    """Return which scenes (N, 4) hold a pair of digits that training never shows, (N,) bool."""
    apart = (scenes[:, 1] - scenes[:, 3]) % 10
    return (apart == 2) | (apart == 7)


def caption(template: str, scene: list[int]) -> str:
    """Return a scene told in a template."""
    names = list(PALETTE)
    a, b, c, d = scene
    return template.format(a=names[a], b=NUMBERS[b], c=names[c], d=NUMBERS[d])


@dataclass(frozen=True)
class World:
    """All scenes of some colours (S, 4), their captions, and digits to paint them with.

    seen and unseen: rows of `scenes`; told_seen and told_held_out: tokens (T, S, L).
    """

    scenes: Tensor
    seen: Tensor
    unseen: Tensor
    told_seen: Tensor
    told_held_out: Tensor
    colours: Tensor  # (C, 3)
    train: "Digits"
    test: "Digits"

    def paint(self, rows: Tensor, *, held_out: bool, source: torch.Generator) -> Tensor:
        """Return pictures (N, 3, 8, 16) of the scenes in these rows, each digit drawn anew."""
        scenes, part = self.scenes[rows], self.test if held_out else self.train
        sides = []
        for colour, digit in ((scenes[:, 0], scenes[:, 1]), (scenes[:, 2], scenes[:, 3])):
            grey = part.draw(digit, source)  # (N, 8, 8)
            sides.append(grey.unsqueeze(1) * self.colours[colour][:, :, None, None])
        return torch.cat(sides, 3)

    def draw(self, n: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return n training pictures (n, 3, 8, 16) with captions (n, L).

        No scene comes twice in a batch while there are enough: a second picture of the same scene
        would be a right answer that the loss calls wrong.
        """
        shuffled = torch.randperm(len(self.seen), generator=source)
        rows = self.seen[shuffled.repeat(-(-n // len(shuffled)))[:n].to(self.seen.device)]
        template = torch.randint(len(self.told_seen), (n,), generator=source).to(rows.device)
        return self.paint(rows, held_out=False, source=source), self.told_seen[template, rows]


@dataclass(frozen=True)
class Digits:
    """Pictures of digits sorted by what they show: `first` and `count` find those of a digit."""

    pictures: Tensor  # (M, 8, 8) in [0, 1]
    first: Tensor  # (10,)
    count: Tensor  # (10,)

    def draw(self, digit: Tensor, source: torch.Generator) -> Tensor:
        """Return one picture (N, 8, 8) for each digit (N,)."""
        chance = torch.rand(len(digit), generator=source).to(digit.device)
        return self.pictures[self.first[digit] + (chance * self.count[digit]).long()]


def make_world(seed: int, colours: int, device: torch.device | str = "cpu") -> World:
    """Return the world of the first so many colours; the seed parts the digits' pictures."""
    scenes = torch.cartesian_prod(
        torch.arange(colours), torch.arange(10), torch.arange(colours), torch.arange(10)
    )
    unseen = is_unseen(scenes)
    told_seen, told_held_out = (
        torch.tensor([[tokenise(caption(line, one)) for one in scenes.tolist()] for line in lines])
        for lines in (SEEN, HELD_OUT)
    )
    data = digits(seed)
    train, test = (
        _sorted(torch.from_numpy(x.copy()), torch.from_numpy(y.copy()), device)
        for x, y in ((data.train_x, data.train_y), (data.test_x, data.test_y))
    )
    return World(
        scenes.to(device),
        torch.nonzero(~unseen).squeeze(1).to(device),
        torch.nonzero(unseen).squeeze(1).to(device),
        told_seen.to(device),
        told_held_out.to(device),
        torch.tensor(list(PALETTE.values())[:colours]).to(device),
        train,
        test,
    )


def _sorted(pictures: Tensor, labels: Tensor, device: torch.device | str) -> Digits:
    count = torch.bincount(labels, minlength=10)
    ordered = pictures[labels.argsort(stable=True)].view(-1, 8, 8)
    return Digits(ordered.to(device), (count.cumsum(0) - count).to(device), count.to(device))
