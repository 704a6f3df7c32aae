"""What to learn next, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.library.spacing import in_words
from assistant.skills.model import Curriculum
from assistant.skills.progress import Standing

_FIRST = {"due": 0, "started": 1, "ready": 2}


@dataclass(frozen=True, slots=True)
class Advice:
    """A skill to go on with, the reason, and the one thing to do now."""

    standing: Standing
    why: str
    do: str


def next_skills(
    curriculum: Curriculum,
    found: Mapping[str, Standing],
    track: str | None,
    now: datetime,
    limit: int = 5,
) -> list[Advice]:
    """Return what to do next on a track, or on any: reviews that are due, what was begun, what is
    ready, that which the most of the track rests on first.
    """
    path = curriculum.path(track) if track else tuple(curriculum.skills)
    resting = dict.fromkeys(path, 0)
    for id in path:
        for needed in curriculum.way_to(id):
            if needed != id and needed in resting:
                resting[needed] += 1
    ids = [id for id in path if found[id].state in _FIRST]
    place = {id: number for number, id in enumerate(path)}
    ids.sort(key=lambda id: (_FIRST[found[id].state], -resting[id], place[id]))
    return [
        Advice(found[id], _why(found[id], resting[id], track is not None, now), _do(found[id]))
        for id in ids[:limit]
    ]


def _why(one: Standing, resting: int, on_track: bool, now: datetime) -> str:
    skill = one.skill
    if one.state == "due":
        assert one.due is not None
        return f"due for review for {in_words(now - one.due)}"
    told = []
    if one.state == "started":
        assert one.started is not None
        told.append(f"begun {in_words(now - one.started)} ago: {_furthest(one)}")
    if one.missing:
        told.append(f"it needs {', '.join(one.missing)}, which you have not proven yet")
    elif skill.needs:
        told.append(f"you have {', '.join(skill.needs)}")
    else:
        told.append("it needs nothing before it")
    if resting:
        where = " of this track" if on_track else ""
        told.append(f"{resting} skill{'s' if resting > 1 else ''}{where} rest on it")
    told.append(f"about {skill.hours:g} h")
    return "; ".join(told)


def _furthest(one: Standing) -> str:
    """What is still open of the way that is furthest."""
    best = max(one.ways, key=lambda way: sum(asked.done for asked in way) / len(way))
    return ", ".join(asked.have for asked in best)


def _do(one: Standing) -> str:
    skill = one.skill
    if one.state == "due":
        return f"assistant skill review {skill.id}"
    asked = next((way.checks for way in skill.proof if way.checks), "")
    if asked and skill.labs:
        lab = skill.labs[0] if asked == "*" else asked
        return f"assistant lab {'check' if lab in one.labs_begun else 'start'} {lab}"
    if any(way.merged for way in skill.proof):
        return "assistant project issues"
    return f"assistant skill show {skill.id}"
