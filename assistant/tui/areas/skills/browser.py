"""The list of skills beside the page of the one under the cursor."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from assistant.tui.actions import bindings
from assistant.tui.areas.skills.changes import SkillChanges
from assistant.tui.jobs.asking import ask_command
from assistant.tui.widgets.list_and_page import ListAndPage
from assistant.tui.widgets.page_list import Part

if TYPE_CHECKING:
    from assistant.skills.learner import Learner
    from assistant.skills.progress import Standing
    from assistant.tui.areas.skills.queries import Goal

_NEAR_AFTER = 0.7


class SkillBrowser(ListAndPage, SkillChanges):
    """Skills, and what is known of the one at hand."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "skill")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("skill"))
    EMPTY = "Opening your library …"

    class Wanted(Message):
        """Somebody wants to see another skill."""

        def __init__(self, skill: str) -> None:
            super().__init__()
            self.skill = skill

    def __init__(self) -> None:
        super().__init__()
        self.learner: Learner | None = None
        self._near: dict[str, Mapping[str, Any]] = {}

    @property
    def standing(self) -> "Standing | None":
        """The skill under the cursor of the list."""
        key = self.rows.key
        return self.learner.standings.get(str(key)) if self.learner and key is not None else None

    @property
    def place(self) -> "Goal | None":
        """What the cursor of the page is on, while one is in the page."""
        if not self.page.has_focus:  # as it is before the library is open
            return None
        from assistant.tui.areas.skills.queries import Goal

        return self.page.key if isinstance(self.page.key, Goal) else None

    async def page_parts(self, key: Hashable) -> Sequence[Part]:
        """Return the page of a skill."""
        await self.desk.library.opened()
        from assistant.tui.areas.labs.standing import labs_told
        from assistant.tui.areas.skills import queries
        from assistant.tui.areas.skills.page import SkillPage, page_parts

        learner, one = self.learner, self.standing
        if learner is None or one is None:
            return ()
        skill = one.skill
        readings = await self.desk.library.read(
            partial(queries.readings, learner=learner, skill=skill)
        )
        notes = await self.desk.notes.read(
            partial(queries.notes_of_skill, ids=(skill.id, *skill.labs))
        )
        home = self.desk.home
        labs = await self.desk.library.look(lambda _: labs_told(home, learner))
        near, review = self._near.get(skill.id, {}), self.assistant.key_of("skill.review")
        page = SkillPage(readings, notes, labs, near=near, review=review)
        return page_parts(learner, one, page)

    async def add_to_page(self, key: Hashable) -> None:
        """Add what the library and the notes have for the skill, once the cursor rests."""
        if key in self._near or not isinstance(key, str):
            return
        await asyncio.sleep(_NEAR_AFTER)
        told = await ask_command(self.desk.home, "skill", "show", key)
        if isinstance(told, dict):
            self._near[key] = {name: told.get(name) for name in ("newest", "relevant", "notes")}
            self.page.show_page(key, await self.page_parts(key))

    def forget(self) -> None:
        """Forget what the library has for skills: it may have more by now."""
        self._near.clear()

    def follow(self, key: object) -> None:
        """Go to a paper, a page of the web, a lab, a note or another skill."""
        from assistant.tui.areas.skills.queries import Goal

        if not isinstance(key, Goal):
            return
        if key.kind == "skill":
            self.post_message(self.Wanted(str(key.name)))
        elif key.kind == "lab":
            self._to_lab(str(key.name))
        elif key.kind == "web":
            self.run_safely(self.do_skill_open, "Opening a page")
        elif key.kind == "missing":
            copy, bring = (self.assistant.key_of(id) for id in ("skill.copy", "app.import"))
            hint = f"{copy} copies its id; {bring} brings in a file of ids."
            self.assistant.say(f"{key.name} is not in your library.", hint=hint)
        elif key.kind == "note":
            show = partial(self.assistant.show_note, str(key.name))
            self.assistant.run_safely(show, "Showing the note")
        elif key.kind == "named":
            named = partial(self.assistant.show_paper_named, str(key.name))
            self.assistant.run_safely(named, "Showing the paper")
        elif isinstance(key.name, int):
            paper = partial(self.assistant.show_paper, key.name)
            self.assistant.run_safely(paper, "Showing the paper")

    def changed(self) -> None:
        """Read again where the person stands."""
        self.assistant.library_changed()
