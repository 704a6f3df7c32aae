"""The phrases every form of a digest shares: its days, its batches, why there is nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from assistant.digest.model import CoveredBatch, Digest, DigestEntry, DueSoon, FeedItem
from assistant.digest.renderers.dates import day_and_month as day_and_month
from assistant.digest.renderers.dates import long_day as long_day
from assistant.digest.renderers.dates import parsed, weekday
from assistant.digest.renderers.programme import by_session, in_a_line
from assistant.text import clean, clean_line

FOR_YOU = "For you"
EXPLORE = "Outside your usual reading"
FEEDS = "From your feeds"
NEXT_STEPS = ("assistant paper open ID", "assistant profile like ID", "assistant similar ID")

_NAMED_AUTHORS = 3
_LONGEST_NAME = 60
_SOURCES = {"arxiv": "arXiv", "openreview": "OpenReview", "pmlr": "PMLR", "acl": "ACL Anthology"}
_KINDS = {"cross": "cross-list", "replace": "replaced", "replace-cross": "replaced cross-list"}
_STATES = ("complete", "partial", "stale", "holiday", "failed")


def washed(digest: Digest) -> Digest:
    """Return a digest whose every text is clean: one line each, but for the abstracts."""
    cleaned: Digest = _washed(digest)
    return cleaned


def _washed(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return clean(value) if name == "abstract" else clean_line(value)
    if isinstance(value, tuple):
        return tuple(_washed(one) for one in value)
    if isinstance(value, Mapping):
        return {_washed(key): _washed(one) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        told = {one.name: getattr(value, one.name) for one in fields(value)}
        return replace(value, **{name: _washed(one, name) for name, one in told.items()})
    return value


def short_day(iso: str, digest: Digest) -> str:
    """Return "Tue 4 Nov", with the year only where it is not the digest's."""
    day = parsed(iso)
    if day is None:
        return iso
    told = f"{weekday(iso)} {day_and_month(iso)}"
    return told if iso[:4] == digest.date[:4] else f"{told} {day.year}"


def item_day(item: FeedItem, digest: Digest) -> str:
    """Return when a feed's item was published, or when the talk it announces is."""
    if item.starts:
        return f"talk on {short_day(item.starts[:10], digest)}, {item.starts[11:16]} UTC"
    return short_day(item.published[:10], digest) if item.published else ""


def occasion(digest: Digest) -> str:
    """Return what a digest is of: a day, or a venue's edition."""
    return digest.programme.name if digest.programme else long_day(digest.date)


def batch_line(digest: Digest) -> str:
    """Return what the digest covers in one line, grouped by state and day."""
    return "; ".join(batch_parts(digest))


def batch_parts(digest: Digest) -> list[str]:
    """Return what the digest covers, a phrase for every state and day; a day is named once."""
    return [told for _, told in batch_states(digest)]


def batch_states(digest: Digest) -> list[tuple[str, str]]:
    """Return the phrases of `batch_parts`, each after the state it tells of."""
    if digest.programme is not None:
        return [("complete", in_a_line(digest.programme))]
    named: set[str] = set()

    def key(batch: CoveredBatch) -> tuple[int, str, str, str]:
        known = batch.state in _STATES
        place = _STATES.index(batch.state) if known else len(_STATES)
        return place, batch.state, batch.date, batch.source

    parts = []
    for (_, state, day, _), grouped in groupby(sorted(digest.batches, key=key), key):
        group = list(grouped)
        told = f"{_categories(group)}: {_verdict(state, group, digest)}"
        if state in ("complete", "partial") and day not in named:
            named.add(day)
            told += f", announced {short_day(day, digest)}"
        parts.append((state, told))
    return parts


def due_line(digest: Digest) -> str:
    """Return what is due at followed venues in one sentence, "" where nothing is."""
    if not digest.deadlines:
        return ""
    return f"Due at venues you follow: {'; '.join(map(_due, digest.deadlines))}."


def _due(due: DueSoon) -> str:
    """Return "ICML 2027 paper Thu 28 Jan 11:59 UTC, in 9 days"."""
    when = f"{weekday(due.at[:10])} {day_and_month(due.at[:10])}".strip()
    left = f"in {counted(due.days, 'day')}" if due.days else "within a day"
    unsure = " (collections disagree)" if due.disagreed else ""
    return f"{due.edition} {due.what} {when} {due.at[11:16]} UTC, {left}{unsure}"


def _categories(group: list[CoveredBatch]) -> str:
    source = source_name(group[0].source)
    names = dict.fromkeys(batch.category for batch in group if batch.category)
    listed = ", ".join(names)
    if not listed:
        return source
    return listed if group[0].source == "arxiv" else f"{source} {listed}"


def _verdict(state: str, group: list[CoveredBatch], digest: Digest) -> str:
    received = sum(batch.received for batch in group)
    day = group[0].date
    when = short_day(day, digest)
    if state == "complete":
        papers = sum(one.received if one.own is None else one.own for one in group)
        return f"complete, {counted(papers, 'paper')}"
    if state == "partial":
        missing = sum((batch.expected or 0) - batch.received for batch in group)
        told = all(batch.expected is not None for batch in group)
        known = told and missing > 0
        return f"partial, {missing:,} missing" if known else f"partial, {received:,} received"
    if state == "stale":
        return f"nothing of {when} yet; {source_name(group[0].source)} is late"
    if state == "holiday":
        return f"no announcements{f' on {when}' if day != digest.date else ''} (holiday)"
    if state == "failed":
        asked = f"{when} " if day != digest.date else ""
        return f"{asked}could not be fetched; the next sync tries again"
    return state


def counted(count: int, noun: str) -> str:
    """Return "1 paper" or "1,234 papers"."""
    return f"{count:,} {noun if count == 1 else noun + 's'}"


def source_name(source: str) -> str:
    """Return a source as people call it."""
    return _SOURCES.get(source, source)


def nothing_new(digest: Digest) -> tuple[str, str]:
    """Return why a digest has no papers, and what comes next; a sentence or two each."""
    if digest.programme is not None:
        return (
            f"Nothing of {digest.programme.name} is new to you.",
            f"`assistant venue show {digest.programme.id}` lists all of it.",
        )
    states = {batch.state for batch in digest.batches}
    day = parsed(digest.date)
    if day is not None and day.weekday() >= 5 and states <= {"stale", "holiday"}:
        monday = short_day((day + timedelta(days=7 - day.weekday())).isoformat(), digest)
        return (
            "Nothing new today: arXiv rests at the weekend.",
            f"The next papers are announced on {monday}. Enjoy the quiet.",
        )
    if not states:
        return (
            f"Nothing has been fetched for {short_day(digest.date, digest)} yet.",
            "`assistant sync` fetches what was announced.",
        )
    if states == {"holiday"}:
        return (
            "Nothing new today: there were no announcements (holiday).",
            "The next digest comes with the next announcement.",
        )
    if states == {"failed"}:
        return (
            "Nothing to show: no category could be fetched.",
            "Check the network, then `assistant sync` tries again.",
        )
    if states <= {"stale", "holiday", "failed"}:
        return (
            "Nothing new yet: the latest announcement has not come through.",
            "`assistant sync` asks again.",
        )
    if digest.muted and not digest.candidates:
        return (
            f"Nothing to show: your muted words kept out all {counted(digest.muted, 'new paper')}.",
            "The next digest comes with the next announcement.",
        )
    if digest.candidates:
        return (
            f"Nothing new for you among {counted(digest.candidates, 'paper')} today.",
            "What was shown before is not shown again until something happens to it.",
        )
    if any(batch.received for batch in digest.batches):
        return (
            "Nothing that another digest has not weighed already.",
            f"`assistant digest --since {digest.date} --date {digest.date}` looks back.",
        )
    return (
        "Nothing new was announced in your categories.",
        "The next digest comes with the next announcement.",
    )


def ranked(digest: Digest) -> str:
    """Return "1,204 papers ranked, 9 muted"."""
    muted = f", {digest.muted:,} muted" if digest.muted else ""
    return f"{counted(digest.candidates, 'paper')} ranked{muted}"


def authors_line(authors: tuple[str, ...], most: int = _NAMED_AUTHORS) -> str:
    """Return the first authors and "et al."."""
    names = [shortened(name, _LONGEST_NAME) for name in authors[:most]]
    return ", ".join(names) + (" et al." if len(authors) > most else "")


def facts(entry: DigestEntry, digest: Digest) -> list[str]:
    """Return category, venue, day (if not the digest's) and authors, as far as they are known."""
    kind = _KINDS.get(entry.kind)
    category = f"{entry.category} ({kind})" if kind else entry.category
    day = short_day(entry.announced, digest) if entry.announced != digest.date else ""
    told = [category, _standing(entry, digest), day, entry.place, authors_line(entry.authors)]
    return [one for one in told if one]


def _standing(entry: DigestEntry, digest: Digest) -> str:
    """Return "ICLR 2026 (oral)"; in a digest of a venue the status alone."""
    if digest.programme is not None:
        return entry.status or ""
    special = entry.venue and entry.status in ("oral", "spotlight")
    return f"{entry.venue} ({entry.status})" if special else entry.venue or ""


def again(entry: DigestEntry) -> str:
    """Return what happened to a paper shown before, as the beginning of a line."""
    return entry.again[:1].upper() + entry.again[1:] if entry.again else ""


def parted(digest: Digest) -> Iterator[tuple[str, list[tuple[int, DigestEntry]]]]:
    """Yield the sections that have papers, each with its heading and its numbered entries."""
    usual = [entry for entry in digest.entries if not entry.explore]
    unusual = [entry for entry in digest.entries if entry.explore]
    if digest.programme is not None and any(entry.session for entry in digest.entries):
        yield from by_session(digest.entries)
        return
    if usual:
        yield FOR_YOU, list(enumerate(usual, start=1))
    if unusual:
        yield EXPLORE, list(enumerate(unusual, start=len(usual) + 1))


def shortened(text: str, most: int) -> str:
    """Return at most `most` characters, ending in … where something is missing."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def web_links(links: Mapping[str, str]) -> dict[str, str]:
    """Return the links a reader may be given: http and https, no spaces, no credentials."""
    return {label: address for label, address in links.items() if is_web_address(address)}


def is_web_address(address: str) -> bool:
    """Tell a plain web address from `javascript:`, `file:` and lookalikes with user names."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = not any(sign.isspace() or sign in '<>"\\`' for sign in address)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and plain
        and ("@" not in parts.netloc)
    )


def page(entry: DigestEntry) -> str | None:
    """Return where a paper can be read: its page, else the first address there is."""
    links = web_links(entry.links)
    return links.get("page") or next(iter(links.values()), None)
