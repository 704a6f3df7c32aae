"""The values a filter can take: categories, venues, years and authors the library has."""

from sqlalchemy import Connection, text

_END = "\U0010ffff"
_MOST = 5_000


def categories(connection: Connection) -> list[str]:
    """Return every category of any work, in alphabetical order."""
    return [str(one) for one in _distinct(connection, "work_categories", "category")]


def venues(connection: Connection) -> list[str]:
    """Return every venue of any work, in alphabetical order; 5,000 at most."""
    return [str(one) for one in _distinct(connection, "works", "venue")]


def years(connection: Connection) -> list[int]:
    """Return every year of any work, the newest first."""
    return sorted((int(str(one)) for one in _distinct(connection, "works", "year")), reverse=True)


def sessions(connection: Connection) -> list[str]:
    """Return every session of any conference, in alphabetical order; 5,000 at most."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT json_extract(extra, '$.session') AS session FROM submissions"
            " WHERE session > '' ORDER BY session LIMIT :most"
        ),
        {"most": _MOST},
    )
    return [str(one) for one in rows.scalars()]


def authors(
    connection: Connection, family_key: str, limit: int, *, looked_at: int = 300
) -> list[tuple[str, int]]:
    """Return (name, works) of authors whose folded family name begins so, most works first.

    `looked_at` bounds how many are counted: those nearest to the beginning in the alphabet.
    """
    rows = connection.execute(
        text(
            "SELECT name, (SELECT count(*) FROM authorships a WHERE a.person_id = p.id) AS works"
            " FROM (SELECT id, name FROM people WHERE family_key >= :key AND family_key < :end"
            " ORDER BY family_key LIMIT :looked_at) p ORDER BY works DESC, name LIMIT :limit"
        ),
        {"key": family_key, "end": family_key + _END, "looked_at": looked_at, "limit": limit},
    )
    return [(name, works) for name, works in rows if works]


def _distinct(connection: Connection, table: str, column: str) -> list[object]:
    """Return a column's different values by leaping through its index: no work is looked at."""
    rows = connection.execute(
        text(
            f"WITH RECURSIVE leap(value) AS (SELECT min({column}) FROM {table}"
            f" WHERE {column} IS NOT NULL UNION ALL SELECT (SELECT min({column}) FROM {table}"
            f" WHERE {column} > leap.value) FROM leap WHERE leap.value IS NOT NULL)"
            " SELECT value FROM leap WHERE value IS NOT NULL LIMIT :most"
        ),
        {"most": _MOST},
    )
    return [row[0] for row in rows]
