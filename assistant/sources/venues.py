"""Venues as data: how each is called, where its papers are listed, when it takes place.

The file `venues.toml` beside this module has those we know, and how papers write them and others;
`venues.toml` in a home adds venues, or takes the place of one of the same id. A new edition needs
no change in either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.errors import ConfigError, NotFoundError
from assistant.text import clean_line

Parameters = Mapping[str, Any]

SOURCES: dict[str, tuple[str, ...]] = {
    "virtual": ("site", "conference"),
    "pmlr": ("titles",),
    "acl": ("files",),
    "cvf": ("conference",),
    "dblp": ("toc",),
    "openreview": ("venueid",),
    "paperlists": ("path",),
}
"""Kind of a source -> the parameters it must have."""
_MORE = {"first": int, "last": int, "abstracts": bool, "also": list}
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*")
_EDITION = re.compile(r"(.*?)[\s_-]*((?:19|20)\d\d)")
_NOT_IN_KEYS = re.compile(r"[^a-z0-9]+")
_MAX_BYTES = 1_000_000
_LISTS = ("titles", "files", "toc", "also")
_FOR_PAPERS = ("written", "journal")
"""What our own list says of a venue for `written_names` alone."""


@dataclass(frozen=True, slots=True)
class VenueSource:
    """One place a venue's papers are listed: its kind, its parameters, and the years it has."""

    kind: str
    parameters: Parameters = field(hash=False)
    first: int = 0
    last: int = 9_999


@dataclass(frozen=True, slots=True)
class Venue:
    """A conference and where its papers are listed.

    It takes place `every` so many years, counted from `first`. `proceedings` is what a bibliography
    calls the book.
    """

    id: str
    name: str
    title: str
    sources: tuple[VenueSource, ...]
    aliases: tuple[str, ...] = ()
    proceedings: str = ""
    first: int = 1950
    every: int = 1
    own: bool = field(default=False, compare=False)

    def takes_place(self, year: int) -> bool:
        """Tell whether there is an edition in a year."""
        return year >= self.first and (year - self.first) % self.every == 0

    def names(self) -> tuple[str, ...]:
        """Return everything it is called."""
        return (self.id, self.name, *self.aliases, self.title)


@dataclass(frozen=True, slots=True)
class Edition:
    """A venue's year."""

    venue: Venue
    year: int

    @property
    def id(self) -> str:
        """Its name for programs, "neurips-2025"."""
        return f"{self.venue.id}-{self.year}"

    @property
    def label(self) -> str:
        """Its name for people, "NeurIPS 2025"."""
        return f"{self.venue.name} {self.year}"


def known_venues(own: Path | None = None) -> tuple[Venue, ...]:
    """Return all venues by name, those of a person's own file in the place of ours.

    Raises:
        ConfigError: the file has something that is no venue; the message names it.
    """
    known = {venue.id: venue for venue in _packaged()}
    if own is not None and own.exists():
        for venue in read_venues(_read(own), str(own), own=True):
            known[venue.id] = venue
    return tuple(sorted(known.values(), key=lambda venue: venue.name.lower()))


def find_venue(venues: Sequence[Venue], named: str) -> Venue:
    """Return the venue called so, by id, name, alias or title; case and punctuation do not count.

    Raises:
        NotFoundError: none is.
    """
    wanted = _key(named)
    for venue in venues:
        if wanted and wanted in map(_key, venue.names()):
            return venue
    import difflib

    keys = {_key(name): venue.id for venue in venues for name in venue.names()[:-1]}
    close = difflib.get_close_matches(wanted, keys, n=1)
    raise NotFoundError(
        f"No venue is called {clean_line(named, 60)!r}.",
        hint=f"Did you mean {keys[close[0]]}?"
        if close
        else "`assistant venue list --all` lists those known; venues.toml in your home adds more.",
    )


def find_edition(venues: Sequence[Venue], named: str) -> Edition | None:
    """Return the edition "neurips-2025", "NeurIPS 2025" or "nips2025" means; None without a year.

    Raises:
        NotFoundError: there is no such venue.
    """
    match = _EDITION.fullmatch(named.strip())
    return Edition(find_venue(venues, match[1]), int(match[2])) if match else None


def venues_called(venues: Sequence[Venue], words: str) -> list[Venue]:
    """Return the venues a filter such as `venue:nips` means; empty where it means none of them."""
    wanted = _key(words)
    return [venue for venue in venues if wanted and wanted in map(_key, venue.names())]


def written_names() -> Iterator[tuple[str, str, str]]:
    """Yield every venue's short name, its kind (journal or conference), and how papers write it.

    That is a regular expression; where two are found at one place, the first is meant.
    """
    told = _packaged_table()
    yield from ((name, "journal", written) for name, written in told["journals"].items())
    for row in told["venue"]:
        plain = "|".join(map(re.escape, (row["name"], *row.get("aliases", ()))))
        kind = "journal" if row.get("journal") else "conference"
        yield row["name"], kind, row.get("written", plain)
    yield from ((name, "conference", written) for name, written in told["conferences"].items())


def read_venues(text: str, where: str, *, own: bool = False) -> list[Venue]:
    """Return the venues that the text of a TOML file holds.

    Raises:
        ConfigError: it is no TOML, or a venue lacks what it needs.
    """
    told = _parsed(text, where)
    rows = told.get("venue")
    if set(told) - {"venue"} or not isinstance(rows, list):
        raise ConfigError(
            f"{where} holds something that is no venue.", hint="It is a list of [[venue]] tables."
        )
    return [_venue(row, f"{where}, venue {place}", own) for place, row in enumerate(rows, start=1)]


@lru_cache(maxsize=1)
def _packaged() -> tuple[Venue, ...]:
    rows = _packaged_table()["venue"]
    told = [{name: row[name] for name in row if name not in _FOR_PAPERS} for row in rows]
    return tuple(_venue(row, row["name"], own=False) for row in told)


@lru_cache(maxsize=1)
def _packaged_table() -> dict[str, Any]:
    from importlib import resources

    text = resources.files("assistant.sources").joinpath("venues.toml").read_text("utf-8")
    return _parsed(text, "the list of venues")


def _parsed(text: str, where: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML.", why=str(error)) from error


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {path}.", why=str(error)) from error


def _venue(row: Any, where: str, own: bool) -> Venue:
    if not isinstance(row, dict):
        raise ConfigError(f"{where} is no table.")
    known = {"id", "name", "title", "aliases", "proceedings", "first", "every", "source"}
    if strange := sorted(set(row) - known):
        raise ConfigError(f"{where} has an unknown key: {strange[0]}.")
    name = _text(row, "name", where)
    venue_id = _text(row, "id", where, name.lower())
    if not _ID.fullmatch(venue_id):
        raise ConfigError(
            f"{where}: {venue_id!r} cannot be its id.",
            hint="Lower-case letters, digits and dashes; no part is a number alone.",
        )
    where = f"{where} ({venue_id})"
    sources = row.get("source", [])
    if not isinstance(sources, list) or not sources:
        raise ConfigError(f"{where} has no source.", hint="Add a [[venue.source]] table.")
    every = _number(row, "every", where, 1)
    if every < 1:
        raise ConfigError(f"{where}: every must be at least 1.")
    return Venue(
        id=venue_id,
        name=name,
        title=_text(row, "title", where, name),
        sources=tuple(_source(one, where) for one in sources),
        aliases=tuple(_texts(row, "aliases", where)),
        proceedings=_text(row, "proceedings", where, ""),
        first=_number(row, "first", where, 1950),
        every=every,
        own=own,
    )


def _source(row: Any, where: str) -> VenueSource:
    kind = row.get("kind") if isinstance(row, dict) else None
    if kind not in SOURCES:
        raise ConfigError(
            f"{where} has a source of no kind we know: {clean_line(str(kind), 40)!r}.",
            hint=f"kind is one of {', '.join(SOURCES)}.",
        )
    where = f"{where}, source {kind}"
    parameters: dict[str, Any] = {}
    for name in SOURCES[kind]:
        parameters[name] = _texts(row, name, where) if name in _LISTS else _text(row, name, where)
        if not parameters[name]:
            raise ConfigError(f"{where} lacks {name}.")
    if strange := sorted(set(row) - {"kind", *SOURCES[kind], *_MORE}):
        raise ConfigError(f"{where} has an unknown key: {strange[0]}.")
    parameters["also"] = _texts(row, "also", where)
    parameters["abstracts"] = bool(row.get("abstracts", False))
    return VenueSource(
        kind, parameters, _number(row, "first", where, 0), _number(row, "last", where, 9_999)
    )


def _text(row: Mapping[str, Any], name: str, where: str, default: str | None = None) -> str:
    value = row.get(name, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ConfigError(f"{where}: {name} must be a text.")
    return clean_line(value, 400)


def _texts(row: Mapping[str, Any], name: str, where: str) -> list[str]:
    value = row.get(name, [])
    value = [value] if isinstance(value, str) else value
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ConfigError(f"{where}: {name} must be a list of texts.")
    return [clean_line(one, 400) for one in value]


def _number(row: Mapping[str, Any], name: str, where: str, default: int) -> int:
    value = row.get(name, default)
    if type(value) is not int:
        raise ConfigError(f"{where}: {name} must be a whole number.")
    return value


def _key(name: str) -> str:
    return _NOT_IN_KEYS.sub("", name.lower())
