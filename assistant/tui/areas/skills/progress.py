"""What was done: a calendar, the week at hand, charts by week, and everything in order of time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings, register
from assistant.tui.look import Look
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.column_chart import Column, column_chart
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.page_list import PageList, Part, part
from assistant.tui.widgets.row_list import RowList
from assistant.tui.widgets.top_bar import TopBar

if TYPE_CHECKING:
    from assistant.skills.learner import Learner
    from assistant.skills.timeline import Happened, Week
    from db.engine import Database

_WEEKS = 26
_MOST_WEEKS = 53
_WIDEST_CHART = 96
_HEIGHT = 5
_MOST_HAPPENED = 300
_DAYS = ("Mon ", "    ", "Wed ", "    ", "Fri ", "    ", "Sun ")
_WARM = ("dim", "accent", "accent", "good", "good")

register(
    "progress",
    "In what you did",
    Action("progress.earlier", "left_square_bracket", "Show the week before", "earlier"),
    Action("progress.later", "right_square_bracket", "Show the week after", "later"),
    Action("progress.sort", "s", "List only one sort of thing: read, rated, noted …", "only"),
    Action("progress.leave", "escape,w", "Go back to the skills", "back"),
)


class Done(NamedTuple):
    """All that the page shows."""

    learner: "Learner"
    week: "Week"
    days: Counter[date]
    happened: "Sequence[Happened]"
    sort: str


class ProgressScreen(PassingScreen[None], Acting):
    """One page; the places in it lead to papers, skills, labs and notes."""

    SCOPES: ClassVar[tuple[str, ...]] = ("progress",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("progress"))
    DEFAULT_CSS = """
    ProgressScreen { layout: vertical; }
    ProgressScreen PageList, ProgressScreen PageList:focus {
        height: 1fr; background: $background;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._done: Done | None = None
        self._back = 0
        """How many weeks before this one the week at hand is."""
        self._sort = ""

    def compose(self) -> ComposeResult:
        """Show one page, which scrolls."""
        yield TopBar("", "What you did")
        yield PageList(empty="Reading what you did …")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read what was done."""
        self.query_one(PageList).focus()
        self.library_changed()

    def library_changed(self) -> None:
        """Read it again."""
        self.run_safely(self._read, "Reading what you did", only="read")

    def on_resize(self) -> None:
        """Draw it to the new size."""
        self._draw()

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go where a line leads; the app does it, since this screen is left."""
        key = self.query_one(PageList).key
        if isinstance(key, tuple):
            from assistant.tui.learning import show_subject

            work = partial(show_subject, self.assistant, str(key[1]))
            self.assistant.run_safely(work, "Going there")

    def why_not(self, action: str) -> str | None:
        """Say why one cannot go on."""
        if action == "progress.later" and not self._back:
            return "This is the week at hand."
        return None

    def do_progress_earlier(self) -> None:
        """Show the week before."""
        self._back += 1
        self.library_changed()

    def do_progress_later(self) -> None:
        """Show the week after."""
        self._back -= 1
        self.library_changed()

    def do_progress_sort(self) -> None:
        """List only things of the next sort."""
        from assistant.skills.timeline import SORTS

        names = ["", *SORTS]
        self._sort = names[(names.index(self._sort) + 1) % len(names)]
        self.library_changed()

    def do_progress_leave(self) -> None:
        """Go back."""
        self.dismiss()

    async def _read(self) -> None:
        from assistant.skills import timeline
        from assistant.skills.learner import read_learner

        home, back, sort = self.desk.home, self._back, self._sort

        def read(database: "Database") -> Done:
            learner = read_learner(home, database)
            today = learner.now.astimezone().date()
            with database.read() as connection:
                week = timeline.week_of(connection, learner, today - timedelta(weeks=back))
                days = timeline.per_day(connection, today - timedelta(weeks=_MOST_WEEKS))
                sorts = [sort] if sort else timeline.SORTS
                happened = timeline.timeline(connection, learner, sorts=sorts)
            return Done(learner, week, days, happened[:_MOST_HAPPENED], sort)

        self._done = await self.desk.library.look(read)
        self._draw()
        self.refresh_bindings()

    def _draw(self) -> None:
        if self._done is not None:
            width = max(self.size.width - 4, 20)
            parts = progress_parts(self._done, width, self.assistant.look)
            self.query_one(PageList).show_page("progress", parts)


def progress_parts(done: Done, width: int, look: Look) -> list[Part]:
    """Return the page of what was done."""
    today = done.learner.now.astimezone().date()
    return [
        *_calendar(done, today, width),
        *_week(done),
        *_charts(done.learner, today, min(width, _WIDEST_CHART), look),
        *_timeline(done),
    ]


def _calendar(done: Done, today: date, width: int) -> list[Part]:
    from assistant.skills.heat import LEVELS, SHADES, heat_map

    heat = heat_map(
        done.days, today, max(min((min(width, _WIDEST_CHART) - 5) // 2, _MOST_WEEKS), 4)
    )
    has = sum(one.has for one in done.learner.standings.values())
    due = sum(one.state == "due" for one in done.learner.standings.values())
    told = f"{has:,} skill{'' if has == 1 else 's'} proven" + (
        f", {due:,} due for review" if due else ""
    )
    total = sum(heat.counts.values())
    streak = f", {heat.streak:,} days in a row" if heat.streak > 1 else ""
    parts = [
        part((told, "strong"), (f"  {total:,} deeds in a year{streak}", "dim")),
        part((f"     {heat.months()}", "dim"), fixed=True),
    ]
    for name, day in zip(_DAYS, range(7), strict=True):
        line = [(f"{name} ", "dim")]
        for week in heat.weeks:
            level = week[day]
            line.append(("  ", "plain") if level is None else (f"{SHADES[level]} ", _WARM[level]))
        parts.append(part(*line, fixed=True))
    legend = [(f"{SHADES[level]} ", _WARM[level]) for level in range(LEVELS)]
    return [*parts, part(("     nothing ", "dim"), *legend, ("most", "dim"), fixed=True)]


def _week(done: Done) -> list[Part]:
    from assistant.skills.week_pages import week_figures, week_sections, week_title

    figures = week_figures(done.week)
    parts = [
        part(),
        part((week_title(done.week), "strong")),
        part((f"{figures[:1].upper()}{figures[1:]}.", "dim")),
    ]
    for heading, items in week_sections(done.week, done.learner.next(limit=3)):
        parts.append(part((heading, "accent")))
        for what, how, command in items:
            told = (f"  {command}", "accent") if command else ""
            parts.append(part(what, (f"  {how}", "dim"), told, lead=["  · "]))
        if not items:
            parts.append(part(("  nothing this week", "dim")))
    return parts


def _charts(learner: "Learner", today: date, width: int, look: Look) -> list[Part]:
    def of(*kinds: str) -> list[datetime]:
        return [deed.at for deed in learner.deeds if deed.kind in kinds]

    proven = [one.proven for one in learner.standings.values() if one.proven]
    charted = {
        "Skills proven a week": proven,
        "Checks of labs a week": of("lab-check"),
        "Runs of labs a week": of("lab-run"),
        "Reviews a week": of("skill-review"),
    }
    parts: list[Part] = []
    for title, moments in charted.items():
        columns = _by_week(moments, today)
        if any(one.value for one in columns):
            parts += [part(), part((title, "strong"))]
            parts += [
                Part(line, fixed=True) for line in column_chart(columns, width, _HEIGHT, look)
            ]
    return parts


def _by_week(moments: Iterable[datetime], today: date) -> list[Column]:
    this = today - timedelta(days=today.weekday())
    days = [one.astimezone().date() for one in moments]
    counts = Counter(day - timedelta(days=day.weekday()) for day in days)
    mondays = [this - timedelta(weeks=n) for n in range(_WEEKS - 1, -1, -1)]
    return [Column(counts[monday], f"{monday:%d %b}") for monday in mondays]


def _timeline(done: Done) -> list[Part]:
    heading = f"What was {done.sort}" if done.sort else "All of it, the newest first"
    parts = [part(), part((heading, "strong"))]
    for number, one in enumerate(done.happened):
        when = f"{one.at.astimezone():%Y-%m-%d %H:%M}  "
        parts.append(part(one.text, lead=[(when, "dim")], key=(number, one.subject)))
    if not done.happened:
        parts.append(part(("  nothing yet: begin a skill, read what is on its list, start its lab",
                           "dim")))  # fmt: skip
    return parts
