"""`--target` takes what is not there yet along, and nothing else; `--exclude` drops what can't be without it."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.manifests.link import link
from wexa_sync.model import Address, Live, Manifest, Observation, Pair, Record, Ref, Source, Target
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan

FLOW = "desk/AgentFlow/triage"
AGENTS = [f"{FLOW}/Agent/a{number}" for number in range(4)]
SPECS: dict[str, dict[str, Any]] = {
    "Project/desk": {"projectName": "Desk", "description": "one", "coworker_role": "helper"},
    "desk/Skill/old": {"name": "Old", "description": "one", "connector_id": Ref(kind="Connector", id="c")},
    "desk/Skill/sum": {"name": "Sum", "description": "one", "connector_id": Ref(kind="Connector", id="c")},
    FLOW: {"name": "Triage", "description": "one", "role": "one"},
    **{
        name: {"title": name[-2:], "role": "one", "prompt": {"template": "one"}, "skills": [_skill]}
        for name, _skill in zip(
            AGENTS,
            [Ref(kind="Skill", address=Address.parse(f"desk/Skill/{skill}")) for skill in ("old", "old", "sum", "old")],
            strict=True,
        )
    },
    "desk/Schedule/spring": {
        "coworker_id": Ref(kind="AgentFlow", address=Address.parse(FLOW)),
        "template": "one",
        "schedule": "2035-06-01T07:00:00Z",
    },
    "desk/Execution/check": {"agentflow_id": Ref(kind="AgentFlow", address=Address.parse(FLOW)), "goal": "one"},
}
EDITS: dict[str, dict[str, Any]] = {
    "Agent": {"role": "two"},
    "Project": {"description": "two"},
    "Schedule": {"template": "2"},
}
"""What is edited of what is there, by kind: the API has no call for the others."""


def planned(*, new: set[str], targets: tuple[str, ...] = (), excludes: tuple[str, ...] = ()) -> list[str]:
    """Return what is planned: `new` is declared and not live; all else is live, and edited where the API allows it."""
    manifests = {
        Address.parse(name): Manifest(
            address=Address.parse(name),
            spec={**spec, **({} if name in new else EDITS.get(Address.parse(name).kind, {}))},
            source=Source(file="m.yaml"),
            position=AGENTS.index(name) if name in AGENTS else 0,
        )
        for name, spec in SPECS.items()
    }
    there = {address for address in manifests if str(address) not in new}
    desired, problems = link(manifests.values())
    assert not problems
    observation = Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={
            address: Pair(
                address=address,
                manifest=manifest,
                live=Live(id=str(address), fields=SPECS[str(address)], position=manifest.position),
                record=Record(address=address, id=str(address), spec=SPECS[str(address)]),
            )
            if address in there
            else Pair(address=address, manifest=manifest)
            for address, manifest in manifests.items()
        },
        depends_on=desired.depends_on,
        ids={address: str(address) for address in there},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=2_000_000_000.0,
    )
    plan = make_plan(
        observation,
        Rules(),
        targets=tuple(map(Address.parse, targets)),
        excludes=tuple(map(Address.parse, excludes)),
    )
    blocked = [f"blocked {each.address}" for each in plan.blocked]
    return sorted([f"{change.action.value} {change.address}" for change in plan.work] + blocked)


@pytest.mark.parametrize("target", [*AGENTS, "Project/desk", "desk/Schedule/spring"])
def test_a_target_that_is_there_comes_alone(target: str) -> None:
    assert planned(new={"desk/Execution/check"}, targets=(target,)) == [f"update {target}"]


def test_a_new_agent_brings_along_what_is_not_there_and_no_other_change() -> None:
    new = {AGENTS[2], AGENTS[3], "desk/Skill/sum", "desk/Execution/check"}
    assert planned(new=new, targets=(AGENTS[3],)) == [
        f"create {AGENTS[2]}",
        f"create {AGENTS[3]}",
        "create desk/Skill/sum",
    ]


def test_a_flow_comes_with_its_agents() -> None:
    assert planned(new={"desk/Execution/check"}, targets=(FLOW,)) == [f"update {agent}" for agent in AGENTS]


def test_a_new_project_comes_with_whatever_is_in_it_and_targeted() -> None:
    found = planned(new={*SPECS}, targets=("desk/Skill/sum",))
    assert found == ["create Project/desk", "create desk/Skill/sum"]


def test_a_target_is_blocked_where_its_place_is_taken_though_what_took_it_is_left_out() -> None:
    assert planned(new={AGENTS[0], "desk/Execution/check"}, targets=(AGENTS[0],)) == [f"blocked {AGENTS[0]}"]


def test_a_run_comes_with_the_changes_of_all_that_it_uses() -> None:
    found = planned(new={"desk/Execution/check"}, targets=("desk/Execution/check",))
    assert found == ["run desk/Execution/check", "update Project/desk", *(f"update {agent}" for agent in AGENTS)]


@pytest.mark.parametrize("agent", AGENTS)
def test_excluding_a_change_of_what_is_there_drops_that_one_and_the_run_that_uses_it(agent: str) -> None:
    new = {"desk/Execution/check"}
    assert planned(new=new, excludes=(agent,)) == [
        each for each in planned(new=new) if each not in (f"update {agent}", "run desk/Execution/check")
    ]


def test_excluding_what_is_new_drops_what_cannot_be_without_it() -> None:
    new = {AGENTS[2], AGENTS[3], "desk/Skill/sum", "desk/Execution/check"}
    left = ["update Project/desk", f"update {AGENTS[0]}", f"update {AGENTS[1]}"]
    assert planned(new=new, excludes=("desk/Skill/sum",)) == left
    assert planned(new=new, excludes=(AGENTS[2],)) == ["create desk/Skill/sum", *left]
    assert planned(new=new, excludes=(AGENTS[3],)) == [f"create {AGENTS[2]}", "create desk/Skill/sum", *left]


def test_excluding_what_is_not_there_of_what_is_keeps_the_agents_behind_it() -> None:
    found = planned(new={AGENTS[1], "desk/Execution/check"}, excludes=(AGENTS[1],))
    assert [each for each in found if "Agent/" in each] == [f"update {AGENTS[at]}" for at in (0, 2, 3)]


def test_excluding_a_flow_drops_its_agents_and_nothing_that_is_there_beside() -> None:
    assert planned(new=set(), excludes=(FLOW,)) == ["update Project/desk", "update desk/Schedule/spring"]


def test_excluding_a_new_project_leaves_nothing() -> None:
    assert planned(new={*SPECS}, excludes=("Project/desk",)) == []
