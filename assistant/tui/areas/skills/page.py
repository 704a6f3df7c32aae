"""A skill's page: where one stands, why, what proves it, what to read and do, what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.skills.learner import Learner
from assistant.skills.progress import Requirement, Standing
from assistant.text import clean_line
from assistant.tui.areas.skills.queries import Goal, Reading
from assistant.tui.areas.skills.rows import SIGNS, state_told
from assistant.tui.widgets.page_list import Part, Piece, part

_READ = {"read": ("✓", "good"), "skimmed": ("◐", "accent"), "later": ("◷", "accent")}
_MOST_NOTES = 8
_DEEPEST = 3


@dataclass(frozen=True, slots=True)
class SkillPage:
    """What a skill's page shows beside what the learner knows."""

    readings: Sequence[Reading] = ()
    notes: Sequence[tuple[str, str]] = ()
    labs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Lab -> its title, and where one stands with it."""
    review: str = ""
    """The key that reviews it."""
    near: Mapping[str, Any] = field(default_factory=dict)
    """What the library and the notes have for it, as `assistant skill show` tells it."""


def page_parts(learner: Learner, one: Standing, page: SkillPage) -> list[Part]:
    """Return a skill's page."""
    return [
        *_head(learner, one),
        *_proof(one, page),
        *_read(page),
        *_do(one, page),
        *_needs(learner, one),
        *_notes(page),
        *_near(page),
    ]


def _head(learner: Learner, one: Standing) -> list[Part]:
    skill = one.skill
    sign, style = SIGNS[one.state]
    told = f"{sign} {state_told(one, learner.now)}"
    told += f" · about {skill.hours:g} h" if not one.has else ""
    parts = [part((skill.title, "strong")), part((told, style)), part((skill.id, "dim"))]
    track = learner.track.id if learner.track else None
    for place, advice in enumerate(learner.next(track)):
        if advice.standing.skill.id == skill.id:
            lead = "▸ Next: " if place == 0 else "Also open: "
            parts.append(part((f"{advice.why}.", "accent"), lead=[(lead, "accent")]))
    parts += [part(), part(skill.can)]
    if skill.why:
        parts += [part(), part((skill.why, "dim"))]
    return parts


def _proof(one: Standing, page: SkillPage) -> list[Part]:
    if one.has:
        parts = [part(), part(("Proven", "strong")), part((one.proof, "good"), lead=["  ✓ "])]
        if one.skill.recall:
            many = (
                f"{len(one.skill.recall)} questions" if len(one.skill.recall) > 1 else "1 question"
            )
            parts.append(part((f"R goes over its {many}.", "dim"), lead=["    "]))
        return parts
    several = len(one.ways) > 1
    heading = "What proves it, one way of these" if several else "What proves it"
    parts = [part(), part((heading, "strong"))]
    for number, way in enumerate(one.ways):
        if number:
            parts.append(part(("    or", "dim")))
        parts += [_requirement(asked) for asked in way]
    return parts


def _requirement(asked: Requirement) -> Part:
    sign = ("✓ ", "good") if asked.done else ("· ", "dim")
    return part(
        asked.text, (f"  {asked.have}", "good" if asked.done else "warn"), lead=["  ", sign]
    )


def _read(page: SkillPage) -> list[Part]:
    if not page.readings:
        return []
    done = sum(one.state == "read" for one in page.readings)
    works = sum(bool(one.state) for one in page.readings)
    count = f"  {done} of {works} {'paper' if works == 1 else 'papers'} read" if works else ""
    parts = [part(), part(("Read", "strong"), (count, "dim"))]
    for one in page.readings:
        sign = ("↗", "dim") if one.goal.kind == "web" else _READ.get(one.state, ("•", "dim"))
        title: list[Piece] = [(one.title, "dim" if one.state == "read" else "plain")]
        if one.year:
            title.append((f"  {one.year}", "dim"))
        if one.state == "missing":
            title.append(("  not in your library", "warn"))
        parts.append(part(*title, lead=["  ", (f"{sign[0]} ", sign[1])], key=one.goal))
        parts.append(part((one.why, "dim"), lead=["    "]))
    return parts


def _do(one: Standing, page: SkillPage) -> list[Part]:
    skill = one.skill
    parts = [part(), part(("Do", "strong"))]
    for lab in skill.labs:
        title, told = page.labs.get(lab, (lab, ""))
        parts.append(
            part(f"{title} ", (lab, "dim"), (f"  {told}", "good" if told == "passed" else "accent"),
                 lead=["  ▷ "],
                 key=Goal("lab", lab, f"skill:{lab}"))
        )  # fmt: skip
    if skill.planned:
        parts.append(part((skill.planned, "dim"), lead=["  ", ("lab planned: ", "warn")]))
    elif not skill.labs:
        parts.append(part(("It has no lab; the ways above prove it.", "dim"), lead=["  "]))
    return parts


def _needs(learner: Learner, one: Standing) -> list[Part]:
    parts: list[Part] = []
    if one.skill.needs:
        parts += [part(), part(("It needs", "strong"))]
        seen: set[str] = set()
        for id in one.skill.needs:
            parts += _way_to(learner, id, 0, seen)
    opens = learner.curriculum.opens(one.skill.id)
    if opens:
        parts += [part(), part(("It opens", "strong"))]
        parts += [_skill(learner, id, 0, "opens") for id in opens]
    return parts


def _way_to(learner: Learner, id: str, depth: int, seen: set[str]) -> list[Part]:
    """Return a skill and below it what it rests on; what stood there before is not told again."""
    if id in seen:
        return []
    seen.add(id)
    parts = [_skill(learner, id, depth, "needs")]
    if depth < _DEEPEST:
        for needed in learner.curriculum.skills[id].needs:
            parts += _way_to(learner, needed, depth + 1, seen)
    return parts


def _skill(learner: Learner, id: str, depth: int, section: str) -> Part:
    standing = learner.standings[id]
    sign, style = SIGNS[standing.state]
    lead: list[Piece] = ["  " + "  " * depth, (f"{sign} ", style)]
    told = (f"  {standing.state}", style)
    return part(
        standing.skill.title, told, lead=lead, key=Goal("skill", id, f"skill:{id}", section)
    )


def _notes(page: SkillPage) -> list[Part]:
    notes = [(path, title or path, "") for path, title in page.notes]
    known = {path for path, _, _ in notes}
    for one in _mappings(page.near.get("notes")):
        if (path := _text(one, "path")) not in known:
            notes.append((path, path.removesuffix(".md"), _text(one, "why")))
    if not notes:
        return []
    parts = [part(), part(("Your notes", "strong"))]
    for path, title, why in notes[:_MOST_NOTES]:
        told = (f"  {why}" if why else "", "dim")
        parts.append(part(title, told, lead=["  ≡ "], key=Goal("note", path, path)))
    more = len(notes) - _MOST_NOTES
    return [*parts, part((f"    and {more:,} more", "dim"))] if more > 0 else parts


def _near(page: SkillPage) -> list[Part]:
    parts: list[Part] = []
    for name, heading in (
        ("newest", "New about it in your library"),
        ("relevant", "Nearest to it"),
    ):
        found = _mappings(page.near.get(name))
        if found:
            parts += [part(), part((heading, "strong"))]
        for one in found:
            id, title = _text(one, "id"), _text(one, "title")
            day = (f"  {_text(one, 'published')[:10]}", "dim")
            parts.append(part(title, day, lead=["  • "], key=Goal("named", id, id, name)))
            parts.append(part((_text(one, "why"), "dim"), lead=["    "]))
    return parts


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(one: Mapping[str, Any], name: str) -> str:
    return clean_line(str(one.get(name) or ""), 500)
