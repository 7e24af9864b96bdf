"""Promise 10: "Imports point one way". The syntax trees are test_architecture.py's; here is what is loaded."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

HEAVY = (
    "requests",
    "jsonschema",
    "deepdiff",
    "fastapi",
    "uvicorn",
    "rich",
    "yaml",
    "wexa_sync.engine",
    "wexa_sync.cli.habits",
)


def _loaded(code: str, **where: Any) -> set[str]:
    program = f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=True, **where
    )
    return set(done.stderr.split())


def _run(*words: str) -> str:
    code = f"import sys\nsys.argv = ['wexa-sync', *{words}]\nfrom wexa_sync.cli import main\n"
    return code + "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["plan", "--help"], ["apply", "--help"]], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    loaded = _loaded(_run(*words))
    assert "wexa_sync.cli" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize(
    "module",
    ["manifests.validate", "manifests.link", "plan.make", "compare.changes", "render.text.plan", "state"],
)
def test_a_pure_step_loads_no_client_and_no_command_line(module: str) -> None:
    loaded = _loaded(f"import wexa_sync.{module}")
    assert (
        loaded & {"requests", "click", "fastapi", "wexa_sync.api.transport.http", "wexa_sync.cli", "wexa_sync.engine"}
        == set()
    )


def test_a_plan_of_nothing_to_do_loads_only_what_it_needs(desk: Desk) -> None:
    desk.apply()
    loaded = _loaded(_run("plan"), cwd=desk.folder, env=desk.remote.env)
    assert "wexa_sync.engine" in loaded
    assert loaded & {"jsonschema", "deepdiff", "rich", "fastapi", "wexa_sync.apply", "wexa_sync.render.json"} == set()


def test_a_plan_loads_rich_for_colours_alone(desk: Desk) -> None:
    assert "rich" not in _loaded(_run("plan"), cwd=desk.folder, env=desk.remote.env)


def test_a_plan_that_the_state_vouches_for_loads_nothing_that_reads_or_compares_manifests(desk: Desk) -> None:
    desk.apply()
    _loaded(_run("apply", "--auto-approve"), cwd=desk.folder, env=desk.remote.env)  # a command vouches
    loaded = _loaded(_run("plan"), cwd=desk.folder, env=desk.remote.env)
    assert "wexa_sync.observe.vouched" in loaded
    manifests = {f"wexa_sync.manifests.{each}" for each in ("yaml", "nodes", "load", "validate", "link")}
    rest = {"wexa_sync.plan.make", "wexa_sync.plan.origins", "wexa_sync.observe.observation", "wexa_sync.engine.steps"}
    libraries = {"jsonschema", "deepdiff", "rich", "yaml", "requests", "http.cookiejar", "subprocess"}
    assert loaded & {*libraries, *manifests, *rest} == set()


def test_a_check_of_manifests_loads_neither_client_nor_plan_nor_state(desk: Desk) -> None:
    loaded = _loaded(_run("validate"), cwd=desk.folder)
    assert "wexa_sync.engine.reading" in loaded
    rooms = {f"wexa_sync.{each}" for each in ("api.client", "observe", "plan", "repair", "state", "cli.signals")}
    libraries = {"requests", "jsonschema", "rich", "http.client", "http.cookiejar", "concurrent.futures", "logging"}
    assert loaded & (rooms | libraries | {"signal", "csv", "hashlib"}) == set()
