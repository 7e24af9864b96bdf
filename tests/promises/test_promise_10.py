"""Promise 10: "Imports point one way". The syntax trees are test_architecture.py's; here is what is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("requests", "jsonschema", "deepdiff", "fastapi", "uvicorn", "rich", "yaml", "wexa_sync.engine")


def _loaded(code: str) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plan", "--help"], ["apply", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = f"import sys\nsys.argv = ['wexa-sync', *{words}]\nfrom wexa_sync.cli import main\n"
    loaded = _loaded(code + "try:\n    main()\nexcept SystemExit:\n    pass")
    assert "wexa_sync.cli" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize("module", ["validate", "link", "plan", "diff", "render.text", "state"])
def test_a_pure_step_loads_no_client_and_no_command_line(module: str) -> None:
    loaded = _loaded(f"import wexa_sync.{module}")
    assert loaded & {"requests", "click", "fastapi", "wexa_sync.api.http", "wexa_sync.cli", "wexa_sync.engine"} == set()
