"""Environment variables that nothing reads are warned of; their values are never shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("WEXA_SYNC_PARALELISM", "WEXA_SYNC_PARALLELISM"),
        ("WEXA_SYNC_AUTO_APPROVE", "WEXA_SYNC_APPLY_AUTO_APPROVE"),
        ("WEXA_SYNC_API_KEY", "WEXA_API_KEY"),
        ("WEXA_SYNC_STATE_LIST_FORMT", "WEXA_SYNC_STATE_LIST_FORMAT"),
        ("WEXA_APIKEY", "WEXA_API_KEY"),
        ("WEXA_ORG", "WEXA_ORG_ID"),
    ],
)
def test_a_misspelt_variable(here: Here, name: str, meant: str) -> None:
    (here.path / "m.yaml").write_text(PROJECT, encoding="utf-8")
    env: dict[str, Any] = {name: "hush-hush"}
    out, said = here.run("validate", **env)
    assert out == "Valid: 1 resource.\n"
    assert said.startswith(f"Warning: the environment variable {name} is read by no flag.")
    assert f"Did you mean {meant}?" in said or meant.startswith("WEXA_SYNC_STATE")
    assert "hush" not in said
    (line,) = here.run("validate", "--log-format", "json", **env)[1].splitlines()
    assert json.loads(line)["event"] == "warning"


def test_what_something_reads_is_not_warned_of(here: Here) -> None:
    (here.path / "m.yaml").write_text(PROJECT, encoding="utf-8")
    known: dict[str, Any] = {
        "WEXA_SYNC_PARALLELISM": "3",
        "WEXA_SYNC_APPLY_AUTO_APPROVE": "1",
        "WEXA_SYNC_DESTROY_AUTO_APPROVE": "1",
        "WEXA_SYNC_VAR_FILE": "",
        "WEXA_SYNC_EXECUTIONS_WAIT_TIMEOUT": "3",
        "WEXA_SYNC_PACKAGE": "x",
        "WEXA_SYNC_DEBUG": "1",
        "WEXA_API_KEY": "k",
        "WEXA_ORG_ID": "670000000000000000000001",
        "WEXA_ORG": "set beside the right one",
    }
    assert here.run("validate", **known)[1] == ""
