"""Promise 13: "The number of requests of a plan depends on pages, projects, and managed tables and connectors".

Tables have a list of their columns, and connectors one of their triggers. No other resource adds a request.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.conftest import opened
from wexa_sync.kinds import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Cli, Desk

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
TABLE = """---
apiVersion: wexa.ai/v1
kind: Table
metadata: {{name: more-{n}, project: {p}}}
spec: {{table_name: More {n}, columns: [{columns}]}}
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


def test_a_managed_table_asks_for_its_columns_and_nothing_else_does(desk: Desk) -> None:
    # Neither columns nor rows add a request, nor tables that are not managed here.
    desk.apply()
    without = _asked(desk)
    columns = ", ".join(f"{{column_id: c{n}, column_name: C{n}, column_type: String}}" for n in range(20))
    text = "".join(TABLE.format(n=n, p="support-desk", columns=columns) for n in range(3))
    (desk.folder / "more.yaml").write_text(text, encoding="utf-8")
    desk.apply()
    ids = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    project, managed = ids["Project/support-desk"], [ids[f"support-desk/Table/more-{n}"] for n in range(3)]
    theirs = {"projectID": project, "table_name": "Theirs"}
    desk.remote.raw("POST", "/create/table", theirs, projectID=project).raise_for_status()
    desk.remote.raw("POST", f"/storage/{project}/{managed[0]}", [{}] * 60).raise_for_status()
    more = [f"/storage/{project}", *(f"/column/storage/{project}/{table}" for table in managed)]
    assert Counter(_asked(desk)) == Counter([*without, *more])


def test_two_hundred_flows_ask_as_ten_do_but_for_pages(desk: Desk) -> None:
    # The list of flows comes by the hundred, with a total that says where it ends.
    asked = {}
    for count in (10, 200):
        flows = [FLOW.format(n=n, p="support-desk") for n in range(count - 1)]  # and the desk's own
        (desk.folder / "more.yaml").write_text("".join(flows), encoding="utf-8")
        desk.apply()
        asked[count] = _asked(desk)
    assert Counter(asked[200]) - Counter(asked[10]) == Counter({"/agentflows": 1})
    assert Counter(asked[10]) - Counter(asked[200]) == Counter()


def test_no_plan_reads_anything_one_by_one(desk: Desk) -> None:
    desk.apply()
    ids = {record.id for record in desk.workspace.store.load().records.values()}
    project = next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")
    listings = [kind.listing.endpoint.path for kind in KINDS if kind.listing is not None]
    lists = {path.format(project=project, owner=id) for path in listings for id in ids}
    singles = [path for path in _asked(desk) if path not in lists and set(path.split("/")) & ids]
    assert singles == []


def test_an_apply_looks_up_once_what_many_refer_to(desk: Desk) -> None:
    # The project is new, so no plan could know its connectors.
    skills = [SKILL.format(n=n, p="support-desk") for n in range(20)]
    (desk.folder / "more.yaml").write_text("".join(skills), encoding="utf-8")
    outcomes = desk.apply()
    assert {outcome.status.value for outcome in outcomes} == {"applied"}
    lookups = [each["path"] for each in desk.remote.requests if each["path"].startswith("/connectors/")]
    assert len(lookups) <= 2  # Mail, and Content creator where it was asked for before the first answer


PROJECT = """---
apiVersion: wexa.ai/v1
kind: Project
metadata: {{name: {p}}}
spec: {{projectName: {p}, description: D, coworker_role: R}}
"""


@pytest.mark.parametrize(
    ("readings", "pages"),
    [({}, 1), ({"schedule_total": "page"}, 1), ({"flow_total": "none", "schedule_total": "none"}, 2)],
    ids=["totals", "totals of pages", "no totals"],
)
def test_a_plan_of_what_is_unchanged_asks_for_one_page_of_each_list(
    cli: Cli, tmp_path: Path, readings: dict[str, str], pages: int
) -> None:
    """Ten might be a server's cap rather than the end of a list. What is recorded has come, so nobody has to know."""
    things = "".join(each.format(n=n, p="desk") for each in (FLOW, SCHEDULE, SKILL) for n in range(10))
    text = f"{PROJECT.format(p='desk')}{things.replace('coworker_id: triage', 'coworker_id: more-0')}"
    (tmp_path / "desk.yaml").write_text(text, encoding="utf-8")
    with opened(readings=readings) as remote:
        assert cli(tmp_path, "apply", "--auto-approve", env=remote.env).code == 0
        asked = {}
        for words in ("plan", "plan --no-cache"):
            remote.forget()
            assert cli(tmp_path, *words.split(), env=remote.env).last == "No changes."
            asked[words] = Counter(each["path"].split("/")[1] for each in remote.requests)
    others = {"customer": 1, "v1": 1, "skills": 1}
    assert asked["plan"] == {**others, "agentflows": 1, "schedules": 1}  # the state knows which connector a skill has
    assert asked["plan --no-cache"] == {**others, "agentflows": pages, "schedules": pages, "connectors": 1}
