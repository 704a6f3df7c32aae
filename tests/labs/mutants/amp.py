"""Wrong solutions of mixed precision that the checks must tell from right ones."""

MUTANTS = {
    "clips before unscaling": (
        "    scaler.unscale_(optimiser)\n    nn.utils.clip_grad_norm_(parameters, max_norm)\n",
        "    nn.utils.clip_grad_norm_(parameters, max_norm)\n    scaler.unscale_(optimiser)\n",
    ),
    "steps in spite of an overflow": (
        "        if self._finite[id(optimiser)]:\n            optimiser.step()",
        "        optimiser.step()",
    ),
    "looks for inf and misses NaN": (
        "bool(parameter.grad.isfinite().all())",
        "not bool(parameter.grad.isinf().any())",
    ),
    "lets the last gradient decide": (
        "finite = finite and bool(parameter.grad.isfinite().all())",
        "finite = bool(parameter.grad.isfinite().all())",
    ),
    "unscales the first group only": (
        "for group in optimiser.param_groups:\n            for",
        "for group in optimiser.param_groups[:1]:\n            for",
    ),
    "unscales twice without a word": (
        'raise RuntimeError("unscale_() was called already since the last update()")',
        "pass",
    ),
    "goes on counting after an overflow": (
        "            self.value *= self.backoff\n            self.good_steps = 0\n",
        "            self.value *= self.backoff\n",
    ),
    "grows every step once it has begun": (
        "                self.value *= self.growth\n                self.good_steps = 0\n",
        "                self.value *= self.growth\n                self.good_steps -= 1\n",
    ),
    "grows one step late": (
        "if self.good_steps == self.interval:",
        "if self.good_steps > self.interval:",
    ),
    "zeroes what is not finite and steps": (
        "                    finite = finite and bool(parameter.grad.isfinite().all())",
        "                    parameter.grad.nan_to_num_(0.0, 0.0, 0.0)",
    ),
    "skips all optimisers if one overflowed": (
        "        if self._finite[id(optimiser)]:\n            optimiser.step()\n"
        "        return self._finite[id(optimiser)]",
        "        good = all(self._finite.values())\n        if good:\n            optimiser.step()\n"
        "        return good",
    ),
    "halves the scale once for each optimiser": (
        "            self.value *= self.backoff\n",
        "            self.value *= self.backoff ** len(self._finite)\n",
    ),
    "forgets the count in a checkpoint": (
        '        self.good_steps = int(state["good_steps"])\n',
        "",
    ),
    "calls backward on the unscaled loss": (
        "scaler.scale(loss).backward()",
        "loss.backward()",
    ),
    "adds to the gradients of the step before": (
        "    optimiser.zero_grad()\n    device",
        "    device",
    ),
    "never enters autocast": ("enabled=dtype != torch.float32", "enabled=False"),
    "counts zeros as lost": (
        "lost += int((there & ((gradient * scale).half() == 0)).sum())",
        "lost += int(((gradient * scale).half() == 0).sum())",
    ),
    "goes to half precision before scaling": (
        "((gradient * scale).half() == 0)",
        "((gradient.half() * scale) == 0)",
    ),
    "counts parameters as activations": (
        "if place in weights or place in saved.storages:",
        "if place in saved.storages:",
    ),
    "counts a storage each time it is saved": (
        "if place in weights or place in saved.storages:",
        "if place in weights:",
    ),
    "takes copies of weights for activations": (
        "if any(_is_copy(tensor, one) for one in alike):",
        "if False:",
    ),
}
