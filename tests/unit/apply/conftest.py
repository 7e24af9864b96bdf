"""A small desk: the least that has a project, a skill, a flow with an agent, and a run of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Desk, Remote

PROJECT = """apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk, description: One}
"""
SKILL = """apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: sum}
spec: {name: Sum, description: One, connector_id: {external: Mail}}
"""
FLOW = """apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: flow}
spec:
  name: Flow
  description: One
  role: Helper
  agents:
    - {handle: sort, title: Sort, role: One, skills: [sum], prompt: {template: Sort it.}}
"""
SCHEDULE = """apiVersion: wexa.ai/v1
kind: Schedule
metadata: {name: digest}
spec: {coworker_id: flow, template: Digest, schedule: 2035-01-02T07:00:00Z}
"""
RUN = """apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: run}
spec:
  agentflow_id: flow
  goal: Do it.
"""
FILES = {"project": PROJECT, "skill": SKILL, "flow": FLOW, "schedule": SCHEDULE, "run": RUN}


@pytest.fixture
def manifests() -> dict[str, str]:
    """The small desk's manifests by kind."""
    return dict(FILES)


@pytest.fixture
def small(desk: Desk, tmp_path: Path) -> Callable[..., Desk]:
    """Makes a desk of those manifests, applied but for what `without` names: that is declared, and not applied yet."""

    def make(remote: Remote, *names: str, without: str = "") -> Desk:
        made = replace(desk, folder=tmp_path / "small", remote=remote)
        made.folder.mkdir()
        for name in names or FILES:
            (made.folder / f"{name}.yaml").write_text(FILES[name], "utf-8")
        if without:
            (made.folder / f"{without}.yaml").unlink()
            made.apply()
            (made.folder / f"{without}.yaml").write_text(FILES[without], "utf-8")
            remote.forget()
        return made

    return make
