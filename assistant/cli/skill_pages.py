"""Tracks and skills on the command line, and as programs are told of them."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click

from assistant.cli.output import note, plural, shortened
from assistant.library.spacing import in_words
from assistant.skills.advice import Advice
from assistant.skills.learner import Learner
from assistant.skills.model import Item, Track
from assistant.skills.progress import STATES, Requirement, Standing
from db import works
from db.engine import Connection

MARKS = {
    "proven": ("✓", "green"), "due": ("↻", "yellow"), "started": ("◐", "cyan"),
    "ready": ("○", None), "locked": ("·", "bright_black"),
}  # fmt: skip


def width() -> int:
    """Return how many columns a page may take."""
    return min(shutil.get_terminal_size().columns, 96)


def track_json(learner: Learner, track: Track) -> dict[str, Any]:
    """Return a track with where the person stands on it."""
    path = learner.curriculum.path(track.id)
    counts = learner.counts(track.id)
    return {
        "id": track.id, "title": track.title, "summary": track.summary,
        "after": list(track.after), "picked": track == learner.track,
        "source": str(track.source),
        "hours": sum(learner.curriculum.skills[id].hours for id in path),
        "counts": {state: counts[state] for state in STATES},
        "aims": list(learner.curriculum.aims(track.id)),
        "skills": [brief_json(learner.standings[id]) for id in path],
    }  # fmt: skip


def brief_json(one: Standing) -> dict[str, Any]:
    """Return a skill as lists show it."""
    return {
        "id": one.skill.id, "title": one.skill.title, "track": one.skill.track,
        "state": one.state, "needs": list(one.skill.needs), "missing": list(one.missing),
        "hours": one.skill.hours, "labs": list(one.skill.labs),
        "started": _iso(one.started), "proven": _iso(one.proven), "due": _iso(one.due),
    }  # fmt: skip


def skill_json(
    learner: Learner, one: Standing, readings: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return a skill's whole page."""
    skill = one.skill
    return {
        **brief_json(one),
        "can": skill.can, "why": skill.why, "terms": list(skill.terms), "planned": skill.planned,
        "opens": list(learner.curriculum.opens(skill.id)), "read": list(readings),
        "recall": [{"ask": one.ask, "answer": one.answer} for one in skill.recall],
        "proof": one.proof,
        "ways": [
            [{"text": part.text, "have": part.have, "done": part.done} for part in way]
            for way in one.ways
        ],
        "reviews": one.reviews,
    }  # fmt: skip


def readings_json(
    connection: Connection, learner: Learner, items: Iterable[Item]
) -> list[dict[str, Any]]:
    """Return a reading list with titles and what was read."""
    from db import personal

    numbers = [learner.numbers[one.work] for one in items if one.work in learner.numbers]
    views = {one.id: one for one in works.view_works(connection, numbers)}
    states = personal.readings_of(connection, numbers)
    found: list[dict[str, Any]] = []
    for one in items:
        if not one.work:
            found.append({"url": one.url, "title": one.title, "why": one.why})
            continue
        view = views.get(learner.numbers.get(one.work, 0))
        state = states.get(view.id, {}).get("state", "unread") if view else "missing"
        title = one.title or (view.title if view else "")
        found.append(
            {"id": view.public_id if view else one.work, "title": title, "why": one.why,
             "state": state, "year": view.year if view else None}
        )  # fmt: skip
    return found


def print_track(learner: Learner, track: Track) -> None:
    """Print a track: every skill with its state and what it waits for."""
    path = learner.curriculum.path(track.id)
    hours = sum(learner.curriculum.skills[id].hours for id in path)
    click.echo(
        click.style(track.title, bold=True) + ("  your track" if track == learner.track else "")
    )
    paragraph(track.summary)
    counts = learner.counts(track.id)
    told = ", ".join(f"{counts[state]} {state}" for state in reversed(STATES) if counts[state])
    click.echo(click.style(f"{plural(len(path), 'skill')}, about {hours:g} h: {told}", dim=True))
    aims = set(learner.curriculum.aims(track.id))
    for head, ids in (
        ("First", [id for id in path if id not in aims]),
        (track.title if len(aims) < len(path) else "", [id for id in path if id in aims]),
    ):
        if ids:
            click.echo()
            if head:
                click.echo(click.style(head, dim=True))
            for id in ids:
                print_brief(learner.standings[id], learner.now)


def print_brief(one: Standing, now: datetime) -> None:
    """Print a skill in one line."""
    mark, colour = MARKS[one.state]
    line = f"{mark} {one.skill.id:<26} {state_told(one, now)}"
    click.echo(click.style(shortened(line, width()), fg=colour))


def state_told(one: Standing, now: datetime) -> str:
    """Say where a skill stands, and what it waits for."""
    if one.state == "proven" and one.proven is not None:
        again = f", again in {in_words(one.due - now)}" if one.due else ""
        return f"proven {in_words(now - one.proven)} ago{again}"
    if one.state == "due" and one.due is not None:
        return f"due for review for {in_words(now - one.due)}"
    lab = "" if one.skill.labs else ", lab planned" if one.skill.planned else ", no lab"
    told = f"{one.state}, {one.skill.hours:g} h{lab}"
    if one.state == "locked":
        return f"locked, needs {', '.join(one.missing)}"
    return told


def print_skill(learner: Learner, one: Standing, readings: Sequence[dict[str, Any]]) -> None:
    """Print a skill's page: why, read, do, prove."""
    skill = one.skill
    mark, colour = MARKS[one.state]
    click.echo(click.style(skill.title, bold=True) + f"  {skill.id}")
    click.echo(click.style(f"{mark} {state_told(one, learner.now)}", fg=colour))
    click.echo()
    paragraph(skill.can)
    if skill.why:
        click.echo()
        paragraph(skill.why)
    if skill.needs:
        told = [f"{id} ({learner.standings[id].state})" for id in skill.needs]
        click.echo()
        paragraph(f"Needs {', '.join(told)}.")
    opens = learner.curriculum.opens(skill.id)
    if opens:
        paragraph(f"Opens {', '.join(opens)}.")
    _head("Read")
    for item in readings:
        _print_item(item)
    _head("Do")
    for lab in skill.labs:
        verb = "check" if lab in one.labs_begun else "start"
        click.echo(f"  the lab {lab}: assistant lab {verb} {lab}")
    if not skill.labs:
        paragraph(f"Lab planned: {skill.planned}" if skill.planned else "No lab; see below.", 2)
    _head("Prove it, in one of these ways")
    for number, way in enumerate(one.ways, start=1):
        for place, part in enumerate(way):
            _print_requirement(part, f"{number}." if place == 0 else "  ")
    for option, asked in (
        ("--note NOTE", any(way.note for way in skill.proof)),
        ("--link URL", any(way.show for way in skill.proof)),
    ):
        if asked and not one.has:
            command = f"assistant skill prove {skill.id} {option}"
            click.echo("     " + click.style(command, fg="cyan") + "  hands it in")
    if one.proof:
        click.echo()
        paragraph(f"Proven: {one.proof}.")


def print_advice(found: Sequence[Advice]) -> None:
    """Print what to do next, and why."""
    if not found:
        note("Nothing is open: every skill is proven or waits for another.")
    for number, one in enumerate(found, start=1):
        mark, colour = MARKS[one.standing.state]
        skill = one.standing.skill
        click.echo(f"{number}. " + click.style(f"{mark} {skill.title}", fg=colour, bold=True))
        paragraph(skill.can, 3)
        paragraph(one.why[0].upper() + one.why[1:] + ".", 3, dim=True)
        click.echo(click.style(f"   {one.do}", fg="cyan"))


def paragraph(text: str, indent: int = 0, *, hang: int = 0, dim: bool = False) -> None:
    """Print a text wrapped to the terminal; `hang` indents its further lines more."""
    first, further = " " * indent, " " * (indent + hang)
    wrapped = textwrap.fill(
        text, width(), initial_indent=first, subsequent_indent=further, break_on_hyphens=False
    )
    click.echo(click.style(wrapped, dim=dim))


def _print_item(item: dict[str, Any]) -> None:
    if "url" in item:
        click.echo(f"  {item['title']}")
        click.echo(click.style(f"    {item['url']}", dim=True))
    else:
        mark = "✓" if item["state"] == "read" else " "
        year = f" ({item['year']})" if item["year"] else ""
        title = item["title"] or "not in your library: assistant import fetches it"
        click.echo(shortened(f"{mark} {item['id']}  {title}{year}", width()))
    paragraph(item["why"], 4, dim=True)


def _print_requirement(part: Requirement, head: str) -> None:
    mark = click.style("✓", fg="green") if part.done else "·"
    wrapped = textwrap.wrap(f"{part.text} ({part.have})", width() - 7)
    click.echo(f"  {head:<2} {mark} {wrapped[0]}")
    for line in wrapped[1:]:
        click.echo(f"       {line}")


def _head(text: str) -> None:
    click.echo()
    click.echo(click.style(text, bold=True))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
