"""No text of a manifest, a prompt, a server, a file or a flag is an order to the CI system that reads the log."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.ci_logs import ORDERS, orders_in

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Done
    from tests.e2e.conftest import Wire

HOSTILE = "\n".join(re.sub("[\x1b\r\n]", " ", order) for order in ORDERS)


@pytest.fixture
def hostile(desk: Desk) -> Desk:
    """Return the desk, with orders in every text of its manifests, and in the goal and the result of its run."""
    for file in desk.folder.glob("*.yaml"):
        documents = [*yaml.safe_load_all(file.read_text("utf-8"))]
        for document in documents:
            for name in ("description", "goal"):
                if name in document["spec"]:
                    document["spec"][name] = HOSTILE
        file.write_text(yaml.safe_dump_all(documents), "utf-8")
    for prompt in (desk.folder / "prompts").iterdir():
        prompt.write_text(HOSTILE + "\n" + prompt.read_text("utf-8"), "utf-8")
    return desk


def heard(done: Done) -> str:
    """Return what a CI system reads."""
    return done.stdout + done.stderr


FORMATS: list[tuple[str, ...]] = [(), ("--format", "json"), ("--log-format", "json")]


@pytest.mark.parametrize("more", FORMATS, ids=str)
def test_in_a_plan_an_apply_and_what_runs(hostile: Desk, cli: Cli, more: tuple[str, ...]) -> None:
    env = {**hostile.remote.env, "COLUMNS": "60"}
    said = [
        cli(hostile.folder, "plan", "--details", *more, env=env),
        cli(hostile.folder, "apply", "--auto-approve", "-v", *more, env=env),
        cli(hostile.folder, "executions", "list", *more, env=env),
        cli(hostile.folder, "executions", "show", "support-desk/Execution/smoke-test", *more, env=env),
    ]
    for done in said:
        assert orders_in(heard(done)) == []
    assert "teamcity" in heard(said[0]), "it stays readable"
    if "--format" in more:
        changes = json.loads(said[0].stdout)["resource_changes"]
        assert any(change["change"]["after"].get("description") == HOSTILE for change in changes)


def test_in_the_state(hostile: Desk, cli: Cli) -> None:
    hostile.apply()
    done = cli(hostile.folder, "state", "show", "Project/support-desk", env=hostile.remote.env)
    assert orders_in(heard(done)) == []
    assert json.loads(done.stdout)["spec"]["description"] == HOSTILE


@pytest.mark.parametrize("order", ["::error::x", "##vso[task.complete]", "##[error]x", "##teamcity[x]"])
@pytest.mark.parametrize("log", ["text", "json"])
def test_in_what_a_person_typed(desk: Desk, cli: Cli, order: str, log: str) -> None:
    env = {**desk.remote.env, "WEXA_SYNC_LOG_FORMAT": log}
    for words in (
        [order],
        ["validate", order],
        ["plan", "--target", order],
        ["plan", f"--{order}"],
        ["plan", "--var", order],
        ["schema", order],
        ["apply", "--allow", order],
        ["executions", "show", order],
    ):
        done = cli(desk.folder, *words, code=None, env=env)
        assert done.code in (1, 64)
        assert orders_in(heard(done)) == []
        if log == "json":
            assert all(json.loads(line)["event"] for line in done.stderr.splitlines())


def test_in_the_names_of_files(desk: Desk, cli: Cli) -> None:
    (desk.folder / "::error::x.yaml").write_text("apiVersion: wexa.ai/v1\nkind: '##vso[task]'\n", "utf-8")
    done = cli(desk.folder, "validate", code=1)
    assert orders_in(heard(done)) == []
    assert "error::x.yaml" in done.stderr
    assert orders_in(heard(cli(desk.folder, "init", "::warning::there"))) == []


def test_in_the_words_of_a_server(desk: Desk, cli: Cli, wire: Wire) -> None:
    def refuse(_: Any) -> bytes:
        return json.dumps({"success": False, "message": HOSTILE}).encode()

    wire.lies["GET /customer"] = refuse
    for log in ("text", "json"):
        done = cli(desk.folder, "plan", "-v", "--log-format", log, code=1, env=wire.env(desk))
        assert "teamcity" in done.stderr
        assert orders_in(heard(done)) == []


def test_on_a_terminal_with_colours(hostile: Desk, cli: Cli) -> None:
    env = {"TERM": "xterm", **hostile.remote.env}
    assert orders_in(cli.on_terminal(hostile.folder, "plan", "--details", env=env).stdout) == []


def test_in_a_report_that_a_job_prints_later(hostile: Desk, cli: Cli) -> None:
    for format_ in ("text", "json"):
        cli(hostile.folder, "plan", "--format", format_, "--output", "plan.out", env=hostile.remote.env)
        assert orders_in((hostile.folder / "plan.out").read_text("utf-8")) == []
