"""What a path means that a person wrote, and which are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from wexa_sync.text.files import TextFault
from wexa_sync.text.paths import expanded, to_write


def test_a_tilde_is_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert expanded("~/a/b.json") == to_write("~/a/b.json") == f"{tmp_path}/a/b.json"
    assert expanded("a/~/b") == "a/~/b"
    assert expanded("~root").startswith("/")
    (tmp_path / "~old").touch()
    assert expanded("~old") == "~old"


def test_a_home_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(TextFault, match="there is no home folder for ~nobody-of-that-name"):
        expanded("~nobody-of-that-name/x")


@pytest.mark.parametrize("text", ["$HOME/x", "a/${CI}/x", "%APPDATA%/x", "s3://a/b", "s3:/a/b", "postgres://x"])
def test_what_nobody_calls_a_file_so_is_none(text: str) -> None:
    with pytest.raises(TextFault):
        to_write(text)


@pytest.mark.parametrize("text", ["a.json", "../x/state", "a$", "50%", "C:/x", "a b/c", "$1"])
def test_an_odd_name_is_a_name(text: str) -> None:
    assert to_write(text) == text
