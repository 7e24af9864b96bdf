"""A run that fails at an agent without skills says so plainly."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conftest import Desk, failures_of
from tests.e2e.test_commanded_runs import MANIFESTS

if TYPE_CHECKING:
    from tests.conftest import Remote

Open = Callable[..., AbstractContextManager["Remote"]]
RUN = """---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: first}
spec: {agentflow_id: triage, goal: Sort it., wait: true}
"""


def test_a_run_that_fails_for_want_of_skills_is_reported_with_the_servers_words(
    tmp_path: Path, open_sandbox: Open
) -> None:
    (tmp_path / "desk.yaml").write_text(MANIFESTS + RUN, "utf-8")
    with open_sandbox(readings={"agent_without_skills": "fails"}) as remote:
        desk = Desk(folder=tmp_path, remote=remote)
        plan = desk.plan()
        assert "no skills" in " ".join(plan.warnings)
        (failed,) = failures_of(desk.apply(plan))
        assert failed.startswith("desk/Execution/first: failed ")
        assert failed.endswith("No skills found for the agent")
