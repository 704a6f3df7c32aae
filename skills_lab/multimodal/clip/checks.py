"""What a solution of CLIP is held to."""

import math
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor

from skills_lab.frame.checking import check
from skills_lab.multimodal.clip.independent import loss_and_gradients
from skills_lab.training.ddp.ranks import in_threads

NOTICE = """\
• The scale is learned as a logarithm and clamped twice: in forward, so that it is never used above
  100, and after the step, so that the parameter does not wander off to where it has no gradient.
• Both directions share one matrix of logits: `cross_entropy(logits)` and `cross_entropy(logits.T)`.
• all_gather fills its buffers outside of autograd. Without a backward of its own the loss is right
  and the gradients are not, and training still looks as if it worked.
• On a rank only (N, R·N) logits exist, twice, and the targets begin at rank · N.
• A classifier made of captions is normalised before the mean over templates and after it."""


def _pairs(n: int, e: int = 12) -> tuple[Tensor, Tensor]:
    """Return embeddings in float64 of lengths that differ, those of a pair somewhat alike."""
    images = torch.randn(n, e, dtype=torch.float64)
    texts = images + torch.randn(n, e, dtype=torch.float64)
    lengths = 0.2 + 5 * torch.rand(2, n, 1, dtype=torch.float64)
    return images * lengths[0], texts * lengths[1]


def _is_tensor(value: Any, shape: tuple[int, ...], what: str) -> Tensor:
    assert isinstance(value, Tensor), f"{what} is to be a tensor, not {value!r}"
    assert value.shape == shape, f"{what} is of the shape {(*value.shape,)}, not {shape}"
    return value


def _same(measured: Any, expected: Any, what: str) -> None:
    assert measured is not None, f"{what}: there is none"
    apart = float(np.abs(np.asarray(measured) - np.asarray(expected)).max())
    assert apart <= 1e-10, f"{what}: off by {apart:.2g}"


@check(
    "the scale is a clamped exponential",
    proves="it begins at 1/0.07, is learned as a logarithm, and never passes 100",
    hints=(
        "What the module keeps is the logarithm of what the logits are multiplied by.",
        "A scale above 100 is cut off in forward; keep_in_range changes the parameter itself.",
        "log_scale.clamp(max=math.log(100)).exp(), and under no_grad log_scale.clamp_(...).",
    ),
)
def temperature(solution: ModuleType) -> None:
    """Look at the scale where it begins, beyond its limit, and after being brought back."""
    one = solution.Temperature()
    scale = _is_tensor(one(), (), "the scale")
    assert abs(float(scale.detach()) * 0.07 - 1) < 1e-5, (
        f"the first scale is {float(scale.detach()):.4g}, not 1/0.07 = {1 / 0.07:.4g}"
    )
    scale.backward()
    slope = one.log_scale.grad
    assert slope is not None, "no gradient comes to log_scale"
    assert abs(float(slope) * 0.07 - 1) < 1e-5, "d exp(s) / ds is to be exp(s)"
    with torch.no_grad():
        one.log_scale.fill_(6.0)
    largest = float(one().detach())
    assert abs(largest - 100) < 1e-2, f"at log_scale = 6 the scale is {largest:.4g}, not 100"
    one.keep_in_range()
    kept = float(one.log_scale.detach())
    assert kept <= math.log(100) + 1e-5, f"keep_in_range leaves log_scale at {kept:.4g}"


@check(
    "chance is ln N",
    proves="where all embeddings are alike each of N answers costs ln N, at any scale",
    hints=(
        "Of N answers that look the same the right one has probability 1/N.",
        "Two cross-entropies, of rows and of columns, and their mean, not their sum.",
        "(cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2, own = arange(N).",
    ),
)
def chance(solution: ModuleType) -> None:
    """Give embeddings that tell nothing."""
    for n in (1, 2, 50):
        same = torch.ones(n, 4, dtype=torch.float64)
        loss = solution.contrastive_loss(same, same, torch.tensor(14.0, dtype=torch.float64))
        _same(_is_tensor(loss, (), "the loss").detach(), math.log(n), f"N = {n}, against ln N")


@check(
    "the loss is symmetric and right, with its gradients",
    proves="value and gradients equal an implementation from the definition in NumPy, float64",
    hints=(
        "Cosines, not products: embeddings come in any length. Then the scale.",
        "A picture is to find its caption among all (rows), and a caption its picture (columns).",
        "normalize both along dim 1; logits = scale * images @ texts.T; the diagonal is right.",
    ),
)
def loss(solution: ModuleType) -> None:
    """Compare with the definition, at several sizes and scales."""
    for n, factor in ((2, 1.0), (9, 14.3), (24, 100.0)):
        given = [*_pairs(n), torch.tensor(factor, dtype=torch.float64)]
        for one in given:
            one.requires_grad_()
        ours = solution.contrastive_loss(*given)
        _is_tensor(ours, (), "the loss").backward()
        images, texts = (one.detach().numpy() for one in given[:2])
        expected, *slopes = loss_and_gradients(images, texts, factor)
        _same(ours.detach(), expected, f"the loss of {n} pairs at scale {factor:g}")
        names = ("images", "texts", "the scale")
        for name, one, slope in zip(names, given, slopes, strict=True):
            _same(one.grad, slope, f"its gradient by {name}, {n} pairs at scale {factor:g}")


@check(
    "pairs that do not match are refused",
    proves="one text short, or batches that are no matrices, raise ValueError",
    hints=(
        "With 5 pictures and 6 captions, which caption is left over, and who is told?",
        "Compare images.shape with texts.shape, and images.dim() with 2, before anything else.",
    ),
)
def refused(solution: ModuleType) -> None:
    """Ask for what has no meaning."""
    scale = torch.tensor(1.0)
    for first, second in (((5, 4), (6, 4)), ((5, 4), (5, 3)), ((4,), (4,))):
        try:
            solution.contrastive_loss(torch.randn(first), torch.randn(second), scale)
        except ValueError:
            continue
        except NotImplementedError:
            raise
        except Exception as error:
            raise AssertionError(
                f"{first} and {second}: ValueError is to be raised, not {type(error).__name__}"
            ) from error
        raise AssertionError(f"{first} and {second}: ValueError is to be raised, and was not")


def _on_ranks(solution: ModuleType, size: int, each: int) -> tuple[list[Any], list[Tensor]]:
    """Return what each rank has (loss and gradients), and the same of the whole batch."""
    images, texts = _pairs(size * each)
    scale = torch.tensor(10.0, dtype=torch.float64)
    total, *slopes = loss_and_gradients(images.numpy(), texts.numpy(), 10.0)

    def work(group: dist.ProcessGroup) -> list[Any]:
        own = slice(group.rank() * each, (group.rank() + 1) * each)
        given = [images[own].clone(), texts[own].clone(), scale.clone()]
        for one in given:
            one.requires_grad_()
        share = solution.sharded_loss(*given, group)
        _is_tensor(share, (), "a rank's loss").backward()
        return [share.detach(), *(one.grad for one in given)]

    expected = [torch.as_tensor(one, dtype=torch.float64) for one in (total, *slopes)]
    return in_threads(size, work), expected


@check(
    "the ranks' losses are the whole batch's",
    proves="the mean over 3 ranks equals the loss of all pairs: right rows, right targets",
    hints=(
        "Each rank compares its own pictures with the captions of all ranks, and the reverse.",
        "After the gather, where among all captions stands the first of this rank?",
        "own = arange(N) + group.rank() * N; logits = scale * images @ all_texts.T, (N, R·N).",
    ),
)
def sharded_value(solution: ModuleType) -> None:
    """Compare the mean of the ranks' losses with the definition on all pairs."""
    ranks, expected = _on_ranks(solution, 3, 4)
    mean = torch.stack([share for share, *_ in ranks]).mean()
    _same(mean, expected[0], "the mean of the ranks' losses")


@check(
    "gradients come back through the gather",
    proves="as DDP averages them, the gradients over 3 ranks equal those of the whole batch",
    hints=(
        "all_gather copies numbers: what it returns has no history. Who tells a caption how it did "
        "as a wrong answer on another rank?",
        "An autograd.Function whose backward sums the gradients of all ranks and keeps its part.",
        "all_reduce(grad, group=group), then grad.chunk(group.size())[group.rank()].",
    ),
)
def sharded_gradient(solution: ModuleType) -> None:
    """Compare the gradients by pictures, captions and scale with the definition on all pairs."""
    size = 3
    ranks, expected = _on_ranks(solution, size, 4)
    for place, name in ((1, "pictures"), (2, "captions")):
        slopes = [one[place] for one in ranks]
        assert all(one is not None for one in slopes), f"no gradient comes to the {name}"
        _same(torch.cat(slopes) / size, expected[place], f"the gradient by {name}")
    slopes = [one[3] for one in ranks]
    assert all(one is not None for one in slopes), "no gradient comes to the scale"
    _same(torch.stack(slopes).mean(), expected[3], "the gradient by the scale, averaged")


@check(
    "captions make a classifier",
    proves="unit vectors, averaged over templates each with the same weight, nearest by angle",
    hints=(
        "A caption with a long embedding must not outweigh the other templates.",
        "The mean of unit vectors is shorter than one, and shorter where templates disagree.",
        "normalize(normalize(captions, dim=2).mean(0), dim=1); (images @ weights.T).argmax(1).",
    ),
)
def zero_shot(solution: ModuleType) -> None:
    """Compare with the definition, and ask with embeddings of any length."""
    captions = torch.randn(4, 7, 5, dtype=torch.float64) * torch.tensor([1.0, 30, 0.1, 2]).view(
        4, 1, 1
    )
    weights = _is_tensor(solution.zero_shot_weights(captions), (7, 5), "the classifier")
    array = captions.numpy()
    unit = array / np.sqrt((array**2).sum(2, keepdims=True))
    mean = unit.sum(0) / 4
    expected = mean / np.sqrt((mean**2).sum(1, keepdims=True))
    _same(weights, expected, "the classes' vectors")
    images = torch.randn(40, 5, dtype=torch.float64) * 10 ** (4 * torch.rand(40, 1) - 2).double()
    found = _is_tensor(solution.classify(images, weights), (40,), "the classes found")
    nearest = F.cosine_similarity(images[:, None], torch.from_numpy(expected)[None], dim=2)
    wrong = int((found != nearest.argmax(1)).sum())
    assert wrong == 0, f"{wrong} of 40 are not the class nearest in angle"


@check(
    "recall counts both directions, and ties against",
    proves="recall@k by picture and by caption on cases worked out by hand",
    hints=(
        "How many wrong answers are at least as near as the right one? Fewer than k is a find.",
        "Rows ask for captions, columns for pictures: they need not find equally often.",
        "(similar >= own.unsqueeze(1)).sum(1) - 1 < k, with own the diagonal; columns likewise.",
    ),
)
def recall(solution: ModuleType) -> None:
    """Ask on three small cases."""
    measure: Callable[..., tuple[float, float]] = solution.recall_at
    unit = torch.eye(3)
    # Pictures 0 and 1 are alike; captions lie along the axes.
    images = torch.stack([unit[0] + 0.1 * unit[1], unit[0] + 0.2 * unit[1], unit[2]])
    _equal(measure(images, unit, 1), (2 / 3, 1.0), "two pictures near one caption, k = 1")
    _equal(measure(images, unit, 2), (1.0, 1.0), "two pictures near one caption, k = 2")
    images = torch.stack([unit[0] + 0.9 * unit[1], unit[0] + 0.2 * unit[1], unit[2]])
    _equal(measure(5 * images, unit, 1), (2 / 3, 1 / 3), "embeddings of any length, k = 1")
    images = torch.stack([unit[0], 0.8 * unit[0] + 0.6 * unit[1], unit[0] + unit[2]])
    texts = torch.stack([unit[0], unit[1], 0.9 * unit[0] + 0.1 * unit[1]])
    _equal(measure(images, texts, 1), (1 / 3, 2 / 3), "directions that differ, k = 1")
    same = torch.ones(4, 3)
    _equal(measure(same, same, 1), (0.0, 0.0), "all embeddings alike, k = 1")


def _equal(measured: Any, expected: tuple[float, float], what: str) -> None:
    pair = tuple(round(float(one), 4) for one in measured)
    told = tuple(round(one, 4) for one in expected)
    assert pair == told, f"{what}: (by picture, by caption) is {pair}, it should be {told}"
