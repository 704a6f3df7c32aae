"""Pairs of works that may be one, until a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, text

from db.models_merging import Doubt
from db.personal import now
from db.works import among


@dataclass(frozen=True, slots=True)
class DoubtView:
    """A pair that may be one work: why, and how sure (0 to 1)."""

    id: int
    work_a: int
    work_b: int
    reason: str
    confidence: float


def put_doubts(connection: Connection, rows: Sequence[tuple[int, int, str, float]]) -> int:
    """Add (work, work, reason, confidence); return how many pairs are new.

    A pair known already, or kept apart by a person, stays as it is.
    """
    added = 0
    for a, b, reason, confidence in rows:
        added += connection.execute(
            text(
                "INSERT INTO doubts (work_a, work_b, reason, confidence, found_at)"
                " SELECT :a, :b, :reason, :confidence, :now WHERE NOT EXISTS"
                " (SELECT 1 FROM kept_apart WHERE work_a = :a AND work_b = :b)"
                " ON CONFLICT (work_a, work_b) DO NOTHING"
            ),
            {"a": min(a, b), "b": max(a, b), "reason": reason, "confidence": confidence,
             "now": now()},
        ).rowcount  # fmt: skip
    return added


def doubts(connection: Connection, limit: int | None = None) -> list[DoubtView]:
    """Return the pairs still to be decided, the surest first."""
    query = select(Doubt.id, Doubt.work_a, Doubt.work_b, Doubt.reason, Doubt.confidence).order_by(
        Doubt.confidence.desc(), Doubt.id
    )
    return [DoubtView(*row) for row in connection.execute(query.limit(limit))]


def doubts_by_id(connection: Connection, ids: Sequence[int]) -> dict[int, DoubtView]:
    """Return id -> pair of those of the ids that are still to be decided."""
    query = select(Doubt.id, Doubt.work_a, Doubt.work_b, Doubt.reason, Doubt.confidence).where(
        among(Doubt.id, ids)
    )
    return {row[0]: DoubtView(*row) for row in connection.execute(query)}


def doubt_between(connection: Connection, a: int, b: int) -> DoubtView | None:
    """Return the doubt about two works, None where there is none."""
    query = select(Doubt.id, Doubt.work_a, Doubt.work_b, Doubt.reason, Doubt.confidence).where(
        Doubt.work_a == min(a, b), Doubt.work_b == max(a, b)
    )
    row = connection.execute(query).first()
    return DoubtView(*row) if row else None


def remove_doubt(connection: Connection, a: int, b: int) -> None:
    """Forget the doubt about two works."""
    connection.execute(delete(Doubt).where(Doubt.work_a == min(a, b), Doubt.work_b == max(a, b)))


def count_doubts(connection: Connection) -> int:
    """Return how many pairs are still to be decided."""
    return connection.execute(select(func.count()).select_from(Doubt)).scalar_one()
