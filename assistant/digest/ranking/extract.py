"""Two sentences of an abstract: what is new, and what matters to this reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from assistant.search.explain import sentences

LONGEST = 420
_MOST_SENTENCES = 24
_GAP = " … "

# What an abstract's own words mark: the contribution, its result, and what is only background.
_NEW = re.compile(
    r"\b(?:(?:we|this (?:paper|work|article|study)|our (?:paper|work)|here,? we)\s+(?:\w+ly\s+)?"
    r"(?:then |also |first |therefore )?(?:propose|introduce|present|develop|design|describe"
    r"|study|investigate|show|prove|find|demonstrate|establish|derive|formulate|build|release"
    r"|revisit|explore|address|analy[sz]e|provide|offer|argue)s?"
    r"|is proposed|are proposed|novel|called|dubbed|termed|namely)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:outperform\w*|achiev\w+|improv\w+|surpass\w*|state[- ]of[- ]the[- ]art|sota|results?"
    r"|experiments?|we (?:show|find|prove|demonstrate)|reduc\w+|faster|speed-?ups?)\b"
    r"|\d(?:\.\d+)?\s*(?:%|\\%|x\b|×)",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"^(?:however|yet|recent(?:ly)?|despite|while|although|existing|previous|prior|in recent years"
    r"|traditional|many|most|current)\b",
    re.IGNORECASE,
)
_STYLE = re.compile(r"\\(?:emph|text\w*|underline|mbox)\{([^{}]*)\}")
_QUOTED = re.compile(r"``(.*?)''", re.DOTALL)
_AVAILABLE = re.compile(
    r"\b(?:code|project page|available|github)\b.*(?:https?:|available|github)", re.IGNORECASE
)


def extract(abstract: str, terms: Sequence[str] = (), *, limit: int = LONGEST) -> str:
    """Return two sentences of an abstract, in their order, at most `limit` characters.

    `terms` are what matters to the reader, such as `Evidence.terms`. Sentences that are not
    neighbours are joined by an ellipsis; where no two fit, one is returned, cut at a word if need
    be. An abstract of one sentence is that sentence. LaTeX's emphasis and quotes become plain.
    """
    found = sentences(_QUOTED.sub(r"“\1”", _STYLE.sub(r"\1", abstract)))[:_MOST_SENTENCES]
    if not found:
        return ""
    wanted = [_term_pattern(term) for term in terms if term.strip()]
    worth = [_worth(one, place, len(found), wanted) for place, one in enumerate(found)]
    pairs = [
        (worth[one] + worth[other], -one, -other, _joined(found, one, other))
        for one, other in combinations(range(len(found)), 2)
    ]
    fitting = [pair for pair in pairs if len(pair[3]) <= limit]
    if fitting:
        return max(fitting)[3]
    singles = [(worth[place], -place, one) for place, one in enumerate(found)]
    whole = [single for single in singles if len(single[2]) <= limit]
    return max(whole)[2] if whole else _cut(max(singles)[2], limit)


def _worth(sentence: str, place: int, count: int, wanted: Sequence[re.Pattern[str]]) -> float:
    score = 1.5 * bool(_NEW.search(sentence)) + 1.0 * bool(_RESULT.search(sentence))
    score -= 1.0 * bool(_BACKGROUND.match(sentence)) + 2.0 * bool(_AVAILABLE.search(sentence))
    score -= 0.5 * (len(sentence) < 40)
    # Of two claims the first is the larger; the opening sets the scene.
    score -= 0.4 * (place == 0 and count > 2) + 0.3 * place / count
    return score + min(0.4 * sum(bool(term.search(sentence)) for term in wanted), 1.2)


def _term_pattern(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term.strip())}(?!\w)", re.IGNORECASE)


def _joined(found: Sequence[str], one: int, other: int) -> str:
    return found[one] + (" " if other == one + 1 else _GAP) + found[other]


def _cut(sentence: str, limit: int) -> str:
    whole, space, _ = sentence[: limit - 1].rpartition(" ")
    return (whole if space else sentence[: limit - 1]).rstrip(" ,;:") + "…"
