"""Ranking papers for one profile: pure, given all it needs, with no database and no connection.

`rank` learns by Gaussian process regression over what was liked, disliked and passed over, in a
space where likeness of words, topics and meaning add up; what a person said outright (followed
authors, saved searches, categories, muted words) counts from the first day.
"""

from assistant.digest.ranking.evidence import reasons
from assistant.digest.ranking.extract import extract
from assistant.digest.ranking.model import (
    Candidate,
    Confidence,
    Evidence,
    Exploration,
    NearLike,
    Paper,
    Ranked,
    Ranking,
    Rated,
    SavedSearch,
    Taste,
    author_key,
)
from assistant.digest.ranking.rank import rank, ranking_space

__all__ = [
    "Candidate",
    "Confidence",
    "Evidence",
    "Exploration",
    "NearLike",
    "Paper",
    "Ranked",
    "Ranking",
    "Rated",
    "SavedSearch",
    "Taste",
    "author_key",
    "extract",
    "rank",
    "ranking_space",
    "reasons",
]
