"""More skills than the server lists at once: there is no second page, so ours are looked for one by one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Action, Choice

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

READINGS = [
    {"skill_limit": "20"},
    {"skill_limit": "counted"},
    {"skill_limit": "refused"},
    {"skill_limit": "20", "skill_name_match": "substring", "list_envelope": "bare"},
    {"skill_limit": "refused", "skill_name_match": "substring", "create_answer": "empty"},
]
SKILL = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {{name: more-{n}, project: desk}}
spec: {{name: No. {n} of many, description: D, connector_id: {{external: Mail}}}}
"""
FLOW = """---
apiVersion: wexa.ai/v1
kind: AgentFlow
metadata: {name: many, project: desk}
spec:
  name: Many
  description: D
  role: R
  agents: [{handle: a, title: A, role: R, skills: [{external: No. 24 of many}], prompt: {template: T}}]
"""
OTHER = """apiVersion: wexa.ai/v1
kind: Project
metadata: {name: other}
spec: {projectName: Other, description: One}
"""

Small = Callable[..., "Desk"]
Open = Callable[..., AbstractContextManager["Remote"]]


def declare(desk: Desk, *numbers: int) -> None:
    (desk.folder / "more.yaml").write_text("".join(SKILL.format(n=n) for n in numbers), "utf-8")


def project_of(desk: Desk) -> str:
    return next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")


def make(desk: Desk, *numbers: int) -> None:
    """Make skills, as another person would."""
    project = project_of(desk)
    listed = desk.remote.raw("GET", f"/connectors/{project}").json()
    mail = next(a["connectorID"] for group in listed for a in group["accountDetails"] if a["sourceName"] == "Mail")
    for n in numbers:
        body = {"name": f"No. {n} of many", "description": "D", "logo": "l", "connector_name": "Mail", "user_id": None}
        sent = desk.remote.raw("POST", "/skills/", {**body, "connector_id": mail, "projectID": project})
        assert sent.status_code == 200, sent.text


def names(desk: Desk) -> Counter[str]:
    """Return the names of all skills there are, asked for one by one."""
    found: dict[str, str] = {}
    for n in range(41):
        body = desk.remote.raw("GET", "/skills/", projectID=project_of(desk), name=f"No. {n} of many").json()
        items: list[Any] = body if isinstance(body, list) else body["skills"]
        found.update({item["_id"]: item["name"] for item in items})
    return Counter(found.values())


@pytest.mark.parametrize("readings", READINGS, ids=json.dumps)
def test_more_skills_than_a_list_shows_are_made_once_and_planned_on(
    small: Small, open_sandbox: Open, work: Any, failures: Any, readings: dict[str, str]
) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = small(remote, "project")
        declare(desk, *range(25))
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
        declare(desk, *range(26))
        assert work(desk.plan()) == ["create desk/Skill/more-25"]
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
        assert names(desk) == Counter(f"No. {n} of many" for n in range(26))


@pytest.mark.parametrize("readings", READINGS, ids=json.dumps)
def test_a_live_skill_out_of_sight_is_neither_made_again_nor_missed(
    small: Small, open_sandbox: Open, work: Any, failures: Any, readings: dict[str, str]
) -> None:
    with open_sandbox(readings=readings) as remote:
        desk = small(remote, "project")
        desk.apply()
        make(desk, *range(25))
        declare(desk, 23)
        assert work(desk.plan())[0].startswith("blocked desk/Skill/more-23: Skill 'No. 23 of many'")
        (desk.folder / "more.yaml").write_text(FLOW, "utf-8")
        assert failures(desk.apply()) == [], "what is named is found"
        declare(desk, 40)
        plan = desk.plan()
        make(desk, 40)
        assert "others made it since the plan" in failures(desk.apply(plan))[0]
        assert names(desk)["No. 40 of many"] == 1


def test_a_lost_answer_is_found_out_of_sight(small: Small, open_sandbox: Open, work: Any, failures: Any) -> None:
    with open_sandbox(readings={"skill_limit": "20"}) as remote:
        desk = small(remote, "project")
        declare(desk, *range(30))
        desk.apply()
        declare(desk, *range(31))
        remote.fault("drop after POST /skills/")
        assert failures(desk.apply()) == []
        assert work(desk.plan()) == []
        assert names(desk)["No. 30 of many"] == 1


def test_only_what_the_list_leaves_out_is_asked_for(small: Small, open_sandbox: Open) -> None:
    """Promise 13, where there is no second page: as many requests more as things of ours are out of sight."""
    with open_sandbox(readings={"skill_limit": "20"}) as remote:
        desk = small(remote, "project")
        asked = []
        for count in (15, 20, 25, 30):
            declare(desk, *range(count))
            desk.apply()
            remote.forget()
            desk.plan()
            asked.append(len(remote.requests))
        assert [count - asked[0] for count in asked] == [0, 0, 5, 10]


@pytest.mark.parametrize(("reading", "goes"), [("20", False), ("counted", True)])
def test_a_project_whose_skills_can_not_all_be_seen_is_not_deleted(
    small: Small, open_sandbox: Open, failures: Any, reading: str, goes: bool
) -> None:
    with open_sandbox(readings={"skill_limit": reading}) as remote:
        desk = small(remote, "project")
        declare(desk, *range(25))
        desk.apply()
        for file in desk.folder.glob("*.yaml"):
            file.unlink()
        (desk.folder / "other.yaml").write_text(OTHER, "utf-8")
        pruned = desk.plan(Choice(prune=True))
        if goes:
            assert pruned.count(Action.DELETE) == 26
            assert failures(desk.apply(pruned)) == []
        else:
            (blocked,) = [each for each in pruned.blocked if each.address.kind == "Project"]
            assert "perhaps more: the list shows 20 Skills, and leaves out others" in blocked.reason


def test_what_is_put_out_of_sight_keeps_its_project(small: Small, open_sandbox: Open, failures: Any) -> None:
    with open_sandbox(readings={"skill_limit": "counted"}) as remote:
        desk = small(remote, "project")
        declare(desk, *range(25))
        desk.apply()
        project = project_of(desk)
        for file in desk.folder.glob("*.yaml"):
            file.unlink()
        (desk.folder / "other.yaml").write_text(OTHER, "utf-8")
        pruned = desk.plan(Choice(prune=True))
        make(desk, 40)
        assert "it got perhaps a Skill that its list does not show" in "".join(failures(desk.apply(pruned)))
        assert remote.raw("GET", f"/v1/project/{project}").status_code == 200


def test_a_cap_of_an_unusual_length_shows_itself_by_what_is_recorded(small: Small, remote: Remote, work: Any) -> None:
    desk = small(remote, "project")
    declare(desk, *range(30))
    desk.apply()
    make(desk, 40)
    declare(desk, *range(30), 40)
    remote.fault("short GET /skills/ items=8 times=1")  # 23 of 31: as a cap would have it, the last ones are not shown
    remote.forget()
    assert [line.partition(":")[0] for line in work(desk.plan())] == ["blocked desk/Skill/more-40"]
    lists = [each for each in remote.requests if each["path"] == "/skills/" and "name" not in each["query"]]
    assert len(lists) == 1, "nothing is waited for"
