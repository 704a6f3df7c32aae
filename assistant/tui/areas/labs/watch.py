"""Noticing that the file of a lab was saved."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skills_lab.frame.watching import SavedFile


class SaveWatch:
    """Looks at one file at a time; it is asked again and again."""

    def __init__(self) -> None:
        self.lab = ""
        """The lab whose file is watched, "" where none is."""
        self._saved: SavedFile | None = None

    def begin(self, lab: str, file: Path) -> None:
        """Watch a file; what is in it now is not news."""
        from skills_lab.frame.watching import SavedFile

        self.lab, self._saved = lab, SavedFile(file)
        self._saved.take()

    def end(self) -> None:
        """Watch nothing."""
        self.lab, self._saved = "", None

    def was_saved(self) -> bool:
        """Tell whether the file has settled on something new, once for each time."""
        if self._saved is None or not self._saved.saved():
            return False
        self._saved.take()
        return True
