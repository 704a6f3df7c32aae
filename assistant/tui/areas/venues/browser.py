"""The list of editions beside the page of the one under the cursor."""

from collections.abc import Hashable, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from assistant.tui.actions import bindings
from assistant.tui.areas.venues.changes import VenueChanges
from assistant.tui.areas.venues.model import Goal, Held, Listed, Sheet
from assistant.tui.jobs.standard import venues_job
from assistant.tui.widgets.list_and_page import ListAndPage
from assistant.tui.widgets.page_list import Part

EMPTY = "Opening your library …"


class Wanted(Message):
    """Somebody wants to see a venue or a deadline."""

    def __init__(self, kind: str, key: Hashable) -> None:
        super().__init__()
        self.kind = kind
        self.key = key


class VenueBrowser(ListAndPage, VenueChanges):
    """Editions and venues, and what is known of the one at hand."""

    SCOPES: ClassVar[tuple[str, ...]] = ("browser", "venue")
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("venue"))
    EMPTY = EMPTY

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.held = Held()
        self.turned_down = False
        self._sheets: dict[str, Sheet] = {}

    @property
    def one(self) -> Listed | None:
        """The edition or venue under the cursor of the list."""
        key = self.rows.key
        return self.held.listed.get(str(key)) if key is not None else None

    @property
    def place(self) -> Goal | None:
        """What the cursor of the page is on, while one is in the page."""
        key = self.page.key if self.page.has_focus else None
        return key if isinstance(key, Goal) else None

    def forget(self) -> None:
        """Forget what was read of the editions: it may be another thing by now."""
        self._sheets.clear()

    async def page_parts(self, key: Hashable) -> Sequence[Part]:
        """Return the page of an edition or a venue."""
        await self.desk.library.opened()
        from datetime import UTC, datetime

        from assistant.tui.areas.venues import queries
        from assistant.tui.areas.venues.page import Seen, page_parts

        one = self.one
        if one is None:
            return ()
        if one.key not in self._sheets:
            self._sheets[one.key] = await self.desk.library.read(
                partial(queries.sheet, home=self.desk.home, one=one)
            )
        others = [other for other in self.held.listed.values() if other.venue == one.venue]
        now, keys = datetime.now(UTC), self.assistant.key_of
        seen = Seen(now, keys, turned_down=self.turned_down, ranking=self.is_ranking())
        return page_parts(one, self._sheets[one.key], self.held.dues, others, seen)

    def follow(self, key: object) -> None:
        """Go to papers, a paper, a deadline, another edition; or fetch a list."""
        if not isinstance(key, Goal):
            return
        app, name = self.assistant, key.name
        if key.kind == "papers":
            app.run_safely(partial(self.show_papers, str(name)), "Listing papers")
        elif key.kind == "paper" and isinstance(name, int):
            app.run_safely(partial(app.show_paper, name), "Showing the paper")
        elif key.kind == "named":
            app.run_safely(partial(app.show_paper_named, str(name)), "Showing the paper")
        elif key.kind == "fetch":
            app.start_job(venues_job(str(name)))
        else:
            self.post_message(Wanted(key.kind, name))
