"""Wrong solutions of pruning that the checks must tell from right ones."""

MUTANTS = {
    "prunes batch norms as well": (
        "if isinstance(module, nn.Conv2d | nn.Linear)\n    }",
        "if isinstance(module, nn.Conv2d | nn.Linear | nn.BatchNorm2d)\n    }",
    ),
    "takes the weight for its magnitude": ("weight.detach().abs()", "weight.detach()"),
    "averages before squaring": (
        "scores[name] += (weight.detach() * gradient) ** 2\n        batches += 1\n"
        "    return {name: score / batches",
        "scores[name] += weight.detach() * gradient\n        batches += 1\n"
        "    return {name: (score / batches) ** 2",
    ),
    "scores the gradient without the weight": (
        "(weight.detach() * gradient) ** 2",
        "gradient ** 2",
    ),
    "prunes the largest": ("largest=False", "largest=True"),
    "prunes each layer alike": (
        "    parts = keep.split([score.numel() for score in scores.values()])",
        "    parts = []\n    for score in scores.values():\n"
        "        part = torch.ones(score.numel(), dtype=torch.bool)\n"
        "        count = round(sparsity * score.numel())\n"
        "        part[torch.topk(score.flatten(), count, largest=False).indices] = False\n"
        "        parts.append(part)",
    ),
    "compares with a threshold, and drops its equals": (
        "    keep[torch.topk(flat, round(sparsity * flat.numel()), largest=False).indices] = False\n",
        "    count = round(sparsity * flat.numel())\n"
        "    if count:\n        keep = flat > flat.sort().values[count - 1]\n",
    ),
    "masks a copy of the weights": (
        "            weights[name].mul_(mask)",
        "            weights[name] = weights[name] * mask",
    ),
    "replaces the parameters, which the optimiser does not see": (
        "            weights[name].mul_(mask)",
        "            layer = model.get_submodule(name.rpartition('.')[0])\n"
        "            layer.weight = nn.Parameter(weights[name] * mask)",
    ),
    "masks the gradients once there are some, and momentum leaks": (
        "            weights[name].mul_(mask)",
        "            if weights[name].__dict__.setdefault('masked', False):\n"
        "                weights[name].grad.mul_(mask)\n"
        "            else:\n"
        "                weights[name].mul_(mask)\n"
        "            weights[name].masked = True",
    ),
    "ranks inputs instead of outputs": (
        "return scores.flatten(1).sum(1)",
        "return scores.transpose(0, 1).flatten(1).sum(1)",
    ),
    "keeps the weakest channels": (
        "torch.topk(importance, count)",
        "torch.topk(importance, count, largest=False)",
    ),
    "forgets to put channels in order": (
        "torch.topk(importance, count).indices.sort().values",
        "torch.topk(importance, count).indices",
    ),
    "counts masked zeros as a smaller model": (
        "return sum(one.numel() for one in model.parameters())",
        "return sum(int((one != 0).sum()) for one in model.parameters())",
    ),
    "leaves the bias and the batch norm speaking": (
        "if gone is not None and isinstance(layer, nn.Conv2d | nn.Linear | nn.BatchNorm2d):",
        "if gone is not None and isinstance(layer, nn.Conv2d | nn.Linear):",
    ),
    "takes the first statistics for the kept ones": (
        '("weight", "bias", "running_mean", "running_var"), kept)',
        '("weight", "bias", "running_mean", "running_var"), torch.arange(len(kept)))',
    ),
    "lays channels out last behind the flatten": (
        "(kept[:, None] * span + places).flatten()",
        "(kept[None, :] + width * places[:, None]).flatten()",
    ),
    "shrinks the model itself": ("shrunk = copy.deepcopy(model)", "shrunk = model"),
}
