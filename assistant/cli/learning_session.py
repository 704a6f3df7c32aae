"""What the commands on tracks, skills, labs and progress work on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.cli.output import note
from assistant.cli.session import Session, session
from assistant.skills.learner import Learner, read_learner


@dataclass(frozen=True, slots=True)
class LearningSession:
    """An open library, and where the person stands in it."""

    session: Session
    learner: Learner

    def again(self) -> "LearningSession":
        """Read it anew, after something was done."""
        return LearningSession(self.session, read_learner(self.session.home, self.session.database))


@contextmanager
def learning() -> Iterator[LearningSession]:
    """Open the library and read where the person stands; tell of their files that are wrong."""
    with session() as s:
        learner = read_learner(s.home, s.database)
        for problem in learner.curriculum.problems:
            note(f"Left out: {problem.title} {problem.why} {problem.hint}".rstrip())
        yield LearningSession(s, learner)
