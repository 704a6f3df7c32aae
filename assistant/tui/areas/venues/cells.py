"""What the lists of venues and of deadlines share: texts cut to a column, and the filter."""

from rich.cells import cell_len, set_cell_size


def fitted(text: str, width: int) -> str:
    """Return a text that is exactly so many cells wide, cut with a mark or filled with spaces."""
    cut = cell_len(text) > width
    return set_cell_size(text, width - cut) + "…" * cut


def named(name: str, year: int, width: int) -> str:
    """Return "NeurIPS 2026" in so many cells; a long name is cut, never its year."""
    room = width - len(f" {year}")
    short = name if cell_len(name) <= room else fitted(name, room)
    return fitted(f"{short} {year}", width)


def matches(text: str, words: str) -> bool:
    """Tell whether a text has all the words; after a ! whether it lacks one."""
    words = words.strip()
    asked = words.lstrip("!").casefold().split()
    folded = text.casefold()
    return not asked or all(word in folded for word in asked) != words.startswith("!")
