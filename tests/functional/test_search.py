"""Searching the starter library by words, by meaning and by both, with the packaged model."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.config import Home, SearchSettings, Settings
from assistant.library.importing import store_entries
from assistant.library.opening import open_library
from assistant.search.answers import MODES
from assistant.search.embedding import (
    answering_model,
    embed_pending,
    is_embedding,
    library_coverage,
)
from assistant.search.encoders import encoder_key, load_encoder
from assistant.search.engine import SearchEngine
from assistant.search.index_files import index_folder, index_is_current, open_index
from assistant.sources.arxiv_snapshot import parse_snapshot_line
from db import vectors, works
from db.engine import Database
from tests.fakes.papers import snapshot_lines
from tests.functional.command import assistant

DEFAULT = Settings()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Home:
    """A home with the starter works, all of them embedded."""
    home = Home(tmp_path_factory.mktemp("embedded"))
    home.models.symlink_to(models)
    with open_library(home, DEFAULT) as database:
        embed_pending(database, home, load_encoder(DEFAULT.search.model, models))
    return home


@pytest.fixture
def engine(embedded: Home) -> Iterator[SearchEngine]:
    with Database(embedded.library_file) as database:
        yield SearchEngine(database, embedded, DEFAULT)


def ids(engine: SearchEngine, text: str, **how: object) -> list[str]:
    return [hit.work.public_id for hit in engine.search(text, **how).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_finds_what_is_meant(engine: SearchEngine, mode: str) -> None:
    found = ids(engine, "low-rank adaptation of large language models", mode=mode, limit=3)
    assert found[0] == "arxiv:2106.09685"


def test_meaning_finds_what_words_do_not(engine: SearchEngine) -> None:
    question = "teacher network helps a tiny pupil network"
    assert "arxiv:1503.02531" in ids(engine, question, mode="semantic")
    assert "arxiv:1503.02531" in ids(engine, question)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("atention is al you ned", "arxiv:1706.03762"), ("quantizaton awareness", None),
     ("finetuning quantized", "arxiv:2305.14314"), ("fine-tuning quantized", "arxiv:2305.14314")],
)  # fmt: skip
def test_typos_and_hyphens_are_forgiven(
    engine: SearchEngine, typed: str, meant: str | None
) -> None:
    answer = engine.search(typed, limit=5)
    assert answer.hits
    if meant:
        assert meant in [hit.work.public_id for hit in answer.hits]


def test_a_correction_is_told_and_can_be_refused(engine: SearchEngine) -> None:
    told = engine.search("transfomer", mode="lexical")
    assert told.corrected == "transformer"
    assert told.hits
    insisted = engine.search("transfomer", mode="lexical", exact=True)
    assert insisted.corrected is None
    assert not insisted.hits


@pytest.mark.parametrize("mode", MODES)
def test_filters_hold_in_every_mode(engine: SearchEngine, mode: str) -> None:
    answer = engine.search("efficient training year:2020..2021 cat:cs.CL", mode=mode, limit=50)  # type: ignore[arg-type]
    assert len(answer.hits) > 3
    with engine.database.read() as connection:
        categories = works.categories_of(connection, [hit.work.id for hit in answer.hits])
    for hit in answer.hits:
        assert hit.work.year in (2020, 2021)
        assert "cs.CL" in categories[hit.work.id]


def test_every_hit_says_why(engine: SearchEngine) -> None:
    for text in ("pruning", "how do I train a model that does not fit on one accelerator?"):
        answer = engine.search(text, limit=10)
        for hit, why in zip(answer.hits, engine.explain(answer.hits, answer.query), strict=True):
            assert why.text
            told = f"{hit.work.title} {hit.work.abstract} {hit.work.authors}"
            assert all(term in told for term in why.terms)
            assert why.sentence == "" or why.sentence in " ".join(told.split())


def test_similar_papers_are_about_the_same(engine: SearchEngine) -> None:
    with engine.database.read() as connection:
        found = works.find_identifiers(connection, {"arxiv": ["1503.02531"]})
        (work,) = works.view_works(connection, list(found.values()))
    hits = engine.similar(work.id, limit=8)
    assert work.id not in [hit.work.id for hit in hits]
    assert sum("istil" in hit.work.title + hit.work.abstract for hit in hits) >= 5
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(why.sentence for why in engine.explain_similar(hits, work))


def test_hybrid_ranks_stay_sound_with_half_the_vectors(embedded: Home, tmp_path: Path) -> None:
    half = Home(tmp_path / "half")
    half.path.mkdir()
    half.models.symlink_to(embedded.models)
    with open_library(half, DEFAULT) as database:
        with Database(embedded.library_file) as whole, whole.read() as connection:
            model = vectors.models(connection)[0]
            rows = next(vectors.stored_vectors(connection, model.id))
        with database.write("copy half") as connection:
            number = vectors.ensure_model(connection, model.key, model.name, model.dimensions)
            digests = {row["id"]: row["text_digest"] for row in works.works_rows(
                connection, [row.work_id for row in rows])}  # fmt: skip
            vectors.put_vectors(
                connection, number,
                [(r.work_id, digests[r.work_id], r.vector) for r in rows if r.work_id % 2],
            )  # fmt: skip
        engine = SearchEngine(database, half, DEFAULT)
        answer = engine.search("attention is all you need")
        assert answer.hits[0].work.public_id == "arxiv:1706.03762"
        assert any("115 of 230 embedded" in notice for notice in answer.notices)


def test_nothing_embedded_still_answers_and_says_so(home: Path) -> None:
    with open_library(Home(home), DEFAULT) as database:
        answer = SearchEngine(database, Home(home), DEFAULT).search("attention")
    assert answer.mode == "lexical"
    assert answer.hits
    assert any("assistant embed" in notice for notice in answer.notices)


def test_the_index_follows_the_library(database: Database, home: Path) -> None:
    """New vectors, changed ones and deleted works: the index agrees after each."""
    folder = home / "index"
    generator = np.random.default_rng(0)
    truth: dict[int, np.ndarray] = {}
    lines = snapshot_lines(400)

    def put(work_ids: list[int]) -> None:
        with database.write("put") as connection:
            model = vectors.ensure_model(connection, "m@1", "m", 16)
            rows = []
            for work_id in work_ids:
                vector = generator.normal(size=16)
                truth[work_id] = (vector / np.linalg.norm(vector)).astype(np.float16)
                rows.append((work_id, 1, truth[work_id].tobytes()))
            vectors.put_vectors(connection, model, rows)

    def agree() -> None:
        index = open_index(database, folder, "m@1", 16)
        assert index_is_current(database, folder, "m@1")
        assert len(index) == len(truth)
        matrix = np.array(list(truth.values()), np.float32)
        for _ in range(5):
            query = generator.normal(size=16).astype(np.float32)
            query /= np.linalg.norm(query)
            found, cosines = index.search(query, 10)
            scores = dict(zip(truth, matrix @ query, strict=True))
            expected = sorted(scores.values(), reverse=True)[:10]
            assert np.allclose(cosines, expected[: len(cosines)], atol=2e-3)
            assert len(found) == min(10, len(truth))
            assert np.allclose(index.cosines(query, found), cosines, atol=2e-3)
            some = np.array(list(truth)[::3], np.int64)
            only, _ = index.search(query, 5, some)
            assert set(only.tolist()) <= set(some.tolist())
        assert np.isnan(index.cosines(query, np.array([10**9], np.int64))).all()

    store_entries(database, [parse_snapshot_line(line) for line in lines], label="x")
    assert index_is_current(database, folder, "m@1") is None
    put(list(range(1, 301)))
    agree()
    put(list(range(301, 321)))
    agree()
    put([5, 6, 310])
    agree()
    with database.write("delete") as connection:
        for work_id in (7, 300, 320):
            works.delete_work(connection, work_id)
            del truth[work_id]
    agree()
    for file in index_folder(folder, "m@1").rglob("vectors.faiss"):
        file.write_bytes(file.read_bytes()[:200])
    agree()


def test_a_new_model_takes_over_when_it_is_ready(
    embedded: Home, tiny_model: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "switch")
    home.path.mkdir()
    home.models.symlink_to(embedded.models)
    with open_library(home, DEFAULT) as database:
        embed_pending(database, home, load_encoder(DEFAULT.search.model, home.models))
        changed = Settings(search=SearchSettings(model=str(tiny_model)))
        key = encoder_key(changed.search.model, home.models)
        assert answering_model(database, changed, key).model_name == DEFAULT.search.model
        engine = SearchEngine(database, home, changed)
        assert engine.search("attention is all you need").hits[0].work.year == 2017
        embed_pending(database, home, load_encoder(changed.search.model, home.models))
        assert library_coverage(database, key, changed.search.model).complete
        engine.refresh()
        assert answering_model(database, changed, key).model_key == key


def test_changed_text_is_embedded_again_and_only_that(embedded: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "changed")
    home.path.mkdir()
    home.models.symlink_to(embedded.models)
    with open_library(home, DEFAULT) as database:
        encoder = load_encoder(DEFAULT.search.model, home.models)
        assert embed_pending(database, home, encoder) == 230
        assert embed_pending(database, home, encoder) == 0
        lines = list(snapshot_lines(3))
        store_entries(database, [parse_snapshot_line(line) for line in lines], label="x")
        assert embed_pending(database, home, encoder) == 3
        changed = lines[0].replace("We ", "They ").replace('"v1"', '"v2"')
        store_entries(database, [parse_snapshot_line(changed)], label="x")
        assert embed_pending(database, home, encoder) == 1
        assert not is_embedding(home)


def test_a_model_that_is_not_there_is_told(embedded: Home) -> None:
    wrong = Settings(search=SearchSettings(model="/no/such/model"))
    told: list[str] = []
    with Database(embedded.library_file) as database:
        engine = SearchEngine(database, embedded, wrong, announce=told.append)
        assert engine.search("attention is all you need").hits
    assert any("/no/such/model" in line for line in told)


def test_evaluate_reads_a_beir_folder(tmp_path: Path, home: Path, models: Path) -> None:
    home.mkdir()
    (home / "models").symlink_to(models)
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        '{"_id": "a", "title": "Cats", "text": "About cats and their fur."}\n'
        '{"_id": "b", "title": "", "text": "About submarines under the sea."}\n'
        '{"_id": "c", "title": "", "text": ""}\n'
    )
    (folder / "queries.jsonl").write_text(
        '{"_id": "1", "text": "feline fur?"}\n{"_id": "2", "text": "submarines"}\n'
        '{"_id": "3", "text": "not judged"}\n'
    )
    (folder / "qrels/test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n1\ta\t2\n2\tb\t1\n2\tc\t0\n"
    )
    told = assistant("evaluate", "search", folder, "--json")
    assert told.code == 0, told.err
    assert told.json["queries"] == 2
    assert told.json["modes"]["hybrid"] == {"ndcg@10": 1.0, "recall@100": 1.0}
    assert assistant("evaluate", "search", tmp_path).code == 1
    (folder / "corpus.jsonl").write_text('{"_id": "a"}\n')
    broken = assistant("evaluate", "search", folder)
    assert broken.code == 1
    assert "line 1" in broken.err


def test_a_hybrid_search_imports_no_torch(embedded: Home) -> None:
    code = (
        "import sys; sys.argv = ['assistant', 'search', 'attention', '--json']\n"
        "from assistant.cli.main import _run; code = _run()\n"
        "print([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules],"
        " file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"ASSISTANT_HOME": str(embedded.path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr.strip().splitlines()[-1] == "[]"
