"""Works being changed in memory: copies attached, merged, then written in one go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.library.choose import choose
from assistant.library.completing import completed
from assistant.library.matching import Edition, Facts
from assistant.library.people import people
from assistant.sources.identifiers import public_id
from assistant.sources.record import Author, Identifier, Record
from assistant.text import digest64, name_key, title_key
from assistant.words import compounds

Row = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """One work: its version rows by id, its identifiers, and what must be written."""

    id: int
    is_new: bool
    versions: dict[int, Row] = field(default_factory=dict)
    identifiers: set[Identifier] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    new_identifiers: set[Identifier] = field(default_factory=set)
    old_row: Row | None = None
    _facts: Facts | None = None

    def copies(self, record: Record) -> dict[int, Row]:
        """Return the rows of the record's own copy by version number."""
        return {
            row["number"]: row
            for row in self.versions.values()
            if row["source"] == record.source and row["source_id"] == record.source_id
        }

    def facts(self) -> Facts:
        """Return what matching looks at, over all copies."""
        if self._facts is None:
            self._facts = facts_of(list(self.versions.values()), self.identifiers)
        return self._facts

    def know(self, told: Facts) -> None:
        """Take the facts of the only entry it is made of for its own."""
        self._facts = told

    def attach(self, record: Record, next_version_id: int) -> tuple[str, int]:
        """Take in a record; return "new", "changed" or "same", and the next free version id."""
        present = self.copies(record)
        record = completed(record, present)
        newest = present[max(present)] if present else None
        if newest is not None and not _supersedes(record, newest):
            return "same", next_version_id
        told = version_row(record, self.id)
        row_id = present[record.number]["id"] if record.number in present else next_version_id
        next_version_id += row_id == next_version_id
        self._put({**told, "id": row_id})
        for number, published in record.history:
            if number != record.number and number not in present:
                self._put({**_dated_row(record, self.id, number, published), "id": next_version_id})
                next_version_id += 1
        # Text superseded by a newer version of the same copy speaks for nobody any more.
        for row in present.values():
            if row["id"] != row_id and row["title"]:
                self._put({**row, **_NO_TEXT})
        self.new_identifiers.update(set(record.identifiers) - self.identifiers)
        self.identifiers.update(record.identifiers)
        self._facts = None
        return ("changed" if present else "new"), next_version_id

    def disown(self, identifier: Identifier) -> None:
        """Give up an identifier, and take a name of its own if that was the last."""
        self.identifiers.discard(identifier)
        self.new_identifiers.discard(identifier)
        self._facts = None
        if not self.identifiers:
            row = next(iter(self.versions.values()))
            own = Identifier("local", f"{row['source']}-{row['id']}")
            self.identifiers.add(own)
            self.new_identifiers.add(own)

    def take_in(self, other: "Draft") -> None:
        """Take over every version and identifier of another draft."""
        for row in other.versions.values():
            self._put({**row, "work_id": self.id})
        self.identifiers |= other.identifiers
        self.new_identifiers |= other.identifiers

    def work_row(self, now: str) -> tuple[Row, tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Return the row to write, its categories, and its authors as (name, family key)."""
        chosen = choose(list(self.versions.values()))
        names = [author.name for author in chosen.authors]
        row = {
            "id": self.id,
            "public_id": public_id(self.identifiers),
            "title": chosen.title,
            "abstract": chosen.abstract,
            "authors": ", ".join(names),
            "compounds": compounds(f"{chosen.title} {chosen.abstract}"),
            "venue": chosen.venue,
            "year": chosen.year,
            "published": chosen.published,
            "primary_category": chosen.categories[0] if chosen.categories else None,
            "title_digest": digest64(title_key(chosen.title)),
            "text_digest": text_digest(chosen.title, chosen.abstract),
            "added_at": self.old_row["added_at"] if self.old_row else now,
            "status": chosen.status,
        }
        keys = tuple(
            (name, name_key(author.family))
            for name, author in zip(names, chosen.authors, strict=True)
        )
        return row, chosen.categories, keys

    def _put(self, row: Row) -> None:
        self.versions[row["id"]] = row
        self.changed.add(row["id"])
        self._facts = None


_LISTS_OF_PEOPLE = frozenset(("bibtex", "csl", "markdown", "ids", "starter", "zotero", "local"))
"""Sources that tell what somebody collected: two entries of theirs may well be one work."""


def facts_of(rows: Sequence[Row], identifiers: Iterable[Identifier]) -> Facts:
    """Return what matching looks at, over version rows of one work."""
    told = [row for row in rows if row["title"]]
    longest = max((row["authors"] or () for row in told), key=len, default=())
    return Facts(
        titles=frozenset(row["title"] for row in told),
        people=people(longest),
        years=frozenset(row["year"] for row in told if row["year"]),
        arxiv_ids=frozenset(one.value for one in identifiers if one.scheme == "arxiv"),
        abstracts=frozenset(row["abstract"] for row in told if row["abstract"]),
        editions=frozenset(
            Edition(row["source"], title_key(row["venue"]), row["year"], row["source_id"])
            for row in told
            if row["venue"] and row["year"] and row["kind"] != "preprint"
            and row["source"] not in _LISTS_OF_PEOPLE
        ),
        comments=frozenset(
            comment for row in told if (comment := (row["extra"] or {}).get("comment"))
        ),
        appeared=frozenset(
            (row["venue"], row["year"])
            for row in told
            if row["venue"] and row["year"] and row["kind"] != "preprint"
        ),
    )  # fmt: skip


def text_digest(title: str, abstract: str) -> int:
    """Return the digest of what is embedded: a vector is stale once it differs."""
    return digest64(f"{title}\n{abstract}")


_NO_TEXT = dict.fromkeys(
    ("title", "abstract", "authors", "identifiers", "categories", "venue", "extra")
)


def version_row(record: Record, work_id: int) -> Row:
    """Return the row that holds a record."""
    return {
        "work_id": work_id,
        "source": record.source,
        "source_id": record.source_id,
        "number": record.number,
        "kind": record.kind,
        "published": dict(record.history).get(record.number, record.published),
        "title": record.title,
        "abstract": record.abstract,
        "authors": record.authors,
        "identifiers": " ".join(map(str, record.identifiers)),
        "categories": " ".join(record.categories) or None,
        "venue": record.venue,
        "year": record.year,
        "updated": record.updated,
        "extra": dict(record.extra) or None,
        "record_digest": record.digest(),
    }


def _dated_row(record: Record, work_id: int, number: int, published: str) -> Row:
    """A version of which only number and date are known."""
    return {
        "work_id": work_id,
        "source": record.source,
        "source_id": record.source_id,
        "number": number,
        "kind": record.kind,
        "published": published,
        **_NO_TEXT,
        "year": int(published[:4]),
        "updated": None,
        "record_digest": 0,
    }


def _supersedes(record: Record, newest: Row) -> bool:
    """Tell whether a record says something newer than the newest row of its own copy."""
    if record.number != newest["number"]:
        return record.number > int(newest["number"])
    if record.digest() == newest["record_digest"]:
        return False
    older = record.updated and newest["updated"] and record.updated < newest["updated"]
    return not bool(older)


def author_list(row: Row) -> tuple[Author, ...]:
    """Return the authors a version row names."""
    return tuple(Author(family, given) for family, given in row["authors"] or ())
