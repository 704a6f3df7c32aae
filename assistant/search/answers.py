"""What a search gives back: papers with scores and reasons, and how the query was understood."""

from dataclasses import dataclass, field
from typing import Literal

from assistant.search.lexical import Match
from assistant.search.query import Query
from db import works

Mode = Literal["hybrid", "lexical", "semantic"]
MODES: tuple[Mode, ...] = ("hybrid", "lexical", "semantic")


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found: its score, higher is better, and what words and meaning said of it.

    `match` is how the query stands in it, where words alone ranked it.
    """

    work: works.WorkView
    score: float
    lexical: float | None
    cosine: float | None
    match: Match = Match.SOME


@dataclass(frozen=True, slots=True)
class Why:
    """Why a paper was found: words as they stand in it, or its sentence nearest to the query."""

    terms: tuple[str, ...]
    sentence: str

    @property
    def text(self) -> str:
        """The reason in one line."""
        told = []
        if self.terms:
            told.append(f"matched: {', '.join(self.terms)}")
        if self.sentence:
            told.append(f"closest: “{self.sentence}”")
        return "; ".join(told)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, and how it was understood.

    `mode` is what was really done; `query` is the query as searched, typos corrected, of which
    `corrected` and `suggestion` tell the person.
    """

    hits: list[Hit]
    mode: Mode
    query: Query
    corrected: str | None = None
    suggestion: str | None = None
    notices: list[str] = field(default_factory=list)
