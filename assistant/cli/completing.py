"""What the shell offers for ids of tracks, skills, labs and runs."""

import click
from click.shell_completion import CompletionItem


def track_ids(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the ids of tracks."""
    from assistant.config import find_home
    from assistant.skills.catalogue import load_curriculum

    tracks = load_curriculum(find_home()).tracks
    return _offered({id: one.title for id, one in tracks.items()}, typed)


def skill_ids(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the ids of skills."""
    from assistant.config import find_home
    from assistant.skills.catalogue import load_curriculum

    skills = load_curriculum(find_home()).skills
    return _offered({id: one.title for id, one in skills.items()}, typed)


def lab_ids(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the ids of labs."""
    from assistant.skills.labs import all_labs

    return _offered({lab.id: lab.title for lab in all_labs()}, typed)


def run_ids(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Offer the ids of runs, the newest first."""
    from assistant.config import find_home
    from assistant.skills.run_store import runs_folder

    folder = runs_folder(find_home())
    names = sorted((one.name for one in folder.glob("*") if one.is_dir()), reverse=True)
    return _offered(dict.fromkeys(names, ""), typed)


def _offered(known: dict[str, str], typed: str) -> list[CompletionItem]:
    return [CompletionItem(id, help=told) for id, told in known.items() if id.startswith(typed)]
