"""The newest digest of each edition, kept in files that may be lost."""

from dataclasses import replace
from pathlib import Path

from assistant.config import Home
from assistant.digest import shelf
from assistant.digest.model import Programme
from tests.fakes.digests import DIGEST

OF_A_VENUE = replace(
    DIGEST, deadlines=(), programme=Programme("neurips-2025", "NeurIPS 2025", {"oral": 3})
)


def test_what_is_kept_comes_back_for_its_profile_and_edition(home: Path) -> None:
    home.mkdir()
    kept = Home(home)
    assert shelf.find(kept, DIGEST.profile, "neurips-2025") is None
    shelf.put(kept, OF_A_VENUE)
    assert shelf.find(kept, DIGEST.profile, "neurips-2025") == OF_A_VENUE
    assert shelf.find(kept, "../other", "neurips-2025") is None
    assert shelf.find(kept, DIGEST.profile, "neurips-2024") is None
    newer = replace(OF_A_VENUE, entries=())
    shelf.put(kept, newer)
    assert shelf.find(kept, DIGEST.profile, "neurips-2025") == newer
    shelf.put(kept, replace(OF_A_VENUE, profile="../../[x]\0"))
    assert {one.parent for one in home.rglob("*.json")} == {home / "venue-digests"}


def test_a_folder_that_cannot_be_written_keeps_nothing(home: Path) -> None:
    home.mkdir()
    (home / "venue-digests").write_text("a file")
    shelf.put(Home(home), OF_A_VENUE)
    assert shelf.find(Home(home), DIGEST.profile, "neurips-2025") is None
