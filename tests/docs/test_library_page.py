"""The programs of docs/library.md, run as they stand there: what they print is what the page shows."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wexa_sync import engine

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NO_CLICK = "\nimport sys\nassert 'click' not in sys.modules\n"


def printed(program: str, folder: Path, env: dict[str, str]) -> str:
    """Return what a program prints, run in a process of its own that has not loaded the command line."""
    command = [sys.executable, "-c", program + NO_CLICK]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_programs_print_what_the_page_shows(desk: Desk, cli: Cli, request: pytest.FixtureRequest) -> None:
    text, folder = PAGE.read_text(encoding="utf-8"), desk.folder.parent
    happened, program = text, ""
    for kind, body in FENCE.findall(text):
        if kind == "yaml":
            (folder / body.partition("\n")[0].removeprefix("# ")).write_text(body, encoding="utf-8")
        elif kind == "python":
            program = body
        else:
            assert kind == "text"
            shown = f"{program}```\n\n```text\n"
            assert shown in happened, "a program stands right above what it prints"
            happened = happened.replace(
                f"{shown}{body}", shown + printed(program, folder, {**cli.env, **desk.remote.env})
            )
    if happened != text and request.config.getoption("--update-golden"):
        PAGE.write_text(happened, encoding="utf-8")
        text = happened
    assert happened == text


def test_the_first_program_applies_in_ten_lines() -> None:
    program = FENCE.findall(PAGE.read_text(encoding="utf-8"))[0][1]
    lines = [line for line in program.splitlines() if line and not re.match(r"(from|import) ", line)]
    assert len(lines) <= 10


def test_the_page_names_every_step() -> None:
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`[^`\n]+`", PAGE.read_text(encoding="utf-8")))))
    assert set(engine.__all__) <= named
