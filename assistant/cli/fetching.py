"""`assistant paper fetch`: one paper's PDF, because a person asked for it."""

import click

from assistant.cli.output import megabytes, note, plural, print_json, progress
from assistant.cli.session import find_work, session
from assistant.errors import NotFoundError
from assistant.library.links import paper_links
from assistant.notes.names import safe_name
from assistant.notes.pdfs import PdfError, index_paper
from assistant.sources.pdf import fetch_pdf, pdf_address


def fetch_paper(id: str, as_json: bool) -> None:
    """Fetch a paper's PDF if it is not there yet, and index its pages.

    Raises:
        NotFoundError: no PDF of it is known.
        SourceError: it cannot be fetched.
    """
    with session() as s:
        with s.database.read() as connection:
            work = find_work(connection, id)
            address = paper_links(connection, work.id).pdf
        if address is None:
            raise NotFoundError(
                f"No PDF is known for {work.public_id}.",
                hint="Drop the PDF into your vault, and its pages are searched too.",
            )
        target = s.home.papers / f"{safe_name(work.public_id)}.pdf"
        fetched = not target.exists()
        if fetched:
            settings = s.settings.sources.arxiv
            with progress("Fetching", quiet=as_json) as bar:
                fetch_pdf(
                    pdf_address(address, settings), target, settings,
                    progress=lambda done, total: bar.update(done, total, megabytes(done)),
                )  # fmt: skip
        why = ""
        try:
            pages = index_paper(s.database, target, work.title, work.public_id)
        except PdfError as error:
            pages, why = 0, error.why
    told = {"id": work.public_id, "file": str(target), "fetched": fetched, "pages": pages,
            "problem": why or None}  # fmt: skip
    if as_json:
        print_json(told)
    else:
        click.echo(f"{target}  {plural(pages, 'page')}")
    if why:
        note(f"Its text cannot be searched: {why}.")
        raise click.exceptions.Exit(3)
