"""Garbage is collected in pauses, what was put aside as well, and not while things are made."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from assistant.tui.tidying import Tidying


class Ring:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.disable()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)
    gc.enable()


def test_garbage_that_was_put_aside_goes_in_a_pause() -> None:
    tidying = Tidying()
    ring = weakref.ref(Ring())
    tidying.put_aside()
    gc.collect()
    assert ring() is not None
    for _ in range(4):
        tidying.look()
    assert ring() is None
    assert gc.get_freeze_count() > 0


def test_nothing_is_collected_while_things_are_made() -> None:
    tidying = Tidying()
    ring = weakref.ref(Ring())
    tidying.put_aside()
    for _ in range(10):
        gc.collect(1)  # as it happens by itself where many objects are made
        tidying.look()
    assert ring() is not None


def test_one_pause_is_used_once() -> None:
    tidying = Tidying()
    for _ in range(4):
        tidying.look()
    ring = weakref.ref(Ring())
    for _ in range(10):
        tidying.look()
    assert ring() is not None
