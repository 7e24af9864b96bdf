"""What the disk is told to keep: the contents first, then the name."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from wexa_sync.state.disk import replace_file


def test_a_file_in_the_place_of_another_outlives_a_loss_of_power(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    flush, rename = os.fsync, Path.replace

    def flushed(fd: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file")
        flush(fd)

    def renamed(file: Path, to: Path) -> Path:
        done.append("name")
        return rename(file, to)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "replace", renamed)
    replace_file(tmp_path / "state.json", b"{}")
    assert done == ["file", "name", "folder"]
