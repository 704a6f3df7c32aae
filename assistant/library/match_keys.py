"""The keys works are found by, kept in the library beside them."""

from collections.abc import Iterable

from assistant.library.drafts import Draft
from assistant.library.persist import load_drafts
from db import match_keys, works
from db.engine import Connection

_PAGE = 2_000


def put_keys(connection: Connection, drafts: Iterable[Draft]) -> None:
    """Write the keys of works that changed."""
    new = {draft.id: draft.facts().keys for draft in drafts if draft.is_new}
    known = {draft.id: draft.facts().keys for draft in drafts if not draft.is_new}
    match_keys.put_keys(connection, new, known=False)
    match_keys.put_keys(connection, known, known=True)


def fill_keys(connection: Connection) -> None:
    """Make the keys of every work, where a library is older than keys are."""
    last = 0
    while page := works.work_ids_in_order(connection, after=last, limit=_PAGE):
        put_keys(connection, load_drafts(connection, page))
        last = page[-1]
