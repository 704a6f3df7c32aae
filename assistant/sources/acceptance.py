"""What an arXiv comment says of a paper's fate: where it was accepted, and what only seems so.

"Accepted at ICML 2025 (spotlight)" and "AAAI 2026 Oral" are evidence; "submitted to", "under review
at" and "rejected from" are not, nor are a venue's template, its challenge, or another paper's
acceptance ("code for our NeurIPS 2025 paper", "extended version of").
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from assistant.sources.venue_names import Mention, find_venues

ACCEPTED, SUBMITTED, REJECTED, MENTIONED = "accepted", "submitted", "rejected", "mentioned"
_MOST = 4_000

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b10\.\d{4,9}/\S+|\S+@\S+\.\w+")
_CLAUSE = re.compile(
    r"(?<![A-Z])(?<!\bvol)(?<!\bno)(?<!\bProc)(?<!\bTrans)[.;!](?=\s|$)|[;\n]|\s\|\s"
)
_HINT = re.compile(r"[A-Z]{3}|20[0-3]\d|[Jj]ournal|[Cc]onference|[Ww]orkshop|[a-z]{4,9}['’-]?\d\d")
_CUE = re.compile(
    r"(?P<rejected>\breject\w*|\bdesk[- ]reject\w*|\bwithdr[ae]wn)"
    r"|(?P<submitted>\bsubmit\w*|\bsubmission\b|\bunder[- ]?(?:\w+ )?review"
    r"|\bunder[- ]?consideration"
    r"|\bin review\b|\bbeing reviewed|\breview(?:ed|ing)? (?:by|at|for)\b|\bin preparation"
    r"|\bnot (?:yet )?(?:been )?(?:accepted|published|peer)|\bawaiting|\bwaiting|\bplanned for"
    r"|\bprepared for|\bintended for|\bintend\w* to|\bresubmi\w*|\bmajor revision|\bminor revision"
    r"|\bunder revision|\bin revision|\brebuttal)"
    r"|(?P<mentioned>\btemplates?\b|\bstyle\b|\bformatt?(?:ed|ing)?\b|\bcode (?:for|of|to)\b"
    r"|\bexten(?:ds?|ded|ding|sion|sions)\b(?! abstract)|\bbuild(?:s|ing)?\b(?: up)?on\b"
    r"|\bbased on\b"
    r"|\bfollow[- ]?up|\bcompanion (?:to|paper)|\bcomplement\w*"
    r"|\bsupplement\w*(?: \w+)? (?:to|for|of)\b"
    r"|\bsolutions? (?:to|for|of)\b|\bchallenges?\b|\bcompetitions?\b|\bshared tasks?\b"
    r"|\bcommentary\b|\breply\b|\bcontests?\b|\bprior version|\bprevious\w*|\bearlier\b"
    r"|\bpreliminary\b|\breproduc\w*|\bsequel\b|\bdo(?:es)? not appear"
    r"|\b(?:1st|2nd|3rd|first|second|third|winn\w+) (?:place|prize|rank)\w*|\boverview of"
    r"|\bdataset (?:from|of)\b|\bcompared? (?:to|with)|\brefer to\b|\bsee (?:also )?our\b"
    r"|\bto cite\b)"
    r"|(?P<accepted>\bac{1,2}[ec]*p(?!tance)[a-z]*t[a-z]*\b|\baccep(?!tance)\w*"
    r"|(?<!upon )(?<!after )(?<!pending )\bacceptance\b|\bappear(?:s|ed|ing)?\b"
    r"|\bin press\b|\bforthcoming\b|\bpublished?\b|\bpublication\b|\bpresent(?:ed|ation)\b"
    r"|\bto be (?:published|presented)|\bcamera[- ]?ready|\bproceedings?\b|\bin proc\b"
    r"|\bversion of record|\bposter\b|\boral\b|\bspotlight\b|\binvited (?:to|talk|paper))",
    re.IGNORECASE,
)
_STATUS = {
    "oral": re.compile(r"\borals?\b", re.I),
    "spotlight": re.compile(r"\bspotlights?\b|\bhighlights?\b(?! of)", re.I),
    "poster": re.compile(r"\bposters?\b", re.I),
}
_TRACKS = {
    "workshop": re.compile(r"\bworkshops?\b|\bwrkshp\b|(?<=\s)@\s?(?=[A-Z])|\bWS\b", re.I),
    "findings": re.compile(r"\bfindings\b", re.I),
    "datasets and benchmarks": re.compile(
        r"\bdatasets? (?:and|&) benchmarks?\b|\bD\s?&\s?B\b|\bDB track", re.I
    ),
    "demo": re.compile(r"\bdemo(?:nstration)?s?\b", re.I),
    "industry": re.compile(r"\bindustry\b|\bapplied (?:research|data science)\b", re.I),
    "position": re.compile(r"\bposition paper", re.I),
    "tutorial": re.compile(r"\btutorial\b", re.I),
    "student": re.compile(r"\bstudent (?:abstract|paper)|\bdoctoral\b", re.I),
}  # fmt: skip
_OWN_VERSION = re.compile(
    r"\b(?:full|long|longer|complete|preprint|pre-print|author'?s?'?|accepted|extended preprint|"
    r"arxiv|camera[- ]ready)(?: \w+)? version (?:\([^)]*\) )?of (?:the|our|a|an|this)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:the|at|in|of|on|for|and|to|as|an?|main|track|conference|annual|international|paper|"
    r"papers|long|short|full|technical|research|regular|invited|session|accepted|ieee|cvf|acm|rsj|"
    r"proc|proceedings|version|round|cycle|\d+(?:st|nd|rd|th)|first|second)\b|[\W\d_]+",
    re.IGNORECASE,
)
_MOST_BESIDE = 45
_LONG_NAME = 25


@dataclass(frozen=True, slots=True)
class Claim:
    """What a comment says of one venue.

    `standing` is accepted, submitted, rejected or mentioned; `status` oral, spotlight, poster
    or None; `track` workshop, findings and the like, None for the main one; `said` tells
    whether a word says so, or the venue merely stands there.
    """

    venue: str
    year: int | None
    kind: str
    standing: str
    status: str | None = None
    track: str | None = None
    said: bool = True

    @property
    def shown(self) -> str:
        """The venue as it is shown, such as "ICML 2025" or "NeurIPS 2025 workshop"."""
        track = self.track if self.track in ("workshop", "findings", "demo") else None
        return " ".join(str(part) for part in (self.venue, self.year, track) if part)


@lru_cache(maxsize=16_384)
def accepted(comment: str) -> Claim | None:
    """Return the acceptance a comment is best evidence of, None where it is of none."""
    claims = [claim for claim in read_comment(comment) if claim.standing == ACCEPTED]
    if not claims:
        return None
    return max(claims, key=lambda one: (one.track != "workshop", one.said, one.year or 0))


@lru_cache(maxsize=16_384)
def read_comment(comment: str) -> tuple[Claim, ...]:
    """Return what a comment says of each venue it names, in its order."""
    if not _HINT.search(comment):
        return ()
    text = _ADDRESS.sub(" ", comment[:_MOST])
    told = [(clause, found) for clause in _clauses(text) if (found := find_venues(clause))]
    if not told:
        return ()
    open_fate = any(match.lastgroup == "submitted" for match in _CUE.finditer(text))
    claims = []
    for clause, mentions in told:
        for place, mention in enumerate(mentions):
            after = mentions[place + 1].start if place + 1 < len(mentions) else len(clause)
            claims.append(_claim(clause, mention, mentions[:place], after, open_fate))
    return tuple(_one_each([claim for claim in claims if claim is not None]))


def _one_each(claims: list[Claim]) -> list[Claim]:
    """Join claims of one venue and fate: the acronym knows the year, the long name the workshop."""
    kept: dict[tuple[str, str], Claim] = {}
    for claim in claims:
        last = kept.get((claim.venue, claim.standing))
        if last is not None and (claim.year or last.year) == (last.year or claim.year):
            claim = Claim(
                claim.venue, last.year or claim.year,
                "workshop" if "workshop" in (last.kind, claim.kind) else claim.kind,
                claim.standing, last.status or claim.status, last.track or claim.track,
                last.said or claim.said,
            )  # fmt: skip
        kept[claim.venue, claim.standing] = claim
    return list(kept.values())


def _clauses(text: str) -> list[str]:
    return [clause for clause in map(str.strip, _CLAUSE.split(text)) if clause]


def _claim(
    clause: str, mention: Mention, before: list[Mention], after: int, open_fate: bool
) -> Claim | None:
    since = before[-1].end if before else 0
    cues = list(_CUE.finditer(clause))
    own = _OWN_VERSION.search(clause)
    earlier = [cue for cue in cues if cue.end() <= mention.start]
    later = [cue for cue in cues if mention.end <= cue.start() < after]
    standing, said = _standing(earlier, later, own)
    track = _first(_TRACKS, clause[since:after]) if mention.kind != "journal" else None
    if standing is None:
        if open_fate or not (track == "workshop" or _stands_alone(clause, mention)):
            standing = SUBMITTED if open_fate else MENTIONED
        else:
            standing, said = ACCEPTED, False
    unknown = " " in mention.name and mention.year is None and not said
    if unknown:
        return None
    kind = "workshop" if track == "workshop" else mention.kind
    # "NeurIPS 2025 and Oral at CoRL 2025": what stands behind an "and" is the next one's.
    told = clause[since : mention.end] + re.split(r"\band\b", clause[mention.end : after])[0]
    status = _first(_STATUS, told) if standing == ACCEPTED else None
    return Claim(mention.name, mention.year, kind, standing, status, track, said)


def _standing(
    earlier: list[re.Match[str]], later: list[re.Match[str]], own: re.Match[str] | None
) -> tuple[str | None, bool]:
    """Return what the words around a venue say: the nearest before it, else the first after it."""
    kinds = [cue.lastgroup or "" for cue in earlier]
    if own is not None:
        kinds = [kind for cue, kind in zip(earlier, kinds, strict=True) if cue.start() >= own.end()
                 or kind != MENTIONED]  # fmt: skip
    if kinds and kinds[-1] in (SUBMITTED, REJECTED):
        return kinds[-1], True
    if MENTIONED in kinds:
        return MENTIONED, True
    following = [cue.lastgroup or "" for cue in later]
    if kinds:
        # "A submitted version of the paper accepted at", but also "accepted ..., now submitted to".
        return kinds[-1], True
    if following:
        first = following[0]
        if first == ACCEPTED and SUBMITTED in following:
            return SUBMITTED, True
        return first, first != MENTIONED
    return None, False


def _stands_alone(clause: str, mention: Mention) -> bool:
    """Tell whether a venue is what its part of the clause is about: "8 pages, AAAI 2026 Oral"."""
    start = max(clause.rfind(",", 0, mention.start), clause.rfind(":", 0, mention.start)) + 1
    end = clause.find(",", mention.end)
    beside = clause[start : mention.start] + " " + clause[mention.end : end if end >= 0 else None]
    return len(_FILLER.sub("", beside)) <= _MOST_BESIDE and (
        mention.year is not None
        or mention.end - mention.start > _LONG_NAME
        or len(clause) - (mention.end - mention.start) <= _MOST_BESIDE
    )


def _first(patterns: dict[str, re.Pattern[str]], text: str) -> str | None:
    return next((name for name, pattern in patterns.items() if pattern.search(text)), None)
