"""A digest as the library keeps it, so that it can be shown again exactly as it was."""

from dataclasses import asdict
from typing import Any

from assistant.digest.model import CoveredBatch, Digest, DigestEntry, FeedItem, Folded

FORM = 1


def to_document(digest: Digest) -> dict[str, Any]:
    """Return a digest as plain data, without what is looked up whenever it is shown."""
    told = asdict(digest)
    del told["deadlines"]
    return {"form": FORM, **told}


def from_document(document: dict[str, Any]) -> Digest:
    """Return the digest that was kept."""
    fields = {name: value for name, value in document.items() if name != "form"}
    fields["batches"] = tuple(CoveredBatch(**one) for one in document["batches"])
    fields["entries"] = tuple(_entry(one) for one in document["entries"])
    fields["items"] = tuple(FeedItem(**one) for one in document["items"])
    return Digest(**fields)


def _entry(fields: dict[str, Any]) -> DigestEntry:
    lists = {name: tuple(fields.get(name, ())) for name in ("authors", "reasons", "learning")}
    folded = tuple(Folded(**one) for one in fields["folded"])
    return DigestEntry(**{**fields, **lists, "folded": folded})
