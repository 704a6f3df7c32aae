"""Where a person stands: computed from what they did and from the rules, never stored.

    locked    a skill it needs is not proven, and it was not begun
    ready     all it needs is proven
    started   something of it was done
    proven    one way to prove it is fulfilled, whatever it needs
    due       proven, and its review is due

A rule looks at all that was ever done, so a track may change and nobody's history is lost.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.library.spacing import Given, Spacing
from assistant.skills.deeds import CONTRIBUTION, Deed
from assistant.skills.model import Curriculum, Skill, Way
from db import works
from db.engine import Connection

State = Literal["locked", "ready", "started", "proven", "due"]
STATES: tuple[State, ...] = ("locked", "ready", "started", "proven", "due")
PASSED = "passed"
REMEMBERED = ("good", "easy")
_LOG_IT = "`assistant progress contribute` logs them"
_PROOF_COUNTS_AS = "easy"
_AGAIN_COUNTS_AS = "good"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing a way asks for: in words, how far it is, and when it was fulfilled."""

    text: str
    have: str
    at: datetime | None

    @property
    def done(self) -> bool:
        """Whether it is fulfilled."""
        return self.at is not None


Ways = tuple[tuple[Requirement, ...], ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands with a skill.

    `missing` are the skills it needs that are not proven; `ways` holds, for each way to prove it,
    what that asks for; `proof` says what proved it.
    """

    skill: Skill
    state: State
    missing: tuple[str, ...]
    started: datetime | None
    proven: datetime | None
    proof: str
    ways: Ways
    due: datetime | None
    reviews: int
    labs_begun: tuple[str, ...]

    @property
    def has(self) -> bool:
        """Whether it is proven, due for review or not."""
        return self.state in ("proven", "due")


def reading_ids(connection: Connection, curriculum: Curriculum) -> dict[str, int]:
    """Return the ids of works on reading lists -> their numbers in the library."""
    named: dict[str, list[str]] = defaultdict(list)
    for skill in curriculum.skills.values():
        for id in skill.works:
            scheme, _, value = id.partition(":")
            named[scheme].append(value)
    found = works.find_identifiers(connection, named)
    return {f"{scheme}:{value}": work for (scheme, value), work in found.items()}


def standings(
    curriculum: Curriculum,
    deeds: Iterable[Deed],
    numbers: Mapping[str, int],
    now: datetime,
    path: Container[str] | None = None,
) -> dict[str, Standing]:
    """Return where a person stands with every skill, in the curriculum's order.

    `numbers` maps ids of works to their numbers in the library (`reading_ids`): a work that was
    merged with a published copy has another id since. Reading begins only skills of `path`, the
    person's own track; of all where it is None: a paper may be on the lists of several.
    """
    record = _Record(deeds, numbers)
    proven: dict[str, tuple[datetime, str, Ways]] = {}
    unproven: dict[str, Ways] = {}
    for id, skill in curriculum.skills.items():
        ways = tuple(record.asked(skill, way) for way in skill.proof)
        done = [_fulfilled(way) for way in ways if all(one.done for one in way)]
        if done:
            proven[id] = (*min(done), ways)
        else:
            unproven[id] = ways
    spacing = Spacing(steps=False) if proven else None
    found = {}
    for id, skill in curriculum.skills.items():
        missing = tuple(need for need in skill.needs if need not in proven)
        reading = path is None or id in path
        begun = record.begun(skill, unlocked=not missing, reading=reading)
        state: State = "started" if begun else "locked" if missing else "ready"
        at: datetime | None
        at, told, ways = proven.get(id) or (None, "", unproven[id])
        due = None
        if at is not None and spacing is not None:
            due = spacing.due(record.answers(skill, at))
            state = "due" if due is not None and due <= now else "proven"
            begun = min(begun, at) if begun else at
        found[id] = Standing(
            skill, state, missing, begun, at, told, ways, due,
            reviews=len(record.reviews[id]),
            labs_begun=tuple(lab for lab in skill.labs if record.tried(lab)),
        )  # fmt: skip
    return found


def _fulfilled(way: tuple[Requirement, ...]) -> tuple[datetime, str]:
    at = max(one.at for one in way if one.at is not None)
    return at, "; ".join(one.have for one in way)


class _Record:
    """What was done, sorted by what it speaks for."""

    def __init__(self, deeds: Iterable[Deed], numbers: Mapping[str, int]) -> None:
        self.checks: dict[str, list[Deed]] = defaultdict(list)
        self.runs: dict[str, list[Deed]] = defaultdict(list)
        self.reviews: dict[str, list[Deed]] = defaultdict(list)
        self._starts: dict[str, list[Deed]] = defaultdict(list)
        self._proofs: dict[str, list[Deed]] = defaultdict(list)
        self._contributions: dict[str, list[Deed]] = defaultdict(list)
        self._lab_starts: dict[str, list[Deed]] = defaultdict(list)
        self._read: dict[str | int, datetime] = {}
        self._seen: dict[str | int, datetime] = {}
        self._numbers = numbers
        by_kind = {
            "lab-check": self.checks, "lab-run": self.runs, "skill-review": self.reviews,
            "skill-start": self._starts, "skill-proof": self._proofs,
            "lab-start": self._lab_starts, CONTRIBUTION: self._contributions,
        }  # fmt: skip
        for deed in deeds:
            if deed.kind in by_kind:
                by_kind[deed.kind][deed.id].append(deed)
            elif deed.kind in ("state", "read-elsewhere"):
                self._reading(deed)

    def _reading(self, deed: Deed) -> None:
        state = deed.data.get("state") or deed.data.get("after", {}).get("state")
        for key in (deed.subject, deed.data.get("work")):
            if key is None:
                continue
            for states, kept in ((("read",), self._read), (("read", "skimmed"), self._seen)):
                if state in states:
                    kept.setdefault(key, deed.at)
                else:
                    kept.pop(key, None)

    def _when(self, kept: Mapping[str | int, datetime], work: str) -> datetime | None:
        return kept.get(work) or kept.get(self._numbers.get(work, -1))

    def asked(self, skill: Skill, way: Way) -> tuple[Requirement, ...]:
        """Return what a way asks for, and how far it is."""
        found: list[Requirement] = []
        if way.checks:
            found.append(self._checks(_labs(skill, way.checks), way.checks, skill))
        if way.run:
            found.append(self._run(_labs(skill, way.run), way.run, skill))
        if way.read:
            times = sorted(at for one in skill.works if (at := self._when(self._read, one)))
            text = f"read {way.read} of the works on its list"
            found.append(_counted(text, "read {} of its works", times, way.read))
        if way.note:
            notes = [
                deed for deed in self._proofs[skill.id]
                if deed.data.get("how") == "note" and deed.data.get("words", 0) >= way.note
            ]  # fmt: skip
            have = f"a note: {notes[0].data.get('note')}" if notes else "no note handed in yet"
            text = f"a note of {way.note} words that links [[skill:{skill.id}]]"
            found.append(Requirement(text, have, notes[0].at if notes else None))
        if way.reviews:
            good = [d.at for d in self.reviews[skill.id] if d.data.get("answer") in REMEMBERED]
            text = f"{way.reviews} reviews answered good or easy"
            found.append(_counted(text, "{} reviews remembered", good, way.reviews))
        if way.merged:
            text = f"merged pull requests of yours: {way.merged} ({_LOG_IT})"
            times = self._given(skill, "pull-request", "merged")
            found.append(_counted(text, "merged pull requests: {}", times, way.merged))
        if way.talks:
            text = f"talks given: {way.talks} ({_LOG_IT})"
            found.append(_counted(text, "talks given: {}", self._given(skill, "talk"), way.talks))
        if way.show:
            links = [d for d in self._proofs[skill.id] if d.data.get("how") == "link"]
            have = f"shown: {links[0].data.get('link')}" if links else "nothing shown yet"
            found.append(Requirement(way.show, have, links[0].at if links else None))
        return tuple(found)

    def _given(self, skill: Skill, what: str, state: str | None = None) -> list[datetime]:
        """Return when each contribution of a sort was first logged, or first in a state."""
        first: dict[str, datetime] = {}
        for deed in self._contributions[skill.id]:
            if deed.data.get("what") == what and state in (None, deed.data.get("state")):
                first.setdefault(str(deed.data.get("link")).lower(), deed.at)
        return sorted(first.values())

    def _checks(self, labs: tuple[str, ...], named: str, skill: Skill) -> Requirement:
        text = f"all checks of the lab {_called(labs, named, skill)} pass on your file"
        best: Deed | None = None
        for deed in sorted((d for lab in labs for d in self.checks[lab]), key=lambda d: d.at):
            if deed.data.get("status") == PASSED:
                have = f"all {deed.data.get('checks')} checks of {deed.id} passed"
                return Requirement(text, have, deed.at)
            if best is None or deed.data.get("passed", 0) >= best.data.get("passed", 0):
                best = deed
        if best is None:
            return Requirement(text, "not tried yet", None)
        told = f"{best.data.get('passed', 0)} of {best.data.get('checks', 0)} pass"
        return Requirement(text, told, None)

    def _run(self, labs: tuple[str, ...], named: str, skill: Skill) -> Requirement:
        text = f"a run of your solution of {_called(labs, named, skill)} in which every claim holds"
        own = [
            deed for lab in labs for deed in self.runs[lab] if deed.data.get("solution")
        ]  # fmt: skip
        for deed in sorted(own, key=lambda one: one.at):
            if deed.data.get("ok") is True:
                have = f"run {deed.data.get('run')} of {deed.id}: every claim held"
                return Requirement(text, have, deed.at)
        return Requirement(text, f"{len(own)} runs, none whole" if own else "no run yet", None)

    def begun(self, skill: Skill, *, unlocked: bool, reading: bool) -> datetime | None:
        """Return when something of a skill was first done.

        While it is locked, only what was done for it alone counts: a lab or a paper may belong to
        several. With `reading`, a work of its list counts as well.
        """
        times = [
            deed.at
            for kept in (self._starts, self._proofs, self.reviews, self._contributions)
            for deed in kept[skill.id]
        ]
        if unlocked:
            times += [
                deed.at
                for lab in _proving(skill)
                for kept in (self._lab_starts, self.checks, self.runs)
                for deed in kept[lab]
            ]
        if unlocked and reading:
            times += [at for work in skill.works if (at := self._when(self._seen, work))]
        return min(times, default=None)

    def tried(self, lab: str) -> bool:
        """Tell whether a lab was begun."""
        return bool(self._lab_starts[lab] or self.checks[lab])

    def answers(self, skill: Skill, proven: datetime) -> list[Given]:
        """Return what its schedule follows from: the proof, reviews, checks passed again.

        A skill is practised at most once a day by doing its lab.
        """
        found: list[Given] = [(_PROOF_COUNTS_AS, proven)]
        told = [(str(d.data.get("answer")), d.at) for d in self.reviews[skill.id] if d.at > proven]
        days = {proven.date()}
        for deed in sorted((d for lab in skill.labs for d in self.checks[lab]), key=lambda d: d.at):
            if deed.data.get("status") == PASSED and deed.at.date() not in days:
                if deed.at > proven:
                    told.append((_AGAIN_COUNTS_AS, deed.at))
                days.add(deed.at.date())
        return found + sorted(told, key=lambda one: one[1])


def _labs(skill: Skill, named: str) -> tuple[str, ...]:
    return skill.labs if named == "*" else (named,)


def _proving(skill: Skill) -> set[str]:
    """The labs that can prove a skill; all of its labs where none of them can."""
    named = [name for way in skill.proof for name in (way.checks, way.run) if name]
    return {lab for name in named for lab in _labs(skill, name)} or set(skill.labs)


def _called(labs: tuple[str, ...], named: str, skill: Skill) -> str:
    if labs:
        return " or ".join(labs)
    return "(planned)" if named == "*" and skill.planned else named


def _counted(text: str, have: str, times: list[datetime], wanted: int) -> Requirement:
    at = times[wanted - 1] if len(times) >= wanted else None
    count = f"{len(times)}" if at else f"{len(times)} of {wanted}"
    return Requirement(text, have.format(count), at)
