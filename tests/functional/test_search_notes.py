"""Notes beside papers in one ranked list, and papers found exactly as they are without them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from assistant.config import Home, Settings
from assistant.library.opening import open_library
from assistant.notes.indexing import rebuild, refresh
from assistant.notes.renaming import rename
from assistant.notes.vault import Vault, open_vault
from assistant.search.answers import MODES, Hit
from assistant.search.by_words import search_by_words
from assistant.search.embedding import embed_pending
from assistant.search.encoders import load_encoder
from assistant.search.engine import SearchEngine
from assistant.search.everything import Everything, SectionHit
from assistant.search.section_vectors import embed_sections
from db.engine import Database

DEFAULT = Settings()
NOTES = {
    "Ideas/Small matrices.md": "# Small matrices\n\nFreeze the large weights and learn two thin"
    " matrices beside them.\n\n## Cooking\n\nBoil the potatoes for twenty minutes.\n",
    "Quokka.md": "---\ntags: [animals/small]\n---\nThe quokka protocol, version seven.\n",
    "Attention.md": "# Attention is all you need\n\nWhat I think of it.\n",
}


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Home:
    home = Home(tmp_path_factory.mktemp("notes"))
    home.models.symlink_to(models)
    for path, text in NOTES.items():
        (home.vault / path).parent.mkdir(parents=True, exist_ok=True)
        (home.vault / path).write_text(text)
    with open_library(home, DEFAULT) as database:
        encoder = load_encoder(DEFAULT.search.model, models)
        embed_pending(database, home, encoder)
        refresh(open_vault(home, DEFAULT, database))
        embed_sections(database, home, encoder)
    return home


@pytest.fixture
def everything(embedded: Home) -> Iterator[Everything]:
    with Database(embedded.library_file) as database:
        yield Everything(SearchEngine(database, embedded, DEFAULT))


def ids(hits: Sequence[Hit | SectionHit]) -> list[str]:
    return [hit.id if isinstance(hit, SectionHit) else hit.work.public_id for hit in hits]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "text", ["low-rank adaptation", "how do I train with less memory?", "attention is all you need",
             "pruning cat:cs.LG", "atention", '"knowledge distillation"', "is:unread graph"],
)  # fmt: skip
def test_papers_are_found_as_they_are_without_notes(
    everything: Everything, mode: str, text: str
) -> None:
    alone = everything.engine.search(text, mode=mode, limit=20)  # type: ignore[arg-type]
    found = everything.search(text, mode=mode, limit=40)  # type: ignore[arg-type]
    papers = [hit for hit in found.hits if isinstance(hit, Hit)]
    assert [(p.work.id, p.score) for p in papers][: len(alone.hits)] == [
        (hit.work.id, hit.score) for hit in alone.hits
    ][: len(papers)]


@pytest.mark.parametrize("mode", MODES)
def test_a_note_takes_its_place_by_its_best_passage(everything: Everything, mode: str) -> None:
    found = everything.search("learn thin matrices, weights frozen", mode=mode, limit=10)  # type: ignore[arg-type]
    notes = [hit for hit in found.hits if isinstance(hit, SectionHit)]
    assert notes[0].id == "note:Ideas/Small matrices"
    assert notes[0].section.heading == "Small matrices"
    assert ids(found.hits).index(notes[0].id) <= 2
    assert len(set(ids(found.hits))) == len(found.hits)
    for hit, why in zip(
        found.hits, everything.explain(found.hits, found.answer.query), strict=True
    ):
        if hit is notes[0]:
            assert why.text


@pytest.mark.parametrize(
    "text", ["learn thin matrices", "attention is all you need", "quokka protocol", "atention", "",
             "tag:animals", "weights year:2021", "potatoes -quokka"],
)  # fmt: skip
def test_words_alone_find_the_same_in_the_same_order(everything: Everything, text: str) -> None:
    """What the app shows while one types is what `assistant search --mode lexical` lists."""
    whole = everything.search(text, mode="lexical", limit=30)
    with everything.engine.database.read() as connection:
        quick = search_by_words(connection, text, 30)
    assert [(one.work, one.section) for one in quick.hits] == [
        (0, hit.section.id) if isinstance(hit, SectionHit) else (hit.work.id, 0)
        for hit in whole.hits
    ]
    assert quick.papers.corrected == whole.answer.corrected


def test_meaning_finds_the_section_that_words_do_not(everything: Everything) -> None:
    found = everything.search("preparing vegetables", mode="semantic", kinds=["note"], limit=3)
    best = found.hits[0]
    assert isinstance(best, SectionHit)
    assert best.section.heading == "Small matrices > Cooking"
    assert "potatoes" in everything.explain([best], found.answer.query)[0].sentence


def test_words_that_only_notes_have_are_not_corrected(everything: Everything) -> None:
    found = everything.search("quokka protocol", limit=5)
    assert ids(found.hits)[0] == "note:Quokka"
    assert ids(everything.search("tag:animals quokka").hits) == ["note:Quokka"]
    assert ids(everything.search("tag:animals").hits) == ["note:Quokka"]
    assert "note:Quokka" not in ids(everything.search("quokka author:hinton").hits)
    assert "note:Quokka" not in ids(everything.search("quokka -protocol").hits)
    assert ids(everything.search("quokka", kinds=["paper"], mode="lexical").hits) == []


def test_a_title_finds_paper_and_note(everything: Everything) -> None:
    found = ids(everything.search("Attention is all you need", limit=3).hits)
    assert set(found[:2]) == {"arxiv:1706.03762", "note:Attention"}


def test_what_is_related(everything: Everything) -> None:
    of_note = everything.related_to_note("Attention.md", limit=5)
    assert "note:Attention" not in ids(of_note.passages)
    assert "arxiv:1706.03762" in ids(of_note.papers)
    with everything.engine.database.read() as connection:
        lora = connection.exec_driver_sql(
            "SELECT work_id FROM identifiers WHERE value = '2106.09685'"
        ).scalar_one()
    of_paper = everything.related_to_paper(lora, limit=5)
    assert "arxiv:2106.09685" not in ids(of_paper.papers)
    assert len(of_paper.papers) == 5
    assert ids(of_paper.passages)[0] == "note:Ideas/Small matrices"
    nothing = everything.related_to_note("nothing.md")
    assert nothing.papers == nothing.passages == []


class CountingEncoder:
    """Counts the texts it embeds."""

    name, key, dimensions, runtime = "counting", "counting@1", 8, "test"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode_documents(self, texts: list[str]) -> np.ndarray:
        self.texts += texts
        return np.eye(8, dtype=np.float32)[[len(text) % 8 for text in texts]]

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode_documents([text])[0]


def test_only_what_was_edited_is_embedded_again(home: Path, database: Database) -> None:
    vault: Vault = open_vault(Home(home), DEFAULT, database)
    vault.root.mkdir()
    for number in range(30):
        sections = "".join(f"## Part {n}\n\nWords {number} {n}.\n\n" for n in range(5))
        (vault.root / f"n{number}.md").write_text(f"# Note {number}\n\n{sections}")
    encoder = CountingEncoder()

    def embedded() -> list[str]:
        refresh(vault)
        encoder.texts.clear()
        embed_sections(database, Home(home), encoder)
        return encoder.texts

    assert len(embedded()) == 30 * 6
    assert embedded() == []
    path = vault.root / "n7.md"
    path.write_text(path.read_text().replace("Words 7 3.", "Other words."))
    assert embedded() == ["Note 7\nNote 7 > Part 3\nOther words."]
    rename(vault, "n7.md", "folder/n7 moved.md")
    rebuild(vault)
    assert embedded() == []
