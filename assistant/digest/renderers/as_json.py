"""A digest as one JSON document with stable keys."""

import json
from dataclasses import asdict

from assistant.digest.model import Digest, DigestEntry

_BATCH = ("source", "category", "date", "state", "expected", "received")


def render_json(digest: Digest) -> str:
    """Return a digest as JSON; keys are only ever added."""
    told = {
        "date": digest.date,
        "profile": digest.profile,
        "made_at": digest.made_at,
        "batches": [{name: getattr(one, name) for name in _BATCH} for one in digest.batches],
        "entries": [_entry(entry) for entry in digest.entries],
        "candidates": digest.candidates,
        "muted": digest.muted,
        "confidence": digest.confidence,
        "items": [asdict(item) for item in digest.items],
        "deadlines": [asdict(one) for one in digest.deadlines],
        "programme": asdict(digest.programme) if digest.programme else None,
    }
    return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _entry(entry: DigestEntry) -> dict[str, object]:
    return {
        "id": entry.id,
        "title": entry.title,
        "score": round(entry.score, 4),
        "reasons": list(entry.reasons),
        "explore": entry.explore,
        "again": entry.again,
        "authors": list(entry.authors),
        "category": entry.category,
        "venue": entry.venue,
        "announced": entry.announced,
        "kind": entry.kind,
        "extract": entry.extract,
        "abstract": entry.abstract,
        "links": dict(entry.links),
        "status": entry.status,
        "session": entry.session or None,
        "starts": entry.starts or None,
        "place": entry.place or None,
        "learning": list(entry.learning),
        "folded": [asdict(other) for other in entry.folded],
    }
