"""Flags that every command has, and the environment variables that stand for flags."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from wexa_sync.cli import COMMANDS
from wexa_sync.cli import cli as commands
from wexa_sync.cli.flags import Flag

if TYPE_CHECKING:
    from tests.conftest import Cli

EXAMPLE = Path(__file__).parents[2] / "examples" / "minimal"
EVERYWHERE = ("--env", "--base-url", "--state", "--no-color", "--verbose", "--log-format", "--sandbox")
OFFLINE = ("init", "schema", "completion", "sandbox", "version", "ci")


def leaves() -> Iterator[tuple[str, click.Command]]:
    """Yield each command that a person can run, with its full name."""
    context = click.Context(commands)
    for name in COMMANDS:
        command = commands.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {sub}", found) for sub, found in command.commands.items())
        else:
            yield name, command


@pytest.mark.parametrize(("name", "command"), [pytest.param(n, c, id=n) for n, c in leaves()])
def test_every_command_that_has_a_workspace_takes_the_same_flags(name: str, command: click.Command) -> None:
    flags = {flag for parameter in command.params if isinstance(parameter, Flag) for flag in parameter.opts}
    if name.partition(" ")[0] not in OFFLINE:
        assert set(EVERYWHERE) <= flags
    unnamed = [p for p in command.params if isinstance(p, click.Option) and not isinstance(p, Flag)]
    assert [option.name for option in unnamed] == []


def test_no_two_flags_of_a_command_share_a_variable() -> None:
    for name, command in leaves():
        context = click.Context(command, info_name=name, auto_envvar_prefix="WEXA_SYNC_X")
        names = [found for option in command.params if isinstance(option, Flag) for found in option.variables(context)]
        assert len(names) == len(set(names)), name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "minimal"))


def test_variables_stand_for_flags(folder: Path, cli: Cli) -> None:
    variables = {"WEXA_SYNC_APPLY_AUTO_APPROVE": "1", "WEXA_SYNC_APPLY_FORMAT": "json"}
    assert json.loads(cli(folder, "apply", env={"WEXA_SYNC_SANDBOX": "1", **variables}).stdout)
    again = cli(folder, "plan", env={"WEXA_SYNC_PLAN_SANDBOX": "1", "WEXA_SYNC_STATE": "elsewhere.json"})
    assert "1 blocked" in again.stdout, "another state file owns nothing of what is live"


def test_consent_to_one_command_is_not_consent_to_another(folder: Path, cli: Cli) -> None:
    variables = {"WEXA_SYNC_AUTO_APPROVE": "1", "WEXA_SYNC_PLAN_AUTO_APPROVE": "1"}
    assert "--auto-approve" in cli(folder, "apply", "--sandbox", code=64, env=variables).stderr


def test_the_log_is_one_json_object_a_line(folder: Path, cli: Cli) -> None:
    made = cli(folder, "apply", "--sandbox", "--auto-approve", "-v", "--log-format", "json")
    events = [json.loads(line) for line in made.stderr.splitlines()]
    assert {"request", "change"} == {event["event"] for event in events}
    changes = [event for event in events if event["event"] == "change" and event["status"] == "applied"]
    assert changes[-1]["done"] == changes[-1]["total"] == len(changes)
    assert all(event["status"] in (200, 201) for event in events if event["event"] == "request")


def test_an_error_is_a_json_object_too(folder: Path, cli: Cli) -> None:
    (folder / "bad.yaml").write_text("kind: Projec\n", encoding="utf-8")
    failed = cli(folder, "validate", "--log-format", "json", code=1)
    (error,) = [json.loads(line) for line in failed.stderr.splitlines()]
    assert error["event"] == "error"
    assert error["problems"][0].startswith("bad.yaml:1:")
    assert "hint" in error


@pytest.mark.parametrize(
    "name", ["WEXA_SYNC_TIMEOUT", "WEXA_SYNC_PLAN_TIMEOUT", "WEXA_SYNC_PLAN_OUT", "WEXA_SYNC_LOG_FORMAT"]
)
def test_an_error_names_the_variable_that_the_value_came_from(folder: Path, cli: Cli, name: str) -> None:
    wrong = cli(folder, "plan", code=64, env={name: "no/such"})
    assert f"Invalid value for '{name}': " in wrong.stderr
    typed = cli(folder, "plan", "--timeout", "x", code=64, env={"WEXA_SYNC_TIMEOUT": "5"})
    assert "Invalid value for '--timeout': " in typed.stderr
