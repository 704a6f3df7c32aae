"""`assistant import`."""

import time
from pathlib import Path

import click

from assistant.cli.embedding import embed_all
from assistant.cli.output import json_option, note, plural, print_json, progress
from assistant.cli.session import Session, session
from assistant.errors import ImportFileError, NotFoundError, UsageError
from assistant.library.importing import ImportReport, import_file
from assistant.library.importing_files import FORMS, detect_form
from assistant.sources.venues import Edition, find_edition, known_venues
from assistant.text import clean_line

_SHOWN_ERRORS = 5
_MAX_LIST_BYTES = 10_000_000


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--form", type=click.Choice(FORMS), help="What the file is, where its name does not tell."
)
@click.option("--edition", help="Of which conference a paperlists file is, such as neurips-2018.")
@click.option("--embed/--no-embed", default=True, help="Embed what is new.  [default: embed]")
@json_option
def import_command(
    file: Path, form: str | None, edition: str | None, embed: bool, as_json: bool
) -> None:
    """Bring papers in: an arXiv snapshot, BibTeX, ids, our exports.

    \b
    FILE is one of
      the arXiv metadata snapshot   .json .jsonl, plain or .gz, of any size
      BibTeX                        .bib
      CSL-JSON, our own JSON lines, our Markdown
      a conference's list           .json .json.gz as github.com/papercopilot/paperlists has them
      a list of ids or addresses    .txt .ids; what is missing is fetched from arXiv
      the word zotero               your Zotero library, while Zotero runs

    Papers are merged by their identifiers, then by title together with authors. Stop it whenever
    you like: the same command goes on where it was. Bad lines are quoted and skipped (exit code 3).
    """
    started = time.monotonic()
    with session() as s:
        if str(file).lower() == "zotero" and not file.exists():
            from assistant.cli.zotero import import_from_zotero

            import_from_zotero(s, embed=embed, as_json=as_json)
            return
        form = form or detect_form(file)
        if form == "ids":
            report = _import_ids(s, file, quiet=as_json)
        else:
            of = _edition(s, file, edition) if form == "paperlists" else None
            report = _import_file(s, file, form, of, quiet=as_json)
        seconds = time.monotonic() - started
        if as_json:
            print_json(report.as_json())
        else:
            _print(report, seconds)
        changed = report.added + report.updated + report.merged
        if embed and changed:
            embed_all(s, quiet=as_json)
    if report.bad:
        raise click.exceptions.Exit(3)


def _edition(s: Session, file: Path, named: str | None) -> Edition:
    """Return the edition that is named, or that the file's name has: "nips2018.json.gz"."""
    known = known_venues(s.home.venues_file)
    told = named or file.name.partition(".")[0]
    try:
        edition = find_edition(known, told)
    except NotFoundError:
        if named:
            raise
        edition = None
    if edition is None:
        raise UsageError(
            f"Of which conference is {clean_line(named or file.name, 60)}?",
            hint="--edition neurips-2018 names it; `assistant venue list --all` lists venues.",
        )
    return edition


def _import_file(
    s: Session, file: Path, form: str, edition: Edition | None, *, quiet: bool
) -> ImportReport:
    with progress("Importing", quiet=quiet) as bar:
        started = time.monotonic()

        def show(report: ImportReport, done: int, total: int) -> None:
            rate = (report.read - report.resumed_at) / max(time.monotonic() - started, 1e-9)
            bar.update(done, total, f"{report.read:,} papers, {rate:,.0f} a second")

        report = import_file(s.database, file, form=form, edition=edition, progress=show)
    if report.resumed_at and not quiet:
        note(f"Went on after line {report.resumed_at:,}, where it had been stopped.")
    return report


def _import_ids(s: Session, file: Path, *, quiet: bool) -> ImportReport:
    from assistant.library.importing_ids import import_ids

    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_LIST_BYTES + 1)
    except OSError as error:
        raise ImportFileError(f"Cannot read {file}.", why=error.strerror or str(error)) from error
    if len(data) > _MAX_LIST_BYTES:
        raise ImportFileError(f"{file.name} is too long for a list of ids.")
    with progress("Fetching", quiet=quiet) as bar:
        return import_ids(
            s.database,
            data.decode("utf-8-sig", "replace"),
            s.settings.sources.arxiv,
            label=file.name,
            progress=lambda done, total: bar.update(done, total, f"{done:,} of {total:,} ids"),
        )


def _print(report: ImportReport, seconds: float) -> None:
    click.echo(
        f"{plural(report.read, 'entry', 'entries')} read in {seconds:,.1f} s: "
        f"{report.added:,} added, {report.updated:,} updated, {report.merged:,} merged, "
        f"{report.unchanged:,} known already."
    )
    if report.trashed:
        note(
            f"{plural(report.trashed, 'entry', 'entries')} in the trash stayed there: "
            "`assistant paper restore ID` brings one back."
        )
    if report.doubtful:
        note(
            f"{plural(report.doubtful, 'pair')} of papers may be one work:"
            " `assistant duplicates` lists them."
        )
    if report.bad:
        note(f"{plural(report.bad, 'entry', 'entries')} skipped:")
        for error in report.errors[:_SHOWN_ERRORS]:
            note(f"  line {error['line']:,}: {error['error']}: {error['text']!r}")
        if report.bad > _SHOWN_ERRORS:
            note(f"  and {report.bad - _SHOWN_ERRORS:,} more (--json lists the first of them)")
