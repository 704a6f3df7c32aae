"""Profiles on the command line: each change told, logged, and undone."""

from pathlib import Path

import pytest

from assistant.library.merging import merge_works, undo_merge
from db import announcing, digests, personal, profiles, works
from db.engine import Database
from tests.functional.command import assistant

ATTENTION = "arxiv:1706.03762"
LORA = "arxiv:2106.09685"


def main() -> dict[str, list[object]]:
    shown: dict[str, list[object]] = assistant("profile", "show", "main", "--json").json
    return shown


def test_there_is_a_profile_from_the_start() -> None:
    assert main()["categories"] == ["cs.CL", "cs.CV", "cs.LG", "stat.ML"]
    assert "profile like" in assistant("profile", "show").err


def test_likes_and_dislikes_are_kept_told_and_undone() -> None:
    assert "liked in main" in assistant("profile", "like", ATTENTION, LORA).out
    assert {one["id"] for one in main()["liked"]} == {ATTENTION, LORA}  # type: ignore[index]
    assistant("profile", "dislike", LORA)
    assert [one["id"] for one in main()["disliked"]] == [LORA]  # type: ignore[index]
    assert "It was so already" in assistant("profile", "dislike", LORA).err
    assert "undid: disliked" in assistant("paper", "undo").out
    assert len(main()["liked"]) == 2
    assistant("profile", "like", ATTENTION, "--undo")
    assert [one["id"] for one in main()["liked"]] == [LORA]  # type: ignore[index]
    assistant("paper", "undo")
    assert len(main()["liked"]) == 2


def test_what_is_followed_and_muted_is_kept_and_undone() -> None:
    assistant("profile", "follow", "Yann LeCun")
    assistant("profile", "follow", "--search", "mixture of experts")
    assistant("profile", "mute", "medical imaging", "survey")
    assistant("profile", "category", "cs.RO")
    assistant("profile", "category", "stat.ML", "--remove")
    shown = main()
    assert shown["authors"] == ["Yann LeCun"]
    assert shown["searches"] == ["mixture of experts"]
    assert shown["muted"] == ["medical imaging", "survey"]
    assert shown["categories"] == ["cs.CL", "cs.CV", "cs.LG", "cs.RO"]
    assert "undid: removed category stat.ML" in assistant("paper", "undo").out
    assert "stat.ML" in main()["categories"]
    assistant("profile", "mute", "survey", "--stop")
    assert main()["muted"] == ["medical imaging"]


def test_another_profile_likes_other_things() -> None:
    assistant("profile", "new", "edge", "cs.AR")
    assistant("profile", "like", LORA, "--profile", "edge")
    assert main()["liked"] == []
    edge = assistant("profile", "show", "edge", "--json").json
    assert edge["categories"] == ["cs.AR"]
    assert [one["id"] for one in edge["liked"]] == [LORA]
    assistant("paper", "undo")
    assistant("paper", "undo")
    assert assistant("profile", "show", "edge").code == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("profile", "new", "main"), "already"),
        (("profile", "new", "../x"), "cannot be a profile's name"),
        (("profile", "show", "nobody"), "no profile"),
        (("profile", "like", "nothing"), "no paper's id"),
        (("profile", "category", "machine learning"), "no arXiv category"),
        (("profile", "follow"), "Follow whom"),
        (("profile", "mute", "x", "--stop"), "never did"),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], told: str) -> None:
    ran = assistant(*arguments)
    assert ran.code in (1, 2)
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_a_merge_moves_likes_announcements_and_what_was_shown_and_undo_moves_them_back(
    home: Path,
) -> None:
    assistant("profile", "like", LORA)
    with Database(home / "library.db") as database:
        with database.write("set up") as connection:
            ids = [
                works.find_identifiers(connection, {"arxiv": [name]})["arxiv", name]
                for name in ("1706.03762", "2106.09685")
            ]
            keeper, other = ids
            batch = announcing.put_batch(
                connection, "arxiv", "cs.LG", "2025-11-04", state="complete", expected=1
            )
            announcing.put_announcements(connection, batch, [("2106.09685", other, "new", 1)])
            digest = digests.put_digest(connection, 1, "2025-11-04", {}, 0)
            digests.put_offered(connection, 1, digest, [(other, True, 1, None)])
            merge_works(connection, keeper, other)
        with database.read() as connection:
            assert profiles.liking(connection, 1, keeper) == 1
            waiting = digests.waiting(
                connection, 1, ["cs.LG"], after="2025-11-03", until="2025-11-05", changed_after="9"
            )
            assert waiting == [], "it was shown already"
        with database.write("undo") as connection:
            event = personal.last_undoable(connection, ["merge"])
            assert event is not None
            undo_merge(connection, event.data)
        with database.read() as connection:
            assert profiles.liking(connection, 1, keeper) is None
            assert profiles.liking(connection, 1, other) == 1
            everything = digests.announced_between(
                connection, ["cs.LG"], since="2025-11-04", until="2025-11-04"
            )
            assert [one.work_id for one in everything] == [other]
