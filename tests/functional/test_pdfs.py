"""PDFs: fetched politely and resumed, read by a child process, searched by the page."""

from pathlib import Path

import pytest

from assistant.config import ArxivSettings
from assistant.errors import SourceError
from assistant.notes import pdfs
from assistant.notes.indexing import refresh
from assistant.notes.pdfs import PdfError, pages_of, read_pending
from assistant.search.query import parse_query
from assistant.search.section_lexical import search_sections
from assistant.sources.pdf import fetch_pdf
from db import sections
from db.engine import Database
from tests.fakes.pdfs import fake_pdfs, make_pdf
from tests.fakes.vaults import vault_of
from tests.functional.command import assistant

PAGES = ["The quokka protocol begins", "It ends (with) zebrafish", "nothing more"]
NOW = ArxivSettings(interval_seconds=0)


def fetch(address: str, target: Path) -> None:
    fetch_pdf(address, target, NOW, pause=lambda _: None)


def found(database: Database, words: str) -> list[tuple[str, int | None, str]]:
    with database.read() as connection:
        hits = search_sections(connection, parse_query(words), 5)
        views = sections.section_views(connection, [hit.work_id for hit in hits])
    return [(view.path, view.page, view.body) for view in views]


def test_pages_of_a_pdf(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(make_pdf(PAGES))
    assert [(page.number, page.text) for page in pages_of(path)] == list(enumerate(PAGES, 1))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no pdf at all", "no PDF"),
        (b"%PDF-1.4\n" + b"\xff" * 5_000, "no PDF"),
        (make_pdf(PAGES)[:300], "no PDF"),
        (b"", "no PDF"),
    ],
    ids=range(4),
)
def test_what_is_no_pdf_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(PdfError) as caught:
        pages_of(path)
    assert why in caught.value.why


def test_a_reader_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = tmp_path / "child.py"
    child.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(pdfs, "_CHILD", child)
    monkeypatch.setattr(pdfs, "SECONDS", 0.3)
    (tmp_path / "a.pdf").write_bytes(make_pdf(PAGES))
    with pytest.raises(PdfError) as caught:
        pages_of(tmp_path / "a.pdf")
    assert "time" in caught.value.why


def test_pdfs_of_the_vault_are_searched_by_the_page(home: Path, database: Database) -> None:
    vault = vault_of(home, database)
    (vault.root / "files").mkdir()
    (vault.root / "files/A paper.pdf").write_bytes(make_pdf(PAGES))
    (vault.root / "broken.pdf").write_bytes(b"%PDF-1.4 broken")
    refresh(vault)
    assert read_pending(vault) == 3
    assert read_pending(vault) == 0
    assert found(database, "zebrafish")[0] == ("files/A paper.pdf", 2, PAGES[1])
    problems = {one.path: one.why for one in refresh(vault).problems}
    assert "no PDF" in problems["broken.pdf"]
    (vault.root / "files/A paper.pdf").write_bytes(make_pdf(["Now about wombats"]))
    assert refresh(vault).changed == ["files/A paper.pdf"]
    assert read_pending(vault) == 1
    assert not found(database, "zebrafish")
    assert found(database, "wombats")[0][1] == 1


def test_a_fetch_goes_on_where_it_broke_off(tmp_path: Path) -> None:
    pdf = make_pdf(PAGES * 50)
    target = tmp_path / "papers" / "a.pdf"
    with fake_pdfs(pdf, "redirect", "cut off", "503", "cut off") as server:
        fetch(f"{server.address}/1", target)
    assert target.read_bytes() == pdf
    assert list(target.parent.iterdir()) == [target]
    assert [bool(asked) for asked in server.ranges] == [False, False, True, True, True]
    half = len(pdf) // 2
    assert server.ranges[2] == f"bytes={half}-"


def test_a_file_that_changed_meanwhile_is_fetched_anew(tmp_path: Path) -> None:
    target = tmp_path / "a.pdf"
    with fake_pdfs(make_pdf(PAGES * 50), "cut off", "changed") as server:
        fetch(f"{server.address}/1", target)
        assert target.read_bytes() == server.pdf


@pytest.mark.parametrize(
    ("fault", "words"), [("404", "no PDF for us"), ("html", "sent no PDF"), ("away", "another")]
)
def test_what_is_not_fetched_leaves_no_file(tmp_path: Path, fault: str, words: str) -> None:
    target = tmp_path / "a.pdf"
    with (
        fake_pdfs(make_pdf(PAGES), fault) as server,
        pytest.raises(SourceError, match=words),
    ):
        fetch(f"{server.address}/1", target)
    assert not target.exists()


def test_paper_fetch(home: Path) -> None:
    with fake_pdfs(make_pdf(PAGES)) as server:
        home.mkdir()
        (home / "config.toml").write_text(
            f'[sources.arxiv]\npdf = "{server.address}"\ninterval_seconds = 0.0\n'
        )
        told = assistant("paper", "fetch", "1706.03762", "--json")
        assert told.code == 0, told.err
        assert told.json["fetched"]
        assert told.json["pages"] == 3
        again = assistant("paper", "fetch", "arxiv:1706.03762", "--json").json
        assert not again["fetched"]
        assert again["pages"] == 3
        assert len(server.ranges) == 1
    hits = assistant("search", "zebrafish", "--mode", "lexical", "--json").json
    (hit,) = [one for one in hits if one["kind"] == "pdf"]
    assert (hit["id"], hit["page"]) == ("pdf:arxiv:1706.03762", 2)
    assert hit["title"] == "Attention Is All You Need"
    refreshed = assistant("note", "refresh", "--json").json
    assert refreshed["removed"] == []
    assert [one["kind"] for one in assistant("search", "zebrafish", "--only", "pdf", "--json").json]
