"""The tests that docs/testing.md shows pass, as they stand there: one after another, and several at the same time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_example
from tests.tool import tool

if TYPE_CHECKING:
    from tests.conftest import Cli

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"


@pytest.mark.parametrize("at_once", [(), ("-n", "2")], ids=["in a row", "at the same time"])
def test_the_tests_of_the_page_pass(cli: Cli, tmp_path: Path, at_once: tuple[str, ...]) -> None:
    programs = re.findall(r"^```python\n(# (\S+)\n.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    for body, name in programs:
        (tmp_path / name).write_text(body, "utf-8")
    copy_example("support-desk", tmp_path / "desk")
    before = {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()}
    with tool(tmp_path / "bin" / "wexa-sync"):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *at_once],
            cwd=tmp_path,
            env={**cli.env, "PATH": f"{tmp_path / 'bin'}:{cli.env['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    count = sum(body.count("\ndef test_") for body, _ in programs)
    assert f"{count} passed" in done.stdout
    assert {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()} == before
