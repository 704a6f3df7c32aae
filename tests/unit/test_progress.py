"""Progress as it follows from deeds: states, proofs, reviews, advice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.skills.advice import next_skills
from assistant.skills.catalogue import joined
from assistant.skills.deeds import Deed, picked_track
from assistant.skills.learner import Learner
from assistant.skills.model import Curriculum, Item, Question, Skill, Track, TrackFile, Way
from assistant.skills.progress import STATES, Standing, standings
from assistant.skills.timeline import proven_curve

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORKS = ("arxiv:1412.6980", "arxiv:1711.05101", "arxiv:1608.03983")
NUMBERS = {WORKS[0]: 7}


def skill(id: str, needs: tuple[str, ...] = (), *proof: Way, labs: tuple[str, ...] = ()) -> Skill:
    return Skill(
        id=id, track="t", title=id.title(), can="You can.", why="", needs=needs, hours=2,
        terms=(id,), read=tuple(Item("why", work=work) for work in WORKS), labs=labs,
        planned="", recall=(Question("?", "!"),), proof=proof or (Way(note=100),),
    )  # fmt: skip


def curriculum(*skills: Skill) -> Curriculum:
    track = Track("t", "T", "A track.", (), (), tuple(one.id for one in skills), Path("t.toml"))
    return joined([TrackFile(Path("t.toml"), track, skills)])


def deed(day: float, kind: str, subject: str, **data: Any) -> Deed:
    return Deed(START + timedelta(days=day), kind, subject, data)


def check(day: float, lab: str, passed: int, checks: int = 3) -> Deed:
    status = "passed" if passed == checks else "incorrect"
    return deed(day, "lab-check", f"lab:{lab}", status=status, passed=passed, checks=checks)


def read(day: float, work: str, state: str = "read", number: int = 0) -> Deed:
    return deed(day, "state", work, work=number, after={"state": state})


def at(day: float, found: Curriculum, *deeds: Deed) -> dict[str, Standing]:
    return standings(found, deeds, NUMBERS, START + timedelta(days=day))


CHAIN = curriculum(
    skill("first", (), Way(checks="*"), labs=("lab1",)),
    skill("second", ("first",), Way(checks="*"), Way(read=2, note=50), labs=("lab2",)),
    skill("third", ("second",), Way(show="A link.")),
)


def test_nothing_done() -> None:
    found = at(0, CHAIN)
    assert [one.state for one in found.values()] == ["ready", "locked", "locked"]
    assert found["second"].missing == ("first",)
    (asked,) = found["first"].ways[0]
    assert (asked.done, asked.have) == (False, "not tried yet")


def test_a_skill_is_begun_proven_and_opens_the_next() -> None:
    deeds = [check(0, "lab1", 2), check(1, "lab1", 3)]
    found = at(0.5, CHAIN, deeds[0])
    assert found["first"].state == "started"
    assert found["first"].ways[0][0].have == "2 of 3 pass"
    found = at(1.5, CHAIN, *deeds)
    assert found["first"].state == "proven"
    assert found["first"].proven == deeds[1].at
    assert found["first"].started == deeds[0].at
    assert found["first"].proof == "all 3 checks of lab1 passed"
    assert found["second"].state == "ready"


def test_testing_out_needs_neither_reading_nor_what_comes_before() -> None:
    found = at(1, CHAIN, check(0, "lab2", 3))
    assert found["second"].state == "proven"
    assert found["second"].missing == ("first",)
    assert found["third"].state == "ready"


def test_every_part_of_a_way_must_hold() -> None:
    note = deed(3, "skill-proof", "skill:second", how="note", note="a.md", words=60)
    short = deed(3, "skill-proof", "skill:second", how="note", note="a.md", words=49)
    papers = [read(1, WORKS[1]), read(2, WORKS[2])]
    assert at(4, CHAIN, *papers)["second"].state == "locked"
    assert at(4, CHAIN, check(0, "lab1", 3), papers[0], note)["second"].state == "started"
    assert at(4, CHAIN, *papers, short)["second"].state == "started", "handed in for it alone"
    found = at(4, CHAIN, *papers, note)["second"]
    assert found.state == "proven"
    assert found.proven == note.at
    assert found.proof == "read 2 of its works; a note: a.md"
    unread = read(3.5, WORKS[2], "unread")
    assert at(4, CHAIN, *papers, note, unread)["second"].state == "started"


def test_a_work_that_was_merged_is_known_by_its_number() -> None:
    one = curriculum(skill("s", (), Way(read=1)))
    assert at(1, one, read(0, "doi:10.1/x", number=7))["s"].state == "proven"
    assert at(1, one, read(0, "doi:10.1/x", number=8))["s"].state == "ready"
    away = deed(0, "read-elsewhere", WORKS[1], state="read")
    assert at(1, one, away)["s"].state == "proven"


def test_reading_begins_what_is_on_the_track_one_is_on() -> None:
    papers = [read(0, WORKS[0])]
    now = START + timedelta(days=1)
    for path, state in ((None, "started"), ({"first"}, "started"), ({"other"}, "ready")):
        assert standings(CHAIN, papers, NUMBERS, now, path)["first"].state == state
    begun = [*papers, deed(0, "skill-start", "skill:first")]
    assert standings(CHAIN, begun, NUMBERS, now, {"other"})["first"].state == "started"


def test_what_belongs_to_several_does_not_begin_a_locked_one() -> None:
    found = at(1, CHAIN, check(0, "lab2", 1), read(0, WORKS[0]))
    assert found["second"].state == "locked"
    assert found["first"].state == "started", "its paper was read"
    begun = deed(0, "skill-start", "skill:second")
    assert at(1, CHAIN, begun)["second"].state == "started"


def test_a_run_counts_only_whole_and_of_ones_own() -> None:
    one = curriculum(skill("s", (), Way(run="*"), labs=("lab1",)))

    def run(ok: bool, solution: object) -> Deed:
        return deed(0, "lab-run", "lab:lab1", run="r", ok=ok, solution=solution)

    own = {"file": "lab1.py"}
    assert at(1, one, run(True, None))["s"].state == "started"
    assert at(1, one, run(False, own))["s"].state == "started"
    assert at(1, one, run(True, own))["s"].state == "proven"


def test_reviews_come_due_and_go() -> None:
    passed = check(0, "lab1", 3)
    due = at(0, CHAIN, passed)["first"].due
    assert due is not None
    days = (due - START).days
    assert days >= 5
    assert at(days + 1, CHAIN, passed)["first"].state == "due"
    good = deed(days + 1, "skill-review", "skill:first", answer="good")
    later = at(days + 1.1, CHAIN, passed, good)["first"]
    assert later.state == "proven"
    assert later.due is not None
    assert later.due - good.at > due - START, "it comes back later each time"
    again = deed(days + 1, "skill-review", "skill:first", answer="again")
    sooner = at(days + 1.1, CHAIN, passed, again)["first"].due
    assert sooner is not None
    assert sooner < later.due
    done = check(days + 1, "lab1", 3)
    assert at(days + 1.1, CHAIN, passed, done)["first"].state == "proven", "practice is review"
    same_day = check(0.1, "lab1", 3)
    assert at(0.2, CHAIN, passed, same_day)["first"].due == due


def test_reviews_can_be_evidence() -> None:
    one = curriculum(skill("s", (), Way(reviews=2)))
    answers = [deed(day, "skill-review", "skill:s", answer=a) for day, a in enumerate(
        ["again", "good", "easy"])]  # fmt: skip
    assert at(5, one, *answers[:2])["s"].state == "started"
    assert at(2, one, *answers)["s"].state == "proven"


def test_editing_a_track_loses_nothing() -> None:
    deeds = [check(0, "lab1", 3), deed(1, "skill-proof", "skill:gone", how="link", link="x")]
    before = at(2, CHAIN, *deeds)
    assert before["first"].state == "proven"
    harder = curriculum(
        skill("first", (), Way(checks="*", note=10), labs=("lab1",)),
        skill("gone", (), Way(show="A link.")),
    )
    found = at(2, harder, *deeds)
    assert found["first"].state == "started"
    assert found["gone"].state == "proven", "it was shown before the skill was there"
    assert at(2, CHAIN, *deeds) == before, "and back again"


def test_advice_says_what_is_next_and_why() -> None:
    now = START + timedelta(days=1)
    advice = next_skills(CHAIN, at(1, CHAIN), "t", now)
    assert [one.standing.skill.id for one in advice] == ["first"]
    assert (
        advice[0].why == "it needs nothing before it; 2 skills of this track rest on it; about 2 h"
    )
    assert advice[0].do == "assistant lab start lab1"
    found = at(1, CHAIN, check(0, "lab1", 2))
    (one,) = next_skills(CHAIN, found, "t", now)
    assert one.why.startswith("begun 1 day ago: 2 of 3 pass")
    assert one.do == "assistant lab check lab1"
    found = at(60, CHAIN, check(0, "lab1", 3))
    advice = next_skills(CHAIN, found, None, START + timedelta(days=60))
    assert [(a.standing.skill.id, a.standing.state) for a in advice] == [
        ("first", "due"), ("second", "ready"),
    ]  # fmt: skip
    assert advice[0].do == "assistant skill review first"
    assert "you have first" in advice[1].why


def test_the_track_picked_last_counts() -> None:
    assert picked_track([]) is None
    picked = [deed(0, "track-pick", "track:a"), deed(1, "track-pick", "track:b")]
    assert picked_track(picked) == "b"


ANYTHING = st.builds(
    Deed,
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    st.sampled_from(["lab-check", "lab-run", "lab-start", "skill-start", "skill-proof",
                     "skill-review", "state", "read-elsewhere", "track-pick"]),
    st.sampled_from(["lab:lab1", "lab:lab2", "skill:first", "skill:second", "skill:third",
                     "skill:gone", *WORKS]),
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["passed", "incorrect"]),
            "passed": st.integers(0, 3), "checks": st.just(3), "ok": st.booleans(),
            "solution": st.sampled_from([None, {"file": "a"}]),
            "how": st.sampled_from(["note", "link"]), "words": st.integers(0, 200),
            "answer": st.sampled_from(["again", "hard", "good", "easy"]),
            "after": st.fixed_dictionaries({"state": st.sampled_from(["read", "unread"])}),
        },
    ),
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(ANYTHING, max_size=15), ANYTHING)
def test_whatever_was_done_states_are_sound(deeds: list[Deed], more: Deed) -> None:
    deeds = sorted((one for one in deeds if one.kind != "skill-review" or one.data.get("answer")),
                   key=lambda one: one.at)  # fmt: skip
    now = datetime(2027, 1, 1, tzinfo=UTC)
    found = standings(CHAIN, deeds, NUMBERS, now)
    for one in found.values():
        assert one.state in STATES
        assert one.has == (one.proven is not None)
        assert one.has == any(all(asked.done for asked in way) for way in one.ways)
        if one.state == "locked":
            assert any(not found[need].has for need in one.skill.needs)
        if one.started and one.proven:
            assert one.started <= one.proven
    assert found == standings(CHAIN, deeds, NUMBERS, now)
    if more.kind not in ("state", "read-elsewhere", "skill-review"):
        after = standings(CHAIN, sorted([*deeds, more], key=lambda d: d.at), NUMBERS, now)
        assert {id for id, one in found.items() if one.has} <= {
            id for id, one in after.items() if one.has
        }, "a deed more never takes a proof away"


def test_proven_skills_rise_in_steps_from_nothing() -> None:
    deeds = (deed(0, "skill-start", "skill:first"), check(1, "lab1", 3), check(3, "lab2", 3))
    now = START + timedelta(days=4)
    learner = Learner(CHAIN, deeds, at(4, CHAIN, *deeds), NUMBERS, None, now)
    first, second = deeds[1].at, deeds[2].at
    assert proven_curve(learner) == [
        (START, 0), (first, 0), (first, 1), (second, 1), (second, 2), (now, 2)
    ]  # fmt: skip
