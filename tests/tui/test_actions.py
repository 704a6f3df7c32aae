"""The registry of actions: everything that has a key can be done, found and rebound."""

import importlib
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import assistant.tui
from assistant.tui.acting import Acting
from assistant.tui.actions import all_scopes, bindings, known_ids, shown_keys
from tests.tui.driving import Person, drive


def _everybody() -> list[type[Acting]]:
    for one in pkgutil.walk_packages(assistant.tui.__path__, "assistant.tui."):
        importlib.import_module(one.name)
    found, waiting = [], [Acting]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        found.append(kind)
    return found


ACTORS = _everybody()


def test_ids_are_unique() -> None:
    ids = [action.id for scope in all_scopes().values() for action in scope.actions]
    assert [one for one, count in Counter(ids).items() if count > 1] == []
    assert set(ids) == known_ids()


@pytest.mark.parametrize("scope", list(all_scopes()))
def test_a_key_means_one_thing_in_a_scope(scope: str) -> None:
    keys = Counter(binding.key for binding in bindings(scope))
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("scope", [one for one in all_scopes() if one != "places"])
def test_every_action_can_be_done(scope: str) -> None:
    """Somebody binds the scope, and whoever does has a method for each of its actions."""
    actors = [kind for kind in ACTORS if scope in kind.SCOPES]
    assert actors
    for action in all_scopes()[scope].actions:
        for kind in actors:
            assert callable(getattr(kind, action.method, None)), f"{kind.__name__}: {action.id}"


@pytest.mark.parametrize("scope", list(all_scopes()))
def test_titles_are_phrases(scope: str) -> None:
    for action in all_scopes()[scope].actions:
        assert action.title[:1].isupper(), action.id
        assert not action.title.endswith("."), action.id
        assert len(action.short) <= 10, action.id


def test_keys_are_shown_as_people_write_them() -> None:
    assert shown_keys("plus,ctrl+d , question_mark") == ("+", "ctrl+d", "?")


def test_an_area_shares_no_key_with_what_is_bound_within_it() -> None:
    """A key of a paper or a list would hide the same key of the area around it."""
    inner = {key for scope in ("list", "browser", "paper") for key in _keys(scope)}
    for area in ("papers", "search"):
        assert inner & _keys(area) == set(), area
    for scope in all_scopes():
        if scope not in ("app", "places"):
            assert _keys(scope) & (_keys("app") | _keys("places")) == set(), scope


def _keys(scope: str) -> set[str]:
    return {binding.key for binding in bindings(scope)}


def test_a_key_of_a_place_not_seen_yet_can_be_rebound_and_a_wrong_id_is_told(noted: Path) -> None:
    (noted / "config.toml").write_text('[keys]\n"review.show" = "v"\n"review.shwo" = "w"\n')

    async def play(person: Person) -> None:
        told = [one for one in person.toasts() if "names no action" in one]
        assert told == ["[keys] in config.toml names no action: review.shwo"]
        await person.press("3", "F")
        assert "v answer" in person.lines()[-1]
        await person.press("g")
        assert "v shows the answer first." in person.toasts()[-1]
        await person.press("v", "g")
        assert "2 of" in person.text(), "the first one is answered"

    drive(play)


def test_the_keys_of_every_place_are_known_to_a_fresh_program() -> None:
    ask = "import sys; from assistant.tui.actions import unknown_ids as u; print(*u(sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", ask, *sorted(known_ids()), "no.such"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["no.such"]
