"""The page of a deadline: when it is, who says so, and what else is due at the same meeting."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from assistant.library.deadlines.due import Due, Telling
from assistant.sources.meetings import MAIN_KINDS
from assistant.tui.areas.venues.due_rows import urgency, what_told
from assistant.tui.areas.venues.model import DueKey, Goal
from assistant.tui.areas.venues.times import AOE, countdown, here, whole
from assistant.tui.widgets.page_list import Part, Piece, part


def page_parts(
    key: DueKey, dues: Mapping[DueKey, Due], now: datetime, key_of: Callable[[str], str]
) -> list[Part]:
    """Return the page of a deadline."""
    due = dues[key]
    return [
        *_head(due, now, key_of),
        *_moments(due),
        *_tellings(due),
        *_rounds(key, due, dues, now),
        *_meeting(due),
    ]


def _head(due: Due, now: datetime, key_of: Callable[[str], str]) -> list[Part]:
    left = due.left(now)
    parts = [part((f"{due.edition}: {due.what}", "strong"))]
    if due.full_name:
        parts.append(part((due.full_name, "dim")))
    if due.label and due.label.casefold() != due.kind:
        parts.append(part((due.label, "dim")))
    follow = key_of("deadline.follow")
    told = countdown(left) + (" left" if left is not None and left >= timedelta() else "")
    followed = f"★ followed; {follow} ends that" if due.followed else ""
    if not followed and due.venue:
        followed = f"not followed: {follow} follows its venue"
    parts.append(part((told, urgency(left)), (f"   {followed}" if followed else "", "dim")))
    return parts


def _moments(due: Due) -> list[Part]:
    if due.at is None:
        return [part(), part("When is still to be announced.")]
    places = (("AoE", AOE), ("yours", None), ("UTC", UTC))
    shown: list[Part] = [part()]
    for name, zone in places:
        moment = here(due.at) if zone is None else due.at.astimezone(zone)
        style = "plain" if zone is not UTC else "dim"
        shown.append(part((whole(moment), style), lead=[(f"{name:>6}  ", "dim")]))
    return shown


def _tellings(due: Due) -> list[Part]:
    parts = [part(), part(("Who says so", "strong"))]
    if due.disagreed:
        told = "The collections disagree; the earliest moment counts here."
        parts = [part(), part((f"≠ {told}", "warn"))]
    for one in due.tellings:
        pieces: list[Piece] = [one.collection, (f"  {_as_written(one)}", "dim")]
        if one.at is not None and due.disagreed:
            pieces.append((f"  = {whole(here(one.at))}", "warn"))
        elif one.at is None:
            pieces.append(("  still to be announced", "warn"))
        if one.extended and not one.was:
            pieces.append(("  extended", "warn"))
        parts.append(part(*pieces, lead=["  "]))
        if one.was:
            moved = f"moved from {whole(here(one.was[-1]))}"
            parts.append(part((moved, "warn"), lead=["    "]))
    return parts


def _rounds(key: DueKey, due: Due, dues: Mapping[DueKey, Due], now: datetime) -> list[Part]:
    same = [(place, one) for place, one in dues.items() if place[:2] == key[:2]]
    if len(same) < 2:
        return []
    parts = [part(), part((f"All of {due.edition}", "strong"))]
    for place, one in same:
        left = one.left(now)
        moment = f"{one.at.astimezone(AOE):%d %b %Y %H:%M} AoE" if one.at else "to be announced"
        lead: list[Piece] = [" ▸ " if place == key else "   "]
        over = left is not None and left < timedelta()
        listed = one.kind in MAIN_KINDS and not over
        pieces: list[Piece] = [(f"{moment:<22}", "dim" if over else "plain")]
        pieces.append((f"  {what_told(one)}", "dim" if over else "plain"))
        if one.disagreed:
            pieces.append(("  ≠", "warn"))
        pieces.append((f"  {countdown(left)}", urgency(left)))
        parts.append(part(*pieces, lead=lead, key=Goal("due", place) if listed else None))
    return parts


def _meeting(due: Due) -> list[Part]:
    parts: list[Part] = [part(), part(("The meeting", "strong"))]
    told = [*_dates(due), *dict.fromkeys(due.places.values())]
    parts += [part(one, lead=["  "]) for one in told]
    if due.subjects:
        parts.append(part((", ".join(due.subjects), "dim"), lead=["  "]))
    if due.link:
        parts.append(part((due.link, "accent"), lead=["  ↗ "], key=Goal("web", due.link)))
    if due.venue:
        lead: list[Piece] = ["  ▷ "]
        parts.append(part(f"{due.name} in Venues", lead=lead, key=Goal("venue", due.venue)))
    parts += [part((note, "dim"), lead=["  "]) for note in due.notes.values()]
    return parts if len(parts) > 2 else []


def _dates(due: Due) -> list[str]:
    """Return the meeting's days; who says so only where collections differ."""
    if due.dates_agree:
        return list(due.dates.values())[:1]
    return [f"{days}, says {who}" for who, days in due.dates.items()]


def _as_written(telling: Telling) -> str:
    return telling.told if telling.zone_known else f"{telling.told} (unknown time zone)"
