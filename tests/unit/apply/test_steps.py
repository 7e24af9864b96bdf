"""What an apply believes of a response and of a list, each rule by itself: the steps of a change, driven by hand."""

from __future__ import annotations

from collections.abc import Generator
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.paging import Found
from wexa_sync.api.transport.http import Keep, as_it_is
from wexa_sync.apply.checks import not_ours, still_listed
from wexa_sync.apply.context import Context
from wexa_sync.apply.create import create
from wexa_sync.apply.delete import delete
from wexa_sync.apply.find import find_created
from wexa_sync.apply.listed import Listed
from wexa_sync.apply.run import run
from wexa_sync.apply.steps import Http, Write
from wexa_sync.apply.task import Task
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.times import CLOCK_SKEW
from wexa_sync.model import Action, Address, Change, Intent, Options, Plan, Record, Ref, Status, Target
from wexa_sync.state.base import Intend, Remember, State

TARGET = Target(base_url="http://127.0.0.1", org_id="org")
PROJECT = Address(kind="Project", name="desk")
FLOW, SKILL, OTHER, RUN = (
    Address(project="desk", kind=kind, name=name)
    for kind, name in (("AgentFlow", "flow"), ("Skill", "sum"), ("Skill", "other"), ("Execution", "run"))
)
SORT = Address(project="desk", kind="Agent", name="sort", owner=("AgentFlow", "flow"))
NOW = 1_800_000_000.0


class Wire:
    """Represent an Http that gives the same body for a path each time, and notes what was sent."""

    ahead = 0.0

    def __init__(self, **bodies: Any) -> None:
        self.bodies, self.sent = bodies, list[str]()

    def request(self, method: str, path: str, *, keep: Keep = as_it_is, **_more: Any) -> Any:
        """Answer as `Http` does."""
        self.sent.append(f"{method} {path}")
        _, first, *rest = path.split("/")
        name = {"skills": "skill" if any(rest) else "skills", "agentflow": "flow", "execute_flow": "run"}[first]
        if path.endswith("/skilled"):
            name = "added"
        return SimpleNamespace(body=keep(self.bodies[name]), attempts=1)


def task(wire: Wire, change: Change, *entries: Any) -> Task:
    """Return the change's task in an apply of it alone, with that state, and no patience."""
    state = State(target=TARGET, lineage="key").after(*entries)
    plan = Plan(target=TARGET, lineage="key", serial=0, changes=(change,), ids={PROJECT: "p", FLOW: "f"})
    context = Context(
        api=Api(wire, org_id="org", user_id="user"),  # type: ignore[arg-type]
        plan=plan,
        key="key",
        options=Options(settle=0.0, grace=0.0),
        report=lambda _change, _word: None,
        state=lambda: state,
        ids=dict(plan.ids),
        clock=lambda: NOW,
    )
    return Task(context, change)


def driven(work: Generator[Any, Any, Any]) -> tuple[Any, list[Any]]:
    """Run the work, and return its result and the entries that it wrote on the way."""
    written: list[Any] = []
    value: Any = None
    while True:
        try:
            step = work.send(value)
        except StopIteration as stop:
            return stop.value, written
        written += step.entries if isinstance(step, Write) else ()
        value = step.function() if isinstance(step, Http) else None


def making(address: Address = SKILL, **spec: Any) -> Change:
    """Return the change that creates the resource."""
    said = {"name": "Sum", "description": "One", "connector_id": Ref(kind="Connector", id="c"), **spec}
    return Change(action=Action.CREATE, address=address, after=said)


def listed(*items: dict[str, Any]) -> dict[str, Any]:
    """Return a list of skills as the server shows it."""
    return {"skills": list(items), "total_count": len(items)}


def shown(id: str, **more: Any) -> dict[str, Any]:  # the field's name
    """Return a skill as the server shows it."""
    return {"_id": id, "name": "Sum", "description": "One", "connector_id": "c", "projectID": "p", **more}


@pytest.mark.parametrize(
    ("made", "found"), [(NOW - 3600, ()), (NOW - CLOCK_SKEW - 1, ()), (NOW - CLOCK_SKEW + 1, ("s",)), (NOW, ("s",))]
)
def test_a_lost_create_made_nothing_that_is_older_than_it(made: float, found: tuple[str, ...]) -> None:
    wire = Wire(skills=listed(shown("s", created_at=made)))
    assert driven(find_created(task(wire, making()), NOW))[0] == found


def test_a_lost_create_is_found_among_strangers_and_known_ids() -> None:
    theirs, known, ours = shown("t", name="Theirs"), shown("k"), shown("s")
    wire, record = Wire(skills=listed(theirs, known, ours)), Record(address=OTHER, id="k", spec={})
    assert driven(find_created(task(wire, making(), Remember(record)), NOW))[0] == ("s",)
    assert driven(find_created(task(wire, making()), NOW))[0] == (), "two of them: nobody can tell"


@pytest.mark.parametrize(
    ("id", "answer", "fault"),
    [
        ("new", {}, ""),
        ("ours", {}, ""),
        ("other", {}, "which was there before"),
        ("f", {}, "which was there before"),
        ("stranger", {}, "which was there before"),
        ("new", {"projectID": "q"}, "of another project"),
        ("new", {"projectID": "p"}, ""),
    ],
)
def test_an_answer_that_names_what_was_there_before_is_about_something_else(
    id: str, answer: dict[str, Any], fault: str
) -> None:
    records = [
        Remember(Record(address=SKILL, id="ours", spec={})),
        Remember(Record(address=OTHER, id="other", spec={})),
    ]
    there = task(Wire(), making(), *records)
    found = Found(items=[shown("stranger", name="Theirs")])
    there.context.lists["Skill", Ids(project="p")] = Listed(BY_NAME["Skill"], found, "key")
    said = not_ours(there, answer, (id,))
    assert (fault in said) if fault else (said == "")


def test_an_id_that_became_known_in_this_apply_is_somebody_elses() -> None:
    there = task(Wire(), making())
    assert not_ours(there, {}, ("new",)) == ""
    there.context.learn(OTHER, "new")
    assert "was there before" in not_ours(there, {}, ("new",))


@pytest.mark.parametrize(("items", "still"), [([shown("s")], True), ([shown("t")], False), ([], False)])
def test_what_a_list_shows_is_not_gone(items: list[dict[str, Any]], still: bool) -> None:
    change = replace(making(), action=Action.DELETE, id="s")
    assert driven(still_listed(task(Wire(skills=listed(*items)), change)))[0] is still
    gone = Wire(skills=listed({**shown("s"), "is_deleted": True}))
    assert driven(still_listed(task(gone, change)))[0] is False


@pytest.mark.parametrize(("items", "status"), [([shown("s")], Status.FAILED), ([shown("t")], Status.APPLIED)])
def test_what_is_said_to_be_gone_and_is_listed_is_not_forgotten(items: list[dict[str, Any]], status: Status) -> None:
    change = replace(making(), action=Action.DELETE, id="s")
    wire = Wire(skill={**shown("s"), "is_deleted": True}, skills=listed(*items))
    outcome, written = driven(delete(task(wire, change)))
    assert (outcome.status, bool(written)) == (status, status is Status.APPLIED)


@pytest.mark.parametrize("body", [None, {}, {"message": "done"}, {"_id": "f", "agents": []}, {"_id": "f"}])
def test_a_bare_success_is_no_proof_of_an_agent(body: Any) -> None:
    change = making(SORT, title="Sort", role="One", prompt={"template": "Sort."})
    outcome, written = driven(create(task(Wire(added=body, flow={"_id": "f", "agents": []}), change)))
    assert (outcome.status, outcome.id) == (Status.UNKNOWN, None)
    assert [type(entry) for entry in written] == [Intend]


def test_a_run_whose_start_is_open_keeps_its_intent_and_its_record() -> None:
    spec = {"agentflow_id": Ref(kind="AgentFlow", address=FLOW), "goal": "Do it.", "start": "explicit"}
    intent = Intent(address=RUN, operation="start", time=NOW, spec={}, fingerprint="", id="r")
    record = Record(address=RUN, id="r", spec={}, started=False)
    change = Change(action=Action.RUN, address=RUN, after=spec, id="r", resume=True)
    wire = Wire(run={"_id": "r", "status": "ready", "projectID": "p"})
    outcome, written = driven(run(task(wire, change, Remember(record), Intend(intent))))
    assert outcome.status is Status.UNKNOWN
    assert "resolve" in outcome.hint
    assert written == []
    assert {sent.split()[0] for sent in wire.sent} == {"GET"}
