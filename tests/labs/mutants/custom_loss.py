"""Wrong solutions of the custom loss that the checks must tell from right ones."""

MUTANTS = {
    "swaps the two weights": (
        "return alpha * d * d + (1 - alpha) * d.abs()",
        "return (1 - alpha) * d * d + alpha * d.abs()",
    ),
    "forgets the 2 of the square's derivative": ("2 * ctx.alpha * d", "ctx.alpha * d"),
    "gives the target the prediction's sign": ("-grad * slope", "grad * slope"),
    "drops the upstream gradient": (
        "return grad * slope, -grad * slope, None",
        "return slope, -slope, None",
    ),
    "divides by the batch, not by all elements": (
        "return loss.mean()",
        "return loss.sum() / (len(loss) if loss.dim() else 1)",
    ),
    "lets shapes broadcast": ("if prediction.shape != target.shape:", "if False:"),
    "takes 1 for the sign of zero": (
        "torch.sign(d)",
        "torch.where(d >= 0, 1.0, -1.0)",
    ),
    "saves the difference and loses the second derivative": (
        "        prediction, target = ctx.saved_tensors\n        d = prediction - target",
        "        prediction, target = ctx.saved_tensors\n        d = (prediction - target).detach()",
    ),
    "lets NaN pass for an alpha": (
        "if not 0 <= alpha <= 1:  # also false for NaN",
        "if alpha < 0 or alpha > 1:",
    ),
}
