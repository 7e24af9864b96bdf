"""A list whose total is that of the page says nothing of what stands behind: whoever needs that asks for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Remote, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Cli

CAP = 20
DESK = """\
apiVersion: wexa.ai/v1
kind: Project
metadata: {name: desk}
spec: {projectName: Desk, description: D, coworker_role: R}
"""
FLOW = """---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {{name: {name}, project: desk}}
spec: {{name: {name}, description: D, role: R, agents: []}}
"""
SCHEDULE = """---
apiVersion: wexa.ai/v1
kind: Schedule
metadata: {{name: s{n}, project: desk}}
spec: {{coworker_id: main, template: T {n}, schedule: 2035-01-02T07:00:00Z}}
"""
SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: s{n}, project: desk}}
spec: {{name: S {n}, description: D, connector_id: {{external: Mail}}}}
"""
MAIN = DESK + FLOW.format(name="main") + "".join(SCHEDULE.format(n=n) for n in range(CAP))


@pytest.fixture
def served(cli: Cli, tmp_path: Path) -> Iterator[Remote]:
    """Return a sandbox with as many managed schedules as a page has, and one by hand, of another flow, behind them."""
    with opened(readings={"schedule_total": "page", "page_cap": str(CAP)}) as remote:
        (tmp_path / "desk.yaml").write_text(MAIN + FLOW.format(name="other"), "utf-8")
        cli(tmp_path, "apply", "--auto-approve", env=remote.env)
        records = json.loads((tmp_path / ".wexa-sync" / "state.json").read_text("utf-8"))["records"]
        ids = {name: record["id"] for name, record in records.items()}
        moment = {"template": "By hand", "display_template": "", "goal": {}, "schedule": 2**31}
        body = {"coworker_id": ids["desk/AgentFlow/other"], **moment}
        remote.raw("POST", "/schedule/coworker", body, projectID=ids["Project/desk"]).raise_for_status()
        yield remote


def test_drift_names_what_unmanaged_names(cli: Cli, tmp_path: Path, served: Remote) -> None:
    def named(command: str, of: str) -> list[str]:
        shown = json.loads(cli(tmp_path, command, "--format", "json", env=served.env).stdout)
        return [each["name"] for each in shown[of]]

    assert named("drift", "unmanaged") == named("unmanaged", "items") == ["By hand"]


def test_drift_says_where_it_does_not_see_all(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "desk.yaml").write_text(DESK + "".join(SKILL.format(n=n) for n in range(CAP)), "utf-8")
    with opened(readings={"skill_limit": "counted"}) as remote:
        cli(tmp_path, "apply", "--auto-approve", env=remote.env)
        assert "Warning" not in cli(tmp_path, "drift", env=remote.env).stdout
        records = json.loads((tmp_path / ".wexa-sync" / "state.json").read_text("utf-8"))["records"]
        shown = remote.raw("GET", f"/skills/{records['desk/Skill/s0']['id']}").json()
        body = {name: value for name, value in shown.items() if name not in ("_id", "created_at", "updated_at")}
        remote.raw("POST", "/skills/", {**body, "name": "By hand"}).raise_for_status()
        said = " ".join(cli(tmp_path, "drift", env=remote.env).stdout.split())
    assert "Project/desk is not seen whole: the list shows 20 Skills, and leaves out others." in said


@pytest.mark.parametrize(
    ("limit", "code", "said"),
    [
        ("20", 0, "may not be whole: the list shows 20, where servers often cut lists, and no total"),
        ("counted", 3, "may not be whole: the list shows 20, and leaves out others"),
        ("none", 0, ""),
    ],
)
def test_an_export_says_where_it_may_not_see_all(cli: Cli, tmp_path: Path, limit: str, code: int, said: str) -> None:
    (tmp_path / "desk.yaml").write_text(DESK + "".join(SKILL.format(n=n) for n in range(CAP + 1)), "utf-8")
    with opened(readings={"skill_limit": limit}) as remote:
        cli(tmp_path, "apply", "--auto-approve", env=remote.env)
        done = cli(tmp_path, "export", "out", "--state", "none.json", env=remote.env, code=code)
        errors = " ".join(done.stderr.split())
        assert said in errors
        assert ("The list of Skills of 'Desk'" in errors) == bool(said)
        listed = cli(tmp_path, "unmanaged", "--state", ".wexa-sync/state.json", env=remote.env)
        assert ("not all can be seen: Skill of project 'Desk'" in " ".join(listed.stderr.split())) == bool(said)


def test_nothing_is_deleted_that_a_stranger_behind_the_page_refers_to(cli: Cli, tmp_path: Path, served: Remote) -> None:
    (tmp_path / "desk.yaml").write_text(MAIN, "utf-8")
    (tmp_path / "wexa-sync.yaml").write_text("allow_undocumented: [agentflow.delete]\n", "utf-8")
    plan = json.loads(cli(tmp_path, "plan", "--prune", "--format", "json", env=served.env).stdout)
    (blocked,) = plan["blocked"]
    assert blocked["address"] == "desk/AgentFlow/other"
    assert "others refer to it" in blocked["reason"]


def test_a_snapshot_holds_what_a_later_plan_may_ask_for(cli: Cli, tmp_path: Path, served: Remote) -> None:
    cli(tmp_path, "snapshot", "--out", "snapshot.json", env=served.env)
    lists = json.loads((tmp_path / "snapshot.json").read_text("utf-8"))["lists"]
    (schedules,) = (each for each in lists if each["kind"] == "Schedule")
    assert len(schedules["items"]) == CAP + 1
