"""Files that are whole or not there."""

import stat
from pathlib import Path

import pytest

from db.durable import replacing, sync


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("old")
    with replacing(file, 0o600) as out:
        out.write("new\n")
        assert file.read_text() == "old", "nobody sees half of it"
    sync(file)
    sync(tmp_path)
    assert file.read_bytes() == b"new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_what_fails_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        _write(file, "ne\ud800")
    assert file.read_text() == "old"
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        _write(folder, "a folder is not replaced")
    assert sorted(tmp_path.iterdir()) == [folder, file]


def _write(path: Path, text: str) -> None:
    with replacing(path) as out:
        out.write(text)
