"""Calendars, curves and weeks as text."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.skills.figures import bounds, number, plot, sparkline
from assistant.skills.heat import SHADES, heat_map
from assistant.skills.timeline import Week
from assistant.skills.week_pages import week_title

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, ""), (True, "True"), ("agrees", "agrees"), (0, "0"), (1_234_567, "1,234,567"),
        (0.0, "0"), (0.12345, "0.1235"), (1e-9, "1.0e-09"), (12_345.6, "12,346"),
        (2.5e7, "2.5e+07"), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_a_figure_in_few_digits(value: object, told: str) -> None:
    assert number(value) == told


def test_a_curve_as_a_line_of_bars() -> None:
    assert sparkline([0.0, 1.0]) == ""
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([3.0, None, 3.0, 3.0]) == "▁▁▁"
    assert len(sparkline([float(n) for n in range(1_000)])) == 24


POINTS = st.lists(
    st.tuples(st.floats(-1e6, 1e6, allow_nan=False), st.floats(-1e6, 1e6, allow_nan=False)),
    max_size=30,
)


@given(POINTS, st.integers(1, 60), st.integers(1, 12))
def test_a_plot_has_its_size_and_shows_something(
    points: list[tuple[float, float]], width: int, height: int
) -> None:
    rows = plot(points, width=width, height=height)
    assert [len(row) for row in rows] == [width] * height
    assert all(0x2800 <= ord(cell) <= 0x28FF for row in rows for cell in row)
    assert bool(points) == any(cell != "⠀" for row in rows for cell in row)


def test_a_line_goes_from_corner_to_corner() -> None:
    rising = plot([(0, 0), (1, 1)], width=4, height=2)
    assert rising[0][-1] != "⠀"
    assert rising[1][0] != "⠀"
    assert rising[0][0] == rising[1][-1] == "⠀"
    assert bounds([[(0, 1), (2, 5)], [(-1, 3)]]) == (-1, 2, 1, 5)
    shared = plot([(0, 0), (1, 1)], width=8, height=4, within=(0, 4, 0, 4))
    assert shared[:2] == ["⠀" * 8] * 2, "a quarter as high as its neighbour on the same axes"


def test_a_calendar_ends_today_and_is_warmer_where_more_was_done() -> None:
    counts = {TODAY: 9, TODAY - timedelta(days=1): 1, TODAY - timedelta(days=7): 3}
    heat = heat_map(counts, TODAY, weeks=3)
    assert heat.first == date(2026, 11, 9)
    rows = heat.rows()
    assert len(rows) == 7
    assert all(len(row) <= 2 * 3 for row in rows)
    assert rows[2].endswith(SHADES[3])
    assert rows[1].endswith(SHADES[1])
    assert rows[3][4:] == " ", "tomorrow is not yet"
    assert heat.months() == "Nov"
    assert heat.streak == 2


def test_a_streak_lasts_while_today_has_nothing_yet() -> None:
    days = {TODAY - timedelta(days=back): 1 for back in (1, 2, 3, 5)}
    assert heat_map(days, TODAY).streak == 3
    assert heat_map({}, TODAY).streak == 0
    assert heat_map({TODAY - timedelta(days=2): 1}, TODAY).streak == 0


@given(
    st.dictionaries(st.dates(date(2026, 5, 1), TODAY), st.integers(0, 50), max_size=60),
    st.integers(1, 40),
)
def test_any_calendar_is_sound(counts: dict[date, int], weeks: int) -> None:
    heat = heat_map(counts, TODAY, weeks)
    levels = {
        heat.first + timedelta(weeks=week, days=day): level
        for week, days in enumerate(heat.weeks)
        for day, level in enumerate(days)
    }
    assert max(levels) >= TODAY
    shown = [(day, level) for day, level in levels.items() if level is not None]
    assert all(day <= TODAY for day, _ in shown)
    for day, level in shown:
        assert (level == 0) == (counts.get(day, 0) == 0)
        assert 0 <= level <= 4
    busy = sorted(((counts[day], level) for day, level in shown if level), reverse=True)
    assert [level for _, level in busy] == sorted((level for _, level in busy), reverse=True)


@pytest.mark.parametrize(
    ("monday", "told"),
    [
        (date(2026, 11, 16), "Week of 16 to 22 November 2026"),
        (date(2026, 11, 30), "Week of 30 November to 6 December 2026"),
        (date(2026, 12, 28), "Week of 28 December to 3 January 2027"),
    ],
)
def test_a_week_says_its_days_once(monday: date, told: str) -> None:
    assert week_title(Week(monday, (), (), (), (), Counter(), 0, (0, 0))) == told
