"""What keys do to a skill: each change is said, and undone with one key."""

import asyncio
import webbrowser
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from assistant.tui.acting import Acting
from assistant.tui.editing import in_terminal
from assistant.tui.widgets.picker import Choice
from assistant.tui.widgets.prompt import Prompt
from assistant.tui.widgets.question import Question

if TYPE_CHECKING:
    from assistant.library.reading import Change
    from assistant.skills.learner import Learner
    from assistant.skills.progress import Standing
    from assistant.tui.areas.skills.queries import Goal
    from db.engine import Connection

_NEW = object()


class SkillChanges(Acting):
    """Performs the actions of the scope `skill` on the one at hand."""

    learner: "Learner | None"

    @property
    def standing(self) -> "Standing | None":
        """The skill at hand, and where one stands with it."""
        raise NotImplementedError

    @property
    def place(self) -> "Goal | None":
        """The place of its page that the cursor is on."""
        raise NotImplementedError

    def follow(self, key: object) -> None:
        """Go where a place leads."""
        raise NotImplementedError

    def changed(self) -> None:
        """Read again where the person stands."""
        raise NotImplementedError

    def why_not(self, action: str) -> str | None:
        """Say why an action on a skill cannot be done now."""
        if not action.startswith("skill."):
            return None
        one, place = self.standing, self.place
        if one is None:
            return "There is no skill here."
        skill = one.skill
        if action == "skill.lab" and not skill.labs:
            return "Its lab is planned." if skill.planned else "It has no lab."
        if action == "skill.review" and not skill.recall:
            return "It has no questions."
        if action == "skill.begin" and one.state not in ("locked", "ready"):
            return "It is begun already."
        if action == "skill.prove" and not any(way.note or way.show for way in skill.proof):
            return "Only its lab, or what it lists, proves it."
        papers = ("paper", "named")
        if action == "skill.read" and (place is None or place.kind not in papers):
            return "Tab goes to its page: j, then m on a paper of your library."
        if action == "skill.open" and (place is None or place.kind not in (*papers, "web")):
            return "Tab goes to its page: o opens what is under the cursor there."
        return None

    def _at_hand(self) -> "Standing":
        one = self.standing
        assert one is not None
        return one

    async def _write(self, purpose: str, work: "Callable[[Connection], Change]") -> None:
        change = await self.desk.library.write(purpose, work)
        self.assistant.say(f"{change.text[:1].upper()}{change.text[1:]}. z undoes it.")
        self.assistant.library_changed()

    # ---- beginning and doing

    async def do_skill_begin(self) -> None:
        """Begin the skill."""
        from assistant.skills import deeds

        skill = self._at_hand().skill
        await self._write("begin a skill", lambda c: deeds.start_skill(c, skill))

    def do_skill_lab(self) -> None:
        """Go to its lab, and start the exercise where that was not done."""
        place, labs = self.place, self._at_hand().skill.labs
        if place is not None and place.kind == "lab":
            self._to_lab(str(place.name))
        elif len(labs) == 1:
            self._to_lab(labs[0])
        else:
            from assistant.tui.widgets.choosing import Choosing

            choices = [Choice(lab, lab) for lab in labs]
            self.app.push_screen(Choosing("Which lab", choices), self._to_lab)

    def _to_lab(self, lab: object) -> None:
        if isinstance(lab, str):
            from assistant.tui.learning import show_lab

            self.assistant.run_safely(partial(show_lab, self.assistant, lab), "Going to the lab")

    def do_skill_review(self) -> None:
        """Go over its questions."""
        from assistant.tui.areas.skills.review import SkillReview

        self.app.push_screen(SkillReview([self._at_hand().skill]))

    # ---- reading

    async def do_skill_read(self) -> None:
        """Mark the paper under the cursor read, or unread again."""
        from assistant.library import reading
        from db import personal, works

        place = self.place
        assert place is not None

        def mark(connection: "Connection") -> "Change":
            number = _number(connection, place)
            held = personal.readings_of(connection, [number]).get(number, {})
            state = "unread" if held.get("state") == "read" else "read"
            (view,) = works.view_works(connection, [number])
            return reading.set_state(connection, view, state)

        await self._write("mark a paper", mark)

    async def do_skill_open(self) -> None:
        """Open the page of what the cursor is on."""
        from assistant.library.links import paper_links

        place = self.place
        assert place is not None
        address: str | None = str(place.name)
        if place.kind != "web":
            links = await self.desk.library.read(lambda c: paper_links(c, _number(c, place)))
            address = links.page or links.pdf
        if not address:
            self.assistant.say("No page is known for it.", severity="warning")
        elif not await asyncio.to_thread(webbrowser.open, address):
            self.app.copy_to_clipboard(address)
            self.assistant.say(f"No browser here; copied {address}")

    def do_skill_copy(self) -> None:
        """Copy the skill's id, or what the cursor is on in its page."""
        place = self.place
        text = f"skill:{self._at_hand().skill.id}"
        if place is not None:
            text = place.copied
        self.app.copy_to_clipboard(text)
        self.assistant.say(f"Copied {text}")

    # ---- notes

    async def do_skill_note(self) -> None:
        """Write in a note of the skill, or in a new one."""
        notes = await self._notes()
        if not notes:
            self._edit(_NEW)
            return
        from assistant.tui.widgets.choosing import Choosing

        choices = [Choice(title or path, path, after=path) for path, title in notes]
        choices.append(Choice("A new note", _NEW))
        self.app.push_screen(Choosing("Write in which note", choices), self._edit)

    def _edit(self, path: object) -> None:
        skill = self._at_hand().skill
        words: tuple[str, ...]
        if path is _NEW:
            words = ("note", "new", "--skill", skill.id, "--edit", "--", skill.title)
        elif isinstance(path, str):
            words = ("note", "edit", "--", path)
        else:
            return
        in_terminal(
            self.assistant, *words,
            done="", failed=f"The note of {skill.title} could not be edited.",
        )  # fmt: skip
        self.assistant.notes_changed()

    async def _notes(self) -> list[tuple[str, str]]:
        from assistant.tui.areas.skills import queries

        skill = self._at_hand().skill
        return await self.desk.notes.read(
            partial(queries.notes_of_skill, ids=(skill.id, *skill.labs))
        )

    # ---- evidence

    def do_skill_prove(self) -> None:
        """Ask for evidence, as the ways to prove the skill allow."""
        skill = self._at_hand().skill
        shown = next((way.show for way in skill.proof if way.show), "")
        words = min((way.note for way in skill.proof if way.note), default=0)
        answers = {}
        told = []
        if shown:
            answers["l"] = "a link"
            told.append(f"A link to this: {shown}.")
        if words:
            answers["n"] = "a note"
            told.append(f"A note of {words:,} words of your own that names the skill.")
        self.app.push_screen(Question("\n".join(told), answers), self._prove_by)

    def _prove_by(self, answer: str | None) -> None:
        skill = self._at_hand().skill
        if answer == "l":
            told = next(way.show for way in skill.proof if way.show)
            prompt = Prompt("The address of what you have done", told=told)
            self.app.push_screen(prompt, self._prove_by_link)
        elif answer == "n":
            self.run_safely(self._choose_evidence, "Looking for notes")

    def _prove_by_link(self, answer: str | None) -> None:
        if not answer or not answer.strip():
            return
        skill = self._at_hand().skill
        link, _, text = answer.strip().partition(" ")

        async def prove() -> None:
            from assistant.skills import deeds

            await self._write(
                "keep evidence", lambda c: deeds.prove_by_link(c, skill, link, text.strip())
            )

        self.run_safely(prove, "Keeping evidence")

    async def _choose_evidence(self) -> None:
        from assistant.tui.widgets.choosing import Choosing

        notes = await self._notes()
        if not notes:
            self.assistant.say(
                "No note of yours names this skill yet.", severity="warning",
                hint=f"{self.assistant.key_of('skill.note')} writes one.",
            )  # fmt: skip
            return
        choices = [Choice(title or path, path, after=path) for path, title in notes]
        self.app.push_screen(Choosing("Hand in which note", choices), self._prove_by_note)

    def _prove_by_note(self, path: object) -> None:
        if not isinstance(path, str):
            return
        skill = self._at_hand().skill

        async def prove() -> None:
            from assistant.notes.files import read_text
            from assistant.notes.own_words import own_words
            from assistant.skills import deeds

            words = await self.desk.notes.read(lambda v: own_words(read_text(v.locate(path))[0]))
            await self._write("keep evidence", lambda c: deeds.prove_by_note(c, skill, path, words))

        self.run_safely(prove, "Keeping evidence")


def _number(connection: "Connection", place: "Goal") -> int:
    """Return the number of the paper that a place stands for.

    Raises:
        NotFoundError: it is not in the library any more.
    """
    from assistant.errors import NotFoundError
    from assistant.tui.papers.queries import find

    if isinstance(place.name, int):
        return place.name
    number = find(connection, str(place.name))
    if number is None:
        raise NotFoundError(f"{place.name} is not in your library any more.")
    return number
