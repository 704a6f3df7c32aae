"""The places of the app, one folder each: adding an area is adding a folder here.

A folder's `__init__` holds `AREA` and registers the area's own actions; it imports nothing heavy.
Its screen is imported when the area is first shown.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Area:
    """A place of the app: its name, its key, and its screen as "module:Class"."""

    id: str
    title: str
    key: str
    screen: str

    def make(self) -> "Screen[None]":
        """Return a new screen of this area."""
        module, _, name = self.screen.partition(":")
        make: Callable[[], Screen[None]] = getattr(importlib.import_module(module), name)
        return make()


@cache
def areas() -> tuple[Area, ...]:
    """Return every area there is, in the order of their keys."""
    names = (one.name for one in pkgutil.iter_modules(__path__) if one.ispkg)
    found = [importlib.import_module(f"{__name__}.{name}").AREA for name in names]
    return tuple(sorted(found, key=lambda area: area.key))
