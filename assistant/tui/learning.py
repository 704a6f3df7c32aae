"""Going to a skill or a lab from wherever one is."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.tui.app import AssistantApp


async def show_skill(app: "AssistantApp", named: str) -> None:
    """Show a skill in the Skills area, or a lab in Labs where only a lab is called so."""
    from assistant.errors import NotFoundError
    from assistant.skills.catalogue import find_skill, load_curriculum
    from assistant.tui.areas.skills.screen import SkillsScreen

    id = named.removeprefix("skill:")
    curriculum = await app.desk.library.look(lambda _: load_curriculum(app.desk.home))
    if id not in curriculum.skills and any(id in one.labs for one in curriculum.skills.values()):
        await show_lab(app, id)
        return
    try:
        id = find_skill(curriculum, id).id
    except NotFoundError as error:
        app.say(error.title, severity="warning", hint=error.hint)
        return
    await go_to(app, "skills")
    if isinstance(app.screen, SkillsScreen):
        await app.screen.reveal(id)


async def show_lab(app: "AssistantApp", id: str) -> None:
    """Show a lab in the Labs area."""
    from assistant.tui.areas.labs.screen import LabsScreen

    await go_to(app, "labs")
    if isinstance(app.screen, LabsScreen):
        await app.screen.reveal(id)


async def go_to(app: "AssistantApp", area: str) -> None:
    """Show an area itself, not what was opened on top of it."""
    await app.switch_mode(area)
    while len(app.screen_stack) > 1:
        await app.pop_screen()


async def show_subject(app: "AssistantApp", subject: str) -> None:
    """Show what an event of the log is about: a skill, a lab, a note or a paper."""
    kind, _, name = subject.partition(":")
    if kind == "skill":
        await show_skill(app, name)
    elif kind == "lab":
        await show_lab(app, name)
    elif kind == "note":
        await app.show_note(name)
    elif kind == "track":
        await go_to(app, "skills")
    else:
        await app.show_paper_named(subject)
