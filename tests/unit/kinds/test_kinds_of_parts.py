"""Two kinds of parts in one owner, made by declarations alone: one with a list of its own, one shown by the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Http
from wexa_sync.api.transport.retry import Policy
from wexa_sync.errors import Nonsense, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Address, Choice, Options, Place, Plan, Secret, Status, Target
from wexa_sync.observe.observation import observe
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

from .tables import Store, kinds_in, serving

PROJECT = "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: desk}\nspec: {projectName: Desk}\n"
TABLE = Address.parse("desk/Board/people")
EMAIL, STAGE = (Address.parse(f"{TABLE}/Lane/{name}") for name in ("email", "stage"))
FIRST, SECOND = (Address.parse(f"{TABLE}/Note/{name}") for name in ("first", "second"))
COLUMNS = {"email": "String", "stage": "Enum"}
NOTES = ("first", "second")


@pytest.fixture(params=[False])
def notes_go(request: pytest.FixtureRequest) -> bool:
    """True when the API can delete a note."""
    return bool(request.param)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes_go: bool) -> Iterator[Store]:
    for kind in kinds_in(tmp_path, notes_go=notes_go):
        monkeypatch.setitem(BY_NAME, kind.name, kind)
    with serving() as server:
        yield server


class Desk:
    """Represent a repository that declares the project and tables in it, and its workspace."""

    def __init__(self, folder: Path, store: Store) -> None:
        url = f"http://127.0.0.1:{store.server_port}"
        http = Http(base_url=url, api_key=Secret(template="", value="any"), policy=Policy(attempts=1, throttled=1))
        self.folder, self.store = folder, FileStore(folder / "state.json")
        self.workspace = Workspace(
            api=Api(http, org_id="org1"),
            store=self.store,
            target=Target(base_url=url, org_id="org1"),
            options=Options(settle=0.0),
        )
        self.write(PROJECT, "project.yaml")

    def write(self, text: str, name: str = "table.yaml") -> None:
        """Write a manifest."""
        (self.folder / name).write_text(text, "utf-8")

    def declare(self, columns: dict[str, str] | None = None, notes: tuple[str, ...] = ()) -> None:
        """Declare the table with those columns (and their types) and notes."""
        lines = ["apiVersion: wexa.ai/v1", "kind: Board", "metadata: {name: people, project: desk}"]
        lines += ["spec:", "  table_name: People", "  columns:"]
        for name, type in (columns or {}).items():
            lines.append(f"    - {{handle: {name}, column_name: {name.title()}, column_type: {type}}}")
        lines += ["  notes:", *(f"    - {{handle: {name}, text: The {name}.}}" for name in notes)]
        self.write("\n".join(line for line in lines if columns or line != "  columns:") + "\n")

    def plan(self, *, prune: bool = False, adopt: bool = True) -> Plan:
        """Plan what is declared; the project is taken over."""
        desired = engine.read(Sources(paths=(self.folder,), root=self.folder, vars={}, env={}))
        return engine.plan(desired, self.workspace, choice=Choice(prune=prune, adopt=adopt))

    def apply(self, *, prune: bool = False, adopt: bool = True) -> dict[str, Status]:
        """Plan and apply, and return what became of what was to be done."""
        return self.done(self.plan(prune=prune, adopt=adopt))

    def done(self, plan: Plan) -> dict[str, Status]:
        """Apply the plan, and return what became of what was to be done."""
        outcomes = engine.apply(plan, self.workspace).outcomes
        return {str(each.change.address): each.status for each in outcomes if each.change.action is not Action.NOOP}


@pytest.fixture
def desk(tmp_path: Path, store: Store) -> Desk:
    desk = Desk(tmp_path, store)
    desk.declare(COLUMNS, NOTES)
    assert set(desk.apply().values()) == {Status.APPLIED}
    store.asked.clear()
    return desk


def work(plan: Plan) -> list[str]:
    """Return what a plan does, keeps from doing and leaves, a word and an address each."""
    return [
        *(f"{change.action.value} {change.address}" for change in plan.work),
        *(f"blocked {each.wanted} {each.address}" for each in plan.blocked),
        *(f"orphan {address}" for address in plan.orphans),
    ]


def test_parts_of_two_kinds_are_made_with_their_owner_and_then_nothing_differs(desk: Desk, store: Store) -> None:
    ((id, table),) = store.tables.items()
    assert sorted(each["column_id"] for each in store.columns[id]) == ["email", "stage"]
    assert [note["text"] for note in table["notes"]] == ["The first.", "The second."]
    assert work(desk.plan()) == []
    records = desk.store.load().records
    assert records[EMAIL].id == "email"
    assert records[SECOND].id == table["notes"][1]["_id"]


def test_the_order_counts_where_parts_are_appended_and_nowhere_else(desk: Desk) -> None:
    edges = engine.read(Sources(paths=(desk.folder,), root=desk.folder, vars={}, env={})).depends_on
    assert edges[STAGE] == {TABLE, TABLE.project_address}
    assert edges[SECOND] == {TABLE, TABLE.project_address, FIRST}
    desk.declare(dict(reversed(COLUMNS.items())), NOTES)
    assert work(desk.plan()) == []
    desk.declare({"added": "String", **COLUMNS}, NOTES)
    assert work(desk.plan()) == [f"create {TABLE}/Lane/added"]
    desk.declare(COLUMNS, (*reversed(NOTES),))
    plan = desk.plan()
    assert work(plan) == [f"blocked reorder {TABLE}"]
    assert plan.blocked[0].reason == "its notes are live in the order first, second, and the API can't move them"
    desk.declare(COLUMNS, ("added", *NOTES))
    assert desk.plan().blocked[0].hint == "Move it to the end of spec.notes."


def test_a_part_that_drifted_is_updated(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    store.columns[id][0]["column_type"] = "Array"
    assert work(desk.plan()) == [f"update {EMAIL}"] or work(desk.plan()) == [f"update {STAGE}"]
    assert set(desk.apply().values()) == {Status.APPLIED}
    assert {each["column_type"] for each in store.columns[id]} == {"String", "Enum"}


def test_a_part_that_can_be_deleted_is_deleted_with_prune_alone(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    desk.declare({"email": "String"}, NOTES)
    assert work(desk.plan()) == [f"orphan {STAGE}"]
    assert desk.apply() == {}
    assert len(store.columns[id]) == 2
    assert desk.apply(prune=True) == {str(STAGE): Status.APPLIED}
    assert [each["column_id"] for each in store.columns[id]] == ["email"]
    assert STAGE not in desk.store.load().records


def test_a_part_that_no_call_deletes_is_blocked_with_and_without_prune(desk: Desk) -> None:
    desk.declare(COLUMNS, ("first",))
    for prune in (False, True):
        plan = desk.plan(prune=prune)
        assert work(plan) == [f"blocked delete {SECOND}"]
        assert plan.blocked[0].reason == "the API has no call to delete it"


@pytest.mark.parametrize("notes_go", [True], indirect=True)
def test_a_part_without_a_list_that_somebody_else_deleted_is_looked_up_in_its_owner(desk: Desk, store: Store) -> None:
    ((_, table),) = store.tables.items()
    desk.declare(COLUMNS, ("first",))
    plan = desk.plan(prune=True)
    del table["notes"][1]
    assert desk.done(plan) == {str(SECOND): Status.APPLIED}
    assert SECOND not in desk.store.load().records


def test_a_kind_that_nothing_lists_or_reads_ends_in_an_error_with_a_hint(desk: Desk, store: Store) -> None:
    with pytest.raises(WexaSyncError, match="no call that lists or reads a Ghost") as failure:
        desk.workspace.api.list(Kind(name="Ghost"), Ids())
    assert failure.value.hint
    assert store.asked == []


def test_parts_are_listed_for_the_owners_alone_that_need_it(desk: Desk, store: Store) -> None:
    ((id, table),) = store.tables.items()
    store.tables["theirs"], store.columns["theirs"] = {**table, "_id": "theirs", "table_name": "Theirs"}, []
    desk.write((desk.folder / "table.yaml").read_text("utf-8").partition("  columns:")[0], "table.yaml")
    desk.write(
        "apiVersion: wexa.ai/v1\nkind: Board\nmetadata: {name: bare, project: desk}\nspec: {table_name: Bare}\n",
        "bare.yaml",
    )
    desk.declare(COLUMNS, NOTES)
    assert desk.apply() == {"desk/Board/bare": Status.APPLIED}
    store.asked.clear()
    assert work(desk.plan()) == []
    assert [call for call in store.asked if call.endswith("/columns")] == [f"GET /tables/{id}/columns"]


def test_a_part_whose_response_was_lost_is_found_in_its_list(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    desk.declare({**COLUMNS, "added": "String"}, NOTES)
    store.lost = {f"POST /tables/{id}/columns"}
    assert desk.apply() == {f"{TABLE}/Lane/added": Status.APPLIED}
    assert [each["column_id"] for each in store.columns[id]].count("added") == 1
    assert work(desk.plan()) == []


@pytest.mark.parametrize("name", ["Added", "Called otherwise"])
def test_a_part_that_was_made_since_the_plan_is_not_made_twice(desk: Desk, store: Store, name: str) -> None:
    ((id, _),) = store.tables.items()
    desk.declare({**COLUMNS, "added": "String"}, NOTES)
    plan = desk.plan()
    store.columns[id].append({"column_id": "added", "column_name": name, "column_type": "String"})
    assert desk.done(plan) == {f"{TABLE}/Lane/added": Status.CONFLICT}
    assert len(store.columns[id]) == 3


def test_an_owner_takes_its_parts_along_and_no_part_that_nobody_manages(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    (desk.folder / "table.yaml").unlink()
    theirs = {"column_id": "x", "column_name": "Theirs", "column_type": "String"}
    store.columns[id].append(theirs)
    plan = desk.plan(prune=True)
    assert [each.address for each in plan.blocked if "Lane 'Theirs' of desk/Board/people" in each.reason] == [TABLE]
    store.columns[id].remove(theirs)
    plan = desk.plan(prune=True)
    assert {change.address for change in plan.work if not change.with_project} == {TABLE, EMAIL, STAGE}
    assert {change.address for change in plan.work if change.with_project} == {FIRST, SECOND}
    store.columns[id].append(theirs)
    assert desk.done(plan)[str(TABLE)] is Status.CONFLICT
    store.columns[id].remove(theirs)
    assert set(desk.apply(prune=True).values()) == {Status.APPLIED}
    assert store.tables == {}
    assert [address for address in desk.store.load().records if address.owner] == []


def test_ids_of_parts_need_to_be_unique_in_their_owner_alone(desk: Desk, store: Store) -> None:
    ((people, _),) = store.tables.items()
    text = (desk.folder / "table.yaml").read_text("utf-8")
    desk.write(text.replace("people", "teams").replace("People", "Teams").partition("  notes:")[0], "teams.yaml")
    report = engine.apply(desk.plan(), desk.workspace)
    assert [each for each in report.outcomes if each.status is not Status.APPLIED or each.warnings] == []
    assert work(desk.plan()) == []
    email = Address.parse("desk/Board/teams/Lane/email")
    engine.forget(desk.store, email)
    assert work(desk.plan(adopt=False)) == [f"blocked adopt {email}"], "another person may have chosen that id"
    (teams,) = store.tables.keys() - {people}
    (desk.folder / "teams.yaml").unlink()
    (blocked,) = desk.plan(prune=True).blocked
    assert "Lane 'Email' of desk/Board/teams" in blocked.reason
    theirs = next(each for each in store.columns[teams] if each["column_id"] == "email")
    store.columns[teams].remove(theirs)
    plan = desk.plan(prune=True)
    store.columns[teams].append(theirs)
    assert desk.done(plan)["desk/Board/teams"] is Status.CONFLICT


def test_an_owner_that_the_state_gave_up_is_found_by_its_parts(desk: Desk) -> None:
    engine.forget(desk.store, TABLE)
    (desk.folder / "table.yaml").unlink()
    assert sorted(work(desk.plan())) == sorted(f"orphan {each}" for each in (EMAIL, STAGE, FIRST, SECOND))


@pytest.mark.parametrize("notes_go", [True], indirect=True)
def test_what_is_declared_under_another_handle_of_its_owner_is_not_deleted_under_the_old_one(
    desk: Desk, store: Store
) -> None:
    ((id, table),) = store.tables.items()
    text = (desk.folder / "table.yaml").read_text("utf-8")
    engine.forget(desk.store, TABLE)
    desk.write(text.replace("name: people", "name: staff"))
    plan = desk.plan(prune=True)
    assert {change.reason for change in plan.work if change.action is Action.FORGET} == {
        f"it is declared as desk/Board/staff/{each}"
        for each in ("Lane/email", "Lane/stage", "Note/first", "Note/second")
    }
    assert {change.action for change in plan.work} == {Action.FORGET, Action.ADOPT}
    assert set(desk.done(plan).values()) == {Status.APPLIED}
    assert (len(store.columns[id]), len(table["notes"])) == (2, 2)
    assert work(desk.plan(prune=True)) == []


def test_an_owner_that_the_state_gave_up_is_not_taken_for_one_with_parts_of_the_same_ids(desk: Desk) -> None:
    text = (desk.folder / "table.yaml").read_text("utf-8")
    desk.write(text.replace("people", "teams").replace("People", "Teams").partition("  notes:")[0], "teams.yaml")
    desk.apply()
    for address in (TABLE, FIRST, SECOND):
        engine.forget(desk.store, address)
    (desk.folder / "table.yaml").unlink()
    plan = desk.plan(prune=True)
    assert work(plan) == [f"forget {EMAIL}", f"forget {STAGE}"]
    assert {change.reason for change in plan.work} == {f"{TABLE} is not managed any more"}


def test_what_only_a_list_shows_is_not_forgotten_where_its_project_was_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = BY_NAME["Board"]
    calls = {each: table.endpoints[each] for each in (Operation.CREATE, Operation.DELETE)}
    monkeypatch.setitem(BY_NAME, "Board", replace(table, endpoints=calls))
    assert work(desk.plan()) == []
    engine.forget(desk.store, TABLE.project_address)
    plan = engine.plan(engine.NOTHING, desk.workspace, choice=Choice(prune=True))
    assert {each.wanted for each in plan.blocked} == {"forget"}
    assert {each.address for each in plan.blocked} == {TABLE, EMAIL, STAGE, FIRST, SECOND}


def test_what_is_live_in_an_owner_and_not_managed_is_data(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    store.columns[id].append({"column_id": "x", "column_name": "Theirs", "column_type": "String"})
    desired = engine.read(Sources(paths=(desk.folder,), root=desk.folder, vars={}, env={}))
    seen = observe(desired, desk.store.load(), desk.workspace.api, desk.workspace.target, desk.workspace.options)
    (live,) = seen.unmanaged[Place("desk", "Lane", ("Board", "people"))]
    assert (live.id, dict(live.spec)) == ("x", {"column_name": "Theirs", "column_type": "String"})


def test_a_list_of_parts_that_can_not_be_true_is_not_planned_on(desk: Desk, store: Store) -> None:
    ((id, _),) = store.tables.items()
    store.columns[id].append(dict(store.columns[id][0]))
    with pytest.raises(Nonsense, match="is listed twice"):
        desk.plan()


_CASES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no list": lambda table: table.update(notes="none"),
    "an id twice": lambda table: table["notes"].append(table["notes"][0]),
}


@pytest.mark.parametrize("case", _CASES)
def test_parts_in_a_response_that_can_not_be_true_are_not_planned_on(desk: Desk, store: Store, case: str) -> None:
    _CASES[case](next(iter(store.tables.values())))
    with pytest.raises(Nonsense, match=r"Note|notes"):
        desk.plan()
