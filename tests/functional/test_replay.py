"""Two histories of the same days, one synced daily and one after weeks away, give one digest."""

from pathlib import Path

import pytest

from assistant.config import ArxivSettings, Home, Settings
from assistant.digest.making import Workshop
from assistant.digest.model import Digest
from assistant.digest.ranking import learning
from assistant.library.following import ensure_main, find_profile, like_all
from assistant.library.sync.run import sync
from assistant.search import work_vectors
from assistant.sources.arxiv_snapshot import parse_snapshot_line
from db import works
from db.engine import Database
from db.migrate import migrate
from tests.crash.test_kills import EncoderOfLetters
from tests.fakes.arxiv_site import FakeArxivSite, World, fake_arxiv_site, site_paper
from tests.fakes.papers import snapshot_lines

DAYS = [f"2025-11-{day:02d}" for day in (3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 17, 18, 19, 20, 21)]
A_DAY = 24


def world() -> World:
    """Made papers, each day's in the order of their ids, some listed in two categories."""
    records = [parse_snapshot_line(line).records[0] for line in snapshot_lines(A_DAY * 15, seed=9)]
    return World.of(
        *(
            site_paper(
                f"2511.{number + 1:05d}",
                DAYS[number // A_DAY],
                title=record.title,
                abstract=record.abstract,
                authors=tuple(one.name for one in record.authors) or ("Ada Lovelace",),
                categories=("cs.LG", "cs.CL") if number % 3 else ("cs.CL",),
            )
            for number, record in enumerate(records)
        ),
        today=DAYS[0],
    )


def history(folder: Path, site: FakeArxivSite, synced: list[str]) -> list[Digest]:
    """Sync on these days, like the first papers, and make the digest of every day."""
    folder.mkdir()
    migrate(folder / "library.db", folder / "backups")
    settings = ArxivSettings(
        api=site.api, feed=site.feed, listing=site.listing, oai=site.oai,
        interval_seconds=0, timeout_seconds=100,
    )  # fmt: skip
    with Database(folder / "library.db") as database:
        for day in synced:
            site.world.today = day
            sync(database, settings, ["cs.LG", "cs.CL"], pause=lambda _: None)
        with database.write("like") as connection:
            ensure_main(connection)
            profile = find_profile(connection, None)
            found = works.find_identifiers(
                connection, {"arxiv": [f"2511.{number:05d}" for number in range(1, 7)]}
            )
            like_all(connection, profile, works.view_works(connection, sorted(found.values())), 1)
        workshop = Workshop(database, Home(folder), Settings())
        return [workshop.digest(None, day) for day in DAYS]


@pytest.mark.timeout(300)
def test_the_digests_of_both_histories_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_vectors, "load_encoder", lambda *_, **__: EncoderOfLetters())
    monkeypatch.setattr(work_vectors, "encoder_key", lambda *_: EncoderOfLetters.key)
    # Samples are taken of large days: let these be large.
    monkeypatch.setattr(learning, "MOST_UNRATED", 7)
    with fake_arxiv_site(world()) as site:
        site.storm(3, 0.2)
        daily = history(tmp_path / "daily", site, [*DAYS, DAYS[-1], DAYS[-1]])
        site.calm()
        away = history(tmp_path / "away", site, [DAYS[0], DAYS[-1]])
    for one, other in zip(daily, away, strict=True):
        assert {(b.category, b.state, b.received) for b in one.batches} == {
            (b.category, b.state, b.received) for b in other.batches
        }
        assert [(entry.id, entry.score) for entry in one.entries] == [
            (entry.id, entry.score) for entry in other.entries
        ]
    shown = [entry.id for digest in daily for entry in digest.entries]
    assert len(shown) == len(set(shown))
