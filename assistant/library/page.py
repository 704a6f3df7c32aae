"""A paper's page: everything the library knows of it, as plain data."""

from typing import Any

from assistant.library.links import paper_links
from db import personal, works
from db.engine import Connection

_UNREAD: dict[str, Any] = {"state": "unread", "rating": None, "starred": False}


def paper_facts(connection: Connection, work: works.WorkView) -> dict[str, Any]:
    """Return everything the library knows of a paper."""
    links = paper_links(connection, work.id)
    return {
        "id": work.public_id,
        "title": work.title,
        "authors": work.authors.split(", ") if work.authors else [],
        "venue": work.venue,
        "status": work.status,
        "year": work.year,
        "published": work.published,
        "categories": works.categories_of(connection, [work.id]).get(work.id, []),
        "abstract": work.abstract,
        "identifiers": [
            f"{found['scheme']}:{found['value']}"
            for found in works.identifiers_of(connection, [work.id])
        ],
        "versions": [_version(row) for row in works.versions_of(connection, [work.id])],
        "tags": personal.tags_of(connection, [work.id]).get(work.id, []),
        **personal.readings_of(connection, [work.id]).get(work.id, _UNREAD),
        "page": links.page,
        "pdf": links.pdf,
    }


def _version(row: dict[str, Any]) -> dict[str, Any]:
    extra = row["extra"] or {}
    return {
        "source": row["source"],
        "source_id": row["source_id"],
        "number": row["number"],
        "kind": row["kind"],
        "venue": row["venue"],
        "year": row["year"],
        "published": row["published"],
        "comment": extra.get("comment"),
        "journal_ref": extra.get("journal_ref"),
        "submitted_to": extra.get("submitted_to"),
        "status": extra.get("status"),
        "decision": extra.get("decision"),
        "session": extra.get("session"),
    }
