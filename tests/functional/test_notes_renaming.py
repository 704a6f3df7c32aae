"""Renaming: every link still means what it meant, nothing else changes, and all can be undone."""

import random
from pathlib import Path

import pytest

from assistant.notes import files
from assistant.notes.indexing import refresh
from assistant.notes.linking import backlinks
from assistant.notes.markdown import parse_note
from assistant.notes.names import BadNameError
from assistant.notes.renaming import rename
from assistant.notes.resolving import Resolver
from assistant.notes.undoing import undo
from assistant.notes.vault import Vault
from db.engine import Database
from tests.fakes.vaults import make_vault, vault_of

NEW_NAMES = ("Plain", "new name", "ünïcode ☃", "日本", "with (parens)", "100% & more", "it's", "$x")


@pytest.fixture
def vault(home: Path, database: Database) -> Vault:
    return vault_of(home, database)


def tree(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".assistant" not in path.parts
    }


def meanings(root: Path, paths: list[str], note: str) -> list[str | None]:
    resolver = Resolver(paths)
    text = files.decode((root / note).read_bytes())
    links = sorted(parse_note(text).links, key=lambda link: link.start)
    return [
        (resolver.markdown if link.syntax == "markdown" else resolver.wiki)(link.target, note)
        for link in links
        if link.kind in ("note", "embed")
    ]


def skeleton(data: bytes) -> str:
    """A note's text without what its links say."""
    text = files.decode(data)
    pieces, last = [], 0
    for link in sorted(parse_note(text).links, key=lambda link: link.target_start):
        pieces.append(text[last : link.target_start])
        last = link.target_end
    return "[]".join([*pieces, text[last:]])


@pytest.mark.parametrize("seed", range(3))
def test_after_random_renames_every_link_means_what_it_meant(vault: Vault, seed: int) -> None:
    chance = random.Random(seed)
    made = make_vault(vault.root, 40, seed=seed)
    before = tree(vault.root)
    for note, meant in made.meant.items():
        assert meanings(vault.root, made.paths, note) == meant, "the fake vault is wrong"
    now = {path: path for path in made.paths}
    done = 0
    for step in range(18):
        path = chance.choice(list(now.values()))
        folder = chance.choice(("", "Papers/", "New/Deeper folder/", "Ideas/"))
        # Sometimes the name of another note, in another folder.
        stem = chance.choice((
            chance.choice(NEW_NAMES) + f" {step}",
            chance.choice(list(now.values())).rpartition("/")[2].rpartition(".")[0],
        ))  # fmt: skip
        new = f"{folder}{stem}.{path.rpartition('.')[2]}"
        try:
            rename(vault, path, new)
        except (files.NoteExistsError, BadNameError):
            continue
        done += 1
        now = {old: new if present == path else present for old, present in now.items()}
        for note, meant in made.meant.items():
            found = meanings(vault.root, list(now.values()), now[note])
            assert found == [now[target] for target in meant], (path, new, note)
    assert done > 8
    after = tree(vault.root)
    assert sorted(after) == sorted(now.values())
    for old, present in now.items():
        if old.endswith(".md"):
            assert skeleton(after[present]) == skeleton(before[old])
        else:
            assert after[present] == before[old]
    for _ in range(done):
        undo(vault)
    assert tree(vault.root) == before


def test_a_rename_says_what_it_did_and_the_index_knows(vault: Vault) -> None:
    (vault.root / "A.md").write_text("See [[Old name]] and [[old NAME#Part|that]].\n")
    (vault.root / "sub").mkdir()
    (vault.root / "sub" / "B.md").write_text("[x](../Old%20name.md) [[Old name extra]]\n")
    (vault.root / "Old name.md").write_text('---\ntitle: "Old name"\n---\n[[Old name]]\n')
    told = rename(vault, "Old name.md", "sub/New (name).md")
    assert sorted(told.rewritten) == ["A.md", "sub/B.md", "sub/New (name).md"]
    assert told.links == 4, "a title that follows is no link"
    assert (vault.root / "A.md").read_text() == "See [[New (name)]] and [[New (name)#Part|that]].\n"
    assert (vault.root / "sub/B.md").read_text() == "[x](New%20%28name%29.md) [[Old name extra]]\n"
    moved = (vault.root / "sub/New (name).md").read_text()
    assert moved == '---\ntitle: "New (name)"\n---\n[[New (name)]]\n'
    assert [link.source for link in backlinks(vault, "sub/New (name).md")] == [
        "A.md", "A.md", "sub/B.md",
    ]  # fmt: skip
    assert not refresh(vault).any


def test_a_note_that_nothing_links_to_has_no_link_rewritten(vault: Vault) -> None:
    (vault.root / "Old.md").write_text('---\ntitle: "Old"\n---\nalone\n')
    told = rename(vault, "Old.md", "New.md", title="New")
    assert (told.links, told.rewritten) == (0, [])
    assert 'title: "New"' in (vault.root / "New.md").read_text()


def test_undo_after_an_edit_keeps_the_edit(vault: Vault) -> None:
    (vault.root / "A.md").write_text("See [[Old]].\n")
    (vault.root / "Old.md").write_text("old\n")
    rename(vault, "Old.md", "New.md")
    (vault.root / "A.md").write_text("Now [[New]], and [[New|more]].\n")
    undo(vault)
    assert (vault.root / "A.md").read_text() == "Now [[Old]], and [[Old|more]].\n"
    assert (vault.root / "Old.md").read_text() == "old\n"


def test_a_link_that_another_note_would_catch_keeps_its_meaning(vault: Vault) -> None:
    (vault.root / "x").mkdir()
    (vault.root / "x" / "Topic.md").write_text("the deep one\n")
    (vault.root / "A.md").write_text("[[Topic]]\n")
    (vault.root / "Other.md").write_text("other\n")
    rename(vault, "Other.md", "Topic.md")
    assert (vault.root / "A.md").read_text() == "[[x/Topic]]\n"


def test_names_that_differ_in_case_alone(vault: Vault) -> None:
    (vault.root / "note.md").write_text("a\n")
    (vault.root / "A.md").write_text("[[note]]\n")
    rename(vault, "note.md", "Note.md")
    assert sorted(tree(vault.root)) == ["A.md", "Note.md"]
    (vault.root / "B.md").write_text("b\n")
    with pytest.raises(files.NoteExistsError, match=r"Note\.md"):
        rename(vault, "B.md", "NOTE.md")
