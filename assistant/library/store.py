"""Writing entries into the library: each finds its work, or becomes one."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from assistant.library.drafts import Draft, facts_of
from assistant.library.match_keys import fill_keys, put_keys
from assistant.library.matching import Facts, Match, corroborated, same_work
from assistant.library.merging import join, log_matches
from assistant.library.persist import load_drafts, write_drafts
from assistant.library.reading import add_personal
from assistant.sources.identifiers import scheme_rank
from assistant.sources.linked import linked_copies
from assistant.sources.record import Entry, Identifier, Personal, Record
from db import doubts, match_keys, works
from db.engine import Connection


@dataclass(slots=True)
class Outcome:
    """What became of a batch of entries: how many of each, and the works they are now part of.

    `doubtful` counts new pairs of works that may be one, which a person is asked about.
    """

    added: int = 0
    updated: int = 0
    merged: int = 0
    unchanged: int = 0
    doubtful: int = 0
    work_ids: list[int] = field(default_factory=list)


def store(connection: Connection, entries: Sequence[Entry]) -> Outcome:
    """Write entries inside the caller's transaction; within one batch they meet each other too.

    An entry whose identifiers are known joins that work. Otherwise one whose title, authors and
    abstract agree with a work's joins it, which is written to the log and can be undone. Else it is
    new; a pair that may be one work is remembered for a person to decide.
    """
    with _undisturbed():
        return _Batch(connection).run(entries)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector out: a batch is all in use, and looking it over costs a fifth."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


class _Batch:
    """The works a batch touches, by identifier and by key, while it is being placed."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.outcome = Outcome()
        self.drafts: dict[int, Draft] = {}
        self.by_copy: dict[tuple[str, str], int] = {}
        self.by_identifier: dict[Identifier, int] = {}
        self.by_key: dict[int, set[int]] = {}
        self.next_work_id, self.next_version_id = works.next_ids(connection)
        self.taken_in: dict[int, int] = {}
        self.matches: list[tuple[int, Entry, Match]] = []
        self.doubts: list[tuple[int, int, Match]] = []
        self.personal: list[tuple[int, Personal]] = []

    def run(self, entries: Sequence[Entry]) -> Outcome:
        told = [_facts(entry) for entry in entries]
        self._load(entries, told)
        placed = [self._place(*one) for one in zip(entries, told, strict=True)]
        touched = [draft for draft in self.drafts.values() if draft.changed]
        write_drafts(self.connection, self.drafts.values())
        put_keys(self.connection, touched)
        joined = ((self.drafts[self._resolve(one)], entry, why) for one, entry, why in self.matches)
        log_matches(self.connection, [(draft, entry.records, why) for draft, entry, why in joined])
        self._write_doubts()
        add_personal(
            self.connection,
            [(self._resolve(work_id), personal) for work_id, personal in self.personal],
        )
        self.outcome.work_ids = [self._resolve(work_id) for work_id in placed]
        return self.outcome

    def _load(self, entries: Sequence[Entry], told: Sequence[Facts]) -> None:
        """Fetch every work this batch could touch, in a handful of queries."""
        if match_keys.lacking_all(self.connection):
            fill_keys(self.connection)
        wanted: dict[str, list[str]] = {}
        copies: dict[str, list[str]] = {}
        for record in (record for entry in entries for record in entry.records):
            copies.setdefault(record.source, []).append(record.source_id)
            for identifier in (*record.identifiers, *linked_copies(_comment(record))):
                wanted.setdefault(identifier.scheme, []).append(identifier.value)
        held = works.find_copies(self.connection, copies)
        known = works.find_identifiers(self.connection, wanted)
        likely = match_keys.find_keys(self.connection, set().union(*(facts.keys for facts in told)))
        for key, work_id in likely:
            self.by_key.setdefault(key, set()).add(work_id)
        touched = {*held.values(), *known.values(), *(work_id for _, work_id in likely)}
        for draft in load_drafts(self.connection, touched):
            self._remember(draft)

    def _remember(self, draft: Draft) -> None:
        self.drafts[draft.id] = draft
        self.by_identifier.update(dict.fromkeys(draft.identifiers, draft.id))
        for row in draft.versions.values():
            self.by_copy[row["source"], row["source_id"]] = draft.id

    def _place(self, entry: Entry, told: Facts) -> int:
        draft = self._named(entry, told)
        found = _NOTHING
        if draft is None:
            found = self._alike(told)
            draft = found.draft
        elif told.folds - draft.facts().folds:
            # What it is called now may be what another copy is called.
            found = self._alike(told, besides=draft)
            if found.draft is not None and found.match is not None:
                draft, other = sorted((draft, found.draft), key=lambda one: one.is_new)
                self._join(draft, other, found.match)
        is_new = draft is None
        if draft is None:
            draft = Draft(self.next_work_id, is_new=True)
            self.next_work_id += 1
        happened = set()
        for record in entry.records:
            # A copy stays with the work that holds it: a person may have parted the two.
            holder = self.by_copy.get((record.source, record.source_id))
            place = draft if holder is None else self.drafts[self._resolve(holder)]
            what, self.next_version_id = place.attach(record, self.next_version_id)
            happened.add(what)
            self._leave_to_others(place)
            self._remember(place)
        if is_new:
            draft.know(told)
        for key in told.keys:
            self.by_key.setdefault(key, set()).add(draft.id)
        self.doubts += [(draft.id, other, doubt) for other, doubt in found.doubts]
        if is_new:
            self.outcome.added += 1
        elif "new" in happened:
            self.outcome.merged += 1
        elif "changed" in happened or draft.new_identifiers:
            self.outcome.updated += 1
        else:
            self.outcome.unchanged += 1
        if found.match is not None and draft is found.draft:
            self.matches.append((draft.id, entry, found.match))
        if entry.personal is not None:
            self.personal.append((draft.id, entry.personal))
        return draft.id

    def _named(self, entry: Entry, told: Facts) -> Draft | None:
        """Return the work that holds a copy or an identifier of the entry, joined where several.

        An identifier that only leads to strangers, neither title nor people alike, is not believed.
        """
        copies = [self.by_copy.get((record.source, record.source_id)) for record in entry.records]
        own = {found for record in entry.records for found in record.identifiers}
        linked = (one for record in entry.records for one in linked_copies(_comment(record)))
        found = [self.by_identifier.get(one) for one in (*sorted(own, key=scheme_rank), *linked)]
        ids = dict.fromkeys(self._resolve(work_id) for work_id in copies if work_id is not None)
        for work_id in (self._resolve(one) for one in found if one is not None):
            if work_id in ids or corroborated(told, self.drafts[work_id].facts()):
                ids[work_id] = None
        if not ids:
            return None
        # A stored work outlives one of this batch: what a person did with it stays in place.
        keeper, *others = sorted((self.drafts[one] for one in ids), key=lambda draft: draft.is_new)
        named = [keeper]
        for other in others:
            if corroborated(keeper.facts(), other.facts()) and self._allowed(keeper, other):
                self._join(keeper, other, Match("one entry carries identifiers of both", 1.0))
            else:
                named.append(other)
        holders = {self._resolve(work_id) for work_id in copies if work_id is not None}
        return max(named, key=lambda draft: draft.id in holders)

    def _alike(self, told: Facts, besides: Draft | None = None) -> "_Found":
        """Return the work whose copies are surest to be of what is told, and those in doubt."""
        likely = (self.by_key.get(key, set()) for key in told.keys)
        ids = {self._resolve(one) for few in likely if len(few) <= match_keys.MOST for one in few}
        sure: list[tuple[float, int, Match]] = []
        doubts: list[tuple[int, Match]] = []
        for work_id in sorted(ids - ({besides.id} if besides else set())):
            match = same_work(told, self.drafts[work_id].facts())
            if match is None or (besides and not self._allowed(besides, self.drafts[work_id])):
                continue
            if match.sure:
                sure.append((-match.confidence, work_id, match))
            else:
                doubts.append((work_id, match))
        if not sure:
            return _Found(None, None, doubts)
        (_, best, match), *others = sorted(sure, key=lambda one: one[:2])
        doubts += [(work_id, other) for _, work_id, other in others]
        return _Found(self.drafts[best], match, doubts)

    def _leave_to_others(self, draft: Draft) -> None:
        """Take the identifiers of strangers off a work that told of them by mistake."""
        for one in tuple(draft.new_identifiers):
            holder = self._resolve(self.by_identifier.get(one, draft.id))
            if holder != draft.id:
                draft.disown(one)
                reason = f"both name {one}, though neither title nor authors are alike"
                self.doubts.append((draft.id, holder, Match(reason, 0.2, sure=False)))

    def _allowed(self, keeper: Draft, other: Draft) -> bool:
        return other.is_new or not works.are_kept_apart(self.connection, keeper.id, other.id)

    def _join(self, keeper: Draft, other: Draft, match: Match) -> None:
        """Make one work of two."""
        if other.is_new:
            self.outcome.added -= 1
            self.outcome.merged += 1
            keeper.take_in(other)
        else:
            join(self.connection, keeper, other, match)
        self.taken_in[other.id] = keeper.id
        del self.drafts[other.id]

    def _write_doubts(self) -> None:
        pairs = {
            (self._resolve(a), self._resolve(b)): (doubt.reason, doubt.confidence)
            for a, b, doubt in self.doubts
        }
        rows = [(a, b, *why) for (a, b), why in pairs.items() if a != b]
        self.outcome.doubtful = doubts.put_doubts(self.connection, rows)

    def _resolve(self, work_id: int) -> int:
        while work_id in self.taken_in:
            work_id = self.taken_in[work_id]
        return work_id


@dataclass(frozen=True, slots=True)
class _Found:
    """The work an entry is a copy of, why, and works it may be a copy of."""

    draft: Draft | None
    match: Match | None
    doubts: list[tuple[int, Match]]


_NOTHING = _Found(None, None, [])


def _comment(record: Record) -> str:
    return record.extra.get("comment", "")


def _facts(entry: Entry) -> Facts:
    rows = [
        {
            "title": record.title, "abstract": record.abstract, "authors": record.authors,
            "year": record.year, "venue": record.venue, "kind": record.kind,
            "source": record.source, "source_id": record.source_id, "extra": record.extra,
        }
        for record in entry.records
    ]  # fmt: skip
    return facts_of(rows, (one for record in entry.records for one in record.identifiers))
