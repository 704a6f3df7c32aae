"""What the app asks of the library about papers; imported once the library is open.

The first list is shown with this, so what it does not need is imported where it is needed.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assistant.config import Home
from assistant.library.page import paper_facts
from assistant.search.asking import MeaningHit
from assistant.sources.identifiers import parse_identifier
from db import digests, listing, personal, profiles, sections, works
from db.engine import Connection, Database

if TYPE_CHECKING:
    from db.notes import NoteLine


def rows(
    connection: Connection, ids: Sequence[int], name: str | None = None
) -> list[listing.PaperRow]:
    """Return the rows of these works, with the likes of a profile."""
    return listing.paper_rows(connection, ids, profile(connection, name))


def profile(connection: Connection, name: str | None = None) -> int:
    """Return a profile's id, the first one's where None is named; 0 where there is none yet."""
    known = profiles.profiles(connection)
    return next((one.id for one in known if name is None or one.name == name), 0)


def page(connection: Connection, work_id: int, name: str | None = None) -> dict[str, Any] | None:
    """Return a paper's page, None where it is gone."""
    found = works.view_works(connection, [work_id])
    if not found:
        return None
    from assistant.notes.linking import notes_about

    mine = profile(connection, name)
    facts = paper_facts(connection, found[0])
    notes = notes_about(connection, [found[0].public_id, *facts["identifiers"]])
    return {
        **facts,
        "notes": [(note.path, note.title) for note in notes],
        "liked": profiles.liking(connection, mine, work_id),
        "digest": digests.shown_in(connection, mine, work_id),
    }


def named_hits(connection: Connection, hits: Sequence[MeaningHit]) -> list[tuple[str, str, str]]:
    """Return what each hit is called by, its title, and why it was found."""
    papers = {one.id: one for one in works.view_works(connection, [hit.work for hit in hits])}
    passages = {
        one.id: one for one in sections.section_views(connection, [hit.section for hit in hits])
    }
    told = []
    for hit in hits:
        why = hit.reasons[0] if hit.reasons else ""
        if hit.work in papers:
            told.append((papers[hit.work].public_id, papers[hit.work].title, why))
        elif hit.section in passages:
            one = passages[hit.section]
            told.append(
                (f"{one.kind}:{one.path.removesuffix('.md')}", one.heading or one.title, why)
            )
    return told


def named(
    connection: Connection, text: str, limit: int
) -> tuple[dict[str, str], list[works.WorkView]]:
    """Return the saved searches, and the papers that best match a text by words."""
    saved = personal.saved_searches(connection)
    if not text.strip():
        return saved, []
    from assistant.search.lexical import search_lexical
    from assistant.search.query import parse_query

    found = search_lexical(connection, parse_query(text), limit)
    return saved, works.view_works(connection, [hit.work_id for hit in found.hits])


def notes_named(connection: Connection, text: str, limit: int) -> "list[NoteLine]":
    """Return the notes called like a text."""
    from db import notes

    return notes.called_like(connection, text, limit) if text.strip() else []


def find(connection: Connection, identifier: str) -> int | None:
    """Return the work a person means by an id, an address or a DOI."""
    parsed = parse_identifier(identifier)
    if parsed is None:
        return None
    found = works.find_identifiers(connection, {parsed.scheme: [parsed.value]})
    return next(iter(found.values()), None)


def bibtex(connection: Connection, ids: Sequence[int]) -> str:
    """Return works as BibTeX."""
    from assistant.library.entries import load_whole_works
    from assistant.library.exporting import write_bibtex

    out = io.StringIO()
    write_bibtex(load_whole_works(connection, ids), out)
    return out.getvalue()


def skills_of(database: Database, home: Home, work: int) -> list[tuple[str, str, str, str]]:
    """Return (title, state, labs, why) of the skills a paper belongs to, by lists and words."""
    from assistant.skills.learner import read_learner
    from assistant.skills.related import skills_of_paper

    learner = read_learner(home, database)
    with database.read() as connection:
        views = works.view_works(connection, [work])
        found = [one for view in views for one in skills_of_paper(connection, learner, view)]
    return [
        (one.skill.title, learner.standings[one.skill.id].state, ", ".join(one.skill.labs), one.why)
        for one in found
    ]
