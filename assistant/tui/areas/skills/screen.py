"""The track as a map: its skills in the order to learn them, the page of the one at hand beside."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.tui.actions import bindings
from assistant.tui.area_screen import AreaScreen
from assistant.tui.areas.skills.browser import SkillBrowser
from assistant.tui.widgets.picker import Choice
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.summary_line import SummaryLine

if TYPE_CHECKING:
    from assistant.skills.learner import Learner
    from db.engine import Connection

_READING = "Reading where you stand"
_ALL = "all"


class SkillsScreen(AreaScreen):
    """What one can learn, where one stands, and what is next."""

    AREA = "skills"
    SCOPES: ClassVar[tuple[str, ...]] = ("skills",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("skills"))

    def __init__(self) -> None:
        super().__init__()
        self.learner: Learner | None = None  # until the library was read
        self._track = ""
        self._filter = ""
        self._told: set[str] = set()

    def body(self) -> ComposeResult:
        """Show the filter, a line on the track, and its skills."""
        yield QueryBar("filter: words, a state, a lab   ! turns it round", plain=True)
        yield SummaryLine(id="count")
        yield SkillBrowser()

    @property
    def browser(self) -> SkillBrowser:
        """The list and the page."""
        return self.query_one(SkillBrowser)

    @property
    def bar(self) -> QueryBar:
        """The filter."""
        return self.query_one(QueryBar)

    # ---- coming, going, remembering

    def on_mount(self) -> None:
        """Come back to where the person was."""
        state, browser = self.desk.state, self.browser
        self._track = state.get(self.AREA, "track", "")
        self._filter = state.get(self.AREA, "filter", "")
        self.bar.set(self._filter)
        browser.set_class(state.get(self.AREA, "preview", True), "-preview")
        browser.rows.focus()
        skill = state.get(self.AREA, "skill", "") or None
        browser.rows.come_back(skill, state.get(self.AREA, "offset", 0))
        self.run_safely(self._read, _READING, only="read")

    def remember(self) -> None:
        """Keep track, filter, cursor and preview for the next start."""
        key, offset = self.browser.rows.place
        self.desk.state.put(
            self.AREA,
            track=self._track,
            filter=self._filter,
            skill=key if isinstance(key, str) else "",
            offset=offset,
            preview=self.browser.previews,
        )

    def library_changed(self) -> None:
        """Read again where the person stands; cursor and scroll stay."""
        self.run_safely(self._read, _READING, only="read")

    def notes_changed(self) -> None:
        """Show the notes of the skill at hand as they are now."""
        self.browser.show_page()

    async def reveal(self, skill: str) -> None:
        """Put the cursor on a skill, what hides it out of its way, and open its page."""
        self._filter = ""
        self.bar.set("")
        await self._read()
        assert self.learner is not None
        if self.shown and skill not in self.learner.curriculum.path(self.shown):
            self._track = _ALL
        self._list(skill)
        self.browser.read()

    # ---- what is listed

    @property
    def shown(self) -> str:
        """The id of the track that is shown, "" for all: the one chosen here, else one's own."""
        if self.learner is None or self._track == _ALL:
            return ""
        own = self.learner.track.id if self.learner.track else ""
        return self._track if self._track in self.learner.curriculum.tracks else own

    async def _read(self) -> None:
        await self.desk.library.opened()
        from assistant.skills.learner import read_learner

        home = self.desk.home
        self.learner = await self.desk.library.look(lambda database: read_learner(home, database))
        self.browser.learner = self.learner
        for problem in self.learner.curriculum.problems:
            if problem.title not in self._told:
                self._told.add(problem.title)
                self.assistant.say(
                    problem.title, severity="warning", why=problem.why, hint=problem.hint
                )
        self._list()

    def _list(self, keep: str | None = None) -> None:
        """List what the track and the filter leave."""
        if self.learner is None:
            return
        from assistant.tui.areas.skills.rows import SkillRows, track_rows

        rows, text = self.browser.rows, self._filter.strip()
        found = track_rows(self.learner, self.shown, text)
        rows.empty = (
            f"No skill matches {text[:60]!r}.\nPress esc to see all of them."
            if text else "There is no skill in this track.\nt chooses another."
        )  # fmt: skip
        source = SkillRows(found, self.learner.standings)
        if text and keep is None and rows.key is not None and source.index_of(rows.key) is None:
            rows.cursor = 0
        first = keep is None and rows.place[0] is None
        self.browser.show_rows(source, keep=keep)
        if first and (at := self._next()) and not text:
            self.browser.show_rows(source, keep=at)
        self._show_count()
        self.refresh_bindings()

    def _next(self) -> str | None:
        assert self.learner is not None
        advice = self.learner.next(self.shown or None, limit=1)
        return advice[0].standing.skill.id if advice else None

    def _show_count(self) -> None:
        if self.learner is not None:
            from assistant.tui.areas.skills.rows import track_told

            key = self.assistant.key_of("skills.track")
            told = track_told(self.learner, self.shown, self.assistant.look, key)
            self.query_one("#count", SummaryLine).say(told)

    # ---- the filter

    def on_query_bar_changed(self, event: QueryBar.Changed) -> None:
        """Filter as the person types."""
        self._set_filter(event.text)

    def on_query_bar_accepted(self) -> None:
        """Go to what the filter left."""
        self.browser.rows.focus()

    def on_query_bar_left(self) -> None:
        """Clear the filter and go back to the list."""
        self.do_skills_clear()
        self.browser.rows.focus()

    def on_panes_left(self) -> None:
        """Clear the filter on `esc`."""
        if self._filter:
            self.do_skills_clear()

    def on_skill_browser_wanted(self, event: SkillBrowser.Wanted) -> None:
        """Go to another skill."""
        self.run_safely(partial(self.reveal, event.skill), "Showing a skill")

    def _set_filter(self, text: str) -> None:
        if text != self._filter:
            self._filter = text
            self._list()

    # ---- keys

    def why_not(self, action: str) -> str | None:
        """Say why one of this area's actions cannot be done now."""
        if action == "skills.clear" and not self._filter:
            return "There is no filter to clear."
        if self.learner is None and action != "skills.filter":
            return "Your library is not open yet."
        if action in ("skills.pick", "skills.follow") and not self.shown:
            return f"{self.assistant.key_of('skills.track')} chooses a track first."
        own = self.learner.track if self.learner is not None else None
        if action == "skills.pick" and own is not None and own.id == self.shown:
            return "You are on it."
        return None

    def do_skills_filter(self) -> None:
        """Let the person type a filter."""
        self.bar.begin()

    def do_skills_clear(self) -> None:
        """Show everything again."""
        self.bar.set("")
        self._set_filter("")

    def do_skills_refresh(self) -> None:
        """Read tracks and progress again."""
        self._told.clear()
        self.browser.forget()
        self.library_changed()

    def do_skills_track(self) -> None:
        """Ask which track to look at."""
        from assistant.tui.widgets.choosing import Choosing

        learner = self.learner
        assert learner is not None
        choices = []
        for one in learner.curriculum.tracks.values():
            counts = learner.counts(one.id)
            has, every = counts["proven"] + counts["due"], sum(counts.values())
            mark = "▸" if one == learner.track else ""
            after = f"{has} of {every} proven · {one.summary}"
            choices.append(Choice(one.title, one.id, mark, after))
        choices.append(Choice("All tracks", _ALL))
        self.app.push_screen(Choosing("Which track", choices), self._chosen)

    def _chosen(self, track: object) -> None:
        if isinstance(track, str):
            self._track = track
            self._list(self._next_of(track))

    def _next_of(self, track: str) -> str | None:
        assert self.learner is not None
        advice = self.learner.next(None if track == _ALL else track, limit=1)
        return advice[0].standing.skill.id if advice else None

    async def do_skills_pick(self) -> None:
        """Be on the track that is shown."""
        from assistant.skills import deeds

        assert self.learner is not None
        track = self.learner.curriculum.tracks[self.shown]
        await self.desk.library.write("pick a track", lambda c: deeds.pick_track(c, track))
        self.assistant.say(f"You are on the track {track.title}. z takes it back.")
        self.assistant.library_changed()

    async def do_skills_follow(self) -> None:
        """Let the digest follow the track that is shown, or not any more."""
        from assistant.library import following

        assert self.learner is not None
        track = self.learner.curriculum.tracks[self.shown]

        def follow(connection: "Connection") -> bool:
            following.ensure_main(connection)
            profile = following.find_profile(connection, None)
            stop = track.id in profile.tracks
            following.follow(connection, profile, "track", track.id, stop=stop)
            return not stop

        follows = await self.desk.library.write("follow a track", follow)
        told = (
            f"Your digest follows {track.title}: what you have still to learn of it ranks higher."
            if follows else f"Your digest follows {track.title} no more."
        )  # fmt: skip
        self.assistant.say(f"{told} z undoes it.")

    def do_skills_next(self) -> None:
        """Go to what is next."""
        at = self._next()
        if at is None:
            self.assistant.say("Nothing is open: every skill is proven or waits for another.")
        elif self._filter:
            self.run_safely(partial(self.reveal, at), "Showing a skill")
        else:
            self._list(at)

    def do_skills_progress(self) -> None:
        """Show what was done, day by day and week by week."""
        from assistant.tui.areas.skills.progress import ProgressScreen

        self.app.push_screen(ProgressScreen())
