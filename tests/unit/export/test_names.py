"""Test that a handle is one, whatever the name, and that equal names get different handles, the older the shorter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.export.names import addresses, key_of, slug
from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds.agentflow import AGENTFLOW
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import HANDLE, Address, Record
from wexa_sync.observe.replay import Notes
from wexa_sync.state.base import State

DESK = Thing(kind=PROJECT, id="p", project="p", project_name="Desk", spec={}, raw={"projectName": "Desk"})


def flow(id: str, name: str, at: float | None = None) -> Thing:  # the field's name
    """Return a flow of that name."""
    raw = {"name": name}
    return Thing(kind=AGENTFLOW, id=id, project="p", project_name="Desk", spec=raw, raw=raw, created_at=at)


def handles(*flows: Thing, state: State = State()) -> list[str]:  # noqa: B008  # it is frozen
    """Return the handles of these flows, in their order."""
    survey = Survey(
        user_id="u", org_id="o", now=0.0, projects={"p": "Desk"}, things=(DESK, *flows), unread=(), notes=Notes()
    )
    found = addresses(survey, state)
    return [found[key_of(each)].name for each in flows]


@given(st.text(max_size=300))
def test_a_slug_is_a_handle_or_nothing(name: str) -> None:
    made = slug(name)
    assert made == "" or (HANDLE.fullmatch(made) and len(made) <= 63)


def test_names_become_what_a_person_would_write() -> None:
    assert slug("  Ticket triage (v2) ") == "ticket-triage-v2"
    assert slug("Réception Über") == "reception-uber"
    assert slug("日本語 ---") == ""


def test_equal_names_are_numbered_by_age_then_by_id() -> None:
    assert handles(flow("c", "A", 3.0), flow("b", "a!", 1.0), flow("a", "A", 3.0)) == ["a-3", "a", "a-2"]
    assert handles(flow("b", "日本"), flow("a", "")) == ["agentflow-2", "agentflow-1"]
    assert [len(each) for each in handles(flow("a", "x" * 200), flow("b", "x" * 200))] == [63, 63]
    assert handles(flow("a", "run 0123456789ab")) == ["run-0123456789ab-2"], "kept for runs that a command starts"


def test_what_is_recorded_keeps_its_address_and_gives_nobody_else_its_handle() -> None:
    desk = Address(kind="Project", name="our-desk")
    known = Address(project="our-desk", kind="AgentFlow", name="b")
    gone = Address(project="our-desk", kind="AgentFlow", name="c")
    records = {a: Record(address=a, id=id, spec={}) for a, id in ((desk, "p"), (known, "1"), (gone, "9"))}
    state = State(records=records)
    assert handles(flow("1", "A"), flow("2", "B"), flow("3", "C"), state=state) == ["b", "b-2", "c-2"]
