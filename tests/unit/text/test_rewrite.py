"""A file that a person wrote is replaced at once, and keeps its mode and its links."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wexa_sync.text.files import TextFault
from wexa_sync.text.rewrite import rewrite


def test_a_link_and_the_mode_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "link.yaml"
    real.write_bytes(b"a")
    real.chmod(0o640)
    link.symlink_to("real.yaml")
    rewrite(link, b"a", b"b")
    assert link.is_symlink()
    assert real.read_bytes() == b"b"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "real.yaml"]


def test_what_has_changed_meanwhile_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"newer")
    with pytest.raises(TextFault, match="changed meanwhile"):
        rewrite(file, b"a", b"b")
    assert file.read_bytes() == b"newer"


def test_a_file_that_is_gone_is_reported(tmp_path: Path) -> None:
    with pytest.raises(TextFault, match="can't be written: No such file"):
        rewrite(tmp_path / "a.yaml", b"a", b"b")
