"""A digest of a venue: its programme in a line, and its papers by session."""

from collections.abc import Iterator, Sequence

from assistant.digest.model import DigestEntry, Programme
from assistant.digest.renderers.dates import day_and_month, weekday
from assistant.sources.statuses import STATUSES, TURNED_DOWN

UNKNOWN = "Session not known"


def in_a_line(programme: Programme) -> str:
    """Return "1,009 papers: 30 oral, 167 spotlight, 812 poster"."""
    told = {name: programme.counts.get(name, 0) for name in STATUSES if name not in TURNED_DOWN}
    total = sum(told.values())
    parts = ", ".join(f"{count:,} {name}" for name, count in told.items() if count)
    return f"{total:,} paper{'' if total == 1 else 's'}: {parts}"


def by_session(
    entries: Sequence[DigestEntry],
) -> Iterator[tuple[str, list[tuple[int, DigestEntry]]]]:
    """Yield the sessions in the order of the programme, each with the best of its papers first."""
    sessions: dict[str, list[DigestEntry]] = {}
    for entry in sorted(entries, key=lambda one: (not one.session, one.starts or "9999")):
        sessions.setdefault(entry.session, []).append(entry)
    number = 1
    for session, held in sessions.items():
        held.sort(key=lambda one: -one.score)
        starts = held[0].starts
        at = [weekday(starts[:10]), day_and_month(starts[:10]), starts[11:16]]
        when = " ".join(filter(None, at)) if weekday(starts[:10]) else ""
        yield ", ".join(filter(None, (session or UNKNOWN, when))), list(enumerate(held, number))
        number += len(held)
