"""The first run: three short steps, from an empty home to a place to read in."""

from pathlib import Path

import pytest
from textual.widgets import Input

from assistant.config import find_home
from assistant.library.following import FIRST_CATEGORIES, find_profile
from assistant.library.interests import interests_of
from assistant.tui.welcome.screen import WelcomeScreen
from assistant.tui.welcome.steps import Examples
from db import profiles
from db.engine import Database
from tests.tui.playing import Reader, keep, one_day, play
from tests.tui.test_today import plain

__all__ = ["one_day"]


def followed() -> tuple[tuple[str, ...], tuple[str, ...], int]:
    """Return the searches, the categories, and how many papers are liked."""
    with Database(find_home().library_file) as database, database.read() as connection:
        if not profiles.profiles(connection):
            return (), (), 0
        mine = find_profile(connection, None)
        return mine.searches, mine.categories, profiles.count_liked(connection)


def asks(me: Reader) -> bool:
    return isinstance(me.app.screen, WelcomeScreen)


async def type_into(me: Reader, text: str) -> None:
    me.app.screen.query_one(Input).value = text
    await me.rest()


def test_three_steps_lead_to_a_place_to_read_in_and_are_not_asked_again() -> None:
    async def first(me: Reader) -> None:
        assert "step 1 of 3" in me.text()
        await type_into(me, "quantization, mixture of experts,, Mixture of experts ,quantization")
        assert "  quantization" in me.text()
        assert "landmark papers" in me.text()
        await me.press("enter")
        assert followed()[0] == ("Mixture of experts", "mixture of experts", "quantization")
        assert "step 2 of 3" in me.text()
        assert "[x] cs.LG" in me.text()
        await me.press("space", "G", "space", "enter")
        assert set(followed()[1]) == {*FIRST_CATEGORIES, "quant-ph"} - {"cs.LG"}
        step = me.app.screen.query_one(Examples)
        near = [step.rows.source.lines(n, 200, me.app.look)[0].plain for n in range(6)]
        assert any("xpert" in one or "uantiz" in one for one in near)
        await me.press("plus", "space")
        assert followed()[2] == 2
        assert me.text().count("[x]") == 2
        await me.press("z")
        assert followed()[2] == 1
        assert me.text().count("[x]") == 1
        await me.press("enter")
        assert not asks(me)
        assert [job.argv[0] for job in me.jobs.running] == ["embed"]
        assert "S  Fetch what was announced" in me.text()
        await me.press("2")
        assert "papers · newest first" in me.text(), "usable at once, without the network"

    async def again(me: Reader) -> None:
        await me.press("1")
        assert not asks(me)
        assert "S  Fetch what was announced" in me.text()

    play(first)
    play(again)


def test_any_step_can_be_skipped_and_nothing_is_lost() -> None:
    async def skip(me: Reader) -> None:
        await type_into(me, "never kept")
        await me.press("escape")
        assert not asks(me)
        assert followed()[0] == ()
        assert "No digest yet." in me.text()

    async def again(me: Reader) -> None:
        assert not asks(me)
        await me.press("i")
        assert asks(me), "it can be asked for"
        await type_into(me, "retrieval")
        await me.press("enter", "enter", "escape")
        assert followed()[:2] == (("retrieval",), tuple(sorted(FIRST_CATEGORIES)))

    play(skip)
    play(again)


def test_one_can_go_back_change_ones_mind_and_undo_it() -> None:
    async def story(me: Reader) -> None:
        await me.press("shift+tab")
        assert me.app.desk.log.entries[-1].text == "This is the first step."
        await type_into(me, "a, b")
        await me.press("enter")
        await me.press("left")
        assert me.app.screen.query_one(Input).value == "a, b"
        await type_into(me, "b, c")
        await me.press("enter")
        assert followed()[0] == ("b", "c")
        await me.press("z", "z")
        assert followed()[0] == ("a", "b")
        await me.press("enter", "left", "escape")
        assert not asks(me)

    play(story)


def test_who_left_in_the_midst_goes_on_there() -> None:
    async def leave(me: Reader) -> None:
        await type_into(me, "retrieval")
        await me.press("enter")
        me.app.screen.library_changed()  # type: ignore[attr-defined]

    async def come_back(me: Reader) -> None:
        assert "step 2 of 3" in me.text()

    play(leave)
    play(come_back)


def test_a_hurried_key_leaves_one_step_and_a_job_that_ends_takes_no_words_away() -> None:
    async def story(me: Reader) -> None:
        await type_into(me, "half typed, [/] [@click=app.quit()]x")
        me.app.library_changed()
        await me.rest()
        assert me.app.screen.query_one(Input).value.startswith("half typed")
        assert "[/] [@click=app.quit()]x" in me.text()
        await me.press_fast("enter", "enter")
        assert "step 2 of 3" in me.text()
        await me.press("escape")
        assert "half typed" in followed()[0]

    play(story)


def test_who_has_likes_or_a_past_is_not_asked(database: Database) -> None:
    keep(database, plain())

    async def story(me: Reader) -> None:
        assert not asks(me)

    play(story)
    Path(find_home().path, "session.json").unlink()
    with database.write("like") as connection:
        mine = find_profile(connection, None)
        profiles.put_rule(connection, mine.id, "search", "attention")
    play(story)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("", []), (" , ;\n", []), ("a;b\nc, a", ["a", "b", "c"]), ("x\x1b[31m", ["x"])],
)
def test_interests_are_told_apart(typed: str, meant: list[str]) -> None:
    assert interests_of(typed) == meant


def test_interests_are_bounded() -> None:
    many = interests_of(",".join(f"{n} " + "x" * 500 for n in range(100)))
    assert len(many) == 20
    assert max(map(len, many)) <= 200
