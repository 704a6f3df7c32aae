"""A paper's page."""

from pathlib import Path

from textual.widgets import Static

from tests.tui.driving import LARGE, Person, drive


def test_the_page_has_as_many_styles_as_it_has_parts(seeded: Path) -> None:
    """An empty sentence to stand out once styled every letter, which took longer than all else."""

    async def play(person: Person) -> None:
        await person.press("2", "j")
        page = person.screen.query_one("#page", Static).visual
        assert len(page.spans) < 40  # type: ignore[attr-defined]

    drive(play, size=LARGE)
