"""Wrong solutions of CLIP that the checks must tell from right ones."""

MUTANTS = {
    "asks in one direction only": (
        "return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2",
        "return F.cross_entropy(logits, own)",
    ),
    "adds both directions instead of taking their mean": (
        "F.cross_entropy(logits.T, own)) / 2",
        "F.cross_entropy(logits.T, own))",
    ),
    "does not exponentiate the temperature": (
        "return self.log_scale.clamp(max=math.log(LARGEST_SCALE)).exp()",
        "return self.log_scale.clamp(max=LARGEST_SCALE)",
    ),
    "divides by the scale": (
        "logits = scale * images @ texts.T",
        "logits = images @ texts.T / scale",
    ),
    "clamps the logarithm at 100 instead of its exponential": (
        "self.log_scale.clamp(max=math.log(LARGEST_SCALE)).exp()",
        "self.log_scale.clamp(max=LARGEST_SCALE).exp()",
    ),
    "forgets to normalise": (
        "    images, texts = F.normalize(images, dim=1), F.normalize(texts, dim=1)\n"
        "    logits = scale",
        "    logits = scale",
    ),
    "normalises over the batch": (
        "F.normalize(images, dim=1), F.normalize(texts, dim=1)\n    logits",
        "F.normalize(images, dim=0), F.normalize(texts, dim=0)\n    logits",
    ),
    "lets batches of two sizes pass": (
        "if images.dim() != 2 or images.shape != texts.shape:",
        "if False:",
    ),
    "gathers without a gradient": (
        "        dist.all_reduce(grad, group=ctx.group)\n"
        "        return grad.chunk(ctx.group.size())[ctx.group.rank()], None",
        "        return torch.zeros_like(grad.chunk(ctx.group.size())[0]), None",
    ),
    "keeps only its own slice of the gradient": (
        "        dist.all_reduce(grad, group=ctx.group)\n",
        "",
    ),
    "averages the gradient that is to be summed": (
        "dist.all_reduce(grad, group=ctx.group)",
        "dist.all_reduce(grad, group=ctx.group); grad /= ctx.group.size()",
    ),
    "aims every rank at the first rank's captions": (
        " + group.rank() * len(images)",
        "",
    ),
    "lets long captions outweigh the others": (
        "F.normalize(F.normalize(captions, dim=2).mean(0), dim=1)",
        "F.normalize(captions.mean(0), dim=1)",
    ),
    "counts ties as found": (
        "by_image = (similar >= own.unsqueeze(1)).sum(1) - 1",
        "by_image = (similar > own.unsqueeze(1)).sum(1)",
    ),
    "asks captions twice": ("(similar >= own.unsqueeze(0)).sum(0)", "(similar >= own).sum(1)"),
}
