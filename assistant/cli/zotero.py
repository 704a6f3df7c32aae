"""`assistant import zotero`."""

import click

from assistant.cli.embedding import embed_all
from assistant.cli.output import note, plural, print_json, progress
from assistant.cli.session import Session
from assistant.notes.vault import open_vault
from assistant.notes.zotero_notes import import_zotero
from assistant.sources.zotero import read_library


def import_from_zotero(s: Session, *, embed: bool, as_json: bool) -> None:
    """Bring the person's Zotero library in: papers, tags, paths of files, notes."""
    vault = open_vault(s.home, s.settings, s.database)
    with progress("Reading Zotero", quiet=as_json) as bar:
        library = read_library(
            s.settings.sources.zotero,
            progress=lambda done, _: bar.update(done, 0, plural(done, "item")),
        )
    done = import_zotero(vault, library)
    report = done.papers
    if as_json:
        print_json({
            **report.as_json(), "notes_made": done.made, "notes_updated": done.updated,
            "notes_kept": done.kept,
        })  # fmt: skip
    else:
        click.echo(
            f"{plural(report.read, 'paper')} in Zotero: {report.added:,} added,"
            f" {report.updated:,} updated, {report.merged:,} merged,"
            f" {report.unchanged:,} known already; {plural(len(done.made), 'note')} made,"
            f" {len(done.updated):,} updated."
        )
        for path in done.kept:
            note(f"{path} has no block for Zotero any more, and stays as it is.")
    if embed and (report.added or report.updated or report.merged):
        embed_all(s, quiet=as_json)
    if report.bad:
        raise click.exceptions.Exit(3)
