"""The day's papers and feed items, beside the one under the cursor."""

import webbrowser
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from assistant.tui.papers.browser import PaperBrowser

if TYPE_CHECKING:
    from assistant.digest.model import FeedItem


class DayBrowser(PaperBrowser):
    """A list of papers in which feed items can stand too."""

    def __init__(self, go_on: Callable[[], Awaitable[None]], *, empty: str = "") -> None:
        """Make an empty list; `go_on` goes to what comes after a decision."""
        super().__init__(empty=empty)
        self._go_on = go_on

    async def decided(self, ids: Sequence[int]) -> None:
        """Let the day go on to the next paper."""
        self.rows.selected.clear()
        await self._go_on()

    @property
    def item(self) -> "FeedItem | None":
        """The feed item under the cursor."""
        found = getattr(self.rows.source, "item", None)
        item: FeedItem | None = found(self.rows.key) if found else None
        return item

    def why_not(self, action: str) -> str | None:
        """A feed item can be opened and copied, and nothing else."""
        if self.item is not None and not self.rows.selected:
            if action in ("paper.open", "paper.open-pdf", "paper.copy", "paper.select-all"):
                return None
            if action.startswith("paper."):
                return "This is a feed's item, not a paper; o opens it in the browser."
        return super().why_not(action)

    async def _open(self, which: str) -> None:
        item = self.item
        if item is None or self.rows.selected:
            await super()._open(which)
            return
        from assistant.digest.renderers.words import is_web_address

        if not is_web_address(item.link):
            self.assistant.say("Its link is no web address.", severity="warning")
        elif not await to_thread(webbrowser.open, item.link):
            self.app.copy_to_clipboard(item.link)
            self.assistant.say(f"No browser here; copied {item.link}")

    def do_paper_copy(self) -> None:
        """Copy the item's link, or ask what to copy of a paper."""
        item = self.item
        if item is None or self.rows.selected:
            super().do_paper_copy()
            return
        self.app.copy_to_clipboard(item.link)
        self.assistant.say(f"Copied {item.link}")

    async def _show_page(self) -> None:
        item = self.item
        if item is None:
            await super()._show_page()
            return
        look = self.assistant.look
        text = Text()
        text.append(item.title, look.strong)
        text.append(f"\n{item.feed}", look.accent)
        when = f"talk on {item.starts[:16].replace('T', ' ')} UTC" if item.starts else ""
        when = when or (item.published or "")[:10]
        text.append(f" · {when}" if when else "", look.accent)
        text.append(f"\n\n{item.summary}\n" if item.summary else "\n")
        text.append(f"\n{item.link}\n", look.dim)
        self.preview.show_text(text)
