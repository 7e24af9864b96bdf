"""Promise 13: "The number of requests of a plan depends on pages and projects, not on resources"."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Desk

SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: more-{n}, project: {p}}}
spec: {{name: More {n}, description: D, connector_id: {{external: Mail}}}}
"""
SCHEDULE = """---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {{name: more-{n}, project: {p}}}
spec: {{coworker_id: triage, template: More {n}, schedule: 2035-01-02T07:00:00Z}}
"""
FLOW = """---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {{name: more-{n}, project: {p}}}
spec: {{name: More {n}, description: D, role: R, agents: [{{handle: a, title: A, role: R, prompt: {{template: T}}}}]}}
"""
RUN = """---
apiVersion: wexa.ai/v1
kind: Execution
metadata: {{name: more-{n}, project: {p}}}
spec: {{agentflow_id: triage, goal: More {n}, input_variables: {{n: x}}}}
"""


def _asked(desk: Desk) -> list[str]:
    desk.remote.forget()
    assert desk.plan().work == ()
    return sorted(each["path"] for each in desk.remote.requests)


@pytest.mark.parametrize("more", [SKILL, SCHEDULE, FLOW, RUN], ids=["Skill", "Schedule", "AgentFlow", "Execution"])
def test_more_resources_ask_for_no_more(desk: Desk, more: str) -> None:
    file = desk.folder / "more.yaml"
    file.write_text(more.format(n=0, p="support-desk"), encoding="utf-8")
    desk.apply()
    few = _asked(desk)
    file.write_text("".join(more.format(n=n, p="support-desk") for n in range(20)), encoding="utf-8")
    desk.apply()
    assert _asked(desk) == few
