"""Skills as topics that papers are compared with."""

from collections.abc import Iterable

from assistant.search.topics import Topic
from assistant.skills.learner import Learner
from assistant.skills.model import Skill
from assistant.skills.progress import Standing

MOST_CURRENT = 12


def topics_of(learner: Learner, skills: Iterable[Skill]) -> tuple[Topic, ...]:
    """Return skills as topics: their words, and the works on their reading lists."""
    return tuple(
        Topic(
            one.id,
            one.title,
            one.terms,
            tuple(learner.numbers[id] for id in one.works if id in learner.numbers),
        )
        for one in skills
    )


def current_topics(learner: Learner) -> tuple[Topic, ...]:
    """Return what a person is learning now: what they began last, then what their track opens."""
    found = sorted(learner.current(), key=_order)
    return topics_of(learner, (one.skill for one in found[:MOST_CURRENT]))


def track_topics(learner: Learner) -> dict[str, tuple[Topic, ...]]:
    """Return, for each track, what of its aims is not proven yet."""
    return {
        id: topics_of(
            learner,
            (
                learner.curriculum.skills[skill]
                for skill in learner.curriculum.aims(id)
                if not learner.standings[skill].has
            ),
        )
        for id in learner.curriculum.tracks
    }


def _order(one: Standing) -> tuple[bool, float]:
    began = one.started.timestamp() if one.started else 0.0
    return (one.state != "started", -began)
