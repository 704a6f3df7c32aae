"""Exercise: data-parallel training written out.

N samples in a batch, n of them on this rank, R ranks. After `backward` and `finish` every rank's
gradients are to be those of the mean loss over all N samples, whatever the ranks got.

Fill in what is marked TODO. The README says what to think of; hints come one at a time with
`check ddp --solution THIS_FILE --hint`. The checks run each rank as a thread with a gloo group of
its own: give every collective `group=group`, name a source as `group_src=`, and ask `group.rank()`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch  # noqa: F401  for you to use
import torch.distributed as dist
from torch import Tensor, nn

Group = dist.ProcessGroup | None  # None is the default group that init_process_group makes


def shard(count: int, rank: int, ranks: int) -> slice:
    """Return which of `count` samples are this rank's: each sample on one rank, sizes within 1.

    torch's DistributedSampler repeats samples instead, until all ranks have equally many.
    """
    raise NotImplementedError("TODO: the slice of this rank; divmod(count, ranks) helps")


def broadcast_state(module: nn.Module, group: Group = None) -> None:
    """Give every rank the parameters and buffers of rank 0, frozen ones too."""
    raise NotImplementedError("TODO: dist.broadcast each into the memory it lies in")


def global_mean(losses: Tensor, group: Group = None) -> Tensor:
    """Return the loss to call `backward` on, given the losses (n,) of this rank's samples.

    Its gradients, averaged over the ranks, are those of the mean over all N samples. A mean over
    the rank's own n would weigh a sample on a small shard more, and be NaN on an empty one. Raises
    ValueError where no rank has a sample.
    """
    raise NotImplementedError("TODO: N by an all-reduce, then the sum of the losses, scaled")


def make_buckets(parameters: Iterable[nn.Parameter], limit: int) -> list[list[nn.Parameter]]:
    """Group what is trained into buckets of at most `limit` bytes, each of one dtype and device.

    A collective has a price of its own, so a thousand small ones are slower than a few large; one
    single one could not start before backward has ended. The last layer's gradients come first,
    hence the reversed order. A parameter larger than the limit has a bucket to itself.
    """
    raise NotImplementedError("TODO: fill a bucket, begin the next when one does not fit")


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
                # Called when .grad is complete: once per backward, also for a tied parameter.
                parameter.register_post_accumulate_grad_hook(partial(self._arrived, index))

    def forward(self, *inputs: Any) -> Any:
        """Return what the module returns."""
        return self.module(*inputs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Let gradients only add up locally, for all micro-batches of a step but the last."""
        yield
        raise NotImplementedError("TODO: synchronising is False inside, as before after it")

    def finish(self) -> None:
        """Wait for the averages and put them into .grad; between `backward` and the step.

        A parameter that no rank used keeps None, so that weight decay leaves it alone.
        """
        raise NotImplementedError("TODO: launch what is left, wait for all, write .grad, reset")

    def _reset(self) -> None:
        self._missing = [len(bucket) for bucket in self.buckets]
        self._flying: list[tuple[Tensor, Any]] = []  # a flat bucket and its all-reduce, in order

    def _arrived(self, index: int, parameter: Tensor) -> None:
        """Take note that a parameter of bucket `index` has its gradient; launch what is complete.

        Raises RuntimeError if the bucket was complete already: finish() was forgotten.
        """
        raise NotImplementedError("TODO: count; launch buckets in their order, the same everywhere")

    def _launch(self) -> None:
        """Begin the all-reduce of the next bucket, and keep its flat tensor and its handle.

        Parameters without a gradient count as zeros; a flag for each tells whether it had one.
        """
        raise NotImplementedError("TODO: one flat tensor, divided by R, dist.all_reduce(async_op)")
