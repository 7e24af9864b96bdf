"""The tutorials work: each runs in one shell, from top to bottom, with real git and the sandbox as a process."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from tests.docs.test_examples_in_pages import FENCE, matches
from tests.events import free_port
from tests.forks import PATIENCE
from tests.tool import tool

ROOT = Path(__file__).parents[2]


def test_the_tutorial_works(tmp_path: Path) -> None:
    assert re.search(r"not the plan that was\s+reviewed", followed("tutorial.md", tmp_path))


def test_the_tutorial_of_a_workspace_made_by_hand_works(tmp_path: Path) -> None:
    said = followed("adopt.md", tmp_path)
    assert "Traceback" not in said


def followed(page: str, tmp_path: Path) -> str:
    """Follow the steps of a tutorial behind the installation. Check what they print, and return what they say."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8").replace("8787", str(free_port()))
    steps = text[text.index("\n## 2. ") : text.index("\n## 9. ")]
    blocks = [(fence[1], fence[2]) for fence in FENCE.finditer(steps)]
    assert {kind for kind, _ in blocks} == {"sh", "text"}
    commands = [(body, blocks[at + 1 : at + 2]) for at, (kind, body) in enumerate(blocks) if kind == "sh"]

    script = "".join(f"{body}echo '(next)'\n" for body, _ in commands)
    # A tutorial that ends early leaves no server behind.
    with tool(tmp_path / "bin" / "wexa-sync"):
        done = subprocess.run(
            ["bash", "-c", f"set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n{script}"],
            env=surroundings(tmp_path),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = done.stdout.split("(next)\n")[:-1]
    assert len(printed) == len(commands)
    for said, (body, behind) in zip(printed, commands, strict=True):
        expected = behind[0][1] if behind and behind[0][0] == "text" else ""
        assert matches(expected, said), f"{body}\nprints\n{said}"
    return done.stderr


def surroundings(folder: Path) -> dict[str, Any]:
    """Return the variables of a terminal in which wexa-sync is installed, with nothing else of this machine."""
    return {
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONUTF8": "1",
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "STUDIO": str(ROOT / "examples" / "adopt" / "studio.py"),
    }
