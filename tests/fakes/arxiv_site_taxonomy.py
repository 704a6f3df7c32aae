"""arXiv's subjects as far as its fake needs them: archives, groups, sets, and how they are shown.

After https://arxiv.org/category_taxonomy and https://info.arxiv.org/help/oa (sets are
group:archive:CATEGORY, and an archive without categories is group:archive).
"""

import re
from collections.abc import Iterable

_PHYSICS = ("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th",
            "quant-ph")  # fmt: skip
_DIVIDED = ("astro-ph", "cond-mat", "cs", "econ", "eess", "math", "nlin", "physics", "q-bio",
            "q-fin", "stat")  # fmt: skip
_IN_PHYSICS = {*_PHYSICS, "astro-ph", "cond-mat", "nlin", "physics"}
ARCHIVES = frozenset((*_PHYSICS, *_DIVIDED))
_WORDY = ("cond-mat", "physics")
_WORDS, _LETTERS = re.compile(r"[a-z]+(?:-[a-z]+)*"), re.compile("[A-Z]{2}")
_NAMES = {
    "astro-ph": "Astrophysics",
    "cs": "Computer Science",
    "cs.AI": "Artificial Intelligence",
    "cs.CL": "Computation and Language",
    "cs.CV": "Computer Vision and Pattern Recognition",
    "cs.DC": "Distributed, Parallel, and Cluster Computing",
    "cs.IR": "Information Retrieval",
    "cs.LG": "Machine Learning",
    "cs.NE": "Neural and Evolutionary Computing",
    "cs.RO": "Robotics",
    "eess.IV": "Image and Video Processing",
    "hep-th": "High Energy Physics - Theory",
    "math": "Mathematics",
    "math.OC": "Optimization and Control",
    "math.ST": "Statistics Theory",
    "quant-ph": "Quantum Physics",
    "stat": "Statistics",
    "stat.ML": "Machine Learning",
}


def is_subject(name: str) -> bool:
    """Return whether this is an archive, or a category of one that has categories."""
    archive, dot, category = name.partition(".")
    if not dot:
        return archive in ARCHIVES
    form = _WORDS if archive in _WORDY else _LETTERS
    return archive in _DIVIDED and form.fullmatch(category) is not None


def spelled(name: str) -> str:
    """Return an asked-for subject as arXiv spells it: feeds take `cs.ai` for `cs.AI`."""
    archive, dot, category = name.partition(".")
    archive = archive.lower()
    category = category.lower() if archive in _WORDY else category.upper()
    return f"{archive}{dot}{category}"


def within(category: str, wanted: Iterable[str]) -> bool:
    """Return whether a category is, or belongs to an archive that is, among the wanted."""
    return any(category == one or category.startswith(f"{one}.") for one in wanted)


def set_spec(category: str) -> str:
    """Return the OAI-PMH set of a category or of an archive without categories."""
    archive, _, suffix = category.partition(".")
    group = "physics" if archive in _IN_PHYSICS else archive
    return ":".join(part for part in (group, archive, suffix) if part)


def is_set(spec: str) -> bool:
    """Return whether arXiv has such a set."""
    group, *rest = spec.split(":")
    if not rest:
        return group == "physics" or (group in ARCHIVES and group not in _IN_PHYSICS)
    name = ".".join(rest)
    return len(rest) <= 2 and is_subject(name) and set_spec(name) == spec


def set_name(spec: str) -> str:
    """Return what a set is called."""
    group, *rest = spec.split(":")
    return name_of(".".join(rest) or group)


def name_of(category: str) -> str:
    """Return a subject's name, or its id where the fake has not learnt it."""
    return _NAMES.get(category, category)


def shown(category: str) -> str:
    """Return a subject as listings show it."""
    return f"{name_of(category)} ({category})"
