"""Distillation held to its claims: the class the student never saw, few pictures, all pictures."""

import statistics
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.compression.distillation.reference import (
    accuracy,
    distillation_loss,
    fit,
    recall,
    student_loss,
    teach,
)
from skills_lab.frame.data import digits
from skills_lab.frame.run import Run

RATE = 0.01
HIGH = 8.0


def run(run: Run) -> None:
    """State the claims about the loss, then train teachers and students."""
    _loss(run)
    seeds = range(run.seed, run.seed + run.budget["seeds"])
    unseen: dict[str, list[float]] = {}
    few: dict[str, list[float]] = {}
    for done, seed in enumerate(seeds):
        run.progress(done, len(seeds), f"teacher and students of seed {seed}")
        data = digits(seed).tensors(run.device)
        teacher = _network(run, seed, run.budget["teacher_width"])
        x, y, test_x, test_y = data
        steps = run.budget["teacher_steps"]
        fit(teacher, x, lambda out, y=y: F.cross_entropy(out, y), steps, RATE / 2)  # type: ignore[misc]
        run.metric("accuracy of the teacher", seed, accuracy(teacher, test_x, test_y))
        logits = teach(teacher, x)
        _omitted(run, seed, data, logits, unseen)
        _few(run, seed, data, logits, few)
    run.progress(len(seeds), len(seeds))
    _report(run, unseen, few)


def _loss(run: Run) -> None:
    student = torch.randn(64, 10, device=run.device, requires_grad=True)
    teacher = torch.randn(64, 10, device=run.device, requires_grad=True)
    own = distillation_loss(student, student.detach(), 4.0)
    run.claim("identical", "Identical logits give zero", own.item(), "≤ 1e-06",
              abs(own.item()) <= 1e-6)  # fmt: skip
    distillation_loss(student, teacher, 4.0).backward()
    told = "none" if teacher.grad is None else "some"
    run.claim("teacher", "No gradient goes to the teacher", told, "none", teacher.grad is None)
    sizes = []
    for temperature in (10.0, 1000.0):
        loss = distillation_loss(student.double(), teacher.double(), temperature)
        sizes.append(float(torch.autograd.grad(loss, student)[0].norm()))
    apart = abs(sizes[1] / sizes[0] - 1)
    run.claim(
        "temperature",
        "With T² the gradient is as large at T = 1,000 as at T = 10; without, 10,000 times smaller",
        apart,
        "≤ 0.1 apart",
        apart <= 0.1,
    )


def _network(run: Run, seed: int, width: int) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)
    ).to(run.device)


def _student(run: Run, seed: int, x: Tensor, loss: Callable[[Tensor], Tensor]) -> nn.Module:
    """Return a student trained on x; students of one seed begin alike."""
    model = _network(run, 1000 + seed, run.budget["student_width"])
    fit(model, x, loss, run.budget["student_steps"], RATE)
    return model


def _omitted(
    run: Run, seed: int, data: tuple[Tensor, ...], logits: Tensor, told: dict[str, list[float]]
) -> None:
    """Hide a class from the student, and ask for it in the test."""
    x, y, test_x, test_y = data
    for digit in run.budget["omitted"]:
        seen = y != digit
        own_x, own_y, own_v = x[seen], y[seen], logits[seen]
        losses: dict[str, Callable[[Tensor], Tensor]] = {
            "labels": lambda out, own_y=own_y: F.cross_entropy(out, own_y),  # type: ignore[misc]
        }
        for t in run.budget["temperatures"]:
            losses[f"T = {t:g}"] = lambda out, own_v=own_v, t=t: distillation_loss(out, own_v, t)  # type: ignore[misc]
        for name, loss in losses.items():
            model = _student(run, seed, own_x, loss)
            found = recall(model, test_x, test_y, digit)
            told.setdefault(name, []).append(found)
            run.metric(f"recall of the unseen digit {digit}, {name}", seed, found)


def _few(
    run: Run, seed: int, data: tuple[Tensor, ...], logits: Tensor, told: dict[str, list[float]]
) -> None:
    """Train on a few pictures of each class, and on all: from labels, the teacher, or both."""
    x, y, test_x, test_y = data
    for count in (*run.budget["few"], len(x)):
        chosen = torch.cat([torch.nonzero(y == digit).flatten()[:count] for digit in range(10)])
        own_x, own_y, own_v = x[chosen], y[chosen], logits[chosen]
        losses: dict[str, Callable[[Tensor], Tensor]] = {
            "labels": lambda out, own_y=own_y: F.cross_entropy(out, own_y),  # type: ignore[misc]
            "teacher": lambda out, own_v=own_v: distillation_loss(out, own_v, HIGH),  # type: ignore[misc]
            "both": lambda out, own_v=own_v, own_y=own_y: student_loss(  # type: ignore[misc]
                out, own_v, own_y, HIGH, 0.5
            ),
        }
        size = "all" if count == len(x) else str(count)
        for name, loss in losses.items():
            right = accuracy(_student(run, seed, own_x, loss), test_x, test_y)
            told.setdefault(f"{size}, {name}", []).append(right)
            run.metric(f"accuracy from {size} pictures a class, {name}", seed, right)


def _report(run: Run, unseen: dict[str, list[float]], few: dict[str, list[float]]) -> None:
    rows = ["what,case,mean,lowest,highest"]
    for what, told in (("recall of an unseen digit", unseen), ("accuracy", few)):
        for case, values in told.items():
            mean = statistics.mean(values)
            row = f"{mean:.4f},{min(values):.4f},{max(values):.4f}"
            rows.append(f'{what},"{case}",{row}')
    run.artifact("students.csv", "\n".join(rows) + "\n")
    most = max(unseen["labels"])
    run.claim(
        "labels",
        "A student of labels never finds a digit it was not shown",
        most,
        "recall ≤ 0.02 at most",
        most <= 0.02,
    )
    if run.scale == "tiny":
        return
    taught = statistics.mean(unseen[f"T = {HIGH:g}"])
    run.claim(
        "unseen",
        "A student of the teacher's outputs, at T = 8, finds most of a digit it was not shown",
        taught,
        "mean recall ≥ 0.6",
        taught >= 0.6,
    )
    cold = statistics.mean(unseen["T = 1"])
    run.claim(
        "cold",
        "At T = 1 hardly: what the teacher thinks of other classes is too faint to be heard",
        cold,
        "mean recall ≥ 0.3 below that",
        cold <= taught - 0.3,
    )
    gains = {
        size: statistics.mean(few[f"{size}, teacher"]) - statistics.mean(few[f"{size}, labels"])
        for size in (*map(str, run.budget["few"]), "all")
    }
    run.claim(
        "few",
        "From 5 pictures a class the teacher's outputs teach more than the labels",
        gains["5"],
        "≥ 0.03 accuracy",
        gains["5"] >= 0.03,
    )
    run.claim(
        "all",
        "From all pictures they do not: distillation is of no use here",
        gains["all"],
        "within ± 0.015 accuracy",
        abs(gains["all"]) <= 0.015,
    )
