"""Where the person was, kept between two starts: area, filters, cursor, theme."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from db.durable import replacing

_LARGEST = 100_000


class SessionState:
    """A small dictionary per place, in one file; a file that is no use is begun anew."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._values: dict[str, dict[str, Any]] = {}
        try:
            if file.stat().st_size <= _LARGEST:
                loaded = json.loads(file.read_text(encoding="utf-8"))
                if isinstance(loaded, dict):
                    self._values = {k: v for k, v in loaded.items() if isinstance(v, dict)}
        except (OSError, ValueError):
            pass

    @property
    def is_new(self) -> bool:
        """Nothing was ever kept here."""
        return not self._values

    def get(self, place: str, name: str, default: Any) -> Any:
        """Return what was kept, if it is of the default's type."""
        value = self._values.get(place, {}).get(name, default)
        return value if default is None or type(value) is type(default) else default

    def put(self, place: str, **values: Any) -> None:
        """Remember values of a place; `save` writes them."""
        self._values.setdefault(place, {}).update(values)

    def save(self) -> None:
        """Write the file whole or not at all; one that cannot be written is forgotten."""
        with suppress(OSError), replacing(self._file, 0o600) as out:
            json.dump(self._values, out)
