"""What a solution of distillation is held to."""

import math
from collections.abc import Callable
from functools import partial
from types import ModuleType

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from skills_lab.frame.checking import check

NOTICE = """\
• F.kl_div takes the student's log-probabilities first and the teacher second: the arguments of
  KL(teacher || student) the other way round. Swapped, it is another divergence, and it trains too.
• "batchmean", because "mean" also divides by the classes. Nothing fails; the loss is ten times too
  small and alpha means something else.
• T squared keeps the gradient of one size at every temperature: for a large T it is that of
  matching logits, (z - v) / (C N).
• Both sides as logarithms (log_target=True). Confident teachers underflow: log(softmax) is -inf
  where log_softmax is a number.
• `detach` in the loss and `no_grad` in `teach` are two guards: one for who calls the loss with a
  teacher in training, one that saves the memory of a graph nobody uses."""


def _logits(classes: int = 5, rows: int = 7) -> tuple[Tensor, Tensor]:
    return (
        3 * torch.randn(rows, classes, dtype=torch.float64),
        3 * torch.randn(rows, classes, dtype=torch.float64),
    )


def _kl(student: Tensor, teacher: Tensor, temperature: float) -> Tensor:
    """Return T^2 KL(p || q) averaged over the rows, from its definition."""
    p = torch.softmax(teacher / temperature, 1)
    q = torch.softmax(student / temperature, 1)
    rows: Tensor = (p * (p.log() - q.log())).sum(1)
    return temperature**2 * rows.mean()


def _close(measured: Tensor, expected: Tensor, what: str) -> None:
    assert isinstance(measured, Tensor), f"{what}: a tensor is to come back, not {measured!r}"
    assert measured.shape == expected.shape, (
        f"{what}: the shape is {tuple(measured.shape)}, it should be {tuple(expected.shape)}"
    )
    apart = float((measured - expected).abs().max())
    size = float(expected.abs().max())
    assert apart <= 1e-10 * max(1.0, size), f"{what}: off by {apart:.3g}" + (
        f" ({float(measured):.6g}, expected {float(expected):.6g})" if not measured.dim() else ""
    )


@check(
    "soft targets are probabilities at a temperature",
    proves="softmax(logits / T): sums of one, T = 1 the usual one, a large T nearly even",
    hints=(
        "A high temperature flattens: are the logits multiplied by it or divided?",
        "Divide by T first, then softmax over the classes, the last dimension.",
        "F.softmax(logits / temperature, dim=-1), after `if not temperature > 0: raise ValueError`",
    ),
)
def targets(solution: ModuleType) -> None:
    """Compare with exp(v/T) divided by its sum."""
    _, logits = _logits()
    for temperature in (0.5, 1.0, 4.0, 1000.0):
        powers = (logits / temperature).exp()
        expected = powers / powers.sum(1, keepdim=True)
        _close(solution.soft_targets(logits, temperature), expected, f"T = {temperature:g}")
    for bad in (0.0, -1.0, math.nan):
        _refuses(f"T = {bad:g}", partial(solution.soft_targets, logits, bad))


@check(
    "the loss is T² KL(teacher || student), averaged over the batch",
    proves="the definition in float64, for several T, batches and numbers of classes",
    hints=(
        "Compare your value with the expected one: is the ratio T, T², N, or the classes?",
        "F.kl_div(input, target): the input is the student's log-probabilities. 'mean' divides by "
        "all elements.",
        "temperature**2 * F.kl_div(log_q, log_p, reduction='batchmean', log_target=True)",
    ),
)
def divergence(solution: ModuleType) -> None:
    """Compare with the sum written out."""
    for classes, rows in ((5, 7), (2, 1), (10, 3)):
        student, teacher = _logits(classes, rows)
        for temperature in (1.0, 2.5, 20.0):
            what = f"{rows} rows, {classes} classes, T = {temperature:g}"
            ours = solution.distillation_loss(student, teacher, temperature)
            _close(ours, _kl(student, teacher, temperature), what)


@check(
    "identical logits give zero",
    proves="nothing to learn from oneself, or from logits shifted by a constant; also when extreme",
    hints=(
        "What is the divergence of a distribution from itself?",
        "softmax(1000) underflows to 0 elsewhere, and log(0) is -inf: 0 times -inf is NaN.",
        "F.log_softmax for both sides, and log_target=True.",
    ),
)
def zero(solution: ModuleType) -> None:
    """Ask for the loss and the gradient of a student that is its teacher."""
    confident = torch.tensor([[1000.0, 0, -1000], [0, 0, 0], [-500, 500, 0]])
    for name, logits in (("random", _logits()[0]), ("very confident", confident)):
        for shift in (0.0, 5.0):
            student = (logits + shift).requires_grad_()
            for temperature in (1.0, 4.0):
                loss = solution.distillation_loss(student, logits, temperature)
                (gradient,) = torch.autograd.grad(loss, student)
                what = f"{name} logits shifted by {shift:g}, T = {temperature:g}"
                assert abs(float(loss)) <= 1e-6, f"{what}: the loss is {float(loss):g}"
                assert float(gradient.abs().max()) <= 1e-6, f"{what}: there is a gradient"


@check(
    "the gradient keeps its size at every temperature",
    proves="T (q - p) / N; for a large T (z - v) / (C N); none to the teacher",
    hints=(
        "By how much does dividing the logits by T shrink the gradient? Twice.",
        "T² in front of the divergence; and the teacher is given, not learned.",
        "teacher.detach() before anything else is done with it.",
    ),
)
def gradients(solution: ModuleType) -> None:
    """Compare the gradient with its formula, and with its limit."""
    student, teacher = _logits()
    student.requires_grad_()
    teacher.requires_grad_()
    rows, classes = student.shape
    for temperature in (1.0, 3.0, 1e4):
        loss = solution.distillation_loss(student, teacher, temperature)
        (grad,) = torch.autograd.grad(loss, student, retain_graph=True)
        q, p = (torch.softmax(one.detach() / temperature, 1) for one in (student, teacher))
        _close(grad, temperature * (q - p) / rows, f"gradient at T = {temperature:g}")
    apart = (student - student.mean(1, keepdim=True)) - (teacher - teacher.mean(1, keepdim=True))
    limit = (apart / (classes * rows)).detach()
    off = float((grad - limit).abs().max() / limit.abs().max())
    assert off <= 0.01, f"at T = 10,000 the gradient is not (z - v) / (C N): off by {off:.1%}"
    (to_teacher,) = torch.autograd.grad(loss, teacher, allow_unused=True)
    assert to_teacher is None, "the teacher gets a gradient"


@check(
    "soft and hard are blended",
    proves="alpha weighs the teacher, 1 - alpha the labels, which are met at temperature 1",
    hints=(
        "Which of the two does alpha weigh?",
        "The labels know nothing of a temperature.",
        "alpha * distillation_loss(...) + (1 - alpha) * F.cross_entropy(student, labels)",
    ),
)
def blend(solution: ModuleType) -> None:
    """Compare with the two losses, at both ends and between."""
    student, teacher = _logits()
    labels = torch.randint(5, (7,))
    for temperature in (1.0, 4.0):
        for alpha in (0.0, 0.3, 1.0):
            expected = alpha * _kl(student, teacher, temperature)
            expected = expected + (1 - alpha) * F.cross_entropy(student, labels)
            ours = solution.student_loss(student, teacher, labels, temperature, alpha)
            _close(ours, expected, f"alpha {alpha:g}, T = {temperature:g}")
    for bad in (-0.1, 1.1, math.nan):
        call = partial(solution.student_loss, student, teacher, labels, 2.0, bad)
        _refuses(f"alpha {bad:g}", call)


@check(
    "what cannot be meant is refused",
    proves="shapes that differ, logits of one picture without a batch, temperatures of 0 and below",
    hints=(
        "torch broadcasts (1, 5) against (7, 5): every student row would meet one teacher row.",
        "Compare the shapes, ask for two dimensions, and `not temperature > 0` also catches NaN.",
    ),
)
def refusals(solution: ModuleType) -> None:
    """Ask for nonsense and expect ValueError each time."""
    student, teacher = _logits()
    loss = solution.distillation_loss
    _refuses("(7, 5) and (1, 5)", lambda: loss(student, teacher[:1], 2.0))
    _refuses("(7, 5) and (5,)", lambda: loss(student, teacher[0], 2.0))
    _refuses("one picture without a batch", lambda: loss(student[0], teacher[0], 2.0))
    for bad in (0.0, -2.0, math.nan):
        _refuses(f"T = {bad:g}", partial(loss, student, teacher, bad))


@check(
    "the teacher is asked as it would be used",
    proves="no dropout, no gradient, no moved batch statistics, and its mode is given back",
    hints=(
        "Ask it twice for the same picture: are the answers equal?",
        "teacher.eval() turns dropout off and batch norm to its running statistics.",
        "training = teacher.training; eval; with torch.no_grad(): ...; teacher.train(training)",
    ),
)
def asking(solution: ModuleType) -> None:
    """Ask a teacher with dropout and batch norm, in both modes."""
    teacher = nn.Sequential(nn.Linear(6, 9), nn.BatchNorm1d(9), nn.Dropout(0.5), nn.Linear(9, 3))
    x = torch.randn(8, 6)
    teacher(x)  # gives the batch norm something to remember
    for training in (True, False):
        teacher.eval()
        expected = teacher(x).detach()
        before = {name: value.clone() for name, value in teacher.state_dict().items()}
        teacher.train(training)
        logits = solution.teach(teacher, x)
        assert not logits.requires_grad, "the logits carry a gradient"
        assert torch.equal(logits, expected), "the logits are not those the teacher gives in use"
        assert teacher.training == training, "the teacher was left in another mode"
        for name, value in teacher.state_dict().items():
            assert torch.equal(value, before[name]), f"asking has changed the teacher's {name}"


@check(
    "recall is of one class",
    proves="the share of a class that is found, not of all pictures, nor of what is called so",
    hints=(
        "Which pictures are in the denominator?",
        "Choose those whose label is the class, then ask how many of them are called so.",
    ),
)
def found(solution: ModuleType) -> None:
    """Ask a model whose answers are known."""
    model = nn.Identity()
    answers, labels = torch.tensor([0, 1, 1, 2, 2, 2]), torch.tensor([1, 1, 2, 2, 2, 0])
    x = F.one_hot(answers, 3).float()
    for of, expected in ((0, 0.0), (1, 1 / 2), (2, 2 / 3)):
        measured = solution.recall(model, x, labels, of)
        assert abs(measured - expected) < 1e-6, (
            f"answers {answers.tolist()}, labels {labels.tolist()}: the recall of {of} is "
            f"{measured:.3f}, expected {expected:.3f}"
        )


def _refuses(what: str, call: Callable[[], object]) -> None:
    try:
        call()
    except ValueError:
        return
    raise AssertionError(f"{what}: ValueError is to be raised, and was not")
