"""Today: a digest read from the first paper to nothing left."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.digest.model import Digest
from assistant.library.following import find_profile, new_profile
from db import announcing, profiles
from db.engine import Database
from tests.fakes.digests import DIGEST, ENTRIES, batch, quiet
from tests.tui.driving import LARGE, SMALL
from tests.tui.playing import COMPLETE, TODAY, Reader, keep, one_day, plain, play

__all__ = ["one_day"]

YESTERDAY = "2025-11-03"


def liked(database: Database, name: str | None = None) -> dict[str, int]:
    """Return title -> 1 or -1 of what a profile judged."""
    with database.read() as connection:
        mine = find_profile(connection, name).id
        judged = profiles.judged_works(connection, mine, also_unclaimed=False)
    return {one.title: one.liked for one in judged if one.liked}


def states(database: Database) -> dict[str, str]:
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT title, state FROM works JOIN readings ON works.id = work_id"
        )
        return dict(tuple(row) for row in rows)


def test_a_day_is_read_to_its_end_and_each_decision_is_undone(database: Database) -> None:
    keep(database, plain())

    async def story(me: Reader) -> None:
        shown = me.text()
        assert "Tue 4 Nov" in shown
        assert "0 of 4 ○○○○" in shown
        assert "cs.CL, cs.LG: complete" in shown
        assert shown.index("For you") < shown.index("Outside your usual reading")
        assert "near" not in me.title()
        assert me.title() == "Paper number 1"
        await me.press("plus")
        assert me.title() == "Paper number 2"
        assert "1 of 4 ●○○○" in me.text()
        await me.press("minus")
        await me.press("l")
        assert me.title() == "Paper number 4"
        assert "3 of 4 ●●●○  1 liked, 1 disliked, 1 for later" in me.text()
        assert liked(database) == {"Paper number 1": 1, "Paper number 2": -1}
        assert states(database) == {"Paper number 3": "later"}
        await me.press("m")
        assert "Nothing left for Tuesday 4 November 2025." in me.text()
        assert "4 papers: 1 liked, 1 disliked, 1 for later, 1 read." in me.text()
        assert "1 paper kept for later" in me.text()
        for number in (4, 3, 2, 1):
            await me.press("z")
            assert me.title() == f"Paper number {number}", "undo goes back to its paper"
            assert f"{number - 1} of 4" in me.text()
        assert (liked(database), states(database)) == ({}, {})
        await me.press("Z")
        assert liked(database) == {"Paper number 1": 1}

    play(story)


def test_keys_that_come_fast_act_on_one_paper_each(database: Database) -> None:
    keep(database, plain(count=8))

    async def story(me: Reader) -> None:
        await me.press_fast("m", "m", "plus", "l", "m")
        assert "5 of 8" in me.text()
        assert states(database) == {
            f"Paper number {number}": state
            for number, state in ((1, "read"), (2, "read"), (4, "later"), (5, "read"))
        }

    play(story)


def test_the_next_undecided_is_found_past_those_decided_and_from_the_end(
    database: Database,
) -> None:
    keep(database, plain(count=5))

    async def story(me: Reader) -> None:
        await me.press("j", "plus")
        assert me.title() == "Paper number 3"
        await me.press("G", "m")
        assert me.title() == "Paper number 1", "from the other end"
        await me.press("N")
        assert me.title() == "Paper number 4"
        await me.press("n")
        assert me.title() == "Paper number 1"
        await me.press("plus", "plus", "plus")
        assert "Nothing left" in me.text()
        await me.press("n")
        assert me.app.desk.log.entries[-1].text == "Nothing here waits for a decision."
        await me.press("v", "plus")
        assert "4 of 5" in me.text(), "a decision taken back waits again"

    play(story)


def test_tags_and_stars_decide_and_many_are_decided_at_once(database: Database) -> None:
    keep(database, plain(count=4))

    async def story(me: Reader) -> None:
        await me.press("s")
        assert "1 of 4" in me.text()
        assert me.title().endswith("number 1")
        await me.press("t", *"thesis", "enter")
        assert "#thesis" in me.text()
        await me.press("j", "space", "space", "l")
        assert "3 of 4" in me.text()
        assert not me.today.browser.rows.selected
        assert me.title() == "Paper number 4"
        await me.press("z")
        assert "1 of 4" in me.text()
        assert me.title() == "Paper number 2"

    play(story)


def test_the_preview_tells_all_reasons_and_marks_the_telling_sentences(database: Database) -> None:
    keep(database, DIGEST)

    async def story(me: Reader) -> None:
        await me.press("j")
        page = str(me.today.browser.preview.query_one("#page").visual)
        assert "which you starred" in page
        assert "by Ines Varga, whom you follow" in page
        assert "Much the same: O(sqrt n) Attention: *Now* With <b>Proofs</b>" in page
        await me.press("j")
        assert "New version since you saw it (v1 to v2)" in me.text()

    play(story, size=LARGE)


def test_feed_items_stand_last_and_can_be_opened_but_not_judged(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, replace(plain(), items=DIGEST.items))
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)

    async def story(me: Reader) -> None:
        await me.press("G", "k")
        assert "a thousand small models" in me.title()
        await me.press("plus")
        assert me.app.desk.log.entries[-1].text.startswith("This is a feed's item")
        await me.press("o")
        assert opened == [DIGEST.items[0].link]
        await me.press("enter")
        assert "Batching beats quantising" in me.text()
        await me.press("escape", "j", "o")
        assert len(opened) == 1, "data: is no web address"
        await me.press("y")
        assert me.app.clipboard == "data:text/html,x"
        await me.press("V")
        assert len(me.today.browser.rows.selected) == 4

    play(story)


def test_days_before_are_reached_and_told_as_missed(database: Database) -> None:
    for place, day in enumerate(("2025-10-31", YESTERDAY, TODAY)):
        keep(database, plain(day, count=2, first=10 * place + 1))

    async def story(me: Reader) -> None:
        await me.press("m", "m")
        assert "Friday 31 October 2025: 2 of 2 not looked at" in me.text()
        await me.press("enter")
        assert "Fri 31 Oct" in me.text()
        assert me.title() == "Paper number 1"
        await me.press("right_square_bracket")
        assert "Mon 3 Nov" in me.text()
        assert me.title() == "Paper number 11"
        await me.press("left_square_bracket", "left_square_bracket")
        assert me.app.desk.log.entries[-1].text == "There is no digest before this one."
        await me.press("m", "plus")
        assert "Nothing left for Friday" in me.text()
        assert "Friday 31 October 2025: " not in me.text()

    play(story)


def test_where_one_was_survives_a_restart_and_a_refresh(database: Database) -> None:
    keep(database, plain(YESTERDAY, count=30))
    keep(database, plain(TODAY, count=30, first=50))

    async def leave(me: Reader) -> None:
        await me.press("left_square_bracket", *["j"] * 15)
        me.today.browser.rows.scroll_to(y=22, animate=False)
        await me.press("r", "ctrl+l")
        assert me.title() == "Paper number 16"

    async def come_back(me: Reader) -> None:
        assert me.title() == "Paper number 16"
        assert "Mon 3 Nov" in me.text()
        assert me.today.browser.rows.scroll_offset.y == 22

    play(leave)
    play(come_back)
    keep(database, plain("2025-11-05", count=1, first=90))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assistant.digest.making.today", lambda: "2025-11-05")

        async def next_day(me: Reader) -> None:
            assert me.title() == "Paper number 90"

        (Path(database.path).parent / "session.json").write_text(json.dumps({
            "app": {"area": "today"},
            "today": {"day": YESTERDAY, "seen_on": TODAY, "paper": 16},
        }))  # fmt: skip
        play(next_day)


def wait_for_a_digest(database: Database, date: str, number: int) -> None:
    """Let a paper be announced that no digest has shown yet."""
    from assistant.library.store import store
    from assistant.sources.record import Entry, Identifier, Record

    with database.write("announce") as connection:
        id = f"2511.{number:05}"
        record = Record("arxiv", id, f"New {number}", identifiers=(Identifier("arxiv", id),))
        (work,) = store(connection, [Entry((record,))]).work_ids
        row = announcing.put_batch(connection, "arxiv", "cs.LG", date, state="complete")
        announcing.put_announcements(connection, row, [(id, work, "new", 1)])


def test_what_waits_is_made_into_a_digest_which_is_shown_unless_one_has_begun(
    database: Database,
) -> None:
    keep(database, plain(YESTERDAY, count=3))
    wait_for_a_digest(database, TODAY, 77)

    async def story(me: Reader) -> None:
        (job,) = me.jobs.running
        assert job.argv == ("digest", "--json", "--profile", "main")
        job.done, job.total, job.detail = 300, 404, "embedding the day's papers"
        me.jobs.tell()
        await me.rest()
        assert "embedding the day's papers · 300 of 404" in me.text().splitlines()[2]
        await me.press("r")
        assert len(me.jobs.jobs) == 1, "it is being made already"
        keep(database, plain(TODAY, count=2, first=70))
        me.jobs.end(job)
        await me.rest()
        assert "Tue 4 Nov" in me.text()
        assert me.title() == "Paper number 70"
        await me.press("j")
        wait_for_a_digest(database, "2025-11-05", 78)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("assistant.digest.making.today", lambda: "2025-11-05")
            await me.press("r")
            keep(database, plain("2025-11-05", count=2, first=80))
            me.jobs.end(me.jobs.running[0])
            await me.rest()
            assert me.title() == "Paper number 71", "who reads is left where they are"
            await me.press("right_square_bracket")
            assert me.title() == "Paper number 80"

    play(story)


def test_a_job_that_fails_leaves_the_day_and_says_why(database: Database) -> None:
    from assistant.tui.jobs.job import JobError

    keep(database, quiet(YESTERDAY))
    wait_for_a_digest(database, TODAY, 77)

    async def story(me: Reader) -> None:
        (job,) = me.jobs.running
        assert "Making the day's digest" in me.text()
        job.error = JobError("The model cannot be loaded.", "[/] it is gone")
        me.jobs.end(job, "failed")
        await me.rest()
        assert "The model cannot be loaded." in me.text()
        assert "[/] it is gone" in me.text()
        assert not me.jobs.running, "it is not tried again by itself"
        await me.press("r")
        assert len(me.jobs.running) == 1

    play(story, faults=True)


def test_profiles_have_digests_and_likes_of_their_own(database: Database) -> None:
    keep(database, plain(count=2))
    with database.write("another profile") as connection:
        new_profile(connection, "vision", ["cs.CV"])
    keep(database, plain(count=2, first=20), "vision")

    async def story(me: Reader) -> None:
        await me.press("P", *"vis", "enter")
        assert "vision" in me.text()
        assert me.title() == "Paper number 20"
        await me.press("plus")
        assert liked(database, "vision") == {"Paper number 20": 1}
        assert liked(database) == {}
        assert "1 of 2 ●○  1 liked" in me.text()

    async def come_back(me: Reader) -> None:
        assert me.title() == "Paper number 21"

    play(story)
    play(come_back)


@pytest.mark.parametrize(
    ("digest", "told"),
    [
        (quiet(TODAY, batch("cs.LG", "failed", received=0)), "no category could be fetched"),
        (quiet(TODAY, batch("cs.LG", "holiday", received=0)), "no announcements (holiday)"),
        (quiet("2025-11-01"), "Nothing new today: arXiv rests at the weekend."),
        (quiet(TODAY, *COMPLETE), "Nothing new was announced in your categories."),
    ],
)
def test_days_without_papers_say_why(database: Database, digest: Digest, told: str) -> None:
    keep(database, digest)

    async def story(me: Reader) -> None:
        assert told in me.text()
        assert "assistant sync" not in me.text(), "keys are named, not commands"
        assert ("S  Fetch what was announced" in me.text()) == ("fetched" in told)
        await me.press("S")
        assert me.jobs.running[0].argv[:2] == ("digest", "--sync")

    play(story)


def test_without_any_digest_the_next_key_is_named(database: Database) -> None:
    keep(database, quiet(TODAY))
    with database.write("forget it") as connection:
        connection.exec_driver_sql("DELETE FROM digests")

    async def story(me: Reader) -> None:
        assert "No digest yet." in me.text()
        assert "S  Fetch what was announced" in me.text()
        await me.press("enter")
        assert me.jobs.running[0].argv[:2] == ("digest", "--sync")
        assert "Fetching what was announced" in me.text().splitlines()[4]
        await me.press("enter")
        assert type(me.app.screen).__name__ == "SearchScreen"

    play(story)


def test_partial_and_failed_batches_are_told_first(database: Database) -> None:
    batches = (*COMPLETE, batch("cs.CV", "partial", expected=310, received=296))
    keep(database, plain(batches=batches))

    async def story(me: Reader) -> None:
        assert me.text().splitlines()[2].lstrip().startswith("cs.CV: partial, 310 missing")

    play(story)


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_hostile_papers_are_shown_as_they_are(database: Database, size: tuple[int, int]) -> None:
    keep(database, DIGEST)

    async def story(me: Reader) -> None:
        for _ in range(len(ENTRIES) + len(DIGEST.items)):
            assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(me.text())
            await me.press("enter", "escape", "j")
        await me.press("g", "n", "n")
        await me.press("V", "m")
        assert "12 of 12" in me.text()
        await me.press("v", "question_mark", "escape", "ctrl+p", *"closing", "escape")

    play(story, size=size)


def test_trashed_and_merged_papers_do_not_disturb_the_day(database: Database) -> None:
    from assistant.library.merging import merge_works

    day = keep(database, plain(count=4))
    with database.write("merge") as connection:
        merge_works(connection, day.entries[0].work_id, day.entries[1].work_id)

    async def story(me: Reader) -> None:
        assert "0 of 3" in me.text()
        await me.press("d", "x")
        assert "0 of 2" in me.text()
        await me.press("z")
        assert "0 of 3" in me.text()

    play(story)


def test_reading_a_day_loads_nothing_heavy(database: Database) -> None:
    keep(database, plain())
    script = """
import asyncio, sys
from tests.tui.playing import play
async def story(me):
    await me.press("plus", "j", "v", "v", "r")
    assert "1 of 4" in me.text()
play(story)
heavy = {"numpy", "sklearn", "scipy", "faiss", "onnxruntime", "torch"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=280)
