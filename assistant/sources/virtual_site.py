"""The virtual sites of NeurIPS, ICML, ICLR, MLSys, AISTATS and CVPR: their lists of events as JSON.

`{site}/static/virtual/data/{conference}-{year}-orals-posters.json` holds `count`, `next` and
`results`: one event each, so that a paper with a talk and a poster stands there twice. Newer lists
leave abstracts to `{conference}-{year}-abstracts.json`, event id -> abstract.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

from assistant.errors import SourceError
from assistant.sources.polite import NO_VALIDATORS, Validators
from assistant.sources.record import Record, author_from_name
from assistant.sources.sites import Site
from assistant.sources.statuses import STATUSES, TURNED_DOWN, Status, best, status_of
from assistant.sources.submissions import (
    FetchedEdition,
    FormError,
    NotPublishedError,
    changed_form,
    json_of,
    member,
    read_rows,
    submission,
    text_of,
)
from assistant.sources.venues import Edition, Parameters
from assistant.text import name_key, title_key

SOURCE = "virtual"
MOST_PAGES = 200
_GROUP = re.compile(r"[?&]id=([^&#\s]+)")
_FORUM = re.compile(r"openreview\.net/(?:forum|pdf)\?id=([A-Za-z0-9_-]{8,14})$")
_MADE_UP = re.compile(r"SYNTHETIC|placeholder", re.IGNORECASE)
_MAIN = ("conference", "")
_OF_PAPERS = re.compile(r"poster|oral|spotlight|highlight|paper|blog", re.IGNORECASE)

Event = dict[str, Any]


def fetch(
    edition: Edition, parameters: Parameters, site: Site, validators: Validators = NO_VALIDATORS
) -> FetchedEdition:
    """Return the papers of an edition, each once, its talk's session before its poster's.

    Raises:
        NotPublishedError: the site has no list of it yet.
        SourceError: it cannot be reached, refuses, or has changed its form.
    """
    base = site.settings.virtual or parameters["site"]
    folder = f"{base.rstrip('/')}/static/virtual/data/{parameters['conference']}-{edition.year}"
    address = f"{folder}-orals-posters.json"
    where = f"The list of {edition.label} at {urlsplit(base).netloc}"
    page = site.fetch(address, lambda body: json_of(body, where), validators=validators)
    if page.content is None:
        return FetchedEdition(None, validators=page.validators)
    events, count, detail = _all_pages(page.content, address, where, site)
    if not events:
        raise NotPublishedError(f"{where} is empty.")
    shown = [event for event in events if event.get("visible") is not False]
    papers = _papers(shown)
    abstracts = _abstracts(f"{folder}-abstracts.json", papers, site, where)
    records, skipped = read_rows(papers, lambda one: _record(one, edition, base, abstracts), where)
    if not records:
        raise changed_form(where, FormError("eventtype", "none of a paper's"))
    lacking = max(count - len(events), 0)
    return FetchedEdition(tuple(records), len(records) + lacking, skipped, detail, page.validators)


def _all_pages(page: Any, address: str, where: str, site: Site) -> tuple[list[Event], int, str]:
    """Return the events of all pages, how many there should be, and why some are missing."""
    events: list[Event] = []
    count, detail = 0, ""
    seen = {address}
    for _ in range(MOST_PAGES):
        try:
            results = member(page, "results", list, where="the list")
            count = int(page.get("count") or len(results))
        except (FormError, ValueError, TypeError) as error:
            form = error if isinstance(error, FormError) else FormError("count", "no number")
            raise changed_form(where, form) from None
        for one in results:
            if not isinstance(one, dict):
                raise changed_form(where, FormError("results", f"a list of {type(one).__name__}"))
        events += results
        following = text_of(page, "next")
        following = urljoin(address, following) if following else ""
        if not following or following in seen or len(events) >= count:
            return events, count, detail
        seen.add(following)
        if urlsplit(following).netloc != urlsplit(address).netloc:
            return events, count, "its next page is on another server"
        try:
            page = site.fetch(following, lambda body: json_of(body, where)).content
        except SourceError as error:
            # Seen in the wild: the first 200 of 2,891, and no leave to read on.
            return events, count, f"{error.title} {error.why}".strip()
    return events, count, "it has too many pages"


def _papers(events: Sequence[Event]) -> list[list[Event]]:
    """Return the events of each paper, related by uid, or by title and first author."""
    by_key: dict[tuple[str, ...], int] = {}
    papers: list[list[Event]] = []
    for event in events:
        keys = _keys(event)
        place = next((by_key[key] for key in keys if key in by_key), None)
        if place is None:
            place = len(papers)
            papers.append([])
        papers[place].append(event)
        for key in keys:
            by_key.setdefault(key, place)
    return papers


def _keys(event: Event) -> list[tuple[str, ...]]:
    keys: list[tuple[str, ...]] = []
    if uid := text_of(event, "uid"):
        keys.append(("uid", uid))
    title = title_key(text_of(event, "name"))
    first = next(iter(_names(event)), "")
    if title and first:
        keys.append(("title", title, name_key(author_from_name(first).family)))
    return keys or [("event", text_of(event, "id") or str(id(event)))]


def _names(event: Event) -> list[str]:
    people = event.get("authors")
    if isinstance(people, str):
        return [one for one in re.split(r"\s*[;,]\s*", people) if one]
    if not isinstance(people, list):
        return []
    return [
        name
        for one in people
        if (name := text_of(one, "fullname", "name") if isinstance(one, dict) else str(one))
    ]


def _kind(event: Event) -> str:
    """Return "Oral", "Poster", "Spotlight" and the like."""
    return text_of(event, "eventtype", "event_type")


def _is_paper(event: Event) -> bool:
    """Tell a paper's event from a session, a social, an invited talk."""
    kind = _kind(event)
    return not kind or bool(_OF_PAPERS.search(kind))


def _status(events: Iterable[Event]) -> tuple[Status, str]:
    """Return the best status of a paper's events, and in the site's own words."""
    found: list[tuple[Status, str]] = []
    for event in events:
        decision = text_of(event, "decision")
        decided = status_of(decision)
        if decided in TURNED_DOWN:
            return decided, decision
        shown = status_of(_kind(event))
        known = [one for one in (decided, shown) if one is not None]
        if known:
            status = best(known)
            told = decision if status == decided else _kind(event)
            found.append((status, told))
    return min(found, key=lambda one: STATUSES.index(one[0]), default=("accepted", ""))


def _record(
    events: list[Event], edition: Edition, base: str, abstracts: Mapping[str, str]
) -> Record | None:
    if not any(_is_paper(one) for one in events):
        return None
    posters = [one for one in events if "poster" in _kind(one).lower()]
    main = (posters or events)[0]
    title = member(main, "name", str)
    identity = text_of(main, "uid", "id")
    if not identity:
        raise FormError("id")
    names = max((_names(one) for one in events), key=len)
    if "authors" not in main:
        raise FormError("authors")
    status, told = _status(events)
    talk = next((one for one in events if status_of(_kind(one)) == "oral"), main)
    track = _track(main, edition)
    paper_url = next((url for one in events if (url := _forum(one))), "")
    page = text_of(main, "virtualsite_url")
    at_site = urljoin(f"{base.rstrip('/')}/", page) if page else None
    abstract = text_of(main, "abstract") or next(
        (text for one in events if (text := abstracts.get(text_of(one, "id"), ""))), ""
    )
    keywords = main.get("keywords")
    return submission(
        edition,
        SOURCE,
        f"{edition.id}/{identity}",
        title=title,
        status=status,
        told=told,
        abstract=abstract,
        authors=map(author_from_name, names),
        workshop="workshop" in track.lower(),
        published=_day(text_of(talk, "starttime")),
        track=None if track.lower() in _MAIN else track,
        topic=text_of(main, "topic"),
        keywords="; ".join(map(str, keywords))
        if isinstance(keywords, list)
        else str(keywords or ""),
        session=text_of(talk, "session"),
        starts=text_of(talk, "starttime"),
        ends=text_of(talk, "endtime"),
        room=text_of(talk, "room_name"),
        position=text_of(main, "poster_position"),
        url=paper_url or text_of(main, "paper_url") or at_site,
        site=at_site,
        pdf=text_of(main, "paper_pdf_url"),
    )


def _forum(event: Event) -> str:
    """Return a paper's address at OpenReview, unless the site made it up."""
    told = text_of(event, "paper_url")
    match = _FORUM.search(told)
    if match is None or _MADE_UP.search(told):
        return ""
    return f"https://openreview.net/forum?id={match[1]}"


def _track(event: Event, edition: Edition) -> str:
    """Return the part of an OpenReview group after the year, as words: "Workshop/SysML"."""
    match = _GROUP.search(text_of(event, "sourceurl"))
    group = (match[1] if match else "").replace("%2F", "/")
    _, year, rest = group.partition(f"/{edition.year}/")
    return rest.replace("_", " ") if year else ""


def _abstracts(
    address: str, papers: Sequence[Sequence[Event]], site: Site, where: str
) -> dict[str, str]:
    """Return event id -> abstract from the file beside the list, where the list has none."""
    if all(any(text_of(event, "abstract") for event in events) for events in papers):
        return {}
    try:
        told = site.fetch(address, lambda body: json_of(body, where)).content
    except NotPublishedError:
        return {}
    if not isinstance(told, dict):
        return {}
    return {key: text for key, text in told.items() if isinstance(text, str)}


def _day(moment: str) -> str | None:
    return moment[:10] if re.match(r"\d{4}-[01]\d-[0-3]\d", moment) else None
