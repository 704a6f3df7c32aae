"""Reading one file of a track into what it tells, or into an error that says what to mend."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from assistant.skills.model import Item, Question, Skill, Track, TrackError, TrackFile, Way
from assistant.sources.identifiers import parse_identifier
from assistant.text import clean_line

LARGEST_FILE = 1_000_000
MOST_SKILLS = 500
_ID = re.compile(r"[a-z][a-z0-9-]{0,59}")
_LONGEST = 1_000
_MOST = 60


def read_track_file(path: Path, labs: Mapping[str, Iterable[str]]) -> TrackFile:
    """Return what a file tells; `labs` maps the ids of the labs there are to the skills they name.

    Raises:
        TrackError: it cannot be read, is no TOML, or not of the form.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise TrackError(f"{path} is larger than {LARGEST_FILE:,} bytes.")
        text = path.read_bytes().decode("utf-8")
        told = tomllib.loads(text)
    except OSError as error:
        raise TrackError(f"Cannot read {path}.", why=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise TrackError(
            f"{path} is not UTF-8.", why=str(error), hint="Save it as UTF-8."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise TrackError(
            f"{path} is not TOML.", why=str(error), hint="Mend that line; texts stand in quotes."
        ) from error
    except RecursionError as error:
        raise TrackError(f"{path} is nested too deeply.") from error
    whole = _Table(path, text, "", told)
    whole.only("track", "skill")
    track_id = ""
    about = None
    if "track" in told:
        about = whole.table("track")
        about.only("id", "title", "summary", "after", "include")
        track_id = about.id("id")
    skills = tuple(_skill(one, track_id, labs) for one in whole.tables("skill", MOST_SKILLS))
    ids = [one.id for one in skills]
    for id in ids:
        if ids.count(id) > 1:
            whole.at(id).refuse(f"the id {id!r} stands here twice", "Give each skill its own id.")
    if about is None:
        return TrackFile(path, None, skills)
    track = Track(
        id=track_id,
        title=about.line("title"),
        summary=about.line("summary"),
        after=about.ids("after"),
        include=about.ids("include"),
        own=tuple(ids),
        source=path,
    )
    return TrackFile(path, track, skills)


def _skill(table: "_Table", track: str, labs: Mapping[str, Iterable[str]]) -> Skill:
    table.only(
        "id", "title", "can", "why", "needs", "hours", "terms", "read", "labs", "planned", "recall",
        "proof",
    )  # fmt: skip
    id = table.id("id")
    table = table.at(id)
    named = table.lines("labs")
    for lab in named:
        table.known(lab, labs, "labs", "lab")
    own = [*named, *(lab for lab, skills in labs.items() if id in skills and lab not in named)]
    read = tuple(_item(one) for one in table.tables("read", _MOST))
    works = sum(bool(one.work) for one in read)
    recall = tuple(_question(one) for one in table.tables("recall", _MOST))
    planned = table.line("planned", "")
    proof = tuple(
        _way(one, own, labs, works, len(recall), planned) for one in table.tables("proof", 20)
    )
    if not proof:
        table.refuse("it has no proof", "Say what proves it, such as proof = [{ checks = true }].")
    return Skill(
        id=id,
        track=track,
        title=table.line("title"),
        can=table.line("can"),
        why=table.line("why", ""),
        needs=table.ids("needs"),
        hours=table.hours("hours"),
        terms=table.lines("terms"),
        read=read,
        labs=tuple(own),
        planned=planned,
        recall=recall,
        proof=proof,
    )


def _item(table: "_Table") -> Item:
    table.only("work", "title", "url", "why")
    if "work" in table.told:
        named = table.line("work")
        work = parse_identifier(named)
        if work is None:
            table.refuse(f"{named!r} is no paper's id", 'Write one such as "arxiv:1706.03762".')
        return Item(table.line("why"), work=str(work), title=table.line("title", ""))
    url = table.line("url")
    if not re.match(r"https?://[^\s/]+", url):
        table.refuse(f"{url!r} is no address", "An address begins with https:// or http://.")
    return Item(table.line("why"), title=table.line("title"), url=url)


def _question(table: "_Table") -> Question:
    table.only("ask", "answer")
    return Question(table.line("ask"), table.line("answer"))


def _way(
    table: "_Table",
    own: list[str],
    labs: Mapping[str, Iterable[str]],
    works: int,
    questions: int,
    planned: str,
) -> Way:
    table.only("checks", "run", "read", "note", "reviews", "merged", "talks", "show")
    if not table.told:
        table.refuse("a way to prove it is empty", "Name what proves it, such as note = 200.")
    chosen = {}
    for name in ("checks", "run"):
        value = table.told.get(name, "")
        if value is True:
            if not own and not planned:
                table.refuse(f"{name} = true, but it has no lab", "Name one in labs.")
            chosen[name] = "*"
        elif value:
            chosen[name] = table.known(table.line(name), labs, name, "lab")
    read = table.count("read", 100)
    if read > works:
        table.refuse(f"read = {read}, but its reading list has {works} works", "Ask for fewer.")
    reviews = table.count("reviews", 100)
    if reviews and not questions:
        table.refuse("reviews without questions", "Give it recall = [{ ask = …, answer = … }].")
    return Way(
        checks=chosen.get("checks", ""),
        run=chosen.get("run", ""),
        read=read,
        note=table.count("note", 100_000),
        reviews=reviews,
        merged=table.count("merged", 100),
        talks=table.count("talks", 100),
        show=table.line("show", ""),
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a file and where it stands, for errors that say so."""

    path: Path
    text: str
    place: str
    told: Mapping[str, Any]

    def at(self, id: str) -> "_Table":
        """The same table, now that it is known which skill it is."""
        line = _line_of(self.text, id)
        return _Table(self.path, self.text, f"skill {id!r}{line}", self.told)

    def refuse(self, what: str, hint: str = "") -> NoReturn:
        place = f", {self.place}" if self.place else ""
        raise TrackError(f"{self.path}{place}: {what}.", hint=hint)

    def only(self, *names: str) -> None:
        for name in self.told:
            if name not in names:
                close = difflib.get_close_matches(name, names, n=1)
                self.refuse(
                    f"{clean_line(name, 60)!r} is unknown here",
                    f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}.",
                )

    def known(self, value: str, among: Iterable[str], key: str, noun: str) -> str:
        names = list(among)
        if value not in names:
            close = difflib.get_close_matches(value, names, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else "`assistant lab list` shows them."
            self.refuse(f"{key} names {value!r}, and there is no such {noun}", hint)
        return value

    def table(self, key: str) -> "_Table":
        value = self.told[key]
        if not isinstance(value, dict):
            self.refuse(f"{key} is to be a table", f"Write [{key}].")
        return _Table(self.path, self.text, f"{self.place}{' ' * bool(self.place)}[{key}]", value)

    def tables(self, key: str, most: int) -> list["_Table"]:
        value = self.told.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.refuse(
                f"{key} is to be a list of tables", f"Write [[{key}]] or {key} = [{{ … }}]."
            )
        if len(value) > most:
            self.refuse(f"{key} has {len(value):,} entries, at most {most:,} may be")
        head = f"{self.place}, " if self.place else ""
        return [
            _Table(self.path, self.text, f"{head}{key} {place}", one)
            for place, one in enumerate(value, start=1)
        ]

    def line(self, key: str, default: str | None = None) -> str:
        value = self.told.get(key, default)
        if not isinstance(value, str):
            what = f"{key} is missing" if value is None else f"{key} is to be a text"
            self.refuse(what, f'Write {key} = "…".')
        if len(value) > _LONGEST:
            self.refuse(f"{key} is longer than {_LONGEST:,} characters")
        cleaned = clean_line(value, _LONGEST)
        if not cleaned and default is None:
            self.refuse(f"{key} is empty", f'Write {key} = "…".')
        return cleaned

    def id(self, key: str) -> str:
        value = self.line(key)
        if not _ID.fullmatch(value):
            self.refuse(
                f"{value!r} cannot be an id",
                "An id has small letters, digits and -, begins with a letter, and never changes.",
            )
        return value

    def lines(self, key: str) -> tuple[str, ...]:
        value = self.told.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.refuse(f"{key} is to be a list of texts", f'Write {key} = ["…", "…"].')
        if len(value) > _MOST:
            self.refuse(f"{key} has {len(value)} entries, at most {_MOST} may be")
        cleaned = (clean_line(one, 200) for one in value)
        return tuple(dict.fromkeys(one for one in cleaned if one))

    def ids(self, key: str) -> tuple[str, ...]:
        values = self.lines(key)
        for value in values:
            if not _ID.fullmatch(value):
                self.refuse(f"{key} names {value!r}, which cannot be an id")
        return values

    def count(self, key: str, most: int) -> int:
        value = self.told.get(key, 0)
        if type(value) is not int or not 0 <= value <= most:
            self.refuse(f"{key} is to be a whole number up to {most:,}")
        return value

    def hours(self, key: str) -> float:
        value = self.told.get(key)
        if type(value) not in (int, float) or not 0 < float(value or 0) <= 2_000:
            self.refuse(f"{key} is to be a number of hours above 0", f"Write {key} = 8.")
        return float(value or 0)


def _line_of(text: str, id: str) -> str:
    found = re.search(rf"^\s*id\s*=\s*[\"']{re.escape(id)}[\"']", text, re.MULTILINE)
    return f" (line {text[: found.end()].count(chr(10)) + 1})" if found else ""
