"""Wrong solutions of data-parallel training that the checks must tell from right ones."""

MUTANTS = {
    "averages the means of uneven shards": (
        "return losses.sum() * dist.get_world_size(group) / count",
        "return losses.mean()",
    ),
    "divides by the global count, and again by the ranks": (
        "losses.sum() * dist.get_world_size(group) / count",
        "losses.sum() / count",
    ),
    "drops the remainder of a batch": (
        "return slice(start, start + size + (rank < left))",
        "return slice(rank * size, rank * size + size)",
    ),
    "gives the whole remainder to the last rank": (
        "return slice(start, start + size + (rank < left))",
        "return slice(rank * size, rank * size + size + left * (rank == ranks - 1))",
    ),
    "broadcasts only what is trained": (
        "for tensor in [*module.parameters(), *module.buffers()]:",
        "for tensor in [p for p in module.parameters() if p.requires_grad]:",
    ),
    "forgets the buffers": (
        "[*module.parameters(), *module.buffers()]",
        "[*module.parameters()]",
    ),
    "sums the gradients instead of averaging": (
        "flat /= dist.get_world_size(self.group)",
        "flat /= 1",
    ),
    "synchronises every micro-batch": (
        "before, self.synchronising = self.synchronising, False",
        "before, self.synchronising = self.synchronising, True",
    ),
    "stays unsynchronised after no_sync": (
        "            self.synchronising = before",
        "            self.synchronising = False",
    ),
    "fills buckets from the first layer": (
        "for one in reversed(list(parameters)):",
        "for one in list(parameters):",
    ),
    "mixes dtypes in one bucket": (
        "if size > room or (one.dtype, one.device) != kind:",
        "if size > room or kind is None:",
    ),
    "gives frozen parameters a place on the wire": (
        "        if not one.requires_grad:\n            continue\n",
        "",
    ),
    "sends a bucket as soon as it is full": (
        "        while len(self._flying) < len(self.buckets) and not self._missing[len(self._flying)]:\n"
        "            self._launch()",
        "        if self._missing[index] == 0:\n"
        "            self.buckets.insert(len(self._flying), self.buckets.pop(index))\n"
        "            self._launch()",
    ),
    "gives zeros to what no rank used": (
        "one.grad = grad.view_as(one) if ranks_using else None",
        "one.grad = grad.view_as(one)",
    ),
    "does not wait for the all-reduce": (
        "            work.wait()  # raises if a rank died or the group's timeout passed\n",
        "",
    ),
    "swallows the error of a rank that died": (
        "            work.wait()  # raises if a rank died or the group's timeout passed\n",
        "            try:\n                work.wait()\n            except RuntimeError:\n                pass\n",
    ),
    "sends everything at the end": (
        "        while len(self._flying) < len(self.buckets) and not self._missing[len(self._flying)]:\n"
        "            self._launch()",
        "        return",
    ),
    "never begins anew after a step": (
        "ranks_using else None\n        self._reset()",
        "ranks_using else None",
    ),
}
