"""Skills and papers joined both ways, with reasons.

A paper belongs to a skill by its reading list, by the skill's words in it, or by being near to a
work on the list. The newest and the most relevant papers of a skill are those of the library that
do so most; what is on the list already is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.search.lexical import search_lexical
from assistant.search.query import parse_query
from assistant.search.topics import Topics, Touched
from assistant.skills.learner import Learner
from assistant.skills.model import Skill
from assistant.skills.topics import topics_of
from db import works
from db.engine import Connection
from db.works import WorkView

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.search.engine import SearchEngine
    from assistant.search.everything import SectionHit

    Vectors = dict[int, npt.NDArray[np.float32]]

NOTE_NEAR = 0.35
"""Cosine of a note to the middle of a reading list below which it is of something else.

Measured with all-MiniLM-L6-v2 and our 43 skills: 34 passages of something else (errands, other
trades, a stranger's vault) reach at most .26 at any skill. The middle four fifths of works left out
of their own list lie from .39 to .71, those of 26 short notes each written of one skill from .22 to
.52. A lower bound brings skills more notes of other skills than of their own: of 21 skills with a
note of their own, the three nearest hold it for 13 at .35 and for 14 at .30, with 72 and 99 notes
shown in all.
"""
_BY_WORDS = 60
_BY_MEANING = 150


@dataclass(frozen=True, slots=True)
class RelatedPaper:
    """A paper of the library that has to do with a skill, and why."""

    work: WorkView
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class RelatedToSkill:
    """The most relevant papers, the newest of those that are relevant, and passages of notes."""

    relevant: tuple[RelatedPaper, ...]
    newest: tuple[RelatedPaper, ...]
    passages: tuple[SectionHit, ...]


@dataclass(frozen=True, slots=True)
class SkillOfPaper:
    """A skill that a paper belongs to, and why."""

    skill: Skill
    why: str


def related_to_skill(
    engine: SearchEngine, learner: Learner, skill: Skill, *, limit: int = 5
) -> RelatedToSkill:
    """Return what the library and the notes have for a skill; words alone tell before embedding."""
    (topic,) = topics_of(learner, [skill])
    with engine.database.read() as connection:
        ids = _found_by_words(connection, skill.terms)
    vectors, passages = _by_meaning(engine, topic.works, ids, limit)
    others = list(dict.fromkeys(one for one in (*ids, *vectors) if one not in topic.works))
    with engine.database.read() as connection:
        views = works.view_works(connection, others)
        titles = {one.id: one.title for one in works.view_works(connection, topic.works)}
    topics = Topics([topic], vectors)
    found = [
        RelatedPaper(view, one.score, _why(one, titles))
        for view in views
        for one in topics.touched(view.title, view.abstract, vectors.get(view.id))
    ]
    found.sort(key=lambda one: -one.score)
    newest = sorted(found, key=lambda one: one.work.published or "", reverse=True)
    return RelatedToSkill(tuple(found[:limit]), tuple(newest[:limit]), passages)


def skills_of_paper(
    connection: Connection,
    learner: Learner,
    view: WorkView,
    vectors: Vectors | None = None,
    *,
    limit: int = 4,
) -> list[SkillOfPaper]:
    """Return the skills a paper belongs to, those whose list it is on first.

    `vectors` are those of the paper and of works on reading lists, where there are any.
    """
    found = []
    for skill in learner.curriculum.skills.values():
        for item in skill.read:
            if item.work and learner.numbers.get(item.work) == view.id:
                found.append(SkillOfPaper(skill, f"on its reading list: {item.why}"))
    listed = {one.skill.id for one in found}
    skills = [one for id, one in learner.curriculum.skills.items() if id not in listed]
    topics = topics_of(learner, skills)
    vectors = vectors or {}
    touched = Topics(topics, vectors).touched(view.title, view.abstract, vectors.get(view.id))
    near = [one.near for one in touched if one.near is not None]
    titles = {one.id: one.title for one in works.view_works(connection, near)}
    return [
        *found,
        *(
            SkillOfPaper(learner.curriculum.skills[one.topic.id], _why(one, titles))
            for one in touched[: max(limit - len(found), 0)]
        ),
    ]


def _found_by_words(connection: Connection, terms: Iterable[str]) -> list[int]:
    found: dict[int, None] = {}
    for term in terms:
        hits = search_lexical(connection, parse_query(f'"{term}"'), _BY_WORDS, exact=True).hits
        found.update(dict.fromkeys(hit.work_id for hit in hits))
    return list(found)


def _by_meaning(
    engine: SearchEngine, readings: Sequence[int], ids: Sequence[int], limit: int
) -> tuple[Vectors, tuple[SectionHit, ...]]:
    """Return the vectors of readings, of what is near to them and of these works; and passages."""
    if not engine.coverage.embedded:
        return {}, ()
    from assistant.search.everything import Everything

    index = engine.index
    known = {one: vector for one in readings if (vector := index.vector(one)) is not None}
    if not known:
        return {}, ()
    middle = sum(list(known.values())[1:], next(iter(known.values())))
    middle = middle / max(float((middle @ middle) ** 0.5), 1e-12)
    near = index.nearest(middle, _BY_MEANING)
    for one in (*near, *ids):
        if one not in known and (vector := index.vector(one)) is not None:
            known[one] = vector
    passages = Everything(engine).related_to_vector(middle, limit=limit).passages
    return known, tuple(one for one in passages if one.score >= NOTE_NEAR)


def _why(one: Touched, titles: dict[int, str]) -> str:
    told = []
    if one.terms:
        told.append(f"speaks of {', '.join(one.terms)}")
    if one.near is not None and (title := titles.get(one.near)):
        told.append(f"near “{title}”, which is on its list (cosine {one.cosine:.2f})")
    return "; ".join(told)
