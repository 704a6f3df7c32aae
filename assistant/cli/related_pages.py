"""Skills beside papers and notes, and papers beside skills, on the command line."""

from collections.abc import Sequence
from typing import Any

import click

from assistant.cli.learning_session import LearningSession
from assistant.cli.output import note, shortened
from assistant.cli.session import Session
from assistant.cli.skill_pages import MARKS, paragraph, width
from assistant.skills.model import Skill
from assistant.skills.related import RelatedPaper, related_to_skill, skills_of_paper
from db.works import WorkView

_SHOWN = 3


def of_skill(s: LearningSession, skill: Skill, limit: int = _SHOWN) -> dict[str, Any]:
    """Return the papers and notes that have to do with a skill, as programs are told of them."""
    from assistant.notes.linking import links_to_id
    from assistant.notes.vault import open_vault
    from assistant.search.engine import SearchEngine

    own = s.session
    engine = SearchEngine(own.database, own.home, own.settings, announce=note)
    found = related_to_skill(engine, s.learner, skill, limit=limit)
    vault = open_vault(own.home, own.settings, own.database)
    linked = links_to_id(vault, [f"skill:{id}" for id in (skill.id, *skill.labs)])
    paths = dict.fromkeys(link.source for link in linked)
    notes = [{"path": path, "why": "links to it"} for path in paths]
    notes += [
        {"path": hit.section.path, "why": f"reads like its list (cosine {hit.score:.2f})"}
        for hit in found.passages
        if hit.kind == "note" and hit.section.path not in paths
    ]
    return {
        "relevant": [_paper_json(one) for one in found.relevant],
        "newest": [_paper_json(one) for one in found.newest],
        "notes": notes,
    }


def print_of_skill(near: dict[str, Any]) -> None:
    """Print the papers and notes that have to do with a skill."""
    for key, head in (("newest", "New in your library"), ("relevant", "Most relevant")):
        if near[key]:
            click.echo("\n" + click.style(head, bold=True))
        for one in near[key]:
            when = f" ({one['published'][:10]})" if one["published"] else ""
            click.echo(shortened(f"  {one['id']}  {one['title']}{when}", width()))
            paragraph(one["why"], 4, dim=True)
    if near["notes"]:
        click.echo("\n" + click.style("Your notes", bold=True))
    for one in near["notes"]:
        click.echo(shortened(f"  {one['path']}  {one['why']}", width()))


def of_paper(s: Session, view: WorkView) -> list[dict[str, Any]]:
    """Return the skills a paper belongs to, with their labs and why."""
    from assistant.search.work_vectors import stored_vectors
    from assistant.skills.learner import read_learner

    learner = read_learner(s.home, s.database)
    wanted = [view.id, *learner.numbers.values()]
    vectors = stored_vectors(s.database, s.home, s.settings, wanted)
    with s.database.read() as connection:
        found = skills_of_paper(connection, learner, view, vectors)
    return [
        {"id": one.skill.id, "title": one.skill.title, "labs": list(one.skill.labs),
         "state": learner.standings[one.skill.id].state, "why": one.why}
        for one in found
    ]  # fmt: skip


def print_of_paper(found: Sequence[dict[str, Any]]) -> None:
    """Print the skills a paper belongs to."""
    if not found:
        return
    click.echo("\n" + click.style("Skills it belongs to", bold=True))
    for one in found:
        mark, colour = MARKS[one["state"]]
        labs = f", lab {', '.join(one['labs'])}" if one["labs"] else ""
        head = f"{mark} {one['id']}  {one['title']}, {one['state']}{labs}"
        click.echo(click.style(shortened(head, width()), fg=colour))
        paragraph(one["why"], 4, dim=True)


def _paper_json(one: RelatedPaper) -> dict[str, Any]:
    work = one.work
    return {
        "id": work.public_id, "title": work.title, "published": work.published,
        "venue": work.venue, "score": round(one.score, 3), "why": one.why,
    }  # fmt: skip
