"""`assistant skill`: what one can do, what to learn next, and how it is proven."""

from datetime import UTC, datetime
from typing import Any

import click

from assistant.cli import related_pages
from assistant.cli.cards import ask_answer, wants_answer
from assistant.cli.completing import skill_ids, track_ids
from assistant.cli.groups import Group
from assistant.cli.learning_session import LearningSession, learning
from assistant.cli.output import json_option, note, print_json
from assistant.cli.skill_pages import (
    brief_json,
    paragraph,
    print_advice,
    print_brief,
    print_skill,
    readings_json,
    skill_json,
)
from assistant.errors import UsageError
from assistant.library.reading import Change
from assistant.library.spacing import ANSWERS, Answer, in_words
from assistant.skills import deeds
from assistant.skills.catalogue import find_skill, find_track
from assistant.skills.model import Skill
from assistant.skills.progress import STATES


@click.group("skill", cls=Group)
def skill_command() -> None:
    """See what to learn next and why; show, begin, prove and review skills."""


@skill_command.command("list")
@click.option(
    "--track", "-t", shell_complete=track_ids, help="Only what is on the way through a track."
)
@click.option("--state", type=click.Choice(STATES), multiple=True, help="Only these.")
@json_option
def list_skills(track: str | None, state: tuple[str, ...], as_json: bool) -> None:
    """List the skills, each after those it needs."""
    with learning() as s:
        learner = s.learner
        ids: Any = learner.curriculum.skills
        if track:
            ids = learner.curriculum.path(find_track(learner.curriculum, track).id)
        found = [learner.standings[id] for id in ids]
        found = [one for one in found if not state or one.state in state]
        if as_json:
            print_json([brief_json(one) for one in found])
            return
        for one in found:
            print_brief(one, learner.now)
        if not found:
            note("No skill is like that.")


@skill_command.command("show")
@click.argument("skill", shell_complete=skill_ids)
@json_option
def show(skill: str, as_json: bool) -> None:
    """Show a SKILL: why, what to read, what to do, what proves it, and what is new about it."""
    with learning() as s:
        found = find_skill(s.learner.curriculum, skill)
        one = s.learner.standings[found.id]
        with s.session.database.read() as connection:
            readings = readings_json(connection, s.learner, found.read)
        near = related_pages.of_skill(s, found)
        if as_json:
            print_json(skill_json(s.learner, one, readings) | near)
        else:
            print_skill(s.learner, one, readings)
            related_pages.print_of_skill(near)


@skill_command.command("next")
@click.option("--track", "-t", help="On this track; without it, on the one you picked.")
@click.option("--limit", type=click.IntRange(1, 100), default=3, show_default=True)
@json_option
def next_command(track: str | None, limit: int, as_json: bool) -> None:
    """Say what to learn next, and why: what is due, what you began, what is ready."""
    with learning() as s:
        chosen = find_track(s.learner.curriculum, track).id if track else None
        found = s.learner.next(chosen, limit)
        if as_json:
            print_json(
                [{**brief_json(one.standing), "why": one.why, "do": one.do} for one in found]
            )
            return
        print_advice(found)
        if chosen is None and s.learner.track is None:
            note("\nOn all tracks: assistant track pick TRACK narrows it to yours.")


@skill_command.command("start")
@click.argument("skill", shell_complete=skill_ids)
@json_option
def start(skill: str, as_json: bool) -> None:
    """Begin a SKILL, even one that is locked."""
    with learning() as s:
        found = find_skill(s.learner.curriculum, skill)
        with s.session.database.write("begin a skill") as connection:
            change = deeds.start_skill(connection, found)
        _told(s, found, change, as_json)


@skill_command.command("prove")
@click.argument("skill", shell_complete=skill_ids)
@click.option("--note", "noted", metavar="NOTE", help="A note of yours that links to the skill.")
@click.option("--link", metavar="URL", help="The address of something you have done.")
@click.option("--text", default="", help="What the link shows, in a sentence.")
@json_option
def prove(skill: str, noted: str | None, link: str | None, text: str, as_json: bool) -> None:
    """Hand in evidence for a SKILL: a note, or the address of something done."""
    if (noted is None) == (link is None):
        raise UsageError(
            "Prove it by what?", hint="--note NOTE or --link URL; `assistant lab check` by a lab."
        )
    with learning() as s:
        found = find_skill(s.learner.curriculum, skill)
        if link is not None:
            with s.session.database.write("keep evidence") as connection:
                change = deeds.prove_by_link(connection, found, link, text)
        else:
            change = _by_note(s, found, noted or "")
        _told(s, found, change, as_json)


@skill_command.command("review")
@click.argument("skill", required=False, shell_complete=skill_ids)
@click.option("--answer", type=click.Choice(ANSWERS), help="How it was, without asking.")
@json_option
def review(skill: str | None, answer: Answer | None, as_json: bool) -> None:
    """Go over a SKILL's questions, or those of every skill that is due."""
    with learning() as s:
        if skill is not None:
            chosen = [find_skill(s.learner.curriculum, skill)]
        elif answer is not None:
            raise UsageError("Which skill was it?", hint="assistant skill review SKILL --answer …")
        else:
            chosen = [one.skill for one in s.learner.standings.values() if one.state == "due"]
        if answer is not None:
            _answered(s, chosen[0], answer, as_json)
        elif as_json:
            print_json([_questions_json(s, one) for one in chosen])
        elif chosen:
            _ask(s, chosen)
        else:
            note("No skill is due. A proven skill comes back when it is about to be forgotten.")


def _ask(s: LearningSession, chosen: list[Skill]) -> None:
    for place, skill in enumerate(chosen, start=1):
        head = f"{place} of {len(chosen)}  " if len(chosen) > 1 else ""
        click.echo(click.style(f"{head}{skill.title}", bold=True))
        paragraph(skill.can, dim=True)
        for question in skill.recall:
            click.echo()
            paragraph(question.ask)
            if not wants_answer():
                return
            paragraph(question.answer)
        click.echo()
        answer = ask_answer()
        if answer is None:
            return
        _answered(s, skill, answer, as_json=False)


def _answered(s: LearningSession, skill: Skill, answer: Answer, as_json: bool) -> None:
    with s.session.database.write("write down a review") as connection:
        change = deeds.answer_review(connection, skill, answer)
    due = s.again().learner.standings[skill.id].due
    if as_json:
        print_json(
            {"skill": skill.id, "answer": answer, "event": change.event,
             "due": due.isoformat() if due else None}
        )  # fmt: skip
    elif due:
        click.echo(f"Comes back in {in_words(due - datetime.now(UTC))}.")
    else:
        click.echo("Written down; it comes back on a schedule once it is proven.")


def _questions_json(s: LearningSession, skill: Skill) -> dict[str, Any]:
    due = s.learner.standings[skill.id].due
    return {
        "skill": skill.id, "title": skill.title, "due": due.isoformat() if due else None,
        "questions": [{"ask": one.ask, "answer": one.answer} for one in skill.recall],
    }  # fmt: skip


def _by_note(s: LearningSession, skill: Skill, named: str) -> Change:
    from assistant.notes import files
    from assistant.notes.indexing import refresh
    from assistant.notes.linking import links_to_id
    from assistant.notes.own_words import own_words
    from assistant.notes.vault import find_note, open_vault

    vault = open_vault(s.session.home, s.session.settings, s.session.database)
    refresh(vault)
    path = find_note(vault, named)
    ids = [f"skill:{id}" for id in (skill.id, *skill.labs)]
    if path not in {link.source for link in links_to_id(vault, ids)}:
        raise UsageError(
            f"{path} does not name the skill {skill.id}.",
            hint=f"Write [[skill:{skill.id}]] into it, so that the two are joined.",
        )
    text, _ = files.read_text(vault.locate(path))
    with s.session.database.write("keep evidence") as connection:
        return deeds.prove_by_note(connection, skill, path, own_words(text))


def _told(s: LearningSession, skill: Skill, change: Change, as_json: bool) -> None:
    one = s.again().learner.standings[skill.id]
    if as_json:
        print_json({"id": skill.id, "change": change.text, "event": change.event,
                    "state": one.state, "proof": one.proof})  # fmt: skip
        return
    click.echo(f"{change.text[0].upper()}{change.text[1:]}.")
    if one.has:
        click.echo(click.style(f"✓ {skill.title} is proven: {one.proof}.", fg="green"))
    else:
        for place, way in enumerate(one.ways):
            told = "; ".join(part.have for part in way if not part.done)
            paragraph(f"{'or' if place else 'still open'}: {told}", 2, hang=2, dim=True)
