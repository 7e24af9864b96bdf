"""What proves an update done: an answer that shows this thing, with every field that was to change as declared."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.kinds.connection import CONNECTION
from wexa_sync.apply.checks import _unchanged
from wexa_sync.apply.checks import proven as shows_it_done
from wexa_sync.apply.context import Context
from wexa_sync.apply.task import Task
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.model import Action, Address, Change, FieldChange, Secret

AGENT = Address(project="desk", kind="Agent", name="sort", owner=("AgentFlow", "triage"))
AFTER = {"title": "Sort", "role": "new", "prompt": {"template": "New."}}
FIELDS = tuple(
    FieldChange(path=path, before="old", after=after, changed_by="repository")
    for path, after in ((("role",), "new"), (("prompt", "template"), "New."))
)
DONE = {"_id": "a1", "title": "Sort", "role": "new", "prompt": {"template": "New."}}


OF_AGENT = Change(action=Action.UPDATE, address=AGENT, id="a1", after=AFTER, fields=FIELDS)


def task_of(change: Change) -> Task:
    """Return the change's task in an apply that knows nothing else."""
    nothing = SimpleNamespace(records={}, lineage="key")
    context = SimpleNamespace(state=lambda: nothing, ids={}, externals={}, plan=nothing)
    return Task(cast("Context", context), change)


def proven(said: Any, change: Change = OF_AGENT) -> bool:
    """True when that response alone shows the update as done."""
    task = task_of(change)
    return shows_it_done(task, task.kind.call(Operation.UPDATE), said, change.names)


@pytest.mark.parametrize(
    ("agents", "so"),
    [
        ([DONE], True),
        ([{**DONE, "_id": "a2", "role": "theirs"}, DONE], True),
        ([{**DONE, "role": "old"}], False),
        ([{**DONE, "prompt": {"template": "Old."}}], False),
        ([{**DONE, "role": "old"}, {**DONE, "_id": "a2"}], False),  # another agent has it as declared
        ([{**DONE, "_id": "a2"}, {**DONE, "role": "old"}], False),
        ([{name: value for name, value in DONE.items() if name != "role"}], False),  # it shows nothing of the field
        ([{**DONE, "prompt": {}}], False),  # nor of a field inside another one
        ([{**DONE, "prompt": None}], False),
        ([{**DONE, "_id": "a2"}], False),
        ([], False),
    ],
)
def test_only_this_agent_as_declared_proves_it(agents: list[Any], so: bool) -> None:
    assert proven({"_id": "f1", "name": "Triage", "agents": agents}) is so


@pytest.mark.parametrize("said", [None, {}, [], "ok", {"message": "updated"}, {"_id": "f1"}, DONE])
def test_a_bare_success_proves_nothing(said: Any) -> None:
    assert not proven(said)


@pytest.mark.parametrize(("id", "so"), [("p1", True), ("p2", False)])
def test_an_answer_about_another_thing_proves_nothing(id: str, so: bool) -> None:
    field = FieldChange(path=("description",), before="old", after="new", changed_by="repository")
    after = {"projectName": "Desk", "description": "new"}
    change = Change(
        action=Action.UPDATE, address=Address(kind="Project", name="desk"), id="p1", after=after, fields=(field,)
    )
    assert proven({"_id": id, **after}, change) is so


@pytest.mark.parametrize("shown", [{}, {"config": "****"}, {"config": {"pin": "other"}}])
@pytest.mark.parametrize(("name", "so"), [("new", True), ("old", False)])
def test_a_write_only_field_needs_no_proof_since_no_answer_shows_it(
    monkeypatch: pytest.MonkeyPatch, shown: Any, name: str, so: bool
) -> None:
    monkeypatch.setitem(BY_NAME, "Connection", CONNECTION)
    after = {"name": "new", "config": {"pin": Secret(template="", value="2")}}
    fields = tuple(
        FieldChange(path=path, before=None, after="new", changed_by="repository")
        for path in (("name",), ("config", "pin"))
    )
    address = Address(project="desk", kind="Connection", name="c")
    change = Change(action=Action.UPDATE, address=address, id="c1", after=after, fields=fields)
    assert proven({"_id": "c1", "name": name, **shown}, change) is so
    undocumented = _unchanged(task_of(change), {"name": name}, change.names, strictly=True)
    assert undocumented == ([] if so else ["name"])
