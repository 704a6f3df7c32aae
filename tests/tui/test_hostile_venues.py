"""Nothing that a venue, its list or a collection of deadlines tells breaks a screen."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from assistant.sources.record import Record
from assistant.sources.venues import Edition, read_venues
from db import meetings, venues
from db.engine import Database
from tests.fakes.venue_homes import give_venues, papers
from tests.tui.driving import LARGE, SMALL, Person, drive
from tests.tui.hostile import STRINGS, SURROGATE
from tests.tui.playing import hold_jobs
from tests.tui.test_hostile import check
from tests.tui.test_hostile_learning import calm, check_all, quoted
from tests.tui.test_venues import go_to, jobs, settle_in_venues
from tests.tui.test_venues import venues as venues_screen

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
TEXTS = list(STRINGS.values())


def own_venues() -> str:
    """Return a venues.toml in which every name is hostile."""
    return "\n".join(
        f'[[venue]]\nid = "v{"x" * number}"\nname = {quoted(text)}\ntitle = {quoted(text)}\n'
        f'[[venue.source]]\nkind = "virtual"\nsite = "https://example.org"\nconference = "x"\n'
        for number, text in enumerate(TEXTS)
    )


def hostile_papers(edition: Edition) -> list[Record]:
    """Return papers whose titles, sessions and rooms came in past all that cleans."""
    plain = papers(edition, len(TEXTS), ("oral", "poster"))
    return [
        replace(
            record, title=text, venue=text.replace("\0", ""),
            extra={**record.extra, "session": text, "starts": text, "room": text, "decision": text},
        )
        for record, text in zip(plain, TEXTS, strict=True)
    ]  # fmt: skip


def collection(kind: str) -> str:
    """Return a collection in which every text is hostile, as far as YAML can write it."""
    rows = []
    for number, text in enumerate(TEXTS):
        told = f"x{number} {text}"
        if kind == "ccfddl":
            timeline = [{"deadline": "2025-11-14 23:59:59", "comment": told},
                        {"deadline": text, "comment": told}]  # fmt: skip
            one = {"year": 2025, "id": told, "link": f"https://example.org/{number}",
                   "timeline": timeline, "timezone": text, "date": told, "place": told}  # fmt: skip
            rows.append({"title": told, "description": told, "sub": text, "confs": [one]})
        else:
            due = {"type": "submission", "label": told, "date": "2025-11-20 23:59:59",
                   "timezone": text}  # fmt: skip
            rows.append({
                "title": told, "year": 2025, "id": told, "full_name": told, "link": text,
                "deadlines": [due], "city": told, "date": told, "tags": [text], "note": told,
            })  # fmt: skip
    return yaml.safe_dump(rows, allow_unicode=False)


@pytest.fixture
def hostile(seeded: Path) -> Path:
    """A home whose venues, papers, sessions and deadlines are hostile."""
    (seeded / "venues.toml").write_text(own_venues(), encoding="utf-8")
    (first, *_) = read_venues(own_venues(), "venues.toml", own=True)
    edition = Edition(first, 2025)
    lists = (collection("ccfddl"), collection("huggingface"))
    give_venues(seeded, editions=[(edition, hostile_papers(edition))], lists=lists)
    with Database(seeded / "library.db") as database, database.write("seed") as connection:
        venues.follow(connection, first.id)
        for number, text in enumerate(TEXTS):
            venues.put_edition(
                connection, first.id, 2025, f"s{number}", state="failed", detail=text
            )
        for text in TEXTS:  # what no door would let in
            document = {
                "edition": text, "series": text, "year": 2026, "full_name": text, "link": text,
                "place": text, "dates": text, "subjects": [text], "note": text,
                "deadlines": [
                    {"kind": text[:60], "label": text, "at": "2025-12-01T00:00:00Z", "told": text,
                     "zone_known": False, "round": 1, "extended": True},
                    {"kind": "paper", "label": text, "at": "2025-12-02T00:00:00Z", "told": text,
                     "zone_known": False, "round": 1, "extended": True},
                ],
                "was": {f"paper 1 {text}": ["2025-11-30T00:00:00Z"]},
            }  # fmt: skip
            row = (text, text, 2026, "2026-12-01T00:00:00Z", document)
            meetings.put_meetings(connection, text, [row], [text])
            meetings.put_checked(connection, text, text, text)
    settle_in_venues(seeded)
    return seeded


@SIZES
def test_every_venue_is_listed_beside_its_page(hostile: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        check(person)
        for _ in range(len(TEXTS) + 2):
            await person.press("j")
            await calm(person)
        await person.press("g", "H", "enter")
        await check_all(person)
        for keys in (("w",), ("z",), ("y",), ("question_mark",), ("escape", "ctrl+p")):
            await person.press(*keys)
            check(person)

    drive(play, size=size)


@SIZES
def test_every_deadline_is_listed_beside_its_page(hostile: Path, size: tuple[int, int]) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "H")
        check(person)
        rows = venues_screen(person).deadlines.rows
        assert len(rows.source) > 2 * len(TEXTS)
        for _ in range(len(rows.source)):
            await person.press("j")
            await calm(person)
        await person.press("g", "enter")
        await check_all(person)
        await person.press("y", "X")
        check(person)

    drive(play, size=size)


def test_a_session_is_gone_to_and_the_filters(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "v-2025")
        await person.press("tab")
        page = venues_screen(person).venues.page
        keys = [page.source.key(n) for n in range(len(page.source))]
        sessions = [key for key in keys if getattr(key, "section", "") == "session"]
        assert len(sessions) > 20
        for key in sessions:
            await person.press("7")
            page.go_to(key)
            await person.press("enter")
            assert person.app.current_mode == "papers"
            await calm(person)
        await person.press("7", "escape", "slash")
        for pane in range(2):
            for text in TEXTS:
                await person.type(text)
                await calm(person)
            await person.press("escape", "v", "slash") if not pane else None

    drive(play)


def test_what_jobs_tell(hostile: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "v-2025")
        await person.press("Y", "R", "v", "Y")
        fetching, ranking, asking = jobs(person).running
        whole = [*TEXTS, SURROGATE]
        fetching.result = {
            "unusable": whole,
            "editions": [
                {"edition": one, "state": one, "detail": one, "received": 1, "added": one}
                for one in whole
            ],
        }
        ranking.result = {"entries": whole, "batches": whole, "programme": {"name": whole[0]}}
        asking.result = [{"name": one, "failure": one, "meetings": one} for one in whole]
        for job in (fetching, ranking, asking):
            jobs(person).end(job, "partly")
            await person.rest()
            check(person)
        await person.press("6")
        await check_all(person)

    drive(play, size=LARGE, prepare=hold_jobs)


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"form": 1}', json.dumps({"form": 1, "programme": 3})]
)
def test_a_kept_digest_that_is_none_is_as_if_there_were_none(venued: Path, kept: str) -> None:
    (file,) = (venued / "venue-digests").iterdir()
    file.write_text(kept)

    async def play(person: Person) -> None:
        assert "R ranks its 11 papers" in person.text()

    drive(play, size=LARGE)
