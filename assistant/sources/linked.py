"""Other copies that a paper's own comment names: its OpenReview page, the DOI it appeared under.

A DOI may as well be that of its data or of another paper, so none of these is believed by itself.
"""

import re
from functools import lru_cache

from assistant.sources.identifiers import doi_identifier
from assistant.sources.record import Identifier

_OPENREVIEW = re.compile(r"openreview\.net/(?:forum|pdf)\?id=([A-Za-z0-9_-]{6,20})")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s;,\"'<>]{1,200}")
_OF_DATA = re.compile(r"10\.(?:5281|6084|7910|17605|5061|57967|21227|17632|48550)/")
"""Zenodo, figshare, Dataverse, OSF, Dryad, Hugging Face, IEEE DataPort, Mendeley; arXiv's own."""


@lru_cache(maxsize=16_384)
def linked_copies(comment: str) -> tuple[Identifier, ...]:
    """Return the identifiers of other copies that a comment links to."""
    if "10." not in comment and "openreview" not in comment:
        return ()
    found = [Identifier("openreview", match[1]) for match in _OPENREVIEW.finditer(comment)]
    for match in _DOI.finditer(comment):
        doi = doi_identifier(match[0].rstrip(".)]"))
        if doi is not None and not _OF_DATA.match(doi.value):
            found.append(doi)
    return tuple(dict.fromkeys(found))
