"""Objects in lists over a real server: each edit is applied once, and what others put into an item stays in it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Desk, failures_of, opened, work_of
from wexa_sync.model import Address, Outcome, Plan, Status
from wexa_sync.plan import file as planfile

if TYPE_CHECKING:
    from tests.conftest import Remote

Open = Callable[..., AbstractContextManager["Remote"]]
Work = Callable[[Plan], list[str]]
Failures = Callable[[tuple[Outcome, ...]], list[str]]
FLOW, SORT = Address.parse("desk/AgentFlow/flow"), Address.parse("desk/AgentFlow/flow/Agent/sort")
DIGEST = Address.parse("desk/Schedule/digest")
MAIL = {"name": "mail", "event": "received"}
THEIRS = {"_id": "t1", "is_active": False}
SPEC = {"name": "Flow", "description": "One", "role": "R"}


def write(folder: Path, *documents: Any) -> None:
    """Write a project, and what else there is, as JSON: that is YAML as well."""
    project = manifest("Project", "desk", {"projectName": "Desk"})
    texts = [json.dumps(document) for document in (project, *documents)]
    (folder / "desk.yaml").write_text("\n---\n".join(texts), "utf-8")


def manifest(kind: str, name: str, spec: Any, **lifecycle: Any) -> Any:
    """Return a manifest as data."""
    metadata = {"name": name, **({"lifecycle": lifecycle} if lifecycle else {})}
    return {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": metadata, "spec": spec}


def flow_of(agent: Any, **lifecycle: Any) -> Any:
    """Return a flow with one agent."""
    whole = {"handle": "sort", "title": "Sort", "role": "Sorts", "prompt": {"template": "Sort."}, **agent}
    return manifest("AgentFlow", "flow", {**SPEC, "agents": [whole]}, **lifecycle)


def ids(desk: Desk) -> dict[Address, str]:
    """Return the ids in the state."""
    return {address: record.id for address, record in desk.workspace.store.load().records.items()}


def agent_in(desk: Desk) -> Any:
    """Return the agent as it is live."""
    return desk.remote.raw("GET", f"/agentflow/{ids(desk)[FLOW]}").json()["agents"][0]


def by_hand(desk: Desk, **fields: Any) -> None:
    """Change the agent, as another person would in Wexa Studio."""
    live = agent_in(desk)
    not_taken = ("_id", "agent_type", "conditions", "pre_and_post_execution_input")
    body = {name: value for name, value in live.items() if name not in not_taken} | {"skills": []} | fields
    known = ids(desk)
    answer = desk.remote.raw(
        "POST",
        f"/agentflow/{known[FLOW]}/update/skilled/{known[SORT]}",
        body,
        projectID=known[Address.parse("Project/desk")],
    )
    assert answer.status_code == 200, answer.text


@pytest.fixture
def there(tmp_path: Path, remote: Remote) -> Desk:
    """Return an applied desk with an agent whose one trigger another person has paused since."""
    folder = tmp_path / "there"
    folder.mkdir()
    desk = Desk(folder, remote)
    write(folder, flow_of({"triggers": [{**MAIL, "goal": "Answer."}]}))
    desk.apply()
    by_hand(desk, triggers=[{**MAIL, "goal": "Answer.", **THEIRS}])
    assert work_of(desk.plan()) == [], "what others add to an item is theirs"
    return desk


@pytest.mark.parametrize(
    "item", [{**MAIL, "goal": "Answer.", "filter": {"from": "all"}}, MAIL, {**MAIL, "goal": None}, {**MAIL, "goal": 1}]
)
def test_an_edit_of_an_item_is_applied_and_keeps_what_others_put_there(there: Desk, item: Any) -> None:
    write(there.folder, flow_of({"triggers": [item]}))
    assert work_of(there.plan()) == [f"update {SORT}"]
    assert failures_of(there.apply()) == []
    assert agent_in(there)["triggers"] == [{**item, **THEIRS}]
    assert work_of(there.plan()) == []


def test_an_unrelated_edit_leaves_the_items_alone(there: Desk) -> None:
    write(there.folder, flow_of({"title": "Sorter", "triggers": [{**MAIL, "goal": "Answer."}]}))
    (change,) = there.plan().work
    assert [field.path for field in change.fields] == [("title",)]
    assert failures_of(there.apply()) == []
    assert agent_in(there)["triggers"] == [{**MAIL, "goal": "Answer.", **THEIRS}]


def test_what_somebody_takes_out_of_an_item_is_put_back(there: Desk) -> None:
    by_hand(there, triggers=[{**MAIL, **THEIRS}])
    (change,) = there.plan().work
    assert [(field.path, field.after) for field in change.fields] == [(("triggers", 0, "goal"), "Answer.")]
    assert failures_of(there.apply()) == []
    assert agent_in(there)["triggers"] == [{**MAIL, "goal": "Answer.", **THEIRS}]


def test_an_empty_list_takes_all_out_and_what_was_never_declared_stays(there: Desk) -> None:
    by_hand(there, context=[{"note": "by hand"}])
    write(there.folder, flow_of({"triggers": []}))
    assert failures_of(there.apply()) == []
    assert (agent_in(there)["triggers"], agent_in(there)["context"]) == ([], [{"note": "by hand"}])
    assert work_of(there.plan()) == []


def test_what_is_ignored_is_no_conflict_stays_null_and_is_not_recorded(there: Desk, tmp_path: Path) -> None:
    ignore = ["agents.role_description", "agents.memory"]
    mine = {"title": "Sorter", "role_description": "Ours", "memory": {"memory_type": "st"}}
    by_hand(there, memory={"memory_type": "lt"}, role_description="Theirs")
    write(there.folder, flow_of({"triggers": [{**MAIL, "goal": "Answer."}], **mine}, ignore_changes=ignore))
    planfile.save(there.plan(), tmp_path / "plan.json")
    by_hand(there, role_description="Theirs, later")
    saved = planfile.read(tmp_path / "plan.json", lambda _template: "")
    assert [outcome.error for outcome in there.apply(saved) if outcome.status is not Status.APPLIED] == []
    live = agent_in(there)
    assert (live["title"], live["role_description"]) == ("Sorter", "Theirs, later")
    recorded = there.workspace.store.load().records[SORT].spec
    assert "memory" not in recorded, "never applied"
    assert recorded.get("role_description") == "Sorts", "as it was applied at first, which followed from the role"
    assert work_of(there.plan()) == []


def test_an_update_over_what_reads_do_not_show_says_so_and_sends_what_is_declared(
    tmp_path: Path, open_sandbox: Open
) -> None:
    with open_sandbox(readings={"agent_echo": "no"}) as remote:
        desk = Desk(tmp_path, remote)
        write(tmp_path, flow_of({"memory": {"memory_type": "mine"}}))
        desk.apply()
        write(tmp_path, flow_of({"title": "Sorter", "memory": {"memory_type": "mine"}}))
        (change,) = desk.plan().work
        shown = {field.path: (field.before, field.after) for field in change.fields}
        assert shown == {("title",): ("Sort", "Sorter"), ("is_user_specific_task",): (None, False)}
        assert "reads don't show is_user_specific_task" in change.reason
        assert failures_of(desk.apply()) == []
        assert work_of(desk.plan()) == []


def test_what_followed_from_a_field_and_is_changed_by_hand_is_put_back(tmp_path: Path, remote: Remote) -> None:
    desk = Desk(tmp_path, remote)
    timed = {"coworker_id": "flow", "template": "Digest", "schedule": "2035-01-02T07:00:00Z"}
    write(tmp_path, flow_of({}), manifest("Schedule", "digest", timed))
    desk.apply()
    path = f"/schedule/coworker/{ids(desk)[DIGEST]}"
    goal = desk.remote.raw("GET", path).json()["goal"]
    project = ids(desk)[Address.parse("Project/desk")]
    desk.remote.raw("PATCH", path, {"goal": {**goal, "template": "By hand"}}, projectID=project).raise_for_status()
    (change,) = desk.plan().work
    assert [(field.path, field.changed_by) for field in change.fields] == [(("goal", "template"), "live")]
    assert failures_of(desk.apply()) == []
    assert desk.remote.raw("GET", path).json()["goal"] == goal
    assert work_of(desk.plan()) == []


LEAVES = st.sampled_from([None, True, 1, 0, False, "", " a ", "b", 1.5])
ITEMS = st.lists(
    LEAVES | st.dictionaries(st.sampled_from(["name", "x", "y"]), LEAVES | st.lists(LEAVES, max_size=2), max_size=3),
    max_size=3,
)
AGENTS = st.fixed_dictionaries(
    {"prompt": st.fixed_dictionaries({"template": st.just("Sort. \n")}, optional={"variables": ITEMS})},
    optional={"triggers": ITEMS, "context": ITEMS, "role_description": st.sampled_from(["", " more "])},
)
LOSSY = {"texts": "trimmed", "empty_texts": "null", "inner_nulls": "dropped", "editor_forms": "null"}


@pytest.mark.parametrize("readings", [{}, LOSSY], ids=["as sent", "lossy"])
def test_free_json_is_applied_once_whatever_the_server_makes_of_it(tmp_path: Path, readings: dict[str, str]) -> None:
    with opened(readings=readings) as remote:
        desk = Desk(tmp_path, remote)

        @settings(max_examples=8)
        @given(AGENTS)
        def applied(agent: Any) -> None:
            write(tmp_path, flow_of(agent))
            assert failures_of(desk.apply()) == []
            assert work_of(desk.plan()) == []

        applied()
