"""Drafts read from the library and written back, with everything that hangs on a work's text."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from assistant.library.drafts import Draft
from assistant.sources.record import Identifier
from assistant.words import surface_words
from db import imports, personal, works
from db.engine import Connection
from db.works import TEXT_COLUMNS

Row = dict[str, Any]


def load_drafts(connection: Connection, work_ids: Iterable[int]) -> list[Draft]:
    """Return these works with all their versions and identifiers."""
    drafts = {
        row["id"]: Draft(row["id"], is_new=False, old_row=row)
        for row in works.works_rows(connection, set(work_ids))
    }
    for row in works.versions_of(connection, drafts):
        drafts[row["work_id"]].versions[row["id"]] = row
    for found in works.identifiers_of(connection, drafts):
        drafts[found["work_id"]].identifiers.add(Identifier(found["scheme"], found["value"]))
    return list(drafts.values())


def write_drafts(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Write what changed: work rows chosen anew, versions, identifiers, people, word counts."""
    drafts = [draft for draft in drafts if draft.changed or draft.new_identifiers]
    if not drafts:
        return
    moment = personal.now()
    inserts: list[Row] = []
    updates: list[Row] = []
    retold: list[Row] = []
    new_categories: dict[int, tuple[str, ...]] = {}
    changed_categories: dict[int, tuple[str, ...]] = {}
    new_authors: dict[int, tuple[tuple[str, str], ...]] = {}
    changed_authors: dict[int, tuple[tuple[str, str], ...]] = {}
    words: Counter[str] = Counter()
    for draft in drafts:
        row, categories, authors = draft.work_row(moment)
        if draft.is_new:
            inserts.append(row)
            new_authors[draft.id] = authors
            new_categories[draft.id] = categories
            words.update(_words(row))
            continue
        # Beyond the first they are not in the row, which can stay as it is while they change.
        changed_categories[draft.id] = categories
        if row != draft.old_row:
            changed_authors[draft.id] = authors
            old = draft.old_row
            if old and all(row[name] == old[name] for name in TEXT_COLUMNS):
                updates.append(row)
                continue
            retold.append(row)
            if old:
                words.update(_words(row))
                words.subtract(_words(old))
    works.insert_works(connection, inserts)
    works.update_works(connection, updates, retold=False)
    works.update_works(connection, retold, retold=True)
    works.put_versions(
        connection, [draft.versions[version] for draft in drafts for version in draft.changed]
    )
    works.put_identifiers(
        connection,
        [
            {"scheme": identifier.scheme, "value": identifier.value, "work_id": draft.id}
            for draft in drafts
            for identifier in draft.new_identifiers
        ],
    )
    works.put_categories(connection, new_categories, known=False)
    works.put_categories(connection, changed_categories, known=True)
    works.put_authorships(connection, new_authors, known=False)
    works.put_authorships(connection, changed_authors, known=True)
    imports.count_words(connection, words)


def forget_words(connection: Connection, draft: Draft) -> None:
    """Take a stored work's words out of the count, since it is about to go."""
    if draft.old_row:
        imports.count_words(connection, dict.fromkeys(_words(draft.old_row), -1))


def count_works(connection: Connection, work_ids: Iterable[int], step: int) -> None:
    """Count the words of works that come (1) or go (-1) as they are."""
    words: Counter[str] = Counter()
    for row in works.works_rows(connection, work_ids):
        words.update(_words(row))
    imports.count_words(connection, {word: step * count for word, count in words.items()})


def recount_words(connection: Connection) -> int:
    """Count the words of the whole library anew, and return how many there are."""
    imports.clear_words(connection)
    last = 0
    while page := works.work_ids_in_order(connection, after=last):
        words: Counter[str] = Counter()
        for row in works.works_rows(connection, page):
            words.update(_words(row))
        imports.count_words(connection, words)
        last = page[-1]
    return imports.number_of_words(connection)


def _words(row: Row) -> set[str]:
    return surface_words(" ".join([row[name] for name in TEXT_COLUMNS]))
