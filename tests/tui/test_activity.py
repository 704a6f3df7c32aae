"""Activity: jobs, log, charts, history."""

from pathlib import Path

from assistant.tui.areas.activity.log_pane import LogPane
from assistant.tui.log import LogEntry
from tests.tui.driving import Person, drive


def test_tab_goes_round_the_panes_and_the_one_left_is_found_again(seeded: Path) -> None:
    async def play(person: Person) -> None:
        await person.press("6")
        assert "Nothing runs." in person.text()
        await person.press("tab", "tab")
        print(person.text())
        assert "Papers announced a day" in person.text()
        await person.press("tab")
        print(person.text())
        await person.press("tab", "shift+tab", "tab", "tab")
        print(person.text())
        await person.press("q")

    drive(play)

    async def again(person: Person) -> None:
        assert person.screen.query_one(LogPane).display

    drive(again)


def test_the_log_(seeded: Path) -> None:
    async def play(person: Person) -> None:
        person.app.say("A notice")
        person.app.tell(LogEntry("It failed", "error", why="it", hint="do", details="Trace\n at"))
        await person.press("6")
        print(person.text())
        await person.press("enter")
        print(person.text())

    drive(play, errors=True)
