"""Whether what a library says of each announcement day is true of the world it was told of."""

from collections.abc import Sequence

from db import announcing
from db.announcing import BatchView
from tests.functional.syncing import Follower


def wrong_verdicts(me: Follower, since: str) -> list[str]:
    """Return what is wrong with the verdicts on the days the library has, in words.

    A day may lack papers and say so; it may not claim to be whole, hold papers of another day, or
    name another count. Days guessed from the API say that they are.
    """
    held = me.held()
    found = []
    for category in me.categories:
        with me.database.read() as connection:
            batches = announcing.batches(connection, "arxiv", [category], since=since)
        for batch in batches:
            due = {one.paper.id for one in me.site.world.announced([category], batch.date)}
            if told := _wrong(batch, set(held.get((category, batch.date), ())), due):
                found.append(f"{me.site.world.today}: {category} {batch.date} {told}")
    return found


def _wrong(batch: BatchView, got: set[str], due: set[str]) -> str:
    if batch.state == "complete" and got != due:
        return f"is complete, with {len(got)} of {len(due)} papers"
    if batch.state == "holiday" and due:
        return f"is a holiday, with {len(due)} papers due"
    if got - due and "API" not in batch.detail:
        return f"holds {len(got - due)} papers of another day"
    if batch.state == "partial" and batch.expected not in (None, len(due)):
        return f"expects {batch.expected} of {len(due)} papers"
    return ""


def assert_all_came(me: Follower, days: Sequence[str]) -> None:
    """Assert that all days are settled as they were, and each paper came once."""
    for category in me.categories:
        due = {
            day: "complete" if me.site.world.announced([category], day) else "holiday"
            for day in days
        }
        assert me.states(category) == due
    me.assert_everything_once(days[0])
