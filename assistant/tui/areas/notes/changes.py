"""What keys do to notes: each change is said, and undone with one key."""

from collections.abc import Hashable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.tui.editing import in_terminal
from assistant.tui.notes.links_pane import Joined
from assistant.tui.widgets.panes import Panes
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.notes.vault import Vault

TRASH = ".trash/"
_RELATED = 6
_MOST_SUGGESTED = 6


class NoteChanges(Panes):
    """Performs the actions of the scope `note` on the notes that `targets` names."""

    @property
    def path(self) -> str:
        """The note at hand, "" where there is none."""
        raise NotImplementedError

    def targets(self) -> list[str]:
        """Return the paths of the notes to act on."""
        raise NotImplementedError

    def show_joined(self, rows: list[Joined]) -> None:
        """Show what a note is joined to."""
        raise NotImplementedError

    def show_anew(self) -> None:
        """Show the note at hand, and read again what it is joined to."""
        raise NotImplementedError

    def why_not(self, action: str) -> str | None:
        """Say why an action on notes cannot be done now."""
        if not action.startswith("note.") or action in ("note.links", "note.select-all"):
            return None
        if not self.targets():
            return "There is no note here."
        thrown = self.path.startswith(TRASH)
        if action == "note.restore":
            return None if thrown else "It is in no trash; v, then x lists what is."
        if thrown and action not in ("note.copy", "note.select"):
            return "It is in the trash; u brings it back."
        return None

    def do_note_edit(self) -> None:
        """Open the note in the person's editor; the app stands still meanwhile."""
        in_terminal(
            self.assistant, "note", "edit", "--", self.path,
            done="", failed=f"{self.path} could not be edited.",
        )  # fmt: skip
        self.assistant.notes_changed()

    def do_note_links(self) -> None:
        """Show or hide what the note is joined to."""
        self.toggle_class("-links")
        self.show_anew()

    def do_note_graph(self) -> None:
        """Show the web of notes around the note."""
        from assistant.tui.notes.graph import GraphScreen

        self.app.push_screen(GraphScreen(self.path), self._went)

    def _went(self, path: str | None) -> None:
        if path:
            self.run_safely(lambda: self.assistant.show_note(path), "Showing the note")

    async def do_note_related(self) -> None:
        """Add what means nearly the same to what the note is joined to."""
        from assistant.tui.notes import queries

        path = self.path
        self.add_class("-links")
        self.assistant.say("Looking for what means nearly the same …")
        found = await self.related(path)
        rows = await self.desk.notes.read(lambda v: queries.neighbours(v, path))
        self.show_joined(found + rows)
        if not found:
            self.assistant.say(
                "Nothing to compare it with yet: `assistant embed` makes vectors.",
                severity="warning",
            )

    async def related(self, path: str) -> list[Joined]:
        """Return notes and papers that mean nearly what a note says, as rows under headings."""
        from assistant.tui.notes import queries

        found = await self.desk.meaning.related_to_note(path, limit=_RELATED)
        works = [one.work for one in found.hits if one.work]
        sections = [one.section for one in found.hits if one.section]
        return await self.desk.library.read(lambda c: queries.related(c, works, sections))

    async def do_note_rename(self) -> None:
        """Ask for another name or place."""
        from assistant.notes.names import folder_of, name_of, without_suffix
        from db import notes as index

        paths = self.targets()
        known = await self.desk.library.read(index.paths)
        folders = {folder_of(path) for path in known}
        folders |= {folder_of(one) for one in folders} | {folder_of(paths[0])}
        name = "" if len(paths) > 1 else name_of(paths[0])

        def suggest(value: str) -> list[str]:
            begun = [one for one in folders - {""} if one.casefold().startswith(value.casefold())]
            return [f"{one}/{name}" for one in sorted(begun)[:_MOST_SUGGESTED]]

        if len(paths) > 1:
            told = f"The folder for {len(paths):,} notes. Every link to them follows."
            prompt = Prompt("Move to", told=told, suggest=suggest)
        else:
            told = "A name stays in its folder, a path moves the note. Every link to it follows."
            value = without_suffix(paths[0])
            prompt = Prompt("Rename or move", value=value, told=told, suggest=suggest)
        self.app.push_screen(prompt, lambda answer: self._rename(paths, answer))

    def _rename(self, paths: list[str], answer: str | None) -> None:
        if answer is None or not answer.strip():
            return
        wanted = answer.strip()
        if len(paths) > 1 and not wanted.endswith("/"):
            wanted += "/"

        async def rename() -> None:
            from assistant.notes.names import renamed
            from assistant.notes.renaming import Renamed
            from assistant.notes.renaming import rename as rename_note

            done = Renamed({})
            try:
                for path in paths:
                    target, title = renamed(path, wanted)
                    done = await self.desk.notes.change(
                        partial(rename_note, path=path, new_path=target, title=title)
                    )
            finally:
                self.rows.selected.clear()
                self.assistant.notes_changed()
            new = next(iter(done.moved.values()))
            links = f"; {_counted(done.links, 'link')} rewritten" if done.links else ""
            again = "z takes it back." if len(paths) == 1 else "z takes one after the other back."
            self.assistant.say(f"{new if len(paths) == 1 else wanted}{links}. {again}")
            for kept in done.kept:
                told = f"{kept} was changed by another program at that moment; ours is beside it."
                self.assistant.say(told, severity="warning")
            if len(paths) == 1:
                await self.assistant.show_note(new, reading=False)

        self.run_safely(rename, "Renaming")

    def do_note_trash(self) -> None:
        """Ask for another key before notes go to the trash."""
        paths = self.targets()
        many, them = ("this note", "it") if len(paths) == 1 else (f"{len(paths):,} notes", "them")
        question = Question(f"Put {many} in the trash? z brings {them} back.", {"x": "trash"})
        self.app.push_screen(question, lambda answer: self._trash(paths) if answer == "x" else None)

    def _trash(self, paths: list[str]) -> None:
        async def throw() -> None:
            from assistant.notes import writing

            try:
                for path in paths:
                    await self.desk.notes.change(partial(writing.trash, path=path))
            finally:
                self.rows.selected.clear()
                self.assistant.notes_changed()
            one = len(paths) == 1
            told = f"{paths[0]} is" if one else f"{len(paths):,} notes are"
            back = "z brings it back." if one else "z brings one after the other back."
            self.assistant.say(f"{told} in the trash. {back}")

        self.run_safely(throw, "Putting notes in the trash")

    async def do_note_restore(self) -> None:
        """Bring notes back from the trash."""
        from assistant.notes import writing

        paths = [path for path in self.targets() if path.startswith(TRASH)]
        back = ""
        try:
            for path in paths:
                back = await self.desk.notes.change(partial(writing.restore, named=path))
        finally:
            self.rows.selected.clear()
            self.assistant.notes_changed()
        told = f"{back} is" if len(paths) == 1 else f"{len(paths):,} notes are"
        self.assistant.say(f"{told} back.")

    def do_note_copy(self) -> None:
        """Ask what to copy."""
        answers = {"l": "[[link]]", "p": "path", "t": "text"}
        self.app.push_screen(Question("Copy", answers), self._copied)

    def _copied(self, answer: str | None) -> None:
        if answer is not None:
            self.run_safely(lambda: self._copy(answer), "Copying")

    async def _copy(self, answer: str) -> None:
        from assistant.text import clean

        paths = self.targets()

        def text_of(vault: "Vault") -> str:
            from assistant.notes import files

            located: list[Path] = [vault.locate(path) for path in paths]
            if answer == "p":
                return "\n".join(map(str, located))
            if answer == "l":
                return " ".join(f"[[{path.removesuffix('.md')}]]" for path in paths)
            return "\n\n".join(
                clean(files.read_text(one)[0], files.MOST_NOTE_BYTES) for one in located
            )

        text = await self.desk.notes.read(text_of)
        self.app.copy_to_clipboard(text)
        first = text.strip().splitlines()[0] if text.strip() else "nothing"
        self.assistant.say(f"Copied {first[:80]}" + (" …" if "\n" in text.strip() else ""))

    def do_note_select(self) -> None:
        """Select the note, or not, and go on."""
        key = self.rows.key
        if isinstance(key, str):
            self.rows.selected ^= {key}
        self.rows.do_list_down()
        self.rows.refresh()

    def do_note_select_all(self) -> None:
        """Select all that are listed, or none where all are."""
        source = self.rows.source
        keys = (source.key(place) for place in range(len(source)))
        every: set[Hashable] = {key for key in keys if isinstance(key, str)}
        self.rows.selected = set() if self.rows.selected >= every else every
        self.rows.refresh()
        if self.rows.selected:
            self.assistant.say(f"{len(every):,} selected. Keys act on all of them; esc lets go.")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
