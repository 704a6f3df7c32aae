"""The newest digest of each venue's edition, kept so that a place can show it without ranking.

They are files beside the library, made again whenever somebody asks; losing them loses nothing.
"""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from assistant.config import Home
from assistant.digest.document import FORM, from_document, to_document
from assistant.digest.model import Digest, Programme
from assistant.text import digest64
from db.durable import replacing

_MAX_BYTES = 4_000_000


def put(home: Home, digest: Digest) -> None:
    """Keep the digest of a venue in the place of the one before; where that fails, none is kept."""
    assert digest.programme is not None
    file = _file(home, digest.profile, digest.programme.id)
    with suppress(OSError):
        file.parent.mkdir(exist_ok=True)
        with replacing(file, 0o600) as out:
            json.dump(to_document(digest), out, ensure_ascii=False)


def find(home: Home, profile: str, edition: str) -> Digest | None:
    """Return the digest kept of an edition for a profile, None where there is none to be read."""
    file = _file(home, profile, edition)
    try:
        if file.stat().st_size > _MAX_BYTES:
            return None
        document = json.loads(file.read_text(encoding="utf-8"))
        if document["form"] != FORM:
            return None
        # JSON has no objects of ours: the programme comes back as a mapping.
        programme = Programme(**document.pop("programme"))
        return replace(from_document(document), programme=programme)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _file(home: Home, profile: str, edition: str) -> Path:
    # A profile is called as a person likes, which is no name for a file.
    return home.path / "venue-digests" / f"{edition}-{digest64(profile) & 0xFFFFFFFF:08x}.json"
