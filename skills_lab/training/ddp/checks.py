"""What a solution of data-parallel training is held to: several ranks, each a thread."""

import copy
from collections.abc import Callable, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.frame.checking import check
from skills_lab.training.ddp.models import Branches, Tied, seeded
from skills_lab.training.ddp.ranks import in_threads, leave, reductions

NOTICE = """\
• `global_mean` multiplies by R because the all-reduce divides by R. Losses are summed and divided
  by the count of all ranks; a mean of means is only right when all shards are equally large.
• Collectives are matched by order. So buckets are sent in their order, not when they happen to be
  full, and `finish` sends those whose parameters this rank never used: the others wait for them.
• The flags that travel at the end of each bucket tell "no rank used this parameter" from "the
  gradients add up to zero". With AdamW the difference is whether its weights decay.
• Nothing is stored by name or pickled. A rank that dies is noticed by `work.wait()`: an error
  within the group's timeout, which is the only thing between you and a job that hangs all night."""

EVEN = [slice(0, 8), slice(8, 16), slice(16, 24)]
UNEVEN = [slice(0, 17), slice(17, 23), slice(23, 24)]
EMPTY = [slice(0, 20), slice(20, 20), slice(20, 24)]
Work = Callable[[dist.ProcessGroup], Any]


def _batch(dtype: torch.dtype = torch.float64) -> tuple[Tensor, Tensor]:
    return torch.randn(24, 64, dtype=dtype), torch.randint(10, (24,))


def _each(model: nn.Module, x: Tensor, y: Tensor) -> Tensor:
    """Return the loss of each sample, (n,)."""
    losses: Tensor = F.cross_entropy(model(x), y, reduction="none")
    return losses


def _full(model: nn.Module, x: Tensor, y: Tensor) -> nn.Module:
    """Return a copy that has the gradients of the whole batch."""
    whole = copy.deepcopy(model)
    _each(whole, x, y).mean().backward()
    return whole


def _same(rank: int, model: nn.Module, whole: nn.Module, bound: float, what: str) -> None:
    for (name, ours), expected in zip(model.named_parameters(), whole.parameters(), strict=True):
        where = f"{what}: {name} on rank {rank}"
        if expected.grad is None:
            assert ours.grad is None, f"{where} is to have no gradient"
            continue
        assert ours.grad is not None, f"{where} has no gradient"
        apart = float((ours.grad - expected.grad).abs().max())
        assert apart <= bound, f"{where}: the gradient is off by {apart:.2g}"


@check(
    "every sample is on one rank",
    proves="shards cover the batch once, in order, and differ by at most one sample",
    hints=(
        "What becomes of the remainder when the count is not divisible by the ranks?",
        "Give one sample more to as many ranks as there are samples left over.",
        "size, left = divmod(count, ranks); start = rank*size + min(rank, left); "
        "the length is size + (rank < left).",
    ),
)
def shards(solution: ModuleType) -> None:
    """Lay the shards side by side."""
    for count in (0, 1, 2, 7, 12, 100):
        for ranks in (1, 2, 3, 5, 8):
            parts = [range(count)[solution.shard(count, rank, ranks)] for rank in range(ranks)]
            together = [index for part in parts for index in part]
            what = f"{count} samples over {ranks} ranks"
            assert together == list(range(count)), f"{what} are parted as {together}"
            sizes = [len(part) for part in parts]
            assert max(sizes) - min(sizes) <= 1, f"{what}: the sizes are {sizes}"


@check(
    "all ranks begin alike",
    proves="parameters, frozen parameters and buffers become rank 0's, in place",
    hints=(
        "What beside the trained weights changes what a model computes?",
        "module.buffers() holds running statistics and constants; frozen weights count as well.",
        "for t in [*module.parameters(), *module.buffers()]: "
        "dist.broadcast(t.detach(), group=group, group_src=0)",
    ),
)
def beginning(solution: ModuleType) -> None:
    """Broadcast over models that differ in everything."""
    models = [seeded(Tied, seed, torch.float32) for seed in range(3)]
    for seed, model in enumerate(models):
        model.get_buffer("gain").fill_(seed + 1)
    before = [dict(model.named_parameters()) for model in models]
    expected = copy.deepcopy(models[0].state_dict())
    in_threads(3, lambda group: solution.broadcast_state(models[group.rank()], group))
    for rank, model in enumerate(models):
        for name, value in model.state_dict().items():
            kind = "parameter" if name in before[rank] or "weight" in name else "buffer"
            assert torch.equal(value, expected[name]), f"rank {rank}: the {kind} {name} differs"
        kept = all(one is before[rank][name] for name, one in model.named_parameters())
        assert kept, f"rank {rank}: a parameter was replaced; an optimiser would hold the old one"


@check(
    "uneven shards are weighed by their samples",
    proves="the average over ranks of the gradients is that of the mean over all samples",
    hints=(
        "With 17, 6 and 1 samples, how much does the last one weigh in a mean of means?",
        "Sum the losses, and divide by the count of all ranks: one all-reduce of one number.",
        "losses.sum() * dist.get_world_size(group) / count: the factor undoes the averaging.",
    ),
)
def weighing(solution: ModuleType) -> None:
    """Average gradients by hand, so that only the loss can be wrong."""
    x, y = _batch()
    whole = _full(seeded(Tied, 0, torch.float64), x, y)
    for name, parts in (("even", EVEN), ("uneven", UNEVEN), ("one rank empty", EMPTY)):
        models = [copy.deepcopy(whole) for _ in parts]

        def work(group: dist.ProcessGroup, models: Any = models, parts: Any = parts) -> None:
            model, part = models[group.rank()], parts[group.rank()]
            model.zero_grad()
            solution.global_mean(_each(model, x[part], y[part]), group).backward()
            for one in model.parameters():
                if one.requires_grad:
                    assert one.grad is not None, "a parameter has no gradient"
                    one.grad /= 3
                    dist.all_reduce(one.grad, group=group)

        in_threads(3, work)
        for rank, model in enumerate(models):
            _same(rank, model, whole, 1e-14, f"{name} shards")
    nothing = torch.zeros(0, requires_grad=True)
    try:
        in_threads(2, lambda group: solution.global_mean(nothing, group))
    except ValueError:
        return
    raise AssertionError("a batch without any sample: ValueError is to be raised, and was not")


@check(
    "buckets are filled from the last layer",
    proves="order, size, dtype; what is frozen travels nowhere, what is too large travels alone",
    hints=(
        "In which order does backward finish the gradients?",
        "One bucket is one tensor on the wire: it has one dtype, and a size in bytes.",
        "Go through reversed(list(parameters)), skip what requires no grad, and begin a new bucket "
        "when the dtype changes or numel() * element_size() is more than the room left.",
    ),
)
def buckets(solution: ModuleType) -> None:
    """Sort parameters of known sizes."""
    sizes = [10, 300, 20, 30, 40, 50]
    made = [nn.Parameter(torch.zeros(size)) for size in sizes]  # 4 bytes each
    made[3].requires_grad_(False)
    _buckets(solution, made, 400, [[5, 4], [2], [1], [0]])
    _buckets(solution, made, 440, [[5, 4, 2], [1], [0]])
    _buckets(solution, made, 10_000, [[5, 4, 2, 1, 0]])
    mixed = [nn.Parameter(torch.zeros(4, dtype=d)) for d in (torch.float32, torch.float64)]
    _buckets(solution, mixed, 10_000, [[1], [0]])
    _buckets(solution, iter(made[:1]), 8, [[0]])


def _buckets(solution: ModuleType, made: Any, limit: int, expected: list[list[int]]) -> None:
    parameters = list(made)
    found = solution.make_buckets(iter(parameters), limit)
    place = {id(one): index for index, one in enumerate(parameters)}
    told = [[place[id(one)] for one in bucket] for bucket in found]
    sizes = [f"{one.numel() * one.element_size()}" for one in parameters]
    assert told == expected, (
        f"parameters of {', '.join(sizes)} bytes with a limit of {limit}: "
        f"the buckets hold {told}, expected {expected} (numbers are places in the list)"
    )


@check(
    "the gradients are the full batch's",
    proves="1e-6 in float32, 1e-14 in float64; even and uneven; tied and frozen parameters",
    hints=(
        "Compare one bucket by hand: was it divided by R, once?",
        "The flat tensor is laid out as it is cut: each gradient flattened, in the bucket's order.",
        "flat = cat of all grads and flags; flat /= R; all_reduce async. finish: wait, split, "
        "view_as, and assign to .grad (a tied parameter is in one bucket, once).",
    ),
)
def parity(solution: ModuleType) -> None:
    """Compare with one process that has all the samples."""
    for dtype, bound in ((torch.float32, 1e-6), (torch.float64, 1e-14)):
        x, y = _batch(dtype)
        for name, parts in (("even", EVEN), ("uneven", UNEVEN)):
            for size in (5_000, 1 << 20)[: 1 if parts is EVEN else 2]:
                models = [seeded(Tied, seed, dtype) for seed in range(3)]
                whole = _full(models[0], x, y)

                def work(
                    group: dist.ProcessGroup,
                    models: list[nn.Module] = models,
                    parts: list[slice] = parts,
                    x: Tensor = x,
                    y: Tensor = y,
                    size: int = size,
                ) -> nn.Module:
                    model = solution.DataParallel(models[group.rank()], group, size)
                    part = parts[group.rank()]
                    solution.global_mean(_each(model, x[part], y[part]), group).backward()
                    model.finish()
                    return models[group.rank()]

                what = f"{name} shards, {dtype}, buckets of {size} bytes"
                for rank, model in enumerate(in_threads(3, work)):
                    _same(rank, model, whole, bound, what)


@check(
    "micro-batches are not synchronised until the last",
    proves="no_sync only adds up; then one average over all of it; and it ends when left",
    hints=(
        "Inside no_sync a hook has nothing to do.",
        "Parameters' .grad adds up over backward calls; the last one sends the sum.",
        "before, self.synchronising = self.synchronising, False; try: yield; "
        "finally: restore. The hook returns at once while it is False.",
    ),
)
def accumulation(solution: ModuleType) -> None:
    """Take a batch in two halves."""
    x, y = _batch()
    models = [seeded(Tied, seed, torch.float64) for seed in range(3)]
    whole = _full(models[0], x, y)

    def work(group: dist.ProcessGroup) -> tuple[Tensor, Tensor]:
        model = solution.DataParallel(models[group.rank()], group, 2_000)
        x_own, y_own = x[EVEN[group.rank()]], y[EVEN[group.rank()]]
        with model.no_sync():
            (_each(model, x_own[:3], y_own[:3]).sum() / 8).backward()
        local = models[group.rank()].head.weight.grad.clone()  # type: ignore[union-attr,operator]
        alone = copy.deepcopy(models[group.rank()])
        alone.zero_grad()
        (_each(alone, x_own[:3], y_own[:3]).sum() / 8).backward()
        (_each(model, x_own[3:], y_own[3:]).sum() / 8).backward()
        model.finish()
        return local, alone.head.weight.grad  # type: ignore[union-attr,return-value]

    for rank, (local, alone) in enumerate(in_threads(3, work)):
        apart = float((local - alone).abs().max())
        assert apart <= 1e-14, f"rank {rank}: inside no_sync the gradient is not the local one"
        _same(rank, models[rank], whole, 1e-14, "after both halves")


@check(
    "communication begins during backward",
    proves="one all-reduce a bucket; the first flies before backward ends; none inside no_sync",
    hints=(
        "When is the last layer's gradient final: at the end of backward, or near its beginning?",
        "Count in the hook; when the next bucket in order has all its gradients, launch it there.",
        "while next < len(buckets) and missing[next] == 0: launch. finish only launches what "
        "backward could not, and after no_sync the hooks work again.",
    ),
)
def overlap(solution: ModuleType) -> None:
    """Count the all-reduces begun when backward returns, and when finish does."""
    x, y = _batch(torch.float32)
    models = [seeded(Tied, 0, torch.float32) for _ in range(2)]

    def work(group: dist.ProcessGroup) -> tuple[int, list[int]]:
        model = solution.DataParallel(models[group.rank()], group, 2_000)
        counts = [reductions(group)]
        with model.no_sync():
            _each(model, x, y).mean().backward()
        counts.append(reductions(group))
        for _ in range(2):
            _each(model, x, y).mean().backward()
            counts.append(reductions(group))
            model.finish()
            counts.append(reductions(group))
        return len(model.buckets), [after - before for before, after in pairwise(counts)]

    for buckets, begun in in_threads(2, work):
        assert begun[0] == 0, f"{begun[0]} all-reduces were begun inside no_sync"
        for during, in_finish in (begun[1:3], begun[3:5]):
            told = f"{during} during backward and {in_finish} in finish for {buckets} buckets"
            assert during + in_finish == buckets, f"all-reduces begun: {told}"
            assert during == buckets, f"every bucket was complete, and begun were {told}"


@check(
    "ranks may use other layers, in another order",
    proves="buckets are matched although gradients come in other orders, or not at all",
    hints=(
        "Which bucket does rank 1 send first if its gradients come the other way round?",
        "Collectives have no names: the first of rank 0 meets the first of rank 1.",
        "Launch bucket i only when all before it are launched; finish launches the rest, with "
        "zeros for a missing gradient. A flag per parameter, summed with it, tells who used it.",
    ),
)
def orders(solution: ModuleType) -> None:
    """Send x through branches in an order of each rank's own."""
    for routes in ([[0, 1, 2], [2, 1, 0]], [[0, 1], [1, 3]], [[2], [2]]):
        torch.manual_seed(1)
        source = Branches(4).double()
        models = [copy.deepcopy(source) for _ in routes]
        alone = [copy.deepcopy(source) for _ in routes]
        x = torch.randn(4, 8, dtype=torch.float64)
        for model, route in zip(alone, routes, strict=True):
            model(x, route).square().sum().backward()

        def work(group: dist.ProcessGroup, models: Any = models, routes: Any = routes,
                 x: Tensor = x) -> None:  # fmt: skip
            model = solution.DataParallel(models[group.rank()], group, 1)
            model(x, routes[group.rank()]).square().sum().backward()
            model.finish()

        in_threads(2, work, timeout=20)
        for one, *theirs in zip(source.parameters(), *(m.parameters() for m in alone), strict=True):
            grads = [other.grad for other in theirs if other.grad is not None]
            one.grad = torch.stack(grads).sum(0) / 2 if grads else None
        for rank, model in enumerate(models):
            _same(rank, model, source, 1e-14, f"routes {routes}")


@check(
    "many steps train as one process does",
    proves="five steps with momentum and weight decay end at the same weights",
    hints=(
        "What of the first step is still remembered in the second?",
        "Counts and launched buckets are to begin anew after each finish.",
        "The last line of finish is self._reset().",
    ),
)
def steps(solution: ModuleType) -> None:
    """Train three ranks and one process side by side."""
    x, y = _batch()
    models = [seeded(Tied, seed, torch.float64) for seed in range(3)]
    whole = copy.deepcopy(models[0])

    def train(model: Any, steps: Sequence[Tensor], backward: Callable[[Tensor], None]) -> None:
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=0.01)
        for chosen in steps:
            optimiser.zero_grad()
            backward(chosen)
            optimiser.step()

    batches = [torch.randperm(24)[: 9 + step] for step in range(5)]
    train(whole, batches, lambda chosen: _each(whole, x[chosen], y[chosen]).mean().backward())

    def work(group: dist.ProcessGroup) -> None:
        model = solution.DataParallel(models[group.rank()], group, 2_000)

        def backward(chosen: Tensor) -> None:
            own = chosen[solution.shard(len(chosen), group.rank(), 3)]
            solution.global_mean(_each(model, x[own], y[own]), group).backward()
            model.finish()

        train(model, batches, backward)

    in_threads(3, work)
    for rank, model in enumerate(models):
        for (name, ours), expected in zip(
            model.named_parameters(), whole.parameters(), strict=True
        ):
            apart = float((ours - expected).abs().max())
            assert apart <= 1e-12, f"{name} on rank {rank} is off by {apart:.2g} after five steps"


@check(
    "a rank that dies is an error",
    proves="finish raises instead of hanging or using a gradient that never came",
    hints=(
        "An asynchronous collective has begun when it returns, and may still fail.",
        "Keep the handle that dist.all_reduce(..., async_op=True) returns.",
        "work.wait() in finish, before the flat tensor is read; let what it raises pass.",
    ),
)
def death(solution: ModuleType) -> None:
    """Let rank 1 leave before its backward."""
    models = [seeded(Tied, 0, torch.float32) for _ in range(2)]
    x, y = _batch(torch.float32)
    raised: list[str] = []

    def work(group: dist.ProcessGroup) -> None:
        model = solution.DataParallel(models[group.rank()], group, 2_000)
        if group.rank() == 1:
            leave(group)
            return
        try:
            _each(model, x, y).mean().backward()
            model.finish()
        except NotImplementedError:
            raise
        except RuntimeError as error:
            raised.append(str(error))

    in_threads(2, work, timeout=20)
    assert raised, (
        "rank 1 left before its backward, and finish on rank 0 returned as if all was well"
    )
