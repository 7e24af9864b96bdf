"""What no record knows of a survey: which things are shown, which are left out and why, and what a person reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile import TEXTS
from wexa_sync.export.survey import Survey, Thing, Unread
from wexa_sync.export.unmanaged import Unrecorded, counted, unrecorded, viewed
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Record
from wexa_sync.observe.replay import Notes
from wexa_sync.render import VIEW_RENDERERS
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.views import viewed_lines
from wexa_sync.state.base import State

GOLDEN = Path(__file__).with_name("unmanaged.txt")
ONE, TWO = "6b0c00000000000000000001", "6b0c00000000000000000002"
NOW = 0x6B0C0000 + 3 * 86_400.0
NOTHING = State()
PROJECTS = {ONE: "Support desk", TWO: "Returns"}


def thing(kind: str, id: str, name: str = "", *, project: str = ONE, owner: str = "", **more: Any) -> Thing:
    """Return a live thing whose response has these fields, and the references of `more` too."""
    declared = BY_NAME[kind]
    raw = {"_id": id, declared.display: name or id, **more.pop("raw", {})}
    given = {"project": project, "project_name": PROJECTS[project], "owner": owner, "spec": {}, **more}
    return Thing(kind=declared, id=id, raw=raw, **given)


def surveyed(*things: Thing, unread: tuple[Unread, ...] = ()) -> Survey:
    """Return a survey of two projects that found these."""
    return Survey(
        user_id="u",
        org_id="o",
        now=NOW,
        projects=PROJECTS,
        things=things,
        unread=unread,
        notes=Notes(),
    )


def state(**ids: str) -> State:
    """Return a state with a record for each address; `__` stands for a slash."""
    addresses = {Address.parse(name.replace("__", "/").replace("_", "-")): id for name, id in ids.items()}
    return State(records={address: Record(address=address, id=id, spec={}) for address, id in addresses.items()})


def found(
    *things: Thing, state: State = NOTHING, ignore: tuple[str, ...] = (), unread: tuple[Unread, ...] = ()
) -> Unrecorded:
    """Return what the state does not know of these things."""
    return unrecorded(surveyed(*things, unread=unread), state, ignore=ignore, presumed=frozenset({"Mail"}))


def ids(result: Unrecorded) -> list[str]:
    """Return the ids of what is shown."""
    return [each.thing.id for each in result.strangers]


def test_what_a_record_has_by_any_spelling_of_its_id_is_known() -> None:
    connector = thing("Connector", "c1", aliases=("c2",))
    skills = (thing("Skill", "s1"), thing("Skill", "s2"))
    assert ids(found(connector, *skills, state=state(desk__Connector__line="c2", desk__Skill__a="s1"))) == ["s2"]


def test_the_same_id_of_another_kind_is_another_thing() -> None:
    assert ids(found(thing("Skill", "x1"), state=state(desk__Schedule__a="x1"))) == ["x1"]


def test_parts_show_with_their_owner_where_that_is_managed_and_not_by_themselves() -> None:
    flows = (thing("AgentFlow", "f1"), thing("AgentFlow", "f2"))
    agents = (thing("Agent", "a1", owner="f1"), thing("Agent", "a2", owner="f2"), thing("Agent", "a3", owner="f1"))
    known = state(desk__AgentFlow__triage="f1", desk__AgentFlow__triage__Agent__sort="a1")
    result = found(*flows, *agents, state=known)
    assert ids(result) == ["f2", "a3"]
    assert [each.owner for each in result.strangers] == [None, "desk/AgentFlow/triage"]
    assert viewed(result).rows[1].cells[1] == "a3 in AgentFlow/triage"


def test_parts_of_two_owners_may_have_one_id() -> None:
    tables = (thing("Table", "t1"), thing("Table", "t2"))
    columns = (thing("Column", "state", owner="t1"), thing("Column", "state", owner="t2"))
    known = state(desk__Table__one="t1", desk__Table__two="t2", desk__Table__one__Column__state="state")
    result = found(*tables, *columns, state=known)
    assert [each.thing.owner for each in result.strangers] == ["t2"]


def test_a_hired_flow_is_known_by_its_hire() -> None:
    assert ids(found(thing("AgentFlow", "f1"), state=state(desk__MarketplaceHire__writer="f1"))) == []


def test_what_the_platform_makes_by_itself_never_shows() -> None:
    mail, line = thing("Connector", "c1", "Mail"), thing("Connector", "c2", "Line")
    made = {"connector_id": "c2", "connector_name": "Line"}
    skills = (thing("Skill", "s1", "Line - Start a chat", raw=made), thing("Skill", "s2", "Other", raw=made))
    assert ids(found(mail, line, *skills, thing("DashboardComponent", "d1"))) == ["c2", "s2"]


@pytest.mark.parametrize(
    ("pattern", "left"),
    [
        ("Skill/*", ["c1"]),
        ("Skill/Old*", ["s2", "c1"]),
        ("Skill/old*", ["s1", "s2", "c1"]),
        ("Skill/s2", ["s1", "c1"]),
        ("*/Old?idea [x] / (1)", ["s2", "c1"]),
        ("*/*", []),
        ("Skill/Old", ["s1", "s2", "c1"]),
    ],
)
def test_a_pattern_leaves_out_by_kind_and_name_or_id(pattern: str, left: list[str]) -> None:
    things = (thing("Skill", "s1", "Old idea [x] / (1)"), thing("Skill", "s2", "New\nidea"), thing("Connector", "c1"))
    result = found(*things, ignore=(pattern,))
    assert ids(result) == left
    assert result.ignored == 3 - len(left)
    assert result.notes == ()


def test_a_pattern_of_a_kind_that_there_is_not_is_named() -> None:
    (note,) = found(ignore=("Skil/*", "Sk*/a", "*/b")).notes
    assert note == "unmanaged_ignore: 'Skil/*': there is no kind 'Skil'. Did you mean 'Skill'?"


def test_a_list_that_could_not_be_read_is_named() -> None:
    unread = Unread(kind="Schedule", project=ONE, project_name="Support desk", why="403 Forbidden")
    assert found(unread=(unread,)).notes == ("not all can be seen: Schedule of project 'Support desk': 403 Forbidden",)
    assert counted(found(unread=(unread,))) == "Nothing that can be seen is unmanaged."


def test_it_is_counted_in_words() -> None:
    things = (thing("Skill", "s1"), thing("Skill", "s2"), thing("AgentFlow", "f1"))
    assert counted(found(*things)) == "3 unmanaged: 2 Skill, 1 AgentFlow."
    assert counted(found(*things, ignore=("Skill/*",))) == "1 unmanaged: 1 AgentFlow. 2 left out by unmanaged_ignore."
    assert counted(found()) == "Nothing is unmanaged."


def test_the_age_is_that_of_the_response_or_of_the_id() -> None:
    things = (
        thing("Schedule", TWO, created_at=NOW - 7200),
        thing("Skill", ONE),
        thing("Skill", "ffffffff0000000000000000"),
        thing("Skill", "000000010000000000000000"),
        thing("Skill", "a-uuid"),
    )
    assert [row.cells[2] for row in viewed(found(*things)).rows] == ["2 hours", "3 days", "", "", ""]


def sample(*names: str) -> Unrecorded:
    """Return a skill of each name, used by an agent that is managed and by a flow's schedule that is not."""
    from wexa_sync.model import Ref

    skills = [thing("Skill", f"6b0c{number:020x}", name) for number, name in enumerate(names)]
    uses = {"skills": [Ref(kind="Skill", id=each.id) for each in skills]}
    users = (
        thing("AgentFlow", "f1", "Triage"),
        thing("Agent", "a1", "Sort", owner="f1", spec=uses),
        thing("AgentFlow", TWO, "Returns of\x1b[31m all", project=TWO),
        thing("Agent", "a2", "Check", owner=TWO, project=TWO, spec=uses),
    )
    known = state(desk__AgentFlow__triage="f1", desk__AgentFlow__triage__Agent__sort="a1")
    return found(*skills, *users, state=known)


def test_a_person_reads_a_table_for_each_project(request: pytest.FixtureRequest) -> None:
    text = VIEW_RENDERERS["table"](Layout())(viewed(sample("Summarise", "Summarise", "name " * 40, TEXTS[10])))
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8"), "see the difference, or run with --update-golden"


def test_many_rows_fit_and_hidden_characters_are_escaped() -> None:
    result = sample(*TEXTS, *(f"Skill {number}" for number in range(500)))
    lines = VIEW_RENDERERS["table"](Layout(width=80))(viewed(result)).splitlines()
    from rich.cells import cell_len

    assert max(map(cell_len, lines)) <= 80
    assert len(lines) == 500 + len(TEXTS) + 1 + 2 * 2 + 1  # each a line; two headings a project, and a gap
    assert all(line.isprintable() for line in lines)
    assert all(line.replace("\t", "").isprintable() for line in viewed_lines(viewed(result)).splitlines())


def test_a_program_reads_who_refers_to_it() -> None:
    (item, *_) = json.loads(VIEW_RENDERERS["json"](Layout())(viewed(sample("Summarise"))))["items"]
    assert item == {
        "id": "6b0c00000000000000000000",
        "name": "Summarise",
        "project": "Support desk",
        "owner": None,
        "address": None,
        "value": {
            "kind": "Skill",
            "created_at": "2026-11-29T10:35:44Z",
            "used_by": [
                {"kind": "Agent", "id": "a1", "name": "Sort", "address": "desk/AgentFlow/triage/Agent/sort"},
                {"kind": "Agent", "id": "a2", "name": "Check", "address": None},
            ],
        },
    }
