"""What came of a job, in words: made from what its command answers with `--json`."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.text import clean_line
from assistant.tui.jobs.job import Job
from assistant.tui.log import LogEntry

_MOST_MISSING = 6
_MOST_CAUSES = 3


def entry_of_job(job: Job, retry: Callable[[], object]) -> LogEntry:
    """Return what is to be said of a job that has ended; what went wrong can be tried again."""
    details = "\n".join([f"assistant {' '.join(job.argv)}", "", *job.notes, *job.tail])
    if job.state == "failed":
        error = job.error
        title = error.title if error else f"{job.title} failed."
        why, hint = (error.why, error.hint) if error else ("", "")
        return LogEntry(title, "error", why, hint, details, retry)
    if job.state == "cancelled":
        return LogEntry(
            f"Stopped: {job.title}. What is done is kept.", details=details, retry=retry
        )
    if job.state == "partly":
        hint = "" if _is_in_vain(job) else "Try again later."
        return LogEntry(came_of_it(job), "warning", missing(job), hint, details, retry)
    return LogEntry(came_of_it(job), details=details)


def came_of_it(job: Job) -> str:
    """Say in a sentence what a job that ended by itself has done."""
    result = job.result if isinstance(job.result, Mapping) else {}
    if "entries" in result and "batches" in result:
        return _digest(result)
    if "pdf_pages" in result:
        return _notes(result)
    if job.asks and "lab" in result:
        return _lab(result)
    if "added" in result:
        return _import(result)
    if "unusable" in result:
        return _venues(result)
    if isinstance(job.result, list) and job.argv[:1] == ("deadlines",):
        return _deadlines(_all_mappings(job.result))
    if "embedded" in result:
        counts = (("embedded", "paper"), ("passages", "passage of notes", "passages of notes"))
        many = [_plural(_number(result, name), *words) for name, *words in counts
                if _number(result, name)]  # fmt: skip
        return f"Embedded {' and '.join(many)}." if many else "Every paper has its vector."
    return f"{job.title}: done."


def missing(job: Job) -> str:
    """Say why a job that is done in part is not whole, and what it lacks."""
    result = job.result if isinstance(job.result, Mapping) else {}
    lacking = [
        f"{_text(one, 'category')} {_text(one, 'date')}: {_text(one, 'state')}"
        for one in _mappings(result, "batches")
        if one.get("state") not in ("complete", "holiday")
    ]
    lacking += [
        f"{_text(one, 'edition')}: {_text(one, 'state')} {_text(one, 'detail', 160)}".strip()
        for one in _mappings(result, "editions")
        if one.get("state") not in ("complete", "absent")
    ]
    unusable = result.get("unusable")
    if isinstance(unusable, list):
        lacking += [
            f"no source lists {name}, or only one that wants your login: `assistant venue sync"
            f" {name}` in a terminal says how"
            for name in (clean_line(str(one), 40) for one in unusable)
        ]
    lacking += [
        f"{_text(one, 'name')}: {_text(one, 'failure', 160)}"
        for one in _all_mappings(job.result) if one.get("failure")
    ]  # fmt: skip
    errors = result.get("errors")
    if isinstance(errors, list):
        lacking += [clean_line(str(one), 200) for one in errors]
    more = len(lacking) - _MOST_MISSING
    shown = lacking[:_MOST_MISSING] + ([f"{more:,} more"] if more > 0 else [])
    causes = list(dict.fromkeys(job.notes))[-_MOST_CAUSES:]  # what it said on its way
    return " ".join([*causes, "; ".join(shown)]).strip()


def _is_in_vain(job: Job) -> bool:
    """Tell whether a venue's list cannot be had without a login, or at all."""
    result = job.result if isinstance(job.result, Mapping) else {}
    return bool(result.get("unusable")) and not _mappings(result, "editions")


def _venues(result: Mapping[str, Any]) -> str:
    editions = [one for one in _mappings(result, "editions") if one.get("state") != "absent"]
    came = [_text(one, "edition") for one in editions if _number(one, "received")]
    counts = [
        f"{count:,} {word}"
        for name, word in (("added", "new"), ("merged", "merged"), ("updated", "changed"))
        if (count := sum(_number(one, name) for one in editions))
    ]
    if not editions and (vain := result.get("unusable")):
        named = vain if isinstance(vain, list) else []
        names = ", ".join(clean_line(str(one), 40) for one in named[:_MOST_MISSING])
        return f"{names}: no source can be asked; the log says why."
    if not came:
        failed = editions and all(one.get("state") == "failed" for one in editions)
        return "Nothing could be fetched." if failed else "Nothing new is listed yet."
    return f"{', '.join(dict.fromkeys(came))}: {', '.join(counts) or 'nothing new'}."


def _deadlines(collections: Sequence[Mapping[str, Any]]) -> str:
    if collections and all(one.get("failure") for one in collections):
        return "Nothing could be fetched."
    meetings = sum(_number(one, "meetings") for one in collections)
    moved = sum(_number(one, "moved") for one in collections)
    told = f"; {_plural(moved, 'deadline')} moved" if moved else ""
    return f"Deadlines of {_plural(meetings, 'meeting')}{told}."


def _digest(result: Mapping[str, Any]) -> str:
    chosen = len(_mappings(result, "entries"))
    if isinstance(programme := result.get("programme"), Mapping):
        ranked = _number(result, "candidates")
        of = _text(programme, "name")
        return f"{_plural(chosen, 'paper')} for you of {of}'s {ranked:,}."
    states = Counter(_text(one, "state") for one in _mappings(result, "batches"))
    came = sum(_number(one, "received") for one in _mappings(result, "batches"))
    if not chosen:
        vain = states.keys() == {"failed"}
        return "Nothing could be fetched." if vain else "Nothing new for you."
    whole = f" of {came:,} announced" if came and set(states) <= {"complete", "holiday"} else ""
    return f"{_plural(chosen, 'paper')} for you{whole}."


def _import(result: Mapping[str, Any]) -> str:
    parts = [f"{_plural(_number(result, 'added'), 'new paper')}"]
    for name in ("updated", "merged", "skipped"):
        if count := _number(result, name):
            parts.append(f"{count:,} {name}")
    return f"Imported: {', '.join(parts)}."


def _notes(result: Mapping[str, Any]) -> str:
    parts = [
        f"{len(found):,} {word}"
        for name, word in (("added", "new"), ("changed", "changed"), ("removed", "gone"))
        if isinstance(found := result.get(name), list) and found
    ]
    if count := _number(result, "pdf_pages"):
        parts.append(_plural(count, "page of PDFs", "pages of PDFs"))
    problems = len(_mappings(result, "problems"))
    unread = f" {_plural(problems, 'file')} could not be read." if problems else ""
    return (
        f"Your notes: {', '.join(parts)}." if parts else "Your notes are as they were."
    ) + unread


def _lab(result: Mapping[str, Any]) -> str:
    lab = _text(result, "lab")
    if "checks" not in result:  # a run says in a line what came of it
        told = clean_line(str(result.get("told", f"ran {lab}")), 200)
        return f"{told[:1].upper()}{told[1:]}."
    checks = len(_mappings(result, "checks"))
    if result.get("status") == "passed":
        proven = [clean_line(str(one), 60) for one in result.get("proven") or ()]
        more = f" Proven: {', '.join(proven)}." if proven else ""
        return f"{lab}: all {checks:,} checks pass.{more}"
    if problem := result.get("problem"):
        return f"{lab}: {clean_line(str(problem), 200)}"
    return f"{lab}: {_number(result, 'passed'):,} of {checks:,} checks pass."


def _mappings(result: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    return _all_mappings(result.get(name))


def _all_mappings(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _number(result: Mapping[str, Any], name: str) -> int:
    value = result.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(result: Mapping[str, Any], name: str, limit: int = 40) -> str:
    return clean_line(str(result.get(name, "")), limit)


def _plural(count: int, noun: str, nouns: str = "") -> str:
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"
