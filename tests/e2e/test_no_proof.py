"""Answers of success that prove nothing, since nothing was done: by a proxy, say. What was sent is looked for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk, Remote
    from wexa_sync.model import Outcome, Plan


@pytest.mark.parametrize("answer", ["empty", "echo"])
def test_an_agent_that_no_answer_shows_is_not_taken_for_made(
    desk: Desk, failures: Callable[[tuple[Outcome, ...]], list[str]], work: Callable[[Plan], list[str]], answer: str
) -> None:
    fault = f"{answer} before POST /agentflow/*/skilled"
    desk.remote.raw("POST", "/_sandbox/faults", {"fault": fault}).raise_for_status()
    quick = replace(desk, settle=0.1)
    ended = failures(quick.apply())
    assert ended[0].startswith("support-desk/AgentFlow/triage/Agent/classify: unknown")
    assert all(": skipped" in line for line in ended[1:])
    assert failures(quick.apply()) == []
    assert work(quick.plan()) == []


def test_a_start_that_no_answer_confirms_is_not_taken_for_done(
    desk: Desk, cli: Cli, open_sandbox: Callable[..., AbstractContextManager[Remote]]
) -> None:
    (desk.folder / "wexa-sync.yaml").write_text("start_grace: 0.1\nsettle: 0.1\n", encoding="utf-8")
    fault = "empty before POST /execute_flow/*/execute"
    with open_sandbox(readings={"execution_start": "explicit"}, faults=[fault]) as remote:
        applied = cli(desk.folder, "apply", "--auto-approve", code=3, env=remote.env)
        assert "the answer does not say that it starts" in " ".join(applied.stdout.split())
        planned = cli(desk.folder, "plan", env=remote.env)
        assert "its start was sent before and the response was lost" in " ".join(planned.stdout.split())
