"""The process that knows meaning, whole: a real model, a real index."""

import asyncio
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from assistant.config import Home, Settings
from assistant.library import trash
from assistant.library.opening import open_library
from assistant.notes.indexing import refresh
from assistant.notes.vault import open_vault
from assistant.search import answering
from assistant.search.asking import Meaning
from assistant.search.embedding import embed_pending
from assistant.search.encoders import load_encoder
from db import sections, works
from db.engine import Database

DEFAULT = Settings()


@pytest.fixture
def embedded(home: Path, models: Path) -> Iterator[tuple[Home, Database]]:
    """The starter library with its vectors."""
    place = Home(home)
    with open_library(place, DEFAULT) as database:
        place.models.symlink_to(models)
        embed_pending(database, place, load_encoder(DEFAULT.search.model, models))
        yield place, database


def test_it_finds_by_meaning_and_sees_what_changes(embedded: tuple[Home, Database]) -> None:
    home, database = embedded

    async def talk() -> None:
        meaning = Meaning(home)
        try:
            await meaning.warm_up()
            found = await meaning.search("letting machines translate between languages", limit=10)
            assert len(found.hits) == 10
            assert any(reason.startswith("closest: ") for reason in found.hits[0].reasons)
            like = await meaning.similar(found.hits[0].work, limit=5)
            assert len(like.hits) == 5
            assert found.hits[0].work not in [hit.work for hit in like.hits]
            with database.write("trash") as connection:
                trash.trash_works(connection, works.view_works(connection, [like.hits[0].work]))
            gone = like.hits[0].work
            again = await meaning.similar(found.hits[0].work, limit=5)
            assert gone not in [hit.work for hit in again.hits]
            await meaning.refresh()
            told = await meaning.similar(gone)
            assert (told.hits, len(told.notices)) == ([], 1)
            empty = await meaning.search("")
            assert empty.hits == []
        finally:
            await meaning.close()

    asyncio.run(asyncio.wait_for(talk(), 120))


def test_notes_stand_beside_papers_and_what_is_like_them_is_found(
    embedded: tuple[Home, Database],
) -> None:
    home, database = embedded
    home.vault.mkdir()
    (home.vault / "Thin.md").write_text(
        "# Thin\n\nFreeze the large weights, learn two thin matrices.\n"
    )
    (home.vault / "Other.md").write_text("# Other\n\nSmall matrices beside frozen weights.\n")
    refresh(open_vault(home, DEFAULT, database))

    async def talk() -> None:
        meaning = Meaning(home)
        try:
            found = await meaning.search("learn thin matrices, weights frozen", limit=10)
            passages = [hit.section for hit in found.hits if hit.section]
            with database.read() as connection:
                paths = [one.path for one in sections.section_views(connection, passages)]
            assert paths[0] == "Thin.md"
            assert all(bool(hit.work) != bool(hit.section) for hit in found.hits)
            related = await meaning.related_to_note("Thin.md", limit=3)
            assert len([hit for hit in related.hits if hit.work]) == 3
            (other,) = [hit.section for hit in related.hits if hit.section]
            assert other in passages
            work = next(hit.work for hit in related.hits if hit.work)
            like = await meaning.similar(work, limit=2)
            assert [bool(hit.section) for hit in like.hits] == [False, False, True, True]
            assert (await meaning.related_to_note("gone.md")).hits == []
        finally:
            await meaning.close()

    asyncio.run(asyncio.wait_for(talk(), 120))


def test_only_the_newest_search_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"id": 1, "kind": "search", "text": "a"},
        {"id": 2, "kind": "similar", "work": 5},
        "garbage",
        {"id": 3, "kind": "search", "text": "ab"},
        {"kind": "refresh"},
        {"id": 4, "kind": "search", "text": "abc"},
        {"id": 5, "kind": "unknown"},
    ]
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    requests = answering.Requests(io.StringIO(text))
    for thread in threading.enumerate():
        if thread.name == "requests":
            thread.join()
    asked: list[object] = []

    def answer(engine: object, request: answering.Request, waiting: object) -> answering.Request:
        asked.append(request["id"])
        if request["kind"] == "unknown":
            raise ValueError("unknown")
        return {"hits": []}

    monkeypatch.setattr(answering, "_everything", Mock)
    monkeypatch.setattr(answering, "_answer", answer)
    told: list[answering.Request] = []
    answering.answer_all(requests, told.append)
    assert [one["id"] for one in told if "obsolete" in one] == [1, 3]
    assert asked == [2, 4, 5]
    assert "ValueError" in told[-1]["error"]["why"]
