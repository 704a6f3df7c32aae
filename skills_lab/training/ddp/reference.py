"""Data-parallel training written out: every rank holds the whole model and a part of each batch.

Run the experiment    python -m skills_lab run ddp
Do the exercise       python -m skills_lab start ddp DIR
By yourself           torchrun --standalone --nproc-per-node 3 -m skills_lab.training.ddp.worker

N samples in a batch, n of them on this rank, R ranks. After `backward` and `finish` every rank's
gradients are those of the mean loss over all N samples, whatever the ranks got:

    broadcast   once       all ranks begin with rank 0's parameters and buffers
    shard       each step  rank r takes n of the N samples; the n need not be equal, nor above 0
    global_mean            loss_r = (sum of its n losses) * R / N
    all-reduce             grad = 1/R * sum over r of d loss_r / dw  =  d (mean over N) / dw

The last line is why the R is in the line before: an all-reduce that averages divides by R. Li et
al., "PyTorch Distributed" (VLDB 2020), describe the buckets and the overlap; Horovod (Sergeev and
Del Balso, 2018) the ring all-reduce below them, 2 (R-1)/R of the gradients' bytes sent by each.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

Group = dist.ProcessGroup | None  # None is the default group that init_process_group makes


def shard(count: int, rank: int, ranks: int) -> slice:
    """Return which of `count` samples are this rank's: each sample on one rank, sizes within 1.

    torch's DistributedSampler repeats samples instead, until all ranks have equally many.
    """
    size, left = divmod(count, ranks)
    start = rank * size + min(rank, left)
    return slice(start, start + size + (rank < left))


def broadcast_state(module: nn.Module, group: Group = None) -> None:
    """Give every rank the parameters and buffers of rank 0, frozen ones too."""
    for tensor in [*module.parameters(), *module.buffers()]:
        dist.broadcast(tensor.detach(), group=group, group_src=0)  # into the same memory


def global_mean(losses: Tensor, group: Group = None) -> Tensor:
    """Return the loss to call `backward` on, given the losses (n,) of this rank's samples.

    Its gradients, averaged over the ranks, are those of the mean over all N samples. A mean over
    the rank's own n would weigh a sample on a small shard more, and be NaN on an empty one. Raises
    ValueError where no rank has a sample.
    """
    count = torch.tensor(losses.numel(), device=losses.device)  # n
    dist.all_reduce(count, group=group)  # N
    if count.item() == 0:
        raise ValueError("no rank has a sample in this batch")
    return losses.sum() * dist.get_world_size(group) / count


def make_buckets(parameters: Iterable[nn.Parameter], limit: int) -> list[list[nn.Parameter]]:
    """Group what is trained into buckets of at most `limit` bytes, each of one dtype and device.

    A collective has a price of its own, so a thousand small ones are slower than a few large; one
    single one could not start before backward has ended. The last layer's gradients come first,
    hence the reversed order. A parameter larger than the limit has a bucket to itself.
    """
    buckets: list[list[nn.Parameter]] = []
    room, kind = 0, None
    for one in reversed(list(parameters)):
        if not one.requires_grad:
            continue
        size = one.numel() * one.element_size()
        if size > room or (one.dtype, one.device) != kind:
            buckets.append([])
            room, kind = limit, (one.dtype, one.device)
        buckets[-1].append(one)
        room -= size
    return buckets


class DataParallel(nn.Module):
    """Averages the gradients of a module over the ranks, while backward is still running.

    for each step:  global_mean(losses of model(x), group).backward(); model.finish(); step
    """

    def __init__(self, module: nn.Module, group: Group = None, bucket_bytes: int = 1 << 20) -> None:
        super().__init__()
        broadcast_state(module, group)
        self.module = module
        self.group = group
        self.buckets = make_buckets(module.parameters(), bucket_bytes)
        self.synchronising = True
        self._reset()
        for index, bucket in enumerate(self.buckets):
            for parameter in bucket:
                # Called when .grad is complete: once per backward, also for a tied parameter,
                # whose gradients from all its uses autograd has summed by then.
                parameter.register_post_accumulate_grad_hook(partial(self._arrived, index))

    def forward(self, *inputs: Any) -> Any:
        """Return what the module returns."""
        return self.module(*inputs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Let gradients only add up locally, for all micro-batches of a step but the last."""
        before, self.synchronising = self.synchronising, False
        try:
            yield
        finally:
            self.synchronising = before

    def finish(self) -> None:
        """Wait for the averages and put them into .grad; between `backward` and the step.

        A parameter that no rank used keeps None, so that weight decay leaves it alone.
        """
        while len(self._flying) < len(self.buckets):
            self._launch()  # holds a parameter this rank's loss did not use, others' may have
        for bucket, (flat, work) in zip(self.buckets, self._flying, strict=True):
            work.wait()  # raises if a rank died or the group's timeout passed
            *grads, used = flat.split([*(one.numel() for one in bucket), len(bucket)])
            for one, grad, ranks_using in zip(bucket, grads, used.tolist(), strict=True):
                one.grad = grad.view_as(one) if ranks_using else None
        self._reset()

    def _reset(self) -> None:
        self._missing = [len(bucket) for bucket in self.buckets]
        self._flying: list[tuple[Tensor, Any]] = []  # a flat bucket and its all-reduce, in order

    def _arrived(self, index: int, parameter: Tensor) -> None:
        if not self.synchronising:
            return
        if self._missing[index] == 0:
            raise RuntimeError("finish() is to be called after each synchronised backward")
        self._missing[index] -= 1
        # Collectives are matched by their order, not by name, and ranks may finish their gradients
        # in different orders: bucket i is sent when all before it are, never as soon as it is full.
        while len(self._flying) < len(self.buckets) and not self._missing[len(self._flying)]:
            self._launch()

    def _launch(self) -> None:
        bucket = self.buckets[len(self._flying)]
        grads = [torch.zeros_like(one) if one.grad is None else one.grad for one in bucket]
        used = grads[0].new_tensor([one.grad is not None for one in bucket])
        flat = torch.cat([*(grad.flatten() for grad in grads), used])
        flat /= dist.get_world_size(self.group)  # before the sum, which in fp16 could overflow
        self._flying.append((flat, dist.all_reduce(flat, group=self.group, async_op=True)))
