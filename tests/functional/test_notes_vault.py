"""The vault as it is found: read whole, never changed, and nothing outside it touched."""

import os
import shutil
from pathlib import Path

import pytest

from assistant.config import Home, NotesSettings, Settings
from assistant.errors import AssistantError, ConfigError, NotFoundError
from assistant.notes import files
from assistant.notes.indexing import rebuild, refresh
from assistant.notes.linking import backlinks, broken, links_out, mentions, orphans, surroundings
from assistant.notes.names import BadNameError, checked_path, safe_name
from assistant.notes.renaming import rename
from assistant.notes.vault import Vault, find_note, open_vault
from db.engine import Database
from tests.fakes.vaults import make_vault, vault_of


@pytest.fixture
def vault(home: Path, database: Database) -> Vault:
    return vault_of(home, database)


def tree(root: Path) -> dict[str, tuple[bytes, int]]:
    """Every file and folder, hidden ones too: content and time of change."""
    return {
        str(path.relative_to(root)): (
            path.read_bytes() if path.is_file() and not path.is_symlink() else b"",
            path.lstat().st_mtime_ns,
        )
        for path in sorted(root.rglob("*"))
    }


def state(database: Database) -> list[object]:
    """What the index says, without the numbers its rows happen to have."""
    with database.read() as connection:
        return [
            connection.exec_driver_sql(query).all()
            for query in (
                "SELECT path, kind, title, note_id, created, digest, properties, problem"
                " FROM vault_files ORDER BY path",
                "SELECT path, position, line, heading, body, text_digest FROM note_sections s"
                " JOIN vault_files f ON f.id = s.file_id ORDER BY path, position",
                "SELECT path, position, l.kind, target, fragment, label, line, context FROM"
                " note_links l JOIN vault_files f ON f.id = l.file_id ORDER BY path, position",
                "SELECT path, tag FROM note_tags t JOIN vault_files f ON f.id = t.file_id"
                " ORDER BY path, tag",
            )
        ]


def write(vault: Vault, path: str, text: str) -> Path:
    located = vault.root / path
    located.parent.mkdir(parents=True, exist_ok=True)
    located.write_text(text, encoding="utf-8")
    return located


def test_indexing_changes_no_byte_and_can_be_thrown_away(vault: Vault, database: Database) -> None:
    make_vault(vault.root, 300, seed=5)
    (vault.root / ".obsidian").mkdir()
    write(vault, ".obsidian/app.json", "{}")
    before = tree(vault.root)
    told = refresh(vault)
    assert len(told.added) > 290
    first = state(database)
    assert refresh(vault).unchanged == len(told.added)
    assert not refresh(vault, thorough=True).any
    rebuild(vault)
    assert state(database) == first
    assert tree(vault.root) == before
    with database.write("check") as connection:
        check = "INSERT INTO sections_fts (sections_fts, rank) VALUES ('integrity-check', 1)"
        connection.exec_driver_sql(check)


def test_a_real_vault_is_read_and_left_alone(
    home: Path, database: Database, shared_data: Path, tmp_path: Path
) -> None:
    source = shared_data / "hostile" / "obsidian_vault"
    if not source.is_dir():
        pytest.skip("the vault of corner cases is not here")
    copy = tmp_path / "obsidian"
    shutil.copytree(source, copy)
    for path in copy.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    settings = Settings(notes=NotesSettings(vault=str(copy)))
    vault = open_vault(Home(home), settings, database)
    before = tree(copy)
    told = refresh(vault)
    assert len(told.added) == sum(
        1 for path in copy.rglob("*")
        if path.is_file() and not any(p.startswith(".") for p in path.relative_to(copy).parts)
    )  # fmt: skip
    assert told.problems == []
    assert tree(copy) == before
    found = links_out(vault, find_note(vault, "Home"))
    assert len(found) >= 3
    assert {link.state for link in found} == {"ok"}
    assert {link.target for link in broken(vault)} >= {"Fiction", "Charles Darwin"}


def test_changes_are_noticed_by_content(vault: Vault, database: Database) -> None:
    path = write(vault, "A.md", "# A\n\none\n")
    refresh(vault)
    told = path.stat()
    path.write_text("# A\n\ntwo\n")
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert refresh(vault).changed == ["A.md"]
    path.touch()
    assert not refresh(vault).any
    path.rename(vault.root / "B.md")
    told_of = refresh(vault)
    assert (told_of.added, told_of.removed) == (["B.md"], ["A.md"])
    assert refresh(vault, ["B.md", "gone.md", ".obsidian/x.md", "../x.md"]).unchanged == 1
    (vault.root / "B.md").unlink()
    assert refresh(vault, ["B.md"]).removed == ["B.md"]
    assert state(database) == [[], [], [], []]


def test_an_edited_section_is_the_only_one_indexed_anew(vault: Vault, database: Database) -> None:
    path = write(vault, "A.md", "# A\n\n## One\n\none\n\n## Two\n\ntwo\n")

    def rows() -> dict[str, int]:
        with database.read() as connection:
            query = "SELECT heading, id FROM note_sections"
            return {row[0]: row[1] for row in connection.exec_driver_sql(query)}

    refresh(vault)
    before = rows()
    path.write_text(path.read_text().replace("one\n", "one more\n\nline\n"))
    refresh(vault)
    after = rows()
    assert after["A > One"] != before["A > One"]
    assert {k: v for k, v in after.items() if k != "A > One"} == {
        k: v for k, v in before.items() if k != "A > One"
    }


def test_hostile_files_are_told_of_and_passed_over(vault: Vault, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("[[secret]]\n")
    write(vault, "good.md", "fine\n")
    (vault.root / "link.md").symlink_to(outside)
    (vault.root / "inner.md").symlink_to(vault.root / "good.md")
    (vault.root / "folder").symlink_to(tmp_path)
    (vault.root / "loop").symlink_to(vault.root)
    (vault.root / "binary.md").write_bytes(b"\x7fELF\0\0" * 100)
    (vault.root / "latin.md").write_bytes("# Caf\xe9\n\nna\xefve\n".encode("latin-1"))
    with (vault.root / "huge.md").open("wb") as file:
        file.truncate(100_000_000)
    os.mkfifo(vault.root / "pipe.md")
    write(vault, "yaml.md", "---\na: !!python/object/apply:os.system ['true']\n---\nbody\n")
    write(vault, "Case.md", "a\n")
    write(vault, "case.md", "b\n")
    (vault.root / os.fsdecode(b"bad\xff.md")).write_text("x\n")
    told = refresh(vault)
    why = {problem.path: problem.why for problem in told.problems}
    assert "outside the vault" in why["link.md"]
    assert "outside the vault" in why["folder"]
    assert "symbolic link" in why["inner.md"]
    assert "symbolic link" in why["loop"]
    assert "no text" in why["binary.md"]
    assert "more likely something else" in why["huge.md"]
    assert "no regular file" in why["pipe.md"]
    assert "object" in why["yaml.md"]
    assert "Case.md" in why["case.md"]
    assert any("UTF-8" in one for one in why.values())
    assert {"good.md", "latin.md", "binary.md", "huge.md"} <= set(told.added)
    assert not {"link.md", "pipe.md"} & set(told.added)
    assert (vault.root / "latin.md").read_bytes().startswith(b"# Caf\xe9")


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "~/x", "C:\\x", "C:x", "a/../../x", "a//b", "./x", ".hidden", "a/.git/x",
     "con", "Aux.md", "com1.txt", "nul", "x.", "a /b", "a:b", "a|b", "a#b", "a[[b", "a\\b", "a\nb",
     "a\0b", "", "x" * 300, "é" * 150, "a/" * 300 + "x", "a?b", "<a>"],
    ids=range(29),
)  # fmt: skip
def test_names_that_cannot_be(vault: Vault, name: str) -> None:
    before = tree(vault.root.parent)
    write(vault, "note.md", "x\n")
    with pytest.raises(BadNameError) as caught:
        checked_path(name)
    assert caught.value.title
    with pytest.raises(AssistantError):
        rename(vault, "note.md", name)
    assert (vault.root / "note.md").read_text() == "x\n"
    outside = {path for path in tree(vault.root.parent) if not path.startswith("vault/")}
    assert outside - set(before) <= {"library.db-writer", "library.db-wal", "library.db-shm"}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What is A/B testing?", "What is A-B testing"),
        ("con", "con -"),
        ("..", "Untitled"),
        ("../../etc/passwd", "etc-passwd"),
        ("A: B | C #1 [x]", "A B C 1 x"),
        ("\x1b[31mred", "red"),
        ("日本語", "日本語"),
    ],
)
def test_titles_become_safe_names(title: str, name: str) -> None:
    assert checked_path(safe_name(title)) == safe_name(title)
    assert safe_name(title) == name


def test_writing_through_a_link_to_outside_is_refused(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    write(vault, "note.md", "x\n")
    (vault.root / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BadNameError, match="symbolic link"):
        rename(vault, "note.md", "out/note.md")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_links_and_what_is_lost(vault: Vault) -> None:
    write(vault, "Gradient descent.md", "# Steps\n\nSee [[LoRA]] and [[arxiv:2106.09685]].\n")
    write(vault, "notes/LoRA.md", "---\nid: n1\n---\nBack to [[gradient descent#Steps|it]].\n")
    write(vault, "Lonely.md", "About gradient descent, `gradient descent` and [[#here]].\n")
    write(vault, "Broken.md", "[[Nothing]] [[LoRA#No such part]] [x](../../../etc/passwd)\n")
    refresh(vault)
    (back,) = backlinks(vault, "Gradient descent.md")
    assert (back.source, back.fragment, back.state) == ("notes/LoRA.md", "Steps", "ok")
    assert [(link.kind, link.path) for link in links_out(vault, "Gradient descent.md")] == [
        ("note", "notes/LoRA.md"), ("paper", None),
    ]  # fmt: skip
    assert [note.path for note in orphans(vault)] == ["Lonely.md"]
    assert [(link.target, link.state) for link in broken(vault)] == [
        ("Nothing", "missing"), ("LoRA", "no heading"), ("../../../etc/passwd", "missing"),
        ("", "no heading"),
    ]  # fmt: skip
    found = mentions(vault, "Gradient descent.md")
    assert {(one.source, one.line) for one in found} == {("Lonely.md", 0)}
    graph = surroundings(vault, "notes/LoRA.md", depth=2)
    assert set(graph.nodes) >= {"notes/LoRA.md", "Gradient descent.md", "Broken.md"}
    assert ("Gradient descent.md", "notes/LoRA.md") in graph.edges
    assert "arxiv:2106.09685" in graph.nodes
    for named in ("LoRA", "notes/LoRA", "notes/LoRA.md", "lora", "n1", "note:notes/LoRA"):
        assert find_note(vault, named) == "notes/LoRA.md"
    with pytest.raises(NotFoundError) as caught:
        find_note(vault, "Lonly")
    assert "Lonely" in caught.value.hint


def test_a_vault_that_is_not_there_is_not_made(home: Path, database: Database) -> None:
    settings = Settings(notes=NotesSettings(vault=str(home / "nowhere")))
    with pytest.raises(ConfigError, match="nowhere"):
        open_vault(Home(home), settings, database)
    vault = open_vault(Home(home), Settings(), database)
    assert not refresh(vault).any
    assert not (home / "vault").exists()


def test_a_change_by_another_program_is_never_written_over(vault: Vault) -> None:
    path = write(vault, "A.md", "old\n")
    staged = files.stage(vault.root / ".assistant" / "staged", b"ours\n")
    expected = files.digest(b"old\n")
    path.write_text("theirs\n")
    with pytest.raises(files.NoteChangedError):
        files.replace(path, staged, expected)
    assert path.read_text() == "theirs\n"
