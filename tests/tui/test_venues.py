"""Venues: editions and deadlines, what keys do there, and each undone again."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from rich.cells import cell_len

from assistant.tui.areas.papers.screen import PapersScreen
from assistant.tui.areas.venues.cells import named
from assistant.tui.areas.venues.screen import VenuesScreen
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question
from db import venues as ledger
from db.engine import Database
from tests.fakes.calendars import read_calendar
from tests.fakes.venue_homes import NEVER, ORAL
from tests.tui.driving import LARGE, Person, drive
from tests.tui.playing import hold_jobs, jobs
from tests.tui.test_mouse import click

NEWEST = "neurips-2025"


def venues(person: Person) -> VenuesScreen:
    found = person.app.screen_stack[0]
    assert isinstance(found, VenuesScreen)
    return found


async def go_to(person: Person, key: str) -> None:
    """Put the cursor on a row of the list in sight, deadlines by "ICML 2026 paper"."""
    screen = venues(person)
    if screen.pane == "deadlines":
        dues = screen.deadlines.held.dues
        wanted: object = next(k for k, due in dues.items() if f"{due.edition} {due.what}" == key)
    else:
        wanted = key
    rows = screen.browser.rows
    place = rows.source.index_of(wanted)  # type: ignore[arg-type]
    assert place is not None, f"{key} is not listed\n{person.text()}"
    rows.move_to(place)
    await person.rest()


async def into_page(person: Person, kind: str, name: str = "") -> None:
    """Put the cursor on the first place of the page that leads to something."""
    page = venues(person).browser.page
    if not page.has_focus:
        await person.press("tab")
    keys: list[Any] = [page.source.key(n) for n in range(len(page.source))]
    page.go_to(next(k for k in keys if k and k.kind == kind and name in str(k.name)))
    await person.rest()


def followed(home: Path) -> set[str]:
    with Database(home / "library.db") as database, database.read() as connection:
        return set(ledger.followed(connection))


# ---- editions


def test_followed_editions_stand_first_with_what_is_mine(venued: Path) -> None:
    async def play(person: Person) -> None:
        lines = person.lines()
        at = next(n for n, line in enumerate(lines) if "★ NeurIPS 2025" in line)
        assert lines[at - 1].startswith("You follow")
        for told in ("11 papers", "1 read", "1 liked", "complete", "due 2 d"):
            assert told in lines[at], lines[at]
        assert "· read" in lines[at + 1]
        assert "partial" in lines[at + 1]
        assert "due" not in lines[at + 1], "what is due is told once a venue"
        assert "Also known" in person.text()
        assert "1 followed · 15 papers of 2 editions" in person.text()

    drive(play)


def test_a_page_counts_by_status_and_session_and_tells_what_is_mine_and_for_me(
    venued: Path,
) -> None:
    async def play(person: Person) -> None:
        await person.press("enter")
        text = person.text()
        for told in (
            "11  all accepted", "3  oral", "3  spotlight", "5  poster",
            "1 rejected or withdrawn: H shows them", "1  read", "1  liked", f"✓ + {ORAL}",
            "◷   Engines of kind 1", "For you   ranked", "close to", "Poster Session 1 · Hall A",
            "Poster Session 2  2025-12-04 11:00", "NeurIPS 2024", "2 d", "collections disagree",
        ):  # fmt: skip
            assert told in text, told
        assert NEVER not in text
        await person.press("H")
        assert "1  rejected" in person.text()
        await person.press("H")
        assert "1  rejected\n" not in person.text()

    drive(play, size=(140, 80))


@pytest.mark.parametrize(
    ("kind", "name", "query", "count"),
    [
        ("papers", "", "venue:neurips year:2025", 11),
        ("papers", "spotlight", "venue:neurips year:2025 status:spotlight", 3),
        ("papers", "Session 2", 'venue:neurips year:2025 session:"Poster Session 2"', 5),
        ("papers", "is:read", "venue:neurips year:2025 is:read", 1),
        ("papers", "is:liked", "venue:neurips year:2025 is:liked", 1),
    ],
)
def test_a_count_leads_to_its_papers(
    venued: Path, kind: str, name: str, query: str, count: int
) -> None:
    async def play(person: Person) -> None:
        await into_page(person, kind, name)
        await person.press("enter")
        papers = person.screen
        assert isinstance(papers, PapersScreen)
        assert papers.bar.text.strip() == query
        assert f"1 of {count} of " in person.text()
        assert papers.browser.rows.has_focus

    drive(play)


def test_what_was_rejected_is_listed_where_one_asks_for_it(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("H")
        await into_page(person, "papers", "rejected")
        await person.press("enter")
        assert NEVER in person.text()

    drive(play)


def test_papers_open_from_the_page_and_by_their_key(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("P")
        assert "1 of 11 of " in person.text()
        await person.press("7")
        await into_page(person, "paper")
        await person.press("enter")
        assert person.app.current_mode == "papers"
        await person.until(lambda: "We build engines of kind 0" in person.text())
        await person.press("7")
        await into_page(person, "named")
        await person.press("enter")
        assert person.app.current_mode == "papers"

    drive(play)


def test_a_venue_is_followed_and_that_is_undone(venued: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "icml")
        await person.press("w")
        assert followed(venued) == {"icml", "neurips"}
        assert "Follows ICML. z undoes it." in person.toasts()
        assert "★ ICML" in person.text()
        await person.press("z")
        assert followed(venued) == {"neurips"}
        await person.press("Z")
        assert followed(venued) == {"icml", "neurips"}
        await go_to(person, NEWEST)
        await person.press("w", "z")
        assert followed(venued) == {"icml", "neurips"}

    drive(play)


def test_a_list_is_fetched_as_a_job(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("Y")
        await go_to(person, "icml")
        await person.press("Y")
        await go_to(person, NEWEST)
        await into_page(person, "fetch")
        await person.press("enter")
        assert [job.argv for job in jobs(person).running] == [
            ("venue", "sync", name, "--no-embed", "--json") for name in (NEWEST, "icml", "neurips")
        ]
        one = jobs(person).running[0]
        one.result = {
            "unusable": [],
            "editions": [{"edition": NEWEST, "state": "complete", "received": 12, "added": 2}],
        }
        jobs(person).end(one)
        await person.rest()
        assert person.toasts()[-1] == "neurips-2025: 2 new."
        one = jobs(person).running[0]
        failed = {"edition": "icml-2026", "state": "failed", "detail": "icml.cc cannot be reached."}
        one.result = {"unusable": ["icml-2027"], "editions": [failed]}
        jobs(person).end(one, "partly")
        await person.rest()
        assert person.toasts()[-1].startswith("Nothing could be fetched.")
        why = person.app.desk.log.entries[-1].why
        assert "icml-2026: failed icml.cc cannot be reached." in why
        assert "icml-2027" in why

    drive(play, prepare=hold_jobs)


def test_papers_are_ranked_as_a_job_that_leaves_today_alone(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("R")
        (job,) = jobs(person).running
        assert job.argv == ("digest", "--venue", NEWEST, "--json")
        assert "ranking …" in person.text()
        await person.press("R")
        assert "It is being ranked." in person.toasts()
        assert len(jobs(person).running) == 1
        programme = {"name": "NeurIPS 2025"}
        job.result = {"entries": [{}] * 3, "batches": [], "candidates": 11, "programme": programme}
        jobs(person).end(job)
        await person.rest()
        assert person.toasts()[-1] == "3 papers for you of NeurIPS 2025's 11."
        assert "ranking …" not in person.text()
        await person.press("1")
        assert "For you" not in person.text()

    drive(play, size=LARGE, prepare=hold_jobs)


def test_what_cannot_be_done_says_why(venued: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "icml")
        for key, why in (
            ("P", "Nothing of it is here: Y fetches its list."),
            ("R", "Nothing of it is here: Y fetches its list."),
            ("H", "Nothing that was rejected or withdrawn is known of it."),
        ):
            await person.press(key)
            assert person.toasts()[-1] == why
        await go_to(person, "tacl")
        await person.press("u")
        assert person.toasts()[-1] == "Nothing is known to be due there."
        await person.press("o")
        assert person.toasts()[-1] == "No page is known of it."
        await person.press("ctrl+l")
        assert person.toasts()[-1] == "There is no filter to clear."
        await person.press("slash")
        await person.type("zqxj")
        await person.press("enter", "w")
        assert person.toasts()[-1] == "There is no venue here."

    drive(play)


def test_pages_are_opened_and_names_copied(venued: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    copied: list[str] = []

    async def play(person: Person) -> None:
        monkeypatch.setattr(person.app, "copy_to_clipboard", copied.append)
        await person.press("o", "y")
        await into_page(person, "papers", "oral")
        await person.press("y", "escape", "v")
        await go_to(person, "ICML 2026 paper")
        await person.press("o", "y")
        await into_page(person, "web")
        await person.press("enter")
        monkeypatch.setattr("webbrowser.open", lambda _: False)
        await person.press("o")
        assert person.toasts()[-1] == "No browser here; copied https://icml.cc/Conferences/2026"

    drive(play)
    assert opened == [
        "https://neurips.cc/virtual/2025",
        *["https://icml.cc/Conferences/2026"] * 2,
    ]
    assert copied[:2] == ["NeurIPS 2025", "venue:neurips year:2025 status:oral"]
    assert copied[2].startswith("ICML 2026, paper: Wed 28 Jan 2026, 23:59 AoE (Thu 29 Jan 2026")


def test_the_filter_narrows_each_pane_by_itself(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("slash")
        await person.type("neurips 2024")
        assert "NeurIPS 2025" not in person.text()
        await person.type("!followed")
        assert "NeurIPS" not in "\n".join(person.lines()[4:])
        await person.type("oral")
        assert "NeurIPS 2025" in person.text()
        assert "NeurIPS 2024" not in person.text()
        await person.press("enter", "v")
        assert "SIGMOD" in person.text(), "the other pane has its own"
        await person.press("slash")
        await person.type("databases")
        await person.press("enter")
        assert "SIGMOD" in person.text()
        assert "ICML" not in person.text()
        await person.press("v")
        assert venues(person).bar.text == "oral"
        await person.press("escape")
        assert "NeurIPS 2024" in person.text()
        await person.press("slash")
        await person.type("zqxj")
        assert "No venue matches 'zqxj'.\n  Press esc" in person.text()

    drive(play)


def test_where_one_was_is_there_again_after_a_restart(venued: Path) -> None:
    async def leave(person: Person) -> None:
        await person.press("slash")
        await person.type("neurips")
        await person.press("enter")
        await go_to(person, "neurips-2024")
        await person.press("H", "v", "a", "H", "p", "p")
        person.app.remember()

    async def back(person: Person) -> None:
        screen = venues(person)
        assert screen.pane == "deadlines"
        assert screen.deadlines.mine
        assert screen.deadlines.over
        assert screen.venues.rows.key == "neurips-2024"
        await person.press("v")
        assert screen.bar.text == "neurips"

    drive(leave, size=LARGE)
    drive(back, size=LARGE)


def test_the_filter_brings_the_list_back_from_a_page(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("enter", "slash")
        await person.type("2024")
        assert "★ NeurIPS 2024" in person.text()
        await person.type("zqxj")
        assert "No venue matches" in person.text()

    drive(play)


# ---- deadlines


def test_deadlines_count_down_with_their_rounds_and_times(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v")
        text = person.text()
        lines = [line for line in person.lines() if "2025" in line or "2026" in line]
        assert "At venues you follow" in text
        assert "Elsewhere" in text
        assert "AoE, then your time (UTC)" in text
        assert "≠ collections disagree" in text
        for line, told in (
            (lines[0], ("2 d 23 h", "★ NeurIPS 2025", "abstract", "07 Nov 23:59 AoE", "08 Nov")),
            (lines[1], ("9 d 23 h", "★ NeurIPS 2025", "paper", "≠", "14 Nov 23:59 AoE")),
            (lines[2], ("73 d 13 h", "SIGMOD 2026", "paper 2/3", "17 Jan 13:00 AoE")),
            (lines[3], ("84 d 23 h", "ICML 2026", "28 Jan 23:59 AoE", "29 Jan 11:59")),
            (lines[4], ("open", "SIGMOD 2026", "paper 3/3", "to be announced")),
        ):
            for part in told:
                assert part in line, line
        assert "1/3" not in text
        await person.press("H")
        assert "over 18 d" in person.text()
        assert "paper 1/3" in person.text()

    drive(play)


def test_the_countdown_goes_on_with_the_minutes(
    venued: Path, still_clock: time_machine.Traveller
) -> None:
    async def play(person: Person) -> None:
        await person.press("v")
        assert "2 d 23 h" in person.text()
        still_clock.shift(timedelta(days=2, hours=23, minutes=40))
        venues(person).tick()
        await person.rest()
        assert "19 min" in person.text()
        still_clock.shift(timedelta(minutes=30))
        venues(person).tick()
        await person.rest()
        assert "abstract" not in person.text(), "it is over"
        await person.press("H")
        assert "over 10 min" in person.text()

    drive(play)


def test_a_deadline_has_a_page_with_all_rounds_links_and_who_says_what(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v")
        await go_to(person, "NeurIPS 2025 paper")
        text = person.text()
        for told in (
            "9 d 23 h left", "AoE  Fri 14 Nov 2025, 23:59 AoE", "yours  Sat 15 Nov 2025, 11:59 UTC",
            "≠ The collections disagree; the earliest moment counts here.",
            "ccfddl  2025-11-14 23:59:59 AoE  = Sat 15 Nov 2025", "huggingface  2025-11-16",
            "All of NeurIPS 2025", "▸ 14 Nov 2025 23:59 AoE", "notification", "San Diego",
            "machine learning", "↗ https://neurips.cc", "It takes place in two cities.",
        ):  # fmt: skip
            assert told in text, told
        await into_page(person, "due", "abstract")
        await person.press("enter")
        due = venues(person).deadlines.due
        assert due is not None
        assert due.kind == "abstract"

    drive(play, size=(140, 60))


def test_a_long_name_is_cut_and_its_year_is_not() -> None:
    assert named("SIGMETRICS", 2027, 14) == "SIGMETRI… 2027"
    assert named("ICML", 2027, 14) == "ICML 2027     "
    wide = named("大規模言語モデル", 2027, 14)
    assert (cell_len(wide), wide[-5:]) == (14, " 2027")


def test_those_of_followed_venues_alone_and_all_again(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "a")
        assert "SIGMOD" not in person.text()
        assert "2 deadlines" in person.text()
        assert "only venues you follow" in person.text()
        await person.press("a")
        assert "SIGMOD" in person.text()

    drive(play)


def test_a_venue_is_followed_from_its_deadline_and_that_is_undone(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v")
        await go_to(person, "ICML 2026 paper")
        await person.press("w")
        assert followed(venued) == {"icml", "neurips"}
        assert "★ ICML 2026" in person.text()
        await person.press("z")
        assert followed(venued) == {"neurips"}
        await go_to(person, "SIGMOD 2026 paper, round 2 of 3")
        await person.press("w")
        assert "Its venue is none we know" in person.toasts()[-1]

    drive(play)


def test_from_a_venue_to_its_deadline_and_back(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("u")
        screen = venues(person)
        assert screen.pane == "deadlines"
        assert screen.deadlines.due is not None
        assert screen.deadlines.due.edition == "NeurIPS 2025"
        assert screen.deadlines.page.has_focus
        await go_to(person, "ICML 2026 paper")
        await person.press("u")
        assert (screen.pane, screen.venues.rows.key) == ("editions", "icml")
        await into_page(person, "due")
        await person.press("enter")
        assert screen.pane == "deadlines"
        await into_page(person, "venue")
        await person.press("enter")
        assert screen.pane == "editions"

    drive(play)


def test_what_is_listed_is_written_as_a_calendar(venued: Path, tmp_path: Path) -> None:
    target = tmp_path / "mine.ics"

    async def play(person: Person) -> None:
        await person.press("v", "a", "X")
        assert isinstance(person.screen, Prompt)
        await person.type(str(target))
        await person.press("enter")
        assert f"Wrote 2 deadlines to {target}." in person.toasts()
        before = target.read_text()
        await person.press("a", "X")
        await person.type(str(target))
        await person.press("enter")
        assert isinstance(person.screen, Question)
        await person.press("n")
        assert target.read_text() == before
        await person.press("X")
        await person.type(str(target))
        await person.press("enter", "y")
        assert len(read_calendar(target.read_bytes().decode())) == 4
        for path, told in ((tmp_path, "a folder"), ("\0", "no path")):
            await person.press("X")
            await person.type(str(path))
            await person.press("enter")
            assert told in person.toasts()[-1]

    drive(play)
    assert len(read_calendar(target.read_bytes().decode())) == 4


def test_a_calendar_that_cannot_be_written_is_told(venued: Path, tmp_path: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "X")
        await person.type(str(tmp_path / "none" / "mine.ics"))
        await person.press("enter")
        assert "Cannot write" in person.toasts()[-1]

    drive(play, errors=True)


def test_deadlines_are_fetched_as_a_job(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("v", "Y")
        (job,) = jobs(person).running
        assert job.argv == ("deadlines", "sync", "--json")
        job.result = [
            {"name": "ccfddl", "meetings": 3, "moved": 1, "failure": None},
            {"name": "huggingface", "meetings": 0, "moved": 0, "failure": "It is gone."},
        ]
        jobs(person).end(job, "partly")
        await person.rest()
        assert "Deadlines of 3 meetings; 1 deadline moved." in person.toasts()[-1]
        assert person.app.desk.log.entries[-1].why == "huggingface: It is gone."

    drive(play, prepare=hold_jobs)


def test_without_anything_the_next_useful_key_is_named(seeded: Path) -> None:
    settle_in_venues(seeded)

    async def play(person: Person) -> None:
        assert "0 followed · 0 papers of 0 editions · w follows one" in person.text()
        await person.press("v")
        assert "No deadlines are known yet.\n  Press Y to fetch them." in person.text()
        for key, why in (
            ("a", "Nothing is known to be due at a venue you follow."),
            ("X", "There is nothing here to write."),
            ("o", "There is no deadline here."),
            ("w", "There is no deadline here."),
        ):
            await person.press(key)
            assert person.toasts()[-1] == why

    drive(play)


def test_a_fault_in_ones_own_venues_is_told_in_the_list_too(venued: Path) -> None:
    (venued / "venues.toml").write_text("[[venue]]\nid = 3\n")

    async def play(person: Person) -> None:
        assert "venues.toml" in person.toasts()[-1]
        assert "venues.toml" in "\n".join(person.lines()[3:8])
        (venued / "venues.toml").unlink()
        await person.press("r")
        assert "NeurIPS 2025" in person.text()

    drive(play, errors=True)


def settle_in_venues(home: Path) -> None:
    (home / "session.json").write_text(json.dumps({"app": {"area": "venues"}}))


def test_the_mouse_turns_panes_and_opens_pages(venued: Path) -> None:
    async def play(person: Person) -> None:
        await click(person, "Deadlines")
        assert venues(person).pane == "deadlines"
        await click(person, "ICML 2026", times=2)
        assert "Who says so" in person.text()
        await person.press("escape")
        await click(person, "Editions")
        await click(person, "NeurIPS 2024", times=2)
        assert "four papers are missing" in person.text()
        await click(person, "v turn")
        assert venues(person).pane == "deadlines"

    drive(play)


def test_keys_are_answered_before_the_library_is_open(venued: Path) -> None:
    async def play(person: Person) -> None:
        await person.press_fast("j", "w", "v", "a", "X", "H", "u", "y")
        await person.rest()

    drive(play, wait=False)
