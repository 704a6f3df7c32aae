"""Wrong solutions of distillation that the checks must tell from right ones."""

MUTANTS = {
    "forgets T squared": ("return temperature**2 * F.kl_div(", "return F.kl_div("),
    "multiplies by T once": ("temperature**2 * F.kl_div(", "temperature * F.kl_div("),
    "divides by the classes as well": ('reduction="batchmean"', 'reduction="mean"'),
    "does not divide by the batch": ('reduction="batchmean"', 'reduction="sum"'),
    "swaps teacher and student": ("F.kl_div(log_q, log_p,", "F.kl_div(log_p, log_q,"),
    "lets the teacher learn": ("teacher.detach() / temperature", "teacher / temperature"),
    "forgets the temperature of the teacher": (
        "teacher.detach() / temperature",
        "teacher.detach()",
    ),
    "multiplies the logits by the temperature": (
        "F.softmax(logits / temperature, dim=-1)",
        "F.softmax(logits * temperature, dim=-1)",
    ),
    "takes the logarithm of a softmax": (
        "log_p = F.log_softmax(teacher.detach() / temperature, dim=-1)",
        "log_p = F.softmax(teacher.detach() / temperature, dim=-1).log()",
    ),
    "takes probabilities for their logarithms": (
        "log_p = F.log_softmax(teacher.detach() / temperature, dim=-1)",
        "log_p = F.softmax(teacher.detach() / temperature, dim=-1)",
    ),
    "meets the labels at the temperature": (
        "F.cross_entropy(student, labels)",
        "F.cross_entropy(student / temperature, labels)",
    ),
    "gives alpha to the labels": (
        "alpha * soft + (1 - alpha) *",
        "(1 - alpha) * soft + alpha *",
    ),
    "asks a teacher that is training": ("    teacher.eval()\n", ""),
    "leaves the teacher in eval": ("    teacher.train(training)\n", ""),
    "keeps a graph through the teacher": (
        "with torch.no_grad():\n        logits",
        "if True:\n        logits",
    ),
    "lets logits of other shapes broadcast": (
        "if student.shape != teacher.shape or student.dim() != 2:",
        "if False:",
    ),
    "divides recall by all pictures": (
        "(model(x[there]).argmax(-1) == of).float().mean()",
        "((model(x).argmax(-1) == of) & there).float().mean()",
    ),
}
