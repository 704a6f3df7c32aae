"""The page of an edition: papers by status and session, what is mine, what is for me."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from assistant.digest.model import DigestEntry
from assistant.library.deadlines.due import Due
from assistant.library.spacing import in_words
from assistant.library.venues.telling import EditionTold
from assistant.sources.meetings import MAIN_KINDS
from assistant.sources.statuses import STATUSES, TURNED_DOWN
from assistant.tui.areas.venues.due_rows import urgency, what_told
from assistant.tui.areas.venues.model import DueKey, Goal, Listed, Sheet
from assistant.tui.areas.venues.queries import session_query
from assistant.tui.areas.venues.rows import STATES
from assistant.tui.areas.venues.times import AOE, brief, countdown, here
from assistant.tui.widgets.page_list import Part, Piece, part

_MOST_SESSIONS = 40
_MOST_DUES = 4
_MARKS = {"oral": ("oral", "accent"), "spotlight": ("spotlight", "good")}
_READ = {"read": ("✓", "good"), "skimmed": ("◐", "accent"), "later": ("◷", "accent")}


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page needs beside what was read: the moment, the keys, whether it is being ranked.

    `turned_down` says that what was rejected or withdrawn is asked for.
    """

    now: datetime
    key_of: Callable[[str], str]
    turned_down: bool = False
    ranking: bool = False


def page_parts(
    one: Listed, sheet: Sheet, dues: Mapping[DueKey, Due], others: Sequence[Listed], seen: Seen
) -> list[Part]:
    """Return the page of an edition, or of a venue the library has nothing of."""
    return [
        *_head(one, seen),
        *_dues(one, dues, seen),
        *_papers(one, seen),
        *_done(one, sheet),
        *_ranked(one, sheet, seen),
        *_sessions(one, sheet),
        *_others(one, others),
    ]


def _head(one: Listed, seen: Seen) -> list[Part]:
    follow = seen.key_of("venue.follow")
    followed = f"★ followed; {follow} ends that" if one.followed else f"not followed: {follow}"
    parts = [part((one.name, "strong")), part((one.venue.title, "dim"))]
    parts.append(part((followed, "accent" if one.followed else "dim")))
    told = one.edition
    if told is None:
        fetch = seen.key_of("venue.sync")
        return [
            *parts,
            part(),
            part(f"Nothing of it is here yet: {fetch} fetches its newest list."),
        ]
    if not told.sources:
        parts.append(part(("Its papers came from a file.", "dim")))
    for source in told.sources:
        ago = in_words(max(seen.now - datetime.fromisoformat(source.checked_at), timedelta()))
        pieces: list[Piece] = [(source.state, STATES.get(source.state, "dim"))]
        pieces.append((f"  {source.source}, {ago} ago", "dim"))
        if source.expected is not None and source.state != "complete":
            pieces.append((f"; {source.expected:,} are listed", "dim"))
        parts.append(part(*pieces))
        if source.detail:
            parts.append(part((source.detail, "warn"), lead=["  "]))
    return parts


def _dues(one: Listed, dues: Mapping[DueKey, Due], seen: Seen) -> list[Part]:
    coming = [
        (key, due) for key, due in dues.items()
        if due.venue == one.venue.id and due.kind in MAIN_KINDS
        and (due.at >= seen.now if due.at else due.year >= seen.now.year)
    ]  # fmt: skip
    if not coming:
        return []
    parts = [part(), part(("Due", "strong"))]
    for key, due in coming[:_MOST_DUES]:
        left = due.left(seen.now)
        pieces: list[Piece] = [
            f"{due.edition} {what_told(due)}  ",
            (countdown(left), urgency(left)),
        ]
        if due.at is not None:
            aoe, mine = due.at.astimezone(AOE), here(due.at)
            told = f"  {brief(aoe, seen.now)} AoE, {brief(mine, seen.now)} {mine:%Z}"
            pieces.append((told, "dim"))
        if due.disagreed:
            pieces.append(("  collections disagree", "warn"))
        parts.append(part(*pieces, lead=["  "], key=Goal("due", key)))
    return parts


def _papers(one: Listed, seen: Seen) -> list[Part]:
    told = one.edition
    if told is None or not told.counts:
        return []
    parts = [part(), part(("Papers", "strong"), ("   enter lists them", "dim"))]
    parts.append(_count("all accepted", told.papers, "plain", one.query()))
    for status in STATUSES:
        if status in told.counts and (status not in TURNED_DOWN or seen.turned_down):
            style = _MARKS.get(status, ("", "dim" if status in TURNED_DOWN else "plain"))[1]
            query = one.query(f"status:{status}")
            parts.append(_count(status, told.counts[status], style, query))
    if told.turned_down and not seen.turned_down:
        show = f"{told.turned_down:,} rejected or withdrawn: {seen.key_of('venue.turned-down')}"
        parts.append(part((f"{show} shows them", "dim"), lead=["  "]))
    return parts


def _count(name: str, count: int, style: str, query: str, section: str = "") -> Part:
    lead: list[Piece] = [f"  {count:>6,}  "]
    return part((name, style), lead=lead, key=Goal("papers", query, section))


def _done(one: Listed, sheet: Sheet) -> list[Part]:
    if one.edition is None or not one.edition.counts:
        return []
    parts = [part(), part(("Yours", "strong"))]
    if not sheet.done:
        return [*parts, part(("Nothing of it read or liked yet.", "dim"), lead=["  "])]
    parts.append(_count("read", one.read, "good", one.query("is:read"), "mine"))
    parts.append(_count("liked", one.liked, "good", one.query("is:liked"), "mine"))
    for done in sheet.done:
        sign, style = _READ.get(done.state, ("+", "good"))
        heart = (" + ", "good") if done.liked else "   "
        lead: list[Piece] = ["  ", (sign, style), heart]
        parts.append(part(done.title, lead=lead, key=Goal("paper", done.work_id, "mine")))
    more = sheet.done_in_all - len(sheet.done)
    return [*parts, part((f"and {more:,} more", "dim"), lead=["     "])] if more > 0 else parts


def _ranked(one: Listed, sheet: Sheet, seen: Seen) -> list[Part]:
    told, digest, key = one.edition, sheet.ranked, seen.key_of("venue.rank")
    if told is None or not told.papers:
        return []
    if seen.ranking:
        after: Piece = ("   ranking …", "accent")
    elif digest is None:
        after = (f"   {key} ranks its {told.papers:,} papers by what you liked", "dim")
    else:
        ago = in_words(max(seen.now - datetime.fromisoformat(digest.made_at), timedelta()))
        after = (f"   ranked {ago} ago; {key} ranks anew", "dim")
    parts = [part(), part(("For you", "strong"), after)]
    if digest is None:
        return parts
    for entry in sorted(digest.entries, key=lambda entry: -entry.score):
        parts += _entry(entry)
    return [*parts, part((digest.confidence, "dim"))]


def _entry(entry: DigestEntry) -> list[Part]:
    where = " · ".join(one for one in (entry.session, entry.place) if one)
    pieces: list[Piece] = [entry.title]
    if entry.status in _MARKS:
        mark, style = _MARKS[entry.status]
        pieces.append((f"  {mark}", style))
    sign = ("◇ ", "warn") if entry.explore else ("• ", "accent")
    goal = Goal("named", entry.id, "ranked")
    parts = [part(*pieces, lead=["  ", sign], key=goal)]
    told = [*([entry.again] if entry.again else []), *entry.reasons, *([where] if where else [])]
    return parts + [part((one, "dim"), lead=["    "]) for one in told]


def _sessions(one: Listed, sheet: Sheet) -> list[Part]:
    if not sheet.sessions:
        return []
    count = f"  {len(sheet.sessions):,}"
    parts = [part(), part(("Sessions", "strong"), (count, "dim"))]
    for session, starts, papers in sheet.sessions[:_MOST_SESSIONS]:
        when = starts[:16].replace("T", " ")
        lead: list[Piece] = [f"  {papers:>6,}  "]
        query = session_query(one, session)
        told = (f"  {when}" if when else "", "dim")
        parts.append(part(session, told, lead=lead, key=Goal("papers", query, "session")))
    more = len(sheet.sessions) - _MOST_SESSIONS
    return [*parts, part((f"and {more:,} more", "dim"), lead=["          "])] if more > 0 else parts


def _others(one: Listed, others: Sequence[Listed]) -> list[Part]:
    if one.edition is None:
        return []
    held = [other.edition for other in others if other.edition and other.key != one.key]
    newest = part("Fetch the list of the newest", lead=["  ↻ "], key=Goal("fetch", one.venue.id))
    return [part(), part(("Other editions", "strong")), *map(_other, held), newest]


def _other(told: EditionTold) -> Part:
    lead: list[Piece] = [f"  {told.papers:>6,}  "]
    return part(told.edition.label, lead=lead, key=Goal("venue", told.edition.id, "other"))
