"""A Zotero library and Better BibTeX files brought in; twice changes nothing."""

from pathlib import Path

import pytest

from assistant.sources.html_text import html_to_markdown
from tests.fakes.zotero import FakeZotero, fake_zotero
from tests.functional.command import assistant


def configure(home: Path, zotero: FakeZotero, page_size: int = 3) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'[sources.zotero]\napi = "{zotero.address}"\npage_size = {page_size}\n'
    )


def contents(home: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in (home / "vault").rglob("*.md")
        if ".assistant" not in path.parts
    }


def test_a_library_comes_in_and_twice_changes_nothing(home: Path) -> None:
    with fake_zotero() as zotero:
        configure(home, zotero)
        told = assistant("import", "zotero", "--no-embed", "--json")
        assert told.code == 3  # one item has no title
        assert (told.json["read"], told.json["bad"]) == (3, 1)
        assert told.json["added"] + told.json["merged"] + told.json["updated"] == 2
        shown = assistant("paper", "show", "2103.00020", "--json").json
        assert {"vision-models", "to-read"} <= set(shown["tags"])
        other = assistant("paper", "show", "doi:10.1000/xyz123", "--json").json
        assert (other["title"], other["year"]) == ("Networks That Learn", 2019)
        assert other["venue"] == "Proc. of Learning"
        (path,) = told.json["notes_made"]
        text = (home / "vault" / path).read_text()
        assert "# Idea" in text
        assert "**good** & small." in text
        assert "> a striking claim (p. 3)\n\nreally?" in text
        assert "alert" not in text
        assert text.count("assistant:end zotero") == 1
        assert assistant("note", "links", path, "--json").json["links"][0]["target"] == (
            "arxiv:2103.00020"
        )
        before = contents(home)
        again = assistant("import", "zotero", "--no-embed", "--json").json
        assert (again["added"], again["updated"], again["merged"]) == (0, 0, 0)
        assert again["unchanged"] == 2
        assert again["notes_made"] == again["notes_updated"] == []
        assert contents(home) == before
        note = home / "vault" / path
        note.write_text(note.read_text() + "\nMy own thought.\n")
        zotero.items[2]["data"]["note"] = "<p>Changed in Zotero.</p>"
        third = assistant("import", "zotero", "--no-embed", "--json").json
        assert third["notes_updated"] == [path]
        assert "Changed in Zotero." in note.read_text()
        assert note.read_text().endswith("\nMy own thought.\n")
        exported = home / "out.jsonl"
        assert assistant("export", exported, "--query", "tag:vision-models").code == 0
        assert "file:///home/ada/Zotero/storage/DD/a.pdf" in exported.read_text()


def test_what_can_be_wrong_with_zotero_is_told(home: Path) -> None:
    with fake_zotero() as zotero:
        configure(home, zotero)
        zotero.enabled = False
        told = assistant("import", "zotero")
        assert told.code == 1
        assert "not enabled" in told.err
        zotero.enabled = True
        for body in (b"{}", b"[", b'[{"key": 1}]'):
            zotero.body = body
            told = assistant("import", "zotero", "--no-embed", "--json")
            assert told.code == (0 if body.startswith(b"[{") else 1)
            assert "Traceback" not in told.err
    told = assistant("import", "zotero")
    assert told.code == 1
    assert "Start Zotero" in told.err


def test_better_bibtex_with_files_tags_and_notes(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "library.bib"
    path.write_text(
        "@article{lovelace2021,\n  title = {Notes on Engines},\n  author = {Lovelace, Ada},\n"
        "  journal = {Machines}, year = {2021}, doi = {10.1000/engines},\n"
        "  keywords = {engines,to read},\n  annotation = {Read this twice.},\n"
        "  file = {Full Text:files/12/engines.pdf:application/pdf}\n}\n"
    )
    assert assistant("import", path, "--no-embed", "--json").json["added"] == 1
    assert assistant("import", path, "--no-embed", "--json").json["unchanged"] == 1
    assert assistant("paper", "show", "doi:10.1000/engines", "--json").json["tags"] == [
        "engines", "to-read",
    ]  # fmt: skip
    made = assistant("note", "doi:10.1000/engines", "--json")
    assert made.code == 0, made.err
    text = (home / "vault" / made.json["path"]).read_text()
    assert "Read this twice." in text
    assert "files/12/engines.pdf" in text


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n  - b\n2. c"),
        ("<blockquote><p>q</p></blockquote>x", "> q\n\nx"),
        ('<a href="https://a.b/c">l</a> <a href="javascript:x">n</a>', "[l](https://a.b/c) n"),
        ("<h2>T</h2>x<br>y", "## T\n\nx\ny"),
        ("<p>unclosed <b>bold", "unclosed **bold"),
        ("a &lt;b&gt; [[c]] \x1b[31m", "a \\<b> \\[\\[c]]"),
        ("<style>x</style><p>y</p>", "y"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert html_to_markdown(html) == markdown
