"""Several ranks in one process: a thread each, with a real gloo group between them.

The collectives are the ones separate processes would run, over the same sockets; starting costs
milliseconds instead of an interpreter per rank. The groups are not registered with torch's global
state, of which a process has one: what works is what takes `group=`, and `group.rank()`.
"""

import itertools
import os
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar, cast

import torch.distributed as dist

Result = TypeVar("Result")
_run = itertools.count()
_meeting = dist.HashStore()  # type: ignore[attr-defined]


def loopback() -> None:
    """Let gloo meet on this machine only, wherever the host's name may point."""
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")


class _Member:
    """A rank's group, until it leaves.

    gloo closes its connections and ends its threads only when the group is destroyed, and a model
    with hooks may hold it for ever: so it is held here alone.
    """

    def __init__(self, group: Any) -> None:
        self._group = group
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if self._group is None:
            raise RuntimeError("this rank has left its group")
        self.calls.append(name)
        return getattr(self._group, name)

    def leave(self) -> None:
        self._group = None


def leave(group: dist.ProcessGroup) -> None:
    """Close this rank's connections as the end of its process would: who waits for it fails."""
    cast(_Member, group).leave()


def reductions(group: dist.ProcessGroup) -> int:
    """Return how many all-reduces this rank has begun."""
    return sum("allreduce" in name for name in cast(_Member, group).calls)


def in_threads(
    ranks: int, work: Callable[[dist.ProcessGroup], Result], timeout: float = 30
) -> list[Result]:
    """Run `work(group)` as each rank and return the results by rank.

    Raises what the first rank to fail raised; a collective that waits longer than `timeout`
    seconds for a rank fails.
    """
    loopback()
    store = dist.PrefixStore(str(next(_run)), _meeting)  # type: ignore[attr-defined]
    results: dict[int, Result] = {}
    failures: list[BaseException] = []
    members: list[_Member] = []
    connected = threading.Barrier(ranks)

    def be(rank: int) -> None:
        member = None
        try:
            limit = timedelta(seconds=timeout)
            member = _Member(dist.ProcessGroupGloo(store, rank, ranks, limit))
            members.append(member)
            connected.wait(timeout)  # else one that fails at once is gone before all have met
            results[rank] = work(cast(dist.ProcessGroup, member))
        except BaseException as error:
            failures.append(error)  # before leaving, which lets the others fail after it
            if member is not None:
                member.leave()

    threads = [threading.Thread(target=be, args=(rank,), daemon=True) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for member in members:  # not before all are through: others may still be receiving
        member.leave()
    if failures:
        raise failures[0]
    return [results[rank] for rank in range(ranks)]
