"""What keys do to papers: each change is one transaction, said, and undone with one key."""

import asyncio
import webbrowser
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING

from assistant.tui.editing import in_terminal
from assistant.tui.widgets.panes import Panes
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.library.reading import Change
    from assistant.tui.papers.rows import PaperCache
    from db.engine import Connection
    from db.listing import PaperRow
    from db.works import WorkView

_MOST_OPENED = 10
_MOST_TAGS = 12


class PaperChanges(Panes):
    """Performs the actions of the scope `paper` on the works that `targets` names."""

    cache: "PaperCache"
    profile: str | None = None
    """Whose likes they are; None means the first profile's."""

    def targets(self) -> list[int]:
        """Return the ids of the works to act on."""
        raise NotImplementedError

    async def reload(self, ids: Sequence[int] | None = None) -> None:
        """Show what has become of these works."""
        raise NotImplementedError

    async def decided(self, ids: Sequence[int]) -> None:
        """Take note that the person made up their mind about these works.

        It is waited for, so that the next key acts on the next paper, however fast it comes.
        """

    async def do_paper_like(self) -> None:
        """Like the papers, or take it back where all are liked."""
        await self._like(1)

    async def do_paper_dislike(self) -> None:
        """Dislike the papers, or take it back where all are disliked."""
        await self._like(-1)

    async def do_paper_later(self) -> None:
        """Keep the papers for later, or not any more."""
        await self._set_state("later")

    async def do_paper_read(self) -> None:
        """Mark the papers read, or unread again."""
        await self._set_state("read")

    async def do_paper_star(self) -> None:
        """Star the papers, or take the stars away where all have one."""
        from assistant.library import reading

        rows = await self._rows()
        starred = not all(row.starred for row in rows)
        await self._change("star papers", lambda c, w: reading.set_stars(c, w, starred))

    async def do_paper_tags(self) -> None:
        """Ask for tags: words are added, words after a minus are taken away."""
        from db import personal

        known = await self.desk.library.read(personal.all_tags)
        rows = await self._rows()
        common = set.intersection(*(set(row.tags) for row in rows)) if rows else set()

        def suggest(value: str) -> list[str]:
            head, _, last = value.rpartition(" ")
            start = f"{head} " if head else ""
            stem = last.lstrip("-#")
            sign = "-" if last.startswith("-") else ""
            names = [tag for tag, _ in known if tag.startswith(stem) and tag != stem]
            return [f"{start}{sign}{tag} " for tag in names[:_MOST_TAGS]] if stem else []

        has = f"It has: {' '.join(sorted(common))}. " if common else ""
        told = f"{has}Words are added; -word takes a tag away."
        self.app.push_screen(
            Prompt("Tags", told=told, suggest=suggest),
            lambda answer: self._tag(answer, self.targets()),
        )

    async def do_paper_open(self) -> None:
        """Open the papers' pages in the browser."""
        await self._open("page")

    async def do_paper_open_pdf(self) -> None:
        """Open the papers' PDFs in the browser."""
        await self._open("pdf")

    async def do_paper_note(self) -> None:
        """Make the paper's note, or bring it up to date, and open it in the person's editor.

        The terminal is the editor's meanwhile, so the app stands still.
        """
        row = (await self._rows())[0]
        in_terminal(
            self.assistant, "note", row.public_id, "--edit",
            done="The note is in your vault; it links back to the paper.",
            failed=f"The note of {row.public_id} could not be edited.",
        )  # fmt: skip
        self.assistant.notes_changed()

    def do_paper_copy(self) -> None:
        """Ask what to copy."""
        question = Question("Copy", {"i": "id", "l": "link", "b": "BibTeX", "t": "title"})
        self.app.push_screen(question, self._copied)

    def do_paper_similar(self) -> None:
        """Show papers like the one under the cursor."""
        from assistant.tui.search import SearchScreen

        row = self.cache.rows.get(self.targets()[0])
        if row is not None:
            self.app.push_screen(SearchScreen(like=(row.id, row.title)))

    def do_paper_select(self) -> None:
        """Select the paper, or not, and go on."""
        key = self.rows.key
        if isinstance(key, int):
            self.rows.selected ^= {key}
            self.rows.do_list_down()
            self.rows.refresh()

    def do_paper_select_all(self) -> None:
        """Select all that are listed, or none where all are."""
        source = self.rows.source
        keys = (source.key(index) for index in range(len(source)))
        every: set[Hashable] = {key for key in keys if isinstance(key, int)}
        self.rows.selected = set() if self.rows.selected >= every else every
        self.rows.refresh()
        if self.rows.selected:
            self.assistant.say(f"{len(every):,} selected. Keys act on all of them; esc lets go.")

    def do_paper_trash(self) -> None:
        """Ask for another key before papers go to the trash."""
        ids = self.targets()
        many, them = ("this paper", "it") if len(ids) == 1 else (f"{len(ids):,} papers", "them")
        question = Question(f"Put {many} in the trash? z brings {them} back.", {"x": "trash"})
        self.app.push_screen(question, lambda answer: self._trash(ids) if answer == "x" else None)

    async def _rows(self) -> "list[PaperRow]":
        from assistant.tui.papers import queries

        ids = self.targets()
        return await self.desk.library.read(lambda c: queries.rows(c, ids, self.profile))

    async def _like(self, liked: int) -> None:
        from assistant.library import following

        rows = await self._rows()
        value = None if all(row.liked == liked for row in rows) else liked

        def like(connection: "Connection", works: "Sequence[WorkView]") -> "Change":
            following.ensure_main(connection)
            profile = following.find_profile(connection, self.profile)
            return following.like_all(connection, profile, works, value)

        await self._change("like papers", like, decides=value is not None)

    async def _set_state(self, state: str) -> None:
        from assistant.library import reading

        rows = await self._rows()
        value = "unread" if all(row.state == state for row in rows) else state
        await self._change(
            "mark papers",
            lambda c, w: reading.set_states(c, w, value),
            decides=value != "unread",
        )

    async def _change(
        self,
        purpose: str,
        act: "Callable[[Connection, Sequence[WorkView]], Change]",
        *,
        decides: bool = False,
    ) -> None:
        from db import works

        ids = self.targets()
        change = await self.desk.library.write(purpose, lambda c: act(c, works.view_works(c, ids)))
        if len(ids) > 1:
            self.assistant.say(f"{len(ids):,} papers: {change.text}. z undoes it.")
        await self.reload(ids)
        if decides:
            await self.decided(ids)

    def _tag(self, answer: str | None, ids: Sequence[int]) -> None:
        if not answer or not answer.strip():
            return
        words = answer.split()
        add = [word for word in words if not word.startswith("-")]
        remove = [word[1:] for word in words if word.startswith("-") and len(word) > 1]

        async def tag() -> None:
            from assistant.errors import UsageError
            from assistant.library import reading

            try:
                await self._change(
                    "tag papers", lambda c, w: reading.tag_all(c, w, add=add, remove=remove)
                )
            except UsageError as error:
                self.assistant.report(error)

        self.run_safely(tag, "Tagging")

    async def _open(self, which: str) -> None:
        from assistant.library.links import paper_links

        ids = self.targets()[:_MOST_OPENED]
        links = await self.desk.library.read(lambda c: [paper_links(c, one) for one in ids])
        addresses = [one for link in links if (one := getattr(link, which))]
        if not addresses:
            self.assistant.say(f"No {which} is known for it.", severity="warning")
        for address in addresses:
            opened = await asyncio.to_thread(webbrowser.open, address)
            if not opened:
                self.app.copy_to_clipboard(address)
                self.assistant.say(f"No browser here; copied {address}")

    def _copied(self, answer: str | None) -> None:
        if answer is not None:
            self.run_safely(lambda: self._copy(answer), "Copying")

    async def _copy(self, answer: str) -> None:
        from assistant.library.links import paper_links
        from assistant.tui.papers import queries

        ids = self.targets()
        if answer == "b":
            text = await self.desk.library.read(lambda c: queries.bibtex(c, ids))
        elif answer == "l":
            links = await self.desk.library.read(lambda c: [paper_links(c, one) for one in ids])
            text = "\n".join(one.page or one.pdf or "" for one in links)
        else:
            rows = await self._rows()
            text = "\n".join(row.public_id if answer == "i" else row.title for row in rows)
        self.app.copy_to_clipboard(text)
        first = text.strip().splitlines()[0] if text.strip() else "nothing"
        self.assistant.say(f"Copied {first}" + (" …" if "\n" in text.strip() else ""))

    def _trash(self, ids: Sequence[int]) -> None:
        async def trash() -> None:
            from assistant.library.trash import trash_works
            from db import works

            await self.desk.library.write(
                "put papers in the trash", lambda c: trash_works(c, works.view_works(c, ids))
            )
            self.rows.selected.clear()
            one = len(ids) == 1
            many = "1 paper is" if one else f"{len(ids):,} papers are"
            self.assistant.say(f"{many} in the trash. z brings {'it' if one else 'them'} back.")
            self.assistant.library_changed()

        self.run_safely(trash, "Putting papers in the trash")
