"""What is no ordinary file is refused at once: opening a pipe would wait for who writes to it, perhaps for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wexa_sync.load import load
from wexa_sync.text_file import TextFault, read_text
from wexa_sync.variables import Variables


def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(TextFault, match="no ordinary file"):
        read_text(tmp_path / "pipe.yaml")
    documents, (problem,) = load([tmp_path], root=tmp_path, variables=Variables())
    assert documents == ()
    assert "no ordinary file" in problem.message


def test_links_are_followed_and_no_file_is_read_twice(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "one.yaml").write_text("a: 1\n", encoding="utf-8")
    (tmp_path / "again.yaml").symlink_to(inside / "one.yaml")
    (tmp_path / "folder").symlink_to(inside)
    (inside / "round").symlink_to(tmp_path)
    (tmp_path / "itself").symlink_to(tmp_path / "itself")
    documents, problems = load([tmp_path], root=tmp_path, variables=Variables())
    assert [document.data for document in documents] == [{"a": 1}]
    assert problems == ()
