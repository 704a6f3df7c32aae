"""The three steps: each shows what is chosen so far, and writes what was chosen when left."""

import asyncio
from collections.abc import Hashable, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from assistant.tui.acting import Acting
from assistant.tui.look import Look
from assistant.tui.widgets.row_list import RowList

_PAUSE = 0.15
_MOST_EXAMPLES = 60
_LONGEST = 1_000


class Step(Vertical, Acting):
    """One question."""

    DEFAULT_CSS = """
    Step { height: 1fr; }
    Step Input { border: none; height: 1; padding: 0 1; margin: 1 0; background: $boost; }
    Step Input:focus { border: none; background: $surface-lighten-2; }
    Step RowList { height: 1fr; margin-top: 1; }
    """
    TITLE = ""
    TOLD = ""

    class Kept(Message):
        """The person is done with this step."""

        def __init__(self, step: "Step") -> None:
            super().__init__()
            self.step = step

    def __init__(self, profile: str | None) -> None:
        super().__init__()
        self.profile = profile

    async def begin(self) -> None:
        """Show what is chosen so far, and take the focus."""
        raise NotImplementedError

    async def keep(self) -> None:
        """Write what was chosen."""

    def toggle(self) -> None:
        """Tick what the cursor is on, or not."""


class Interests(Step):
    """Words and phrases: they become searches that the profile follows."""

    TITLE = "What do you work on?"
    TOLD = (
        "Words or phrases, with commas between them. What matches them ranks higher in your"
        " digest, and it says so."
    )

    def compose(self) -> ComposeResult:
        """Show the line, and what it finds."""
        example = "for instance: quantization, mixture of experts, retrieval"
        yield Input(placeholder=example, max_length=_LONGEST)
        yield Static(id="found", markup=False)

    async def begin(self) -> None:
        """Show the searches that are followed already."""
        from assistant.library.following import find_profile
        from db import profiles

        name = self.profile
        held = await self.desk.library.read(
            lambda c: find_profile(c, name).searches if profiles.profiles(c) else ()
        )
        line = self.query_one(Input)
        line.value = ", ".join(held)
        line.action_end()
        line.focus()

    async def keep(self) -> None:
        """Follow each of them as a search."""
        from assistant.library.interests import follow_only, interests_of

        wanted, name = interests_of(self.query_one(Input).value), self.profile
        await self.desk.library.write(
            "follow your interests", lambda c: follow_only(c, name, "search", wanted)
        )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Go on."""
        event.stop()
        self.post_message(self.Kept(self))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Show what each finds in the library one begins with."""
        event.stop()
        self.run_safely(lambda: self._find(event.value), "Looking for your interests", only="find")

    async def _find(self, typed: str) -> None:
        from assistant.library.interests import interests_of
        from assistant.search.examples import matching

        await asyncio.sleep(_PAUSE)
        wanted, look = interests_of(typed), self.assistant.look
        found = await self.desk.library.read(lambda c: [matching(c, one) for one in wanted])
        text = Text()
        for interest, works in zip(wanted, found, strict=True):
            text.append(f"{len(works):>4}  ", look.accent if works else look.dim)
            text.append(f"{interest}\n")
        if wanted:
            text.append("      landmark papers in the library you begin with", look.dim)
        self.query_one("#found", Static).update(text)


class TickRows:
    """Choices with a tick before each: (key, first line, second line)."""

    def __init__(
        self, rows: Sequence[tuple[Hashable, str, str]], ticked: set[Hashable], *, height: int
    ) -> None:
        self.rows = rows
        self.ticked = ticked
        self.height = height

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, index: int) -> Hashable:
        """Return what tells a choice from others."""
        return self.rows[index][0]

    def index_of(self, key: Hashable) -> int | None:
        """Return where a choice is."""
        return next((n for n, row in enumerate(self.rows) if row[0] == key), None)

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a choice."""
        key, first, second = self.rows[index]
        ticked = key in self.ticked
        line = Text(no_wrap=True, end="")
        line.append(" [x] " if ticked else " [ ] ", look.good if ticked else look.dim)
        line.append(first)
        if self.height == 1:
            line.append(f"  {second}", look.dim)
            return [line]
        below = Text(no_wrap=True, end="")
        below.append(f"     {second}", look.dim)
        return [line, below]


class Ticking(Step):
    """A list of things to tick."""

    def __init__(self, profile: str | None) -> None:
        super().__init__(profile)
        self.ticked: set[Hashable] = set()

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield RowList()

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Go on."""
        event.stop()
        self.post_message(self.Kept(self))

    def toggle(self) -> None:
        """Tick what the cursor is on, or not, and go down."""
        key = self.rows.key
        if key is not None:
            self.ticked ^= {key}
            self.rows.do_list_down()
            self.rows.refresh()


class Categories(Ticking):
    """The arXiv categories that are fetched each day."""

    TITLE = "Which arXiv categories should be fetched?"
    TOLD = "Each takes some ten seconds a day, since arXiv asks for patience. Four are ticked."

    async def begin(self) -> None:
        """Show those that are followed, and all others."""
        from assistant.library.following import FIRST_CATEGORIES, find_profile
        from assistant.sources.arxiv_classes import MACHINE_LEARNING
        from db import profiles

        name = self.profile
        held = await self.desk.library.read(
            lambda c: find_profile(c, name).categories if profiles.profiles(c) else FIRST_CATEGORIES
        )
        self.ticked = set(held)
        names = {**MACHINE_LEARNING, **{one: "" for one in held if one not in MACHINE_LEARNING}}
        rows = [(one, f"{one:<9}{told}", "") for one, told in names.items()]
        self.rows.show(TickRows(rows, self.ticked, height=1))
        self.rows.focus()

    async def keep(self) -> None:
        """Follow these categories and no others."""
        from assistant.library.interests import follow_only

        wanted, name = [str(one) for one in self.ticked], self.profile
        await self.desk.library.write(
            "follow categories", lambda c: follow_only(c, name, "category", sorted(wanted))
        )


class Examples(Ticking):
    """Landmark papers near one's interests: likes teach the digest at once."""

    TITLE = "Which of these would you have liked to read?"
    TOLD = "Tick a few. From a handful of likes on, the digest ranks by them."

    async def begin(self) -> None:
        """Show papers near the interests, with those liked already ticked."""
        from assistant.library.following import find_profile
        from assistant.search.examples import examples
        from assistant.tui.papers import queries
        from db import profiles, works
        from db.engine import Connection

        name = self.profile

        def ask(c: Connection) -> tuple[set[Hashable], list[tuple[Hashable, str, str]]]:
            known = profiles.profiles(c)
            ids = examples(c, find_profile(c, name).searches if known else (), _MOST_EXAMPLES)
            rows = queries.rows(c, ids, name)
            liked: set[Hashable] = {row.id for row in rows if row.liked == 1}
            views = {one.id: one for one in works.view_works(c, ids)}
            told = [views[one] for one in ids if one in views]
            return liked, [
                (one.id, one.title, " · ".join(filter(None, (str(one.year or ""), one.abstract))))
                for one in told
            ]

        self.ticked, rows = await self.desk.library.read(ask)
        self.rows.empty = "The landmark papers are not in this library.\nPress enter to begin."
        self.rows.show(TickRows(rows, self.ticked, height=2))
        self.rows.focus()

    def toggle(self) -> None:
        """Like the paper, or take it back; both can be undone."""
        from assistant.library import following
        from db import works
        from db.engine import Connection

        work, name = self.rows.key, self.profile
        if not isinstance(work, int):
            return
        liked = None if work in self.ticked else 1

        def like(c: Connection) -> None:
            following.ensure_main(c)
            profile = following.find_profile(c, name)
            for view in works.view_works(c, [work]):
                following.like(c, profile, view, liked)

        async def write() -> None:
            try:
                await self.desk.library.write("like a paper", like)
            except Exception:
                self.ticked ^= {work}
                self.rows.refresh()
                raise

        super().toggle()
        self.run_safely(write, "Liking a paper")
