"""The custom loss held to its claims, and its robustness measured over alpha.

Many small regressions are fitted at once: y = X w + noise, a tenth of the labels moved by an
outlier, full-batch Adam on the sum of the losses. The figure is the error of w, averaged over the
regressions. Everything is seeded.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from skills_lab.foundations.custom_loss.reference import mixed_loss
from skills_lab.frame.run import Run

OUTLIER_SHARE = 0.1


def run(run: Run) -> None:
    """State the claims about truth, then measure robustness."""
    _parity(run)
    _derivatives(run)
    _broadcasting(run)
    _robustness(run)


def _parity(run: Run) -> None:
    prediction = torch.randn(64, 33, device=run.device)
    target = torch.randn(64, 33, device=run.device)
    worst = 0.0
    for reduction in ("none", "mean", "sum"):
        for alpha, theirs in ((1.0, F.mse_loss), (0.0, F.l1_loss)):
            expected = theirs(prediction, target, reduction=reduction)
            apart = (mixed_loss(prediction, target, alpha, reduction) - expected).abs().max()
            worst = max(worst, float(apart / expected.abs().max()))
    run.claim(
        "ends",
        "Both ends equal torch's mse_loss and l1_loss in float32, for every reduction",
        worst,
        "≤ 2e-07 relative",
        worst <= 2e-7,
    )


def _derivatives(run: Run) -> None:
    target = torch.randn(5, 3, dtype=torch.float64)
    side = torch.where(torch.rand(5, 3) < 0.5, -1.0, 1.0)
    prediction = (target + side * (0.1 + torch.rand(5, 3))).requires_grad_()
    target.requires_grad_()
    for id, text, gradcheck in (
        (
            "first",
            "The gradient equals finite differences away from zero",
            torch.autograd.gradcheck,
        ),
        ("second", "So does the second derivative", torch.autograd.gradgradcheck),
    ):
        holds = all(
            gradcheck(lambda p, t, a=alpha: mixed_loss(p, t, a, "none"), (prediction, target),
                      raise_exception=False)
            for alpha in (0.0, 0.3, 1.0)
        )  # fmt: skip
        verdict = "agrees" if holds else "does not"
        run.claim(id, f"{text} (float64)", verdict, "agrees, rtol 0.001", holds)
    same = torch.zeros(4, requires_grad=True)
    mixed_loss(same, torch.zeros(4), 0.5, "sum").backward()
    assert same.grad is not None
    resting = float(same.grad.abs().max())
    run.claim("zero", "At a difference of zero the gradient is zero", resting, "0", resting == 0)


def _broadcasting(run: Run) -> None:
    """What a silent broadcast costs: the model learns the mean of the targets."""
    x = torch.linspace(-1, 1, 64)
    y = 3 * x
    slope = torch.zeros((), requires_grad=True)
    column = (slope * x).unsqueeze(1)  # (64, 1) against (64,): a loss over (64, 64)
    (column - y).square().mean().backward()
    run.metric("gradient of the slope, (N, 1) against (N,)", 0, float(slope.grad or 0))
    slope.grad = None
    (slope * x - y).square().mean().backward()
    run.metric("gradient of the slope, (N,) against (N,)", 0, float(slope.grad or 0))
    try:
        mixed_loss(column, y)
        refused = False
    except ValueError:
        refused = True
    told = "refused" if refused else "accepted"
    run.claim("shapes", "(N, 1) against (N,) is refused, not broadcast", told, "refused", refused)


def _robustness(run: Run) -> None:
    alphas, outliers = run.budget["alphas"], run.budget["outliers"]
    errors: dict[tuple[float, float], float] = {}
    runs = len(alphas) * len(outliers)
    for size in outliers:
        x, y, truth = _regressions(run, size)
        for alpha in alphas:
            run.progress(len(errors), runs, f"alpha {alpha:g}, outliers of {size}")
            curve = f"loss, alpha {alpha:g}, outliers of {size}" if size == outliers[-1] else None
            error = _fit(run, x, y, truth, alpha, curve)
            errors[alpha, size] = error
            run.metric(f"error of w, outliers of {size}", round(alpha * 1000), error)
    run.progress(runs, runs)
    run.artifact("robustness.csv", _table(errors, alphas, outliers))
    if run.scale == "tiny":
        return
    clean = errors[1.0, 0] / errors[0.0, 0]
    run.claim(
        "efficiency",
        "On clean Gaussian noise L1 costs precision: its squared error is π/2 times that of MSE",
        (1 / clean) ** 2,
        f"{math.pi / 2:.3f} ± 15%",
        abs((1 / clean) ** 2 / (math.pi / 2) - 1) <= 0.15,
    )
    gain = errors[1.0, 100] / errors[0.0, 100]
    run.claim(
        "robust",
        "With a tenth of the labels moved by 100, L1 is far closer to the truth than MSE",
        gain,
        "≥ 20 times",
        gain >= 20,
    )
    growth = errors[0.5, 100] / errors[0.5, 10]
    run.claim(
        "unbounded",
        "An even mix is not robust: outliers ten times as large do several times the harm",
        growth,
        "≥ 5 times",
        growth >= 5,
    )
    flat = errors[0.0, 100] / errors[0.0, 10]
    run.claim(
        "bounded",
        "L1 alone is: outliers ten times as large do hardly more",
        flat,
        "≤ 1.1 times",
        flat <= 1.1,
    )


def _regressions(run: Run, size: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return x (R, D, N), y (R, N) and the true w (R, D); the same for every size of outlier."""
    r, n, d = (run.budget[key] for key in ("repeats", "samples", "features"))
    source = torch.Generator().manual_seed(run.seed)
    x = torch.randn(r, d, n, generator=source)
    truth = torch.randn(r, d, generator=source)
    noise = torch.randn(r, n, generator=source)
    moved = torch.rand(r, n, generator=source) < OUTLIER_SHARE
    # All to one side of the first feature, so that they tilt the fit and not only widen it.
    y = (truth.unsqueeze(1) @ x).squeeze(1) + noise + size * moved * torch.sign(x[:, 0])
    return x.to(run.device), y.to(run.device), truth.to(run.device)


def _fit(run: Run, x: Tensor, y: Tensor, truth: Tensor, alpha: float, curve: str | None) -> float:
    """Fit all regressions and return the root mean square error of w."""
    steps = run.budget["steps"]
    w = torch.zeros_like(truth, requires_grad=True)
    optimiser = torch.optim.Adam([w], lr=0.1, betas=(0.9, 0.99))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        fitted = (w.unsqueeze(1) @ x).squeeze(1)  # (R, N)
        loss = mixed_loss(fitted, y, alpha, "sum") / x.shape[2]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if curve and step % max(1, steps // 20) == 0:
            run.metric(curve, step, loss.item() / len(x))
    return float((w.detach() - truth).square().mean().sqrt())


def _table(
    errors: dict[tuple[float, float], float], alphas: list[float], outliers: list[float]
) -> str:
    rows = [f"alpha,{','.join(f'outliers {size}' for size in outliers)}"]
    rows += [f"{a},{','.join(f'{errors[a, size]:.5f}' for size in outliers)}" for a in alphas]
    return "\n".join(rows) + "\n"
