"""The words of the outlook: why nothing is left or there yet, and the keys that lead on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.digest.days import Day, Prospect
from assistant.digest.renderers import words
from assistant.tui.areas.today.header import counted
from assistant.tui.areas.today.outlook import Chart, Step, Told
from assistant.tui.jobs.job import JobError

_MOST_MISSED = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """How a day stands; `kinds` says what became of each paper, `working` what is being done,
    `trouble` what became of that last time.
    """

    day: Day | None
    kinds: Sequence[str]
    working: str
    trouble: JobError | None
    ahead: Prospect | None
    announced: Chart
    judged: Chart


def tell(standing: Standing, key: Callable[[str], str]) -> Told:
    """Return what to tell of a day, given the key of each action by its id."""
    title, sentences = _how_it_stands(standing)
    return Told(
        title,
        sentences + _when_next(standing),
        [one._replace(key=key(one.action) if one.action else "") for one in _steps(standing)],
        standing.announced,
        standing.judged,
    )  # fmt: skip


def _how_it_stands(standing: Standing) -> tuple[str, list[str]]:
    day, left = standing.day, standing.kinds.count("")
    if standing.working and (day is None or day.digest is None or not standing.kinds):
        return standing.working, ["It is shown here when it is done; everything else works on."]
    if standing.trouble is not None and not standing.kinds:
        trouble = standing.trouble
        return trouble.title, [one for one in (trouble.why, trouble.hint) if one]
    if day is not None and not day.following:
        return f"{day.profile} follows no category.", ["Choose some, and their papers come in."]
    if day is None or day.digest is None:
        if day is not None and day.waiting:
            return f"{words.counted(day.waiting, 'paper')} waiting for a digest.", []
        told = "Your library works without one: read in it, search it, like what you find."
        return "No digest yet. Fetch what was announced, and one is made for you.", [told]
    if not standing.kinds:
        why, _ = words.nothing_new(day.digest)
        return why, []
    name = words.long_day(day.digest.date)
    papers, became = words.counted(len(standing.kinds), "paper"), counted(standing.kinds)
    title = f"{left} of {papers} left for {name}." if left else f"Nothing left for {name}."
    counts = [f"{papers}: {became}."] if became else []
    return title, [*counts, day.digest.confidence]


def _is_open(day: Day) -> bool:
    """Tell whether another look may find what is missing."""
    states = {batch.state for batch in day.digest.batches} if day.digest else {"failed"}
    return bool(states & {"partial", "stale", "failed"})


def _when_next(standing: Standing) -> list[str]:
    if standing.ahead is None or standing.day is None or standing.day.due:
        return []
    moment = standing.ahead.next_announcement.astimezone()
    day = words.long_day(moment.date().isoformat()).split()[0]
    return [f"arXiv announces next on {day} at {moment:%H:%M}, your time."]


def _steps(standing: Standing) -> list[Step]:
    day, ahead, left = standing.day, standing.ahead, standing.kinds.count("")
    steps: list[Step] = []
    if left:
        steps.append(Step("Go on with the papers left", "today.next"))
    if day is not None and day.waiting and not standing.working:
        steps.append(Step(f"Make the digest of the {day.waiting:,} that wait", "today.refresh"))
    if not standing.working and (day is None or day.due or _is_open(day)):
        steps.append(Step("Fetch what was announced", "app.sync"))
    missed = [one for one in ahead.missed if day and one.date != day.date] if ahead else []
    for one in missed[:_MOST_MISSED]:
        told = f"{words.long_day(one.date)}: {one.undecided} of {one.shown} not looked at"
        steps.append(Step(told, day=one.date))
    if ahead is not None and ahead.later:
        kept = f"{words.counted(ahead.later, 'paper')} kept for later"
        steps.append(Step(kept, "today.later"))
    if standing.kinds and not left:
        steps.append(Step("Look through this day's papers again", "today.summary"))
    steps.append(Step("Search the library", "app.search"))
    steps.append(Step("Browse all papers", "place.papers"))
    if day is None or day.digest is None or not day.following:
        steps.append(Step("Change interests and categories", "today.interests"))
    return steps
