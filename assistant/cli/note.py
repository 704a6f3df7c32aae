"""`assistant note`: the vault on the command line."""

import sys
from datetime import date, datetime
from typing import Any

import click

from assistant.cli.groups import Group
from assistant.cli.note_pages import (
    note_json,
    print_links,
    print_note,
    print_notes,
    tell_problems,
    views_json,
)
from assistant.cli.note_session import edit_file, notes_session, refreshed
from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.cli.session import find_work
from assistant.errors import NotFoundError, UsageError
from assistant.text import clean_line

_MOST_PIPED = 1_000_000
_NOTE_HELP = (
    "NOTE is a note's path, its name, or the `id` in its front matter. "
    "`assistant note arxiv:2103.00020` makes the note of a paper."
)


class _NotesGroup(Group):
    """Commands by name; a paper's id stands for the note of that paper."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            from assistant.sources.identifiers import parse_identifier

            if parse_identifier(args[0]) is not None:
                return "paper", self.commands["paper"], args
        return super().resolve_command(ctx, args)


@click.group("note", cls=_NotesGroup, epilog=_NOTE_HELP)
def note_command() -> None:
    """Write, link and find notes: Markdown files of your own, beside your papers."""


@note_command.command("new")
@click.argument("title")
@click.option("--in", "folder", default="", metavar="FOLDER", help="The folder of the vault.")
@click.option("--tag", "tags", multiple=True, help="A tag for it.")
@click.option("--paper", "papers", multiple=True, metavar="ID", help="A paper it is about.")
@click.option("--skill", "skills", multiple=True, metavar="ID", help="A skill it belongs to.")
@click.option("--stdin", "piped", is_flag=True, help="Take its text from standard input.")
@click.option("--edit", is_flag=True, help="Open it in $EDITOR.")
@json_option
def new(
    title: str,
    folder: str,
    tags: tuple[str, ...],
    papers: tuple[str, ...],
    skills: tuple[str, ...],
    piped: bool,
    edit: bool,
    as_json: bool,
) -> None:
    """Make a note with a title."""
    from assistant.notes.indexing import paper_id, refresh
    from assistant.notes.writing import new_note

    body = sys.stdin.read(_MOST_PIPED) if piped else ""
    with notes_session() as n:
        refresh(n.vault)
        path = new_note(
            n.vault, title, folder=folder, body=body, tags=tags,
            papers=[paper_id(one) for one in papers], skills=skills,
        )  # fmt: skip
        if edit:
            edit_file(n, path)
        _told({"path": path, "file": str(n.vault.root / path)}, f"{path}  made", as_json)


@note_command.command("edit")
@click.argument("note_named", metavar="NOTE")
@json_option
def edit(note_named: str, as_json: bool) -> None:
    """Open a note in $EDITOR."""
    with refreshed() as n:
        from assistant.notes.vault import find_note

        path = find_note(n.vault, note_named)
        changed = edit_file(n, path)
        _told({"path": path, "changed": changed},
              f"{path}  {'changed' if changed else 'as it was'}", as_json)  # fmt: skip


@note_command.command("show")
@click.argument("note_named", metavar="NOTE")
@click.option("--raw", is_flag=True, help="Print the Markdown as it is.")
@json_option
def show(note_named: str, raw: bool, as_json: bool) -> None:
    """Show a note with what it links to and what links to it."""
    with refreshed() as n:
        from assistant.notes.vault import find_note

        path = find_note(n.vault, note_named)
        if as_json:
            print_json(note_json(n.vault, path))
        else:
            print_note(n.vault, path, raw=raw)


@note_command.command("list")
@click.option("--tag", metavar="TAG", help="Only notes with this tag, or one below it.")
@click.option("--in", "folder", metavar="FOLDER", help="Only notes in this folder.")
@click.option("--paper", metavar="ID", help="Only notes that name this paper.")
@json_option
def list_(tag: str | None, folder: str | None, paper: str | None, as_json: bool) -> None:
    """List notes, the last changed first."""
    from assistant.notes.indexing import paper_id
    from assistant.notes.linking import notes_of_paper
    from db import notes as index

    with refreshed() as n:
        if paper is not None:
            found = notes_of_paper(n.vault, [paper_id(paper)])
        else:
            with n.vault.database.read() as connection:
                found = (
                    index.tagged(connection, tag.lstrip("#").lower())
                    if tag
                    else index.views(connection)
                )
        if folder is not None:
            found = [one for one in found if one.path.startswith(folder.strip("/") + "/")]
        found = sorted(found, key=lambda one: -one.modified_ns)
        if as_json:
            print_json(views_json(found))
            return
        print_notes(found)
        tell_problems(n.report)
        if not found:
            note("No note here. `assistant note new TITLE` makes one.")


@note_command.command("rename")
@click.argument("note_named", metavar="NOTE")
@click.argument("new_name", metavar="NEW")
@json_option
def rename(note_named: str, new_name: str, as_json: bool) -> None:
    """Rename or move a note; every link to it follows.

    NEW is a title, which stays in the note's folder, or a path such as Ideas/LoRA. A path that
    ends in a slash moves the note there.
    """
    from assistant.notes.names import renamed
    from assistant.notes.renaming import rename as rename_note
    from assistant.notes.vault import find_note

    with refreshed() as n:
        path = find_note(n.vault, note_named)
        target, title = renamed(path, new_name)
        done = rename_note(n.vault, path, target, title=title)
    told = {"from": path, "to": target, "links": done.links, "notes": done.rewritten,
            "kept": done.kept}  # fmt: skip
    line = f"{path} is now {target}; {plural(done.links, 'link')} rewritten"
    _told(told, line, as_json)
    for kept in done.kept:
        note(f"{kept} was changed by another program at that moment; ours is beside it.")
    if done.kept:
        raise click.exceptions.Exit(3)


@note_command.command("links")
@click.argument("note_named", metavar="NOTE", required=False)
@click.option("--broken", is_flag=True, help="Every link of the vault that leads nowhere.")
@click.option("--mentions", is_flag=True, help="Also where the note is named without a link.")
@json_option
def links(note_named: str | None, broken: bool, mentions: bool, as_json: bool) -> None:
    """Show what a note links to, and what links to it."""
    from assistant.notes import linking
    from assistant.notes.vault import find_note

    if (note_named is None) != broken:
        raise UsageError("Which note?", hint="`assistant note links NOTE`, or `--broken` for all.")
    with refreshed() as n:
        if note_named is None:
            lost = linking.broken(n.vault)
            if as_json:
                print_json([one._asdict() for one in lost])
            else:
                print_links("Broken", lost, source=True)
                if not lost:
                    note("Every link leads somewhere.")
            return
        path = find_note(n.vault, note_named)
        out, back = linking.links_out(n.vault, path), linking.backlinks(n.vault, path)
        named = linking.mentions(n.vault, path) if mentions else []
    if as_json:
        told: dict[str, Any] = {
            "path": path,
            "links": [one._asdict() for one in out],
            "backlinks": [one._asdict() for one in back],
        }
        if mentions:
            told["mentions"] = [one._asdict() for one in named]
        print_json(told)
        return
    print_links("Links to", out)
    print_links("Linked from", back, source=True)
    if not (out or back or named):
        note(f"{path} links to nothing, and nothing links to it.")
    for one in named:
        click.echo(f"  {one.source}:{one.line + 1}  {click.style(one.context, dim=True)}")


@note_command.command("orphans")
@json_option
def orphans(as_json: bool) -> None:
    """List notes that no link joins to anything."""
    from assistant.notes.linking import orphans as find_orphans

    with refreshed() as n:
        found = find_orphans(n.vault)
    if as_json:
        print_json(views_json(found))
        return
    print_notes(found)
    if not found:
        note("Every note is linked.")


@note_command.command("trash")
@click.argument("note_named", metavar="NOTE", required=False)
@json_option
def trash(note_named: str | None, as_json: bool) -> None:
    """Move a note to the vault's trash; without NOTE, list what is there."""
    from assistant.notes import writing
    from assistant.notes.vault import find_note

    if note_named is None:
        with notes_session() as n:
            found = writing.trashed(n.vault)
        if as_json:
            print_json([one._asdict() for one in found])
            return
        for one in found:
            click.echo(f"{one.since}  {clean_line(one.original, 200)}")
        if not found:
            note("The trash is empty.")
        return
    with refreshed() as n:
        path = find_note(n.vault, note_named)
        where = writing.trash(n.vault, path)
    _told({"path": path, "trashed": where}, f"{path}  moved to the trash", as_json)
    note("`assistant note restore` or `assistant note undo` brings it back.")


@note_command.command("restore")
@click.argument("note_named", metavar="NOTE")
@json_option
def restore(note_named: str, as_json: bool) -> None:
    """Bring a note back from the trash, to where it was."""
    from assistant.notes.writing import restore as restore_note

    with refreshed() as n:
        path = restore_note(n.vault, note_named)
    _told({"path": path}, f"{path}  is back", as_json)


@note_command.command("undo")
@json_option
def undo(as_json: bool) -> None:
    """Undo the last change made to a note from here; again for the one before."""
    from assistant.notes.undoing import undo as undo_change

    with refreshed() as n:
        done = undo_change(n.vault)
    what = done.kind.removeprefix("note-")
    _told({"path": done.path, "undone": what}, f"{done.path}  {what} undone", as_json)


@note_command.command("daily")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="Another day than today.")
@click.option("--edit", is_flag=True, help="Open it in $EDITOR.")
@json_option
def daily(day: str | None, edit: bool, as_json: bool) -> None:
    """Make the note of the day, or bring up to date what was read, run and decided."""
    from assistant.notes.daily import daily_note

    try:
        wanted = date.fromisoformat(day) if day else datetime.now().date()
    except ValueError:
        raise UsageError(f"{clean_line(str(day), 40)!r} is no day.", hint="2025-11-25") from None
    with refreshed() as n:
        path, changed = daily_note(n.vault, wanted)
        if edit:
            changed = edit_file(n, path) or changed
        _told({"path": path, "changed": changed},
              f"{path}  {'up to date' if changed else 'as it was'}", as_json)  # fmt: skip


@note_command.command("capture")
@click.argument("words", nargs=-1, metavar="TEXT")
@json_option
def capture(words: tuple[str, ...], as_json: bool) -> None:
    """Add a thought to the note of the day; TEXT, or what is piped in."""
    from assistant.notes.daily import capture as capture_text

    text = " ".join(words) if words else sys.stdin.read(_MOST_PIPED)
    with notes_session() as n:
        path = capture_text(n.vault, text)
    _told({"path": path}, f"{path}  captured", as_json)


@note_command.command("paper", hidden=True)
@click.argument("id")
@click.option("--edit", is_flag=True, help="Open it in $EDITOR.")
@json_option
def paper(id: str, edit: bool, as_json: bool) -> None:
    """Make the note of a paper, or bring its block up to date; what you wrote stays."""
    from assistant.notes.paper_notes import paper_note

    with notes_session() as n:
        try:
            with n.vault.database.read() as connection:
                work = find_work(connection, id)
        except NotFoundError:
            work = n.fetched(id)
        done = paper_note(n.vault, work)
        if edit:
            edit_file(n, done.path)
    what = "made" if done.made else "brought up to date" if done.updated else "as it was"
    told = {"path": done.path, "made": done.made, "updated": done.updated, "id": work.public_id}
    _told(told, f"{done.path}  {what}", as_json)


@note_command.command("template")
@click.argument("name", type=click.Choice(["paper", "daily"]))
@click.option("--print", "only_print", is_flag=True, help="Print it, open nothing.")
def template(name: str, only_print: bool) -> None:
    """Change the template that notes of papers or days are made from, in $EDITOR."""
    from assistant.notes.templating import own_template, template_text

    with notes_session() as n:
        text = template_text(n.vault.home, name)
        if only_print:
            click.echo(text, nl=False)
            return
        path = own_template(n.vault.home, name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        n.edit(path)
        click.echo(str(path))
    note("Remove that file to have ours again.")


@note_command.command("refresh")
@click.option("--all", "thorough", is_flag=True, help="Read every file, whatever its times say.")
@click.option("--watch", is_flag=True, help="Stay, and take in what other programs change.")
@json_option
def refresh(thorough: bool, watch: bool, as_json: bool) -> None:
    """Take in what other programs changed; every command does so by itself."""
    from assistant.notes.indexing import refresh as refresh_index
    from assistant.notes.pdfs import read_pending

    with notes_session() as n, progress("Reading notes", quiet=as_json) as bar:
        report = refresh_index(n.vault, thorough=thorough, progress=bar.update)
        pages = read_pending(n.vault, progress=bar.update)
        told = {
            "added": report.added, "changed": report.changed, "removed": report.removed,
            "unchanged": report.unchanged, "pdf_pages": pages,
            "problems": [one._asdict() for one in report.problems],
        }  # fmt: skip
        if as_json:
            print_json(told)
        else:
            click.echo(
                f"{len(report.added):,} new, {len(report.changed):,} changed,"
                f" {len(report.removed):,} gone, {report.unchanged:,} as they were."
            )
            tell_problems(report)
        if watch:
            from assistant.notes.watching import watch as watch_vault

            note("Watching; Ctrl-C ends it.")
            for changes in watch_vault(n.vault):
                for what in ("added", "changed", "removed"):
                    for path in getattr(changes, what):
                        click.echo(f"{what:<8} {path}")


def _told(document: dict[str, Any], line: str, as_json: bool) -> None:
    if as_json:
        print_json(document)
    else:
        click.echo(line)
