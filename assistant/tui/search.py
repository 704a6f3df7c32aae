"""Search from anywhere: words answer on every key, meaning joins without moving the cursor."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from assistant.search.asking import MeaningAnswer
from assistant.search.query import parse_query
from assistant.tui.acting import Acting
from assistant.tui.actions import Action, bindings, register
from assistant.tui.found import Found, FoundBrowser, Passage
from assistant.tui.passing import PassingScreen
from assistant.tui.widgets.key_bar import KeyBar
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.query_bar import QueryBar
from assistant.tui.widgets.summary_line import SummaryLine
from assistant.tui.widgets.top_bar import TopBar

LIMIT = 100
_PAUSE = 0.02
_MEANING_AFTER = 0.25

_TO_BEGIN = """Some ways to ask:

how to train large models with less memory
distillation -image cat:cs.LG year:2023..
"mixture of experts" author:"Noam Shazeer"
is:later   tag:thesis   venue:ICLR   -cat:cs.CV

ctrl+r lists your saved searches."""

register(
    "search",
    "In a search",
    Action("search.edit", "slash", "Change the query", "query"),
    Action("search.save", "ctrl+s", "Save this search under a name", "save"),
    Action("search.saved", "ctrl+r", "Choose a saved search", "saved"),
    Action("search.forget", "ctrl+k", "Forget this saved search"),
)


class SearchScreen(PassingScreen[None], Acting):
    """A query, the papers and notes it finds, and what the cursor is on."""

    SCOPES: ClassVar[tuple[str, ...]] = ("search",)
    BINDINGS: ClassVar[list[BindingType]] = list(bindings("search"))
    DEFAULT_CSS = """
    SearchScreen { layout: vertical; }
    """

    def __init__(self, *, text: str = "", like: tuple[int, str] | None = None) -> None:
        """Begin with a query, or with the papers that are like a work (id, title)."""
        super().__init__()
        self._text = text
        self._like = like
        self._lexical: list[Found] = []

    def compose(self) -> ComposeResult:
        """Show the query, what was found, and the paper at hand."""
        title = "Search" if self._like is None else f"Like: {self._like[1]}"
        yield TopBar("", title)
        yield QueryBar("words, a question, or filters: author: cat: year: venue: tag: is:")
        yield SummaryLine(id="told")
        yield FoundBrowser(empty="")
        yield KeyBar()

    @property
    def browser(self) -> FoundBrowser:
        """The list and its preview."""
        return self.query_one(FoundBrowser)

    @property
    def bar(self) -> QueryBar:
        """The query."""
        return self.query_one(QueryBar)

    def on_mount(self) -> None:
        """Ask at once for what one came for; load the model meanwhile."""
        if self._like is not None:
            work, _ = self._like
            self.browser.rows.focus()
            self.run_safely(lambda: self._find_like(work), "Finding papers like it", only="ask")
            return
        self.bar.set(self._text)
        self.bar.begin()
        self._look_up(self._text)
        self.run_safely(self.desk.meaning.warm_up, "Loading the embedding model", only="warm")

    def library_changed(self) -> None:
        """Show what has become of the papers found."""
        self.run_safely(self.browser.reload, "Reading the library")

    def notes_changed(self) -> None:
        """Show what has become of the note at hand."""
        self.browser.show_page()

    def why_not(self, action: str) -> str | None:
        """Say why one of this place's actions cannot be done now."""
        if self._like is not None:
            return "These are the papers like one; f begins a search."
        if action == "search.save" and not self._text.strip():
            return "Type a query first."
        return None

    def do_search_edit(self) -> None:
        """Go back to the query."""
        self.bar.begin()

    def do_search_save(self) -> None:
        """Ask for a name."""
        prompt = Prompt("Save this search as", value=self._text[:40], told=self._text)
        self.app.push_screen(prompt, lambda name: self._save(name))

    async def do_search_saved(self) -> None:
        """Show the saved searches as choices."""
        from assistant.tui.saved_searches import SavedSearches

        self.app.push_screen(SavedSearches(), self._use)

    async def do_search_forget(self) -> None:
        """Forget the saved search that the query is."""
        from assistant.library import searches
        from db import personal

        saved = await self.desk.library.read(personal.saved_searches)
        name = next((name for name, query in saved.items() if query == self._text), None)
        if name is None:
            self.assistant.say("This search is not saved.", severity="warning")
            return
        await self.desk.library.write("forget a search", lambda c: searches.forget(c, name))
        self.assistant.say(f"Forgot {name}. z brings it back.")

    def on_query_bar_changed(self, event: QueryBar.Changed) -> None:
        """Answer the new query."""
        self._text = event.text
        self._look_up(event.text)

    def on_query_bar_accepted(self) -> None:
        """Go to what was found."""
        self.browser.rows.focus()

    def on_query_bar_left(self) -> None:
        """Leave the search."""
        self.dismiss()

    def on_panes_left(self) -> None:
        """Leave the search."""
        self.dismiss()

    def _use(self, query: object) -> None:
        if isinstance(query, str):
            self._text = query
            self.bar.set(query)
            self._look_up(query)

    def _save(self, name: str | None) -> None:
        if not name or not name.strip():
            return

        async def save() -> None:
            from assistant.library import searches

            query = self._text
            await self.desk.library.write("save a search", lambda c: searches.save(c, name, query))
            self.assistant.say(f"Saved as {name.strip()}. ctrl+r lists the saved searches.")

        self.run_safely(save, "Saving the search")

    def _look_up(self, text: str) -> None:
        self.run_safely(lambda: self._find(text), "Searching", only="ask")

    async def _find(self, text: str) -> None:
        """Show what words find, then, once the fingers rest, what meaning adds."""
        from assistant.search.by_words import search_by_words

        if not text.strip():
            await self._show([], "")
            self.browser.rows.empty = _TO_BEGIN
            return
        await asyncio.sleep(_PAUSE)
        found, papers = await self.desk.library.read(lambda c: search_by_words(c, text, LIMIT))
        self._lexical = [one.work or Passage(one.section) for one in found]
        told = f"Showing results for: {papers.corrected}" if papers.corrected else ""
        notices = " ".join([told, *papers.notices]).strip()
        plain = parse_query(text).plain
        waiting = "by words; meaning is on its way" if plain else "by filters"
        await self._show(self._lexical, f"{_count(self._lexical)} {waiting}. {notices}")
        if not plain:
            return
        await asyncio.sleep(_MEANING_AFTER)
        answer = await self.desk.meaning.search(text, limit=LIMIT)
        if answer.obsolete:
            return
        ids = self._taken(answer)
        if ids or not self._lexical:
            more = " ".join([notices, *answer.notices]).strip()
            await self._show(ids, f"{_count(ids)} by words and meaning. {more}", joins=True)

    def _taken(self, answer: MeaningAnswer) -> list[Found]:
        self.browser.reasons = {hit.work: hit.reasons for hit in answer.hits if hit.work}
        self.browser.whys = {hit.section: hit.reasons for hit in answer.hits if hit.section}
        return [hit.work or Passage(hit.section) for hit in answer.hits]

    async def _find_like(self, work: int) -> None:
        self._say("Looking …")
        answer = await self.desk.meaning.similar(work, limit=LIMIT)
        ids = self._taken(answer)
        none = "It has no vector yet: `assistant embed` makes them."
        await self._show(ids, f"{_count(ids)}, the nearest first." if ids else none)

    async def _show(self, ids: Sequence[Found], told: str, *, joins: bool = False) -> None:
        rows = self.browser.rows
        stays = joins and rows.cursor > 0
        rows.empty = "" if ids else "Nothing found.\nFewer words find more; esc leaves."
        if not stays:
            rows.cursor = 0
        keep = next((one for one in ids if stays and one == rows.key), None)
        await self.browser.show_found(ids, keep=keep)
        if not stays:
            rows.move_to(0)
        self._say(told)

    def _say(self, told: str) -> None:
        self.query_one("#told", SummaryLine).say(told)


def _count(found: Sequence[Found]) -> str:
    papers = sum(isinstance(one, int) for one in found)
    notes = len(found) - papers
    more = "+" if len(found) >= LIMIT else ""
    parts = []
    if papers or not notes:
        parts.append(f"{papers:,}{more} {'paper' if papers == 1 else 'papers'}")
    if notes:
        parts.append(f"{notes:,} {'note' if notes == 1 else 'notes'}")
    return " and ".join(parts)
