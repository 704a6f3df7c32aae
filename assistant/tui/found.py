"""What a search found, papers and notes in one list, beside what the cursor is on."""

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from assistant.tui.editing import in_terminal
from assistant.tui.look import Look
from assistant.tui.papers.browser import PaperBrowser
from assistant.tui.papers.rows import WIDE, PaperCache, PaperRows

if TYPE_CHECKING:
    from db.sections import SectionView


class Passage(NamedTuple):
    """The key of a row that is a passage of a note or PDF."""

    section: int


Found = int | Passage
"""A paper by its work id, or a passage."""


class FoundRows:
    """Papers, loaded as they come into sight, and passages between them."""

    height = 1

    def __init__(
        self, found: Sequence[Found], passages: "dict[int, SectionView]", cache: PaperCache
    ) -> None:
        self.found = found
        self._passages = passages
        # Of the papers alone, so that a page of them is loaded at once.
        self._papers = PaperRows.of([one for one in found if isinstance(one, int)], cache)
        self._places = {one: place for place, one in enumerate(found)}

    def __len__(self) -> int:
        return len(self.found)

    def key(self, index: int) -> Found:
        """Return the work's id, or the passage."""
        return self.found[index]

    def index_of(self, key: Hashable) -> int | None:
        """Return where a paper or passage stands."""
        return self._places.get(key)  # type: ignore[call-overload, no-any-return]

    def passage(self, key: Hashable) -> "SectionView | None":
        """Return the passage of a key."""
        return self._passages.get(key.section) if isinstance(key, Passage) else None

    def lines(self, index: int, width: int, look: Look) -> list[Text]:
        """Draw a row: a paper as lists of papers do, a passage in the same columns."""
        one = self.found[index]
        if isinstance(one, int):
            return self._papers.lines(self._papers.index_of(one) or 0, width, look)
        passage = self._passages.get(one.section)
        return [passage_line(passage, width, look) if passage else Text("  …", look.dim, end="")]


def passage_line(passage: "SectionView", width: int, look: Look) -> Text:
    """Return a passage's line: what it is of, its title, and the way to it."""
    line = Text("  ✎ ", look.good, no_wrap=True, end="")
    line.append(f" {(passage.created or '')[:10]:<10} ", look.dim)
    kind = "note" if passage.kind == "note" else "PDF"
    line.append(f"{kind:<{14 if width >= WIDE else 8}} ", look.good)
    line.append(passage.title or passage.path, look.plain)
    if passage.heading and passage.heading != passage.title:
        line.append(f"  {passage.heading}", look.dim)
    return line


class FoundBrowser(PaperBrowser):
    """A list in which passages of notes and PDFs stand between papers."""

    whys: Mapping[int, Sequence[str]] = MappingProxyType({})
    """Why each passage was found."""

    @property
    def passage(self) -> "SectionView | None":
        """The passage under the cursor."""
        source = self.rows.source
        return source.passage(self.rows.key) if isinstance(source, FoundRows) else None

    async def show_found(self, found: Sequence[Found], *, keep: Found | None = None) -> None:
        """List what was found; the cursor stays on what it is on, or goes to what is to `keep`."""
        from db import sections

        wanted = [one.section for one in found if isinstance(one, Passage)]
        views = (
            await self.desk.library.read(partial(sections.section_views, ids=wanted))
            if wanted else []
        )  # fmt: skip
        known = {view.id: view for view in views}
        present = [one for one in found if isinstance(one, int) or one.section in known]
        self.rows.show(FoundRows(present, known, self.cache), keep=keep)

    def why_not(self, action: str) -> str | None:
        """Say what cannot be done to a note here."""
        if self.passage is not None and not self.rows.selected:
            if action in ("paper.open", "paper.copy", "paper.select-all"):
                return None
            if action == "paper.note":
                return None if self.passage.kind == "note" else "A PDF is not edited here."
            if action.startswith("paper."):
                return "This is a note, not a paper; o goes to it in Notes."
        return super().why_not(action)

    async def do_paper_note(self) -> None:
        """Edit the note, or the note of the paper."""
        passage = self.passage
        if passage is None or self.rows.selected:
            await super().do_paper_note()
            return
        in_terminal(
            self.assistant, "note", "edit", "--", passage.path,
            done="", failed=f"{passage.path} could not be edited.",
        )  # fmt: skip
        self.assistant.notes_changed()

    async def do_paper_open(self) -> None:
        """Go to the note, or open the paper's page."""
        passage = self.passage
        if passage is None or self.rows.selected:
            await super().do_paper_open()
        elif passage.kind == "note":
            # This place is left then, so the app does it.
            work = partial(self.assistant.show_note, passage.path, passage.heading)
            self.assistant.run_safely(work, "Showing the note")
        elif passage.place == "papers" and passage.note_id:
            work = partial(self.assistant.show_paper_named, passage.note_id)
            self.assistant.run_safely(work, "Showing the paper")
        else:
            located = self.desk.notes.folder / passage.path
            self.app.copy_to_clipboard(str(located))
            self.assistant.say("The path of this PDF is copied.")

    def do_paper_copy(self) -> None:
        """Copy a link to the note, or ask what to copy of a paper."""
        passage = self.passage
        if passage is None or self.rows.selected:
            super().do_paper_copy()
            return
        link = f"[[{passage.path.removesuffix('.md')}]]"
        self.app.copy_to_clipboard(link)
        self.assistant.say(f"Copied {link}")

    async def _show_page(self) -> None:
        passage = self.passage
        if passage is None:
            await super()._show_page()
            return
        self.notes = ((passage.path, passage.title),)
        why = self.whys.get(passage.id, ())
        if passage.kind == "note":
            self.turn_to_note(0, passage.heading, why)
            return
        self.turn_to_note(None)
        look, text = self.assistant.look, Text()
        text.append(passage.title, look.strong)
        text.append(f"\n{passage.path}", look.dim)
        text.append(f"\n{passage.heading}", look.accent)
        text.append("".join(f"\n· {reason}" for reason in why) + "\n\n", look.good)
        text.append(passage.body)
        self.preview.show_text(text)
