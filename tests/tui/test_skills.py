"""Skills: the track, a skill's page, what keys do to it, and each undone again."""

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.tui import editing
from assistant.tui.areas.labs.screen import LabsScreen
from assistant.tui.areas.skills import browser, changes
from assistant.tui.areas.skills.progress import ProgressScreen
from assistant.tui.areas.skills.queries import Goal
from assistant.tui.areas.skills.review import SkillReview
from assistant.tui.areas.skills.screen import SkillsScreen
from assistant.tui.widgets.choosing import Choosing
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question
from db import learning as log
from db.engine import Database
from tests.tui.driving import LARGE, Person, drive


def skills(person: Person) -> SkillsScreen:
    found = person.app.screen_stack[0]
    assert isinstance(found, SkillsScreen)
    return found


def state(person: Person, skill: str) -> str:
    learner = skills(person).learner
    assert learner is not None
    return learner.standings[skill].state


async def go_to(person: Person, skill: str) -> None:
    """Put the cursor on a skill of the list."""
    rows = skills(person).browser.rows
    rows.move_to(rows.source.index_of(skill) or 0)
    await person.rest()
    assert rows.key == skill


async def into_page(person: Person, kind: str, number: int = 0) -> Goal:
    """Put the cursor on a place of the page."""
    await person.press("tab")
    page = skills(person).browser.page
    source = page.source
    keys = [source.key(n) for n in range(len(source))]
    goals = [key for key in keys if isinstance(key, Goal) and key.kind == kind]
    page.go_to(goals[number])
    await person.rest()
    return goals[number]


def test_the_track_picked_is_shown_in_order_from_what_is_next(learning: Path) -> None:
    async def play(person: Person) -> None:
        text = person.text()
        assert "My own way (yours) · 1 of 5 proven · 1 due · 2 started" in text
        lines = [line.strip() for line in person.lines()]
        titles = ("Automatic differentiation", "Reading well", "Telling others", "Doubting")
        places = [next(n for n, line in enumerate(lines) if one in line) for one in titles]
        assert places == sorted(places)
        for told in (
            "▸↻ Losses of your own",
            "due",
            "◐ Reading well",
            "· Telling others",
            "locked",
        ):
            assert told in text
        assert "◐ reading" in text  # what it needs, with its sign
        assert skills(person).browser.rows.key == "custom-loss"
        await person.press("g", "n")
        assert skills(person).browser.rows.key == "custom-loss"

    drive(play)


def test_a_page_tells_why_what_to_read_what_proves_it_and_what_it_opens(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "reading")
        text = person.text()
        for told in (
            "You can say in a sentence", "Who reads much", "read 2 of the works on its list",
            "read 0 of 2 of its works", "a note of 5 words", "It is short.", "not in your library",
            "A guide", "Telling others", "Also open:", "0 of 3 papers read",
        ):  # fmt: skip
            assert told in text, told
        await go_to(person, "telling")
        assert "lab planned:" in person.text()
        await go_to(person, "custom-loss")
        assert "all 3 checks of custom_loss passed" in person.text()
        assert "▸ Next: due for review for" in person.text()
        assert "↻ due for review for 1" in person.text()

    drive(play, size=LARGE)


def test_the_filter_narrows_as_one_types_and_esc_clears(learning: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("slash")
        await person.type("locked others")
        assert "Telling others" in person.text()
        assert "Reading well" not in person.text()
        await person.type("!locked")
        assert "Telling others" not in person.text()
        assert "Reading well" in person.text()
        await person.type("zqxj")
        assert "No skill matches 'zqxj'" in person.text()
        await person.press("escape")
        assert "Doubting" in person.text()

    drive(play)


def test_another_track_is_looked_at_and_then_be_on_and_undone(learning: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("T")
        assert "You are on it." in person.toasts()
        await person.press("t")
        assert isinstance(person.screen, Choosing)
        await person.type("mlops")
        await person.press("enter")
        assert "MLOps engineer ·" in person.text()
        await person.press("T")
        assert "MLOps engineer (yours)" in person.text()
        await person.press("z")
        assert "MLOps engineer ·" in person.text()
        await person.press("t")
        await person.type("all tracks")
        await person.press("enter")
        assert "All tracks · " in person.text()
        await person.press("T")
        assert "t chooses a track first." in person.toasts()

    drive(play)


def test_the_digest_follows_the_track_until_it_is_undone(learning: Path) -> None:
    def followed() -> tuple[str, ...]:
        from assistant.library.following import find_profile

        with Database(learning / "library.db") as database, database.read() as connection:
            return find_profile(connection, None).tracks

    async def play(person: Person) -> None:
        await person.press("d")
        assert followed() == ("mine",)
        await person.press("z")
        assert followed() == ()
        await person.press("d", "d")
        assert followed() == ()

    drive(play)


def test_a_skill_is_begun_though_it_is_locked_and_undone(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "telling")
        assert state(person, "telling") == "locked"
        await person.press("b")
        assert state(person, "telling") == "started"
        await person.press("b")
        assert "It is begun already." in person.toasts()
        await person.press("z")
        assert state(person, "telling") == "locked"
        await person.press("Z")
        assert state(person, "telling") == "started"

    drive(play)


def test_papers_marked_read_prove_a_skill_and_unread_again_does_not(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "reading")
        await person.press("m")
        assert "Tab goes to its page: j, then m on a paper of your library." in person.toasts()
        await into_page(person, "paper", 0)
        await person.press("m")
        assert "read 1 of 2 of its works" in person.text()
        await person.press("tab")
        await into_page(person, "paper", 1)
        await person.press("m")
        assert state(person, "reading") == "proven"
        assert "read 2 of its works" in person.text()
        await person.press("m")
        assert state(person, "reading") == "started"
        await person.press("z", "z")
        assert state(person, "reading") == "started"
        await person.press("Z")
        assert state(person, "reading") == "proven"

    drive(play, size=LARGE)


def test_a_link_proves_what_is_to_be_shown_and_is_undone(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "telling")
        await person.press("E")
        assert isinstance(person.screen, Question)
        await person.press("l")
        assert isinstance(person.screen, Prompt)
        await person.type("no address")
        await person.press("enter")
        assert any("is no address" in one for one in person.toasts())
        assert state(person, "telling") == "locked"
        await person.press("E", "l")
        await person.type("https://example.org/talk my talk on it")
        await person.press("enter")
        assert state(person, "telling") == "proven"
        await person.press("z")
        assert state(person, "telling") == "locked"

    drive(play, errors=True)


def test_a_note_that_names_the_skill_proves_it(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "reading")
        await person.press("E", "n")
        assert any("No note of yours names this skill yet." in one for one in person.toasts())
        from assistant.notes.writing import new_note

        body = "This paper claims that it is fast, and it is."
        await person.app.desk.notes.change(
            lambda vault: new_note(vault, "What I read", body=body, skills=["reading"])
        )
        await person.press("E", "n")
        assert isinstance(person.screen, Choosing)
        await person.press("enter")
        assert state(person, "reading") == "proven"
        await person.press("z")
        assert state(person, "reading") == "started"

    drive(play)


def test_e_writes_a_note_of_the_skill_then_asks_in_which(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []

    def edit(app: object, *words: str, done: str, failed: str) -> bool:
        asked.append(words)
        return True

    monkeypatch.setattr(changes, "in_terminal", edit)

    async def play(person: Person) -> None:
        await go_to(person, "reading")
        await person.press("e")
        assert asked == [("note", "new", "--skill", "reading", "--edit", "--", "Reading well")]
        from assistant.notes.writing import new_note

        await person.app.desk.notes.change(
            lambda vault: new_note(vault, "Reading well", skills=["reading"])
        )
        await person.press("e")
        assert isinstance(person.screen, Choosing)
        await person.press("enter")
        assert asked[-1] == ("note", "edit", "--", "Reading well.md")

    drive(play)


def test_a_review_goes_over_every_question_before_it_is_graded(learning: Path) -> None:
    def answers() -> list[str]:
        with Database(learning / "library.db") as database, database.read() as connection:
            rows = log.events_in_time(connection, ["skill-review"], subject="skill:reading")
        return [row.data["answer"] for row in rows if not row.undone]

    async def play(person: Person) -> None:
        await go_to(person, "telling")
        await person.press("R")
        assert "It has no questions." in person.toasts()
        await go_to(person, "reading")
        await person.press("R")
        assert isinstance(person.screen, SkillReview)
        assert "What does it claim?" in person.text()
        assert "That it is fast." not in person.text()
        await person.press("g")
        assert "space shows the answer first." in person.toasts()
        await person.press("space")
        assert "That it is fast." in person.text()
        await person.press("space", "space")
        assert "On some machines." in person.text()
        await person.press("h")
        assert isinstance(person.screen, SkillsScreen)
        assert answers() == ["good", "hard"]
        await person.press("z")
        assert answers() == ["good"]
        await person.press("R", "escape")
        assert answers() == ["good"]
        await person.press("R", "n")
        assert isinstance(person.screen, SkillsScreen)

    drive(play)


def test_places_of_the_page_lead_to_papers_skills_labs_and_the_web(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(changes.webbrowser, "open", lambda address: bool(opened.append(address)))

    async def play(person: Person) -> None:
        await go_to(person, "reading")
        await into_page(person, "web")
        await person.press("enter", "o")
        assert opened == ["https://example.org/guide"] * 2
        await person.press("y")
        assert "Copied https://example.org/guide" in person.toasts()
        await person.press("tab")
        await into_page(person, "missing")
        await person.press("enter")
        assert any("arxiv:9901.00001 is not in your library." in one for one in person.toasts())
        await person.press("tab")
        await into_page(person, "skill")
        await person.press("enter")
        assert skills(person).browser.rows.key == "telling"
        await person.press("escape")
        await go_to(person, "reading")
        goal = await into_page(person, "paper")
        await person.press("enter")
        assert person.app.current_mode == "papers"
        assert person.screen.query_one("RowList").key == goal.name  # type: ignore[attr-defined]
        await person.press("4", "escape")
        await go_to(person, "custom-loss")
        await person.press("s")
        assert isinstance(person.screen, LabsScreen)
        assert person.screen.browser.rows.key == "custom_loss"

    drive(play)


def test_a_skill_without_a_lab_says_so(learning: Path) -> None:
    async def play(person: Person) -> None:
        await go_to(person, "telling")
        await person.press("s")
        await go_to(person, "doubting")
        await person.press("s")
        assert {"Its lab is planned.", "It has no lab."} <= set(person.toasts())

    drive(play)


def test_what_the_library_has_for_a_skill_comes_once_the_cursor_rests(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    paper = {"id": "arxiv:2511.00003", "title": "A near paper", "published": "2025-11-03",
             "why": "speaks of sparse attention"}  # fmt: skip

    async def answer(home: object, *words: str) -> Any:
        asked.append(words)
        return {"newest": [paper], "relevant": [], "notes": [{"path": "a.md", "why": "near"}]}

    monkeypatch.setattr(browser, "ask_command", answer)

    async def play(person: Person) -> None:
        await go_to(person, "telling")
        await go_to(person, "reading")
        text = person.text()
        for told in ("New about it in your library", "A near paper", "speaks of sparse attention"):
            assert told in text, told
        await person.press("r")
        before = len(asked)
        assert ("skill", "show", "reading") in asked
        await go_to(person, "telling")
        await go_to(person, "reading")
        assert len(asked) <= before + 1

    drive(play, size=LARGE)


def test_an_answer_that_is_no_such_thing_is_no_news(
    learning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = [None, [], {"newest": 3, "notes": [1]}, {"relevant": [{"id": [], "why": {}}]}]

    async def answer(home: object, *words: str) -> Any:
        return told.pop()

    monkeypatch.setattr(browser, "ask_command", answer)

    async def play(person: Person) -> None:
        for skill in ("telling", "doubting", "reading"):
            await go_to(person, skill)

    drive(play, size=LARGE)


def test_what_was_done_is_a_calendar_a_week_charts_and_a_timeline(learning: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("w")
        assert isinstance(person.screen, ProgressScreen)
        text = person.text()
        for told in ("1 skill proven", "Oct", "Mon", "Week of 3 to 9 November", "What is next"):
            assert told in text, told
        await person.press("left_square_bracket", "left_square_bracket")
        assert "Week of 20 to 26 October" in person.text()
        await person.press("right_square_bracket", "right_square_bracket", "right_square_bracket")
        assert "This is the week at hand." in person.toasts()
        for _ in range(6):
            await person.press("s")  # read, rated, noted, begun, checked
        await person.press("G")
        assert "hinted" in person.text()
        await person.press("s", "G", "k", "enter")
        assert isinstance(person.screen, LabsScreen)

    drive(play)


def test_a_file_of_tracks_that_is_wrong_is_told_once_and_the_rest_works(learning: Path) -> None:
    (learning / "tracks" / "broken.toml").write_text("[track\n", encoding="utf-8")

    async def play(person: Person) -> None:
        told = [one for one in person.toasts() if "broken.toml" in one]
        assert len(told) == 1
        assert "My own way (yours)" in person.text()
        await person.press("b")
        warned = [one for one in person.app.desk.log.entries if "broken.toml" in one.text]
        assert len(warned) == 1

    drive(play)


def test_where_one_was_is_found_again(learning: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("t")
        await person.type("foundation")
        await person.press("enter")
        await go_to(person, "data-cleaning")
        await person.press("q")

    drive(play)
    kept = json.loads((learning / "session.json").read_text(encoding="utf-8"))["skills"]
    assert (kept["track"], kept["skill"]) == ("foundation", "data-cleaning")

    async def again(person: Person) -> None:
        assert "Common foundation" in person.text()
        assert skills(person).browser.rows.key == "data-cleaning"

    drive(again)


def test_a_link_to_a_skill_or_a_lab_in_a_note_leads_to_it(learning: Path) -> None:
    from assistant.tui.notes.links_pane import Goal as NoteGoal

    async def play(person: Person) -> None:
        await person.app.go_to(NoteGoal("skill", "skill:telling"))
        await person.rest()
        assert skills(person).browser.rows.key == "telling"
        await person.app.go_to(NoteGoal("skill", "skill:custom_loss"))
        await person.rest()
        assert isinstance(person.screen, LabsScreen)
        await person.app.go_to(NoteGoal("skill", "skill:nothing-like-it"))
        await person.rest()
        assert any("There is no skill 'nothing-like-it'." in one for one in person.toasts())

    drive(play)


def test_a_papers_page_tells_its_skills_and_their_labs(learning: Path) -> None:
    async def play(person: Person) -> None:
        app = person.app
        await app.show_paper(1)
        await person.rest()
        assert "Skills it belongs to" in person.text()
        assert "Reading well  started" in person.text()
        assert "on its reading list: It is short." in person.text()

    drive(play, size=LARGE)


def test_no_editor_is_needed_to_be_told_so(learning: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert editing.in_terminal is changes.in_terminal

    async def play(person: Person) -> None:
        await go_to(person, "reading")
        await person.press("e")
        assert "An editor needs a terminal of its own." in person.toasts()

    drive(play)
