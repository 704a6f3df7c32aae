"""`assistant doctor`."""

from collections.abc import Iterator
from itertools import pairwise

import click

from assistant.cli.output import json_option, note, print_json, progress
from assistant.config import find_home, load_settings
from assistant.library.health import Finding, check_file, check_library, check_place
from assistant.library.opening import open_library

_CHECKS = (
    "permissions", "disk", "file system", "integrity", "full-text index", "spelling", "clock",
    "backups", "model", "embeddings", "vector index", "orphaned indexes", "unused vectors",
)  # fmt: skip
"""What is looked at, in order; for the bar, since the larger ones take a while each."""
_MARKS = {"ok": ("✓", "green"), "advice": ("!", "yellow"), "fault": ("✗", "red")}


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Mend what can be mended.")
@json_option
@click.pass_context
def doctor_command(ctx: click.Context, fix: bool, as_json: bool) -> None:
    """Check everything that can go wrong, and mend it.

    Looks at permissions, disk, file system, the library's integrity, the full-text index, spelling,
    clock, backups, the model's hash, missing embeddings and vector indexes. Exits 1 if a fault is
    left, 0 otherwise.
    """
    told = []
    faulty = False
    with progress("Checking", quiet=as_json) as bar:
        bar.update(0, len(_CHECKS), _CHECKS[0])
        found = []
        for finding in _examine():
            found.append(finding)
            following = dict(pairwise(_CHECKS)).get(finding.name, "")
            bar.update(min(len(found), len(_CHECKS)), len(_CHECKS), following)
    for finding in found:
        outcome = finding.mend() if fix and finding.mend and finding.level != "ok" else None
        faulty = faulty or (finding.level == "fault" and outcome is None)
        told.append({
            "check": finding.name,
            "level": finding.level,
            "detail": finding.detail,
            "remedy": finding.remedy,
            "fixable": finding.mend is not None,
            "fixed": outcome,
        })  # fmt: skip
        if not as_json:
            _print(finding, outcome)
    if as_json:
        print_json({"healthy": not faulty, "checks": told})
    elif not fix and any(one["fixable"] and one["level"] != "ok" for one in told):
        note("`assistant doctor --fix` mends what is marked ↳ fix.")
    ctx.exit(1 if faulty else 0)


def _examine() -> Iterator[Finding]:
    home = find_home()
    settings = load_settings(home)
    yield from check_place(home)
    if home.library_file.exists():
        found = check_file(home)
        yield found
        if found.level == "fault":
            return
    from assistant.search.health import check_search

    with open_library(home, settings, announce=note) as database:
        yield from check_library(database, home, settings)
        yield from check_search(database, home, settings)


def _print(finding: Finding, outcome: str | None) -> None:
    mark, colour = _MARKS[finding.level]
    click.echo(f"{click.style(mark, fg=colour)} {finding.name:<17} {finding.detail}")
    if outcome is not None:
        click.echo(f"  {'↳ fixed':<17} {outcome}")
    elif finding.level != "ok" and finding.remedy:
        click.echo(f"  {'↳ fix' if finding.mend else '↳ try':<17} {finding.remedy}")
