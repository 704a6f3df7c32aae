"""A copy of a paper as another list would have it: what really changes on the way to a venue.

Names are shortened, reordered or added to; titles gain or lose a name or a subtitle, or change a
word; abstracts lose a sentence and are reworded. How often is a guess, told in README.md.
"""

import random
import re
from typing import Any

Fields = dict[str, Any]

_WORDS = {
    "towards": "toward", "toward": "towards", "via": "with", "using": "via", "with": "using",
    "evaluating": "benchmarking", "a": "the", "for": "in", "improving": "enhancing",
    "enhancing": "improving", "efficient": "fast", "robust": "reliable", "learning": "training",
    "from": "by", "analysis": "study", "study": "analysis", "approach": "method",
    "method": "approach", "framework": "system", "model": "network", "through": "via",
}  # fmt: skip
_STOP = re.compile(r"(?<=[.!?])\s+")


def derived(paper: Fields, chance: random.Random, *, venue: str) -> Fields:
    """Return a paper as a list without its identifiers would have it."""
    title, what = _title(paper["title"], chance)
    abstract, how = _abstract(paper["abstract"], chance)
    return {
        **paper,
        "title": title,
        "abstract": abstract,
        "authors": _authors(paper["authors"], chance),
        "year": paper["year"] + chance.choice((0, 0, 0, 1)),
        "venue": venue,
        "source": "derived",
        "id": f"derived-{paper['id']}",
        "copy": "conference",
        "identifiers": [],
        "kind": f"derived: {what}, {how}",
    }


def _title(title: str, chance: random.Random) -> tuple[str, str]:
    draw = chance.random()
    if draw < 0.5:
        return chance.choice((title, title.lower(), title.replace("-", " "))), "title kept"
    head, *rest = re.split(r"\s*[:?]\s+", title, maxsplit=1)
    if draw < 0.75 and rest:
        words = rest[0].split()
        if len(head.split()) <= 2 and len(words) >= 4:
            return rest[0], "name dropped"
        return (head if len(head.split()) >= 4 else title), "subtitle dropped"
    if draw < 0.75:
        return f"{''.join(word[0] for word in title.split()[:5]).upper()}: {title}", "name added"
    words = title.split()
    places = [at for at, word in enumerate(words) if word.lower() in _WORDS]
    if not places:
        return title, "title kept"
    for at in chance.sample(places, min(len(places), chance.choice((1, 1, 2)))):
        words[at] = _WORDS[words[at].lower()].title()
    return " ".join(words), "words changed"


def _abstract(abstract: str, chance: random.Random) -> tuple[str, str]:
    draw = chance.random()
    if draw < 0.25:
        return "", "no abstract"
    if draw < 0.65:
        return abstract, "abstract kept"
    sentences = _STOP.split(abstract)
    if len(sentences) > 3:
        del sentences[chance.randrange(1, len(sentences))]
    changed = 0.08 if draw < 0.85 else 0.2
    words = []
    for word in " ".join(sentences).split():
        if chance.random() >= changed:
            words.append(word)
        elif chance.random() < 0.6:
            words.append(_WORDS.get(word.lower(), "which"))
    return " ".join(words), "abstract reworded"


def _authors(names: list[str], chance: random.Random) -> list[str]:
    draw = chance.random()
    if draw < 0.55:
        return list(names)
    if draw < 0.7:
        return [_initials(name) for name in names]
    if draw < 0.8:
        return [re.sub(r"\s+[A-Z]\.?(?=\s|$)", "", name) for name in names]
    if draw < 0.87:
        return sorted(names)
    if draw < 0.93 and len(names) > 4:
        return [*names[:3], "others"]
    return [*names, "Newcomer, Nina"] if len(names) > 1 else list(names)


def _initials(name: str) -> str:
    family, _, given = name.partition(", ")
    if not given:
        *first, family = name.split()
        given = " ".join(first)
    return f"{family}, {given[0]}." if given else family
