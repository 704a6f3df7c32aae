"""Which day harvested records were announced on."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from assistant.library.sync.assigning import assign, weekdays
from assistant.sources.arxiv_oai_xml import OaiRecord
from assistant.sources.record import Record

DAYS = weekdays("2025-10-13", "2025-10-31")


def harvested(
    number: int, day: str, *, sent: str = "", revised: str = "", versions: int = 1,
    categories: tuple[str, ...] = ("cs.LG",), stamp: str = "", source_id: str = "",
) -> OaiRecord:  # fmt: skip
    """Return a paper as OAI-PMH tells it; `day` is when it was announced as new."""
    sent = sent or (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    source_id = source_id or f"2510.{number:05}"
    record = Record(
        "arxiv", source_id, f"Paper {number}", categories=categories, published=sent,
        updated=revised or sent, number=versions,
    )  # fmt: skip
    return OaiRecord(source_id, record, stamp or day)


def found(
    records: list[OaiRecord], days: list[str] = DAYS, before: set[str] | None = None
) -> dict[tuple[str, str], str]:
    told = assign(records, days, "cs.LG", before or set(), days[0])
    return {(day, one.record.source_id): one.kind for day, ones in told.items() for one in ones}


def test_weekdays() -> None:
    assert weekdays("2025-10-31", "2025-11-04") == ["2025-10-31", "2025-11-03", "2025-11-04"]
    assert weekdays("2025-11-04", "2025-11-03") == []


PAPERS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(["cs.LG", "stat.ML"]), st.booleans()),
    min_size=1,
    max_size=40,
)


@given(PAPERS, st.data())
def test_each_paper_is_new_once_and_never_twice_in_all(
    told: list[tuple[str, str, bool]], data: st.DataObject
) -> None:
    """Whatever was revised since: new papers come once, under a day after they were sent in."""
    records = []
    for number, (day, primary, revised) in enumerate(sorted(told)):
        later = [one for one in DAYS if one > day]
        stamp = data.draw(st.sampled_from(later)) if revised and later else day
        sent = (date.fromisoformat(stamp) - timedelta(days=1)).isoformat() if stamp > day else ""
        records.append(
            harvested(number, day, categories=(primary, "cs.LG"), stamp=stamp, revised=sent,
                      versions=1 + (stamp > day))
        )  # fmt: skip
    got = found(records)
    news = {where: kind for where, kind in got.items() if kind in ("new", "cross")}
    assert sorted(source_id for _, source_id in news) == sorted(one.arxiv_id for one in records)
    by_id = {one.arxiv_id: one for one in records}
    for (day, source_id), kind in news.items():
        record = by_id[source_id].record
        assert record is not None
        assert record.published is not None
        assert day > record.published
        assert kind == ("new" if record.categories[0] == "cs.LG" else "cross")
        if record.number == 1:
            assert day == by_id[source_id].datestamp
    again = found(records, before={source_id for _, source_id in news})
    assert all(kind in ("replace", "replace-cross") for kind in again.values())


@given(PAPERS, st.sets(st.sampled_from(DAYS), min_size=1))
def test_only_the_days_asked_for(told: list[tuple[str, str, bool]], days: set[str]) -> None:
    records = [harvested(number, day) for number, (day, *_) in enumerate(sorted(told))]
    assert {day for day, _ in found(records, sorted(days))} <= days


def test_a_revised_paper_was_new_on_its_neighbours_day() -> None:
    records = [harvested(number, DAYS[3]) for number in range(6)]
    records += [harvested(number, DAYS[4]) for number in range(7, 13)]
    records.append(harvested(6, DAYS[4], stamp=DAYS[8], revised=DAYS[7], versions=2))
    got = found(records)
    assert got[DAYS[4], "2510.00006"] == "new"
    assert got[DAYS[8], "2510.00006"] == "replace"


def test_edits_are_no_news() -> None:
    records = [
        harvested(1, "2023-01-05", source_id="2301.00001", stamp=DAYS[2]),
        harvested(2, "2023-01-05", source_id="2301.00002", versions=3, revised="2023-03-01",
                  stamp=DAYS[2]),
        harvested(3, "1999-01-05", source_id="hep-th/9901001", stamp=DAYS[2]),
    ]  # fmt: skip
    assert found(records) == {}


def test_the_sixth_version_is_announced_no_more() -> None:
    records = [
        harvested(n, "2025-01-07", source_id=f"2501.0000{n}", versions=n, revised=DAYS[1],
                  stamp=DAYS[2])
        for n in (2, 5, 6)
    ]  # fmt: skip
    assert found(records) == {
        (DAYS[2], "2501.00002"): "replace",
        (DAYS[2], "2501.00005"): "replace",
    }


def test_a_paper_held_back_for_weeks_is_new_when_it_is_let_through() -> None:
    records = [harvested(1, DAYS[6], sent="2025-08-20")]
    assert found(records) == {(DAYS[6], "2510.00001"): "new"}


def test_what_is_deleted_or_unreadable_is_passed_over() -> None:
    assert found([OaiRecord("2510.00001", None, DAYS[2], deleted=True)]) == {}


def test_what_a_listing_does_not_name_was_never_new_on_a_listed_day() -> None:
    records = [harvested(number, DAYS[4]) for number in range(6)]
    records.append(harvested(6, DAYS[3], stamp=DAYS[5], revised=DAYS[4], versions=2))
    told = assign(records, DAYS[:6], "cs.LG", {one.arxiv_id for one in records[:6]}, DAYS[0],
                  listed=DAYS[4:6])  # fmt: skip
    got = {(day, one.record.source_id, one.kind) for day, ones in told.items() for one in ones}
    assert got == {(DAYS[3], "2510.00006", "new"), (DAYS[5], "2510.00006", "replace")}


def test_a_paper_was_not_new_after_it_was_revised() -> None:
    records = [harvested(number, DAYS[6]) for number in (1, 2, 4, 5)]
    records.append(harvested(3, DAYS[2], stamp=DAYS[4], revised=DAYS[3], versions=2))
    got = found(records)
    (first,) = (day for (day, source_id), kind in got.items()
                if source_id == "2510.00003" and kind == "new")  # fmt: skip
    assert first < DAYS[4]
