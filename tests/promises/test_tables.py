"""Tables: no value is lost unasked, no trigger is wiped, no storage is made twice, and a column stays who it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.chaos.world import things
from tests.conftest import Desk, copy_example, failures_of, work_of
from wexa_sync.model import Action, Choice

if TYPE_CHECKING:
    from tests.conftest import Remote

TITLE, PLACES = (f"recruiting/Table/openings/Column/{name}" for name in ("title", "places"))
TRIGGER = {"goal": "audit new row", "event": "row_created", "trigger_type": "coworker"}
RENAME = frozenset({"table.rename"})


@pytest.fixture
def tables(tmp_path: Path, open_sandbox: Callable[..., Any]) -> Iterator[Callable[..., Desk]]:
    """Make a desk that declares tables, on a sandbox with some readings."""
    with ExitStack() as stack:

        def make(**readings: str) -> Desk:
            remote = stack.enter_context(open_sandbox(readings=readings, data=tmp_path / "sandbox.db"))
            return Desk(copy_example("tables", tmp_path / "desk"), remote)

        yield make


def edit(desk: Desk, old: str, new: str) -> None:
    """Replace a text in the manifest of the openings."""
    file = desk.folder / "openings.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def at_openings(desk: Desk) -> tuple[str, str]:
    """Return the live ids of the project and of the table of openings."""
    ids = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    return ids["Project/recruiting"], ids["recruiting/Table/openings"]


def live(remote: Remote, table: str) -> dict[str, Any]:
    """Return a table as the server has it."""
    found: dict[str, Any] = remote.raw("GET", f"/table/view/{table}").json()
    return found


def test_a_table_is_made_with_its_columns_in_the_order_of_the_manifest(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    project, _ = at_openings(desk)
    shown = {each["table_name"]: each["columns"] for each in desk.remote.raw("GET", f"/storage/{project}").json()}
    ids = [column["column_id"] for column in shown["Candidates"]]
    assert ids == ["email", "full_name", "stage", "tags", "address"]
    assert [each for each in desk.remote.writes if "/column/" in each] == []


def test_a_column_goes_only_with_prune_and_the_plan_says_with_how_many_values(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    project, table = at_openings(desk)
    desk.remote.raw("POST", f"/storage/{project}/{table}", [{"title": "Cook"}, {"title": "Baker"}]).raise_for_status()
    edit(desk, "    - { column_id: title, column_name: Title, column_type: String }\n", "")
    plan = desk.plan()
    assert (plan.work, list(map(str, plan.orphans))) == ((), [TITLE])
    desk.remote.forget()
    (delete,) = desk.plan(Choice(prune=True)).work
    assert (str(delete.address), delete.action, delete.reason) == (TITLE, Action.DELETE, "with the values of 2 rows")
    assert [each["path"] for each in desk.remote.requests].count(f"/storage/{project}/{table}") == 1
    assert failures_of(desk.apply(desk.plan(Choice(prune=True)))) == []
    assert desk.remote.writes == [f"DELETE /delete/column/{project}"]
    rows = desk.remote.raw("GET", f"/storage/{project}/{table}").json()
    assert [set(row) for row in rows["records"]] == [{"_id", "places"}] * 2


def test_what_was_asked_for_is_one_table_and_no_other(tables: Callable[..., Desk]) -> None:
    # Two tables have a column of the same id, and another person may have one too.
    desk = tables()
    edit(desk, "column_id: title", "column_id: email")
    desk.apply()
    edit(desk, "    - { column_id: email, column_name: Title, column_type: String }\n", "")
    desk.apply(desk.plan(Choice(prune=True)))
    project, _ = at_openings(desk)
    shown = {each["table_name"]: each["columns"] for each in desk.remote.raw("GET", f"/storage/{project}").json()}
    assert [column["column_id"] for column in shown["Openings"]] == ["places"]
    assert "email" in [column["column_id"] for column in shown["Candidates"]]


def test_a_table_that_is_no_longer_declared_keeps_its_columns(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    (desk.folder / "openings.yaml").unlink()
    plan = desk.plan(Choice(prune=True))
    assert plan.work == ()
    reasons = {str(each.address): each.reason for each in plan.blocked}
    assert reasons["recruiting/Table/openings"] == "the API has no call to delete it"
    assert reasons[TITLE] == reasons[PLACES] == "recruiting/Table/openings stays, and it with it"


def test_prevent_destroy_of_a_table_protects_its_columns(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    file = desk.folder / "candidates.yaml"
    file.write_text(
        file.read_text("utf-8").replace(
            "    - { column_id: full_name, column_name: Name", "    - { column_id: name, column_name: N"
        ),
        "utf-8",
    )
    plan = desk.plan(Choice(prune=True))
    assert work_of(plan) == [
        "create recruiting/Table/candidates/Column/name",
        "blocked recruiting/Table/candidates/Column/full_name: prevent_destroy protects it",
    ]


def test_another_column_id_is_asked_about(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    edit(desk, "column_id: title", "column_id: name")
    plan = desk.plan(Choice(prune=True))
    assert plan.work == ()
    new = next(each for each in plan.blocked if each.wanted == "create")
    assert f"{TITLE} has the same column_name and is no longer declared" in new.reason
    assert "The API can't change column_id: put 'title' back." in new.hint


@pytest.mark.parametrize(
    ("readings", "renamed"),
    [
        ({}, True),
        ({"rename_keeps_triggers": "no"}, True),
        ({"rename_keeps_triggers": "no", "table_triggers_read": "nowhere"}, False),
        ({"rename_keeps_triggers": "no", "table_triggers_read": "in_names"}, False),
    ],
)
def test_no_rename_wipes_the_triggers_of_a_table(
    tables: Callable[..., Desk], readings: dict[str, str], renamed: bool
) -> None:
    desk = tables(**readings)
    desk.apply()
    project, table = at_openings(desk)
    named = {"table_id": table, "table_name": "Openings"}
    desk.remote.raw("PUT", f"/table/rename/{project}", {**named, "triggers": [TRIGGER]}).raise_for_status()
    edit(desk, "table_name: Openings", "table_name: Vacancies")
    (blocked,) = desk.plan().blocked
    assert "`allow_undocumented: [table.rename]`" in blocked.hint
    plan = desk.plan(allowed=RENAME)
    desk.apply(plan, allowed=RENAME)
    (stored,) = (each.body for each in things(desk.folder.parent / "sandbox.db") if each.id == table)
    assert stored["triggers"] == [TRIGGER], "whatever reads show"
    assert [each.action for each in plan.work] == [Action.UPDATE] * renamed
    assert [
        each.reason.endswith("reads do not show triggers of recruiting/Table/openings") for each in plan.blocked
    ] == [True] * (not renamed)


def test_storage_is_made_once_and_not_where_there_are_tables(tables: Callable[..., Desk]) -> None:
    desk = tables(second_database="refused")
    desk.apply()
    assert desk.remote.writes.count("POST /storage") == 1
    (desk.folder / ".wexa-sync" / "state.json").unlink()
    plan = desk.plan(Choice(adopt=True))
    assert {each.action for each in plan.work} == {Action.ADOPT}
    assert failures_of(desk.apply(plan)) == []
    assert desk.remote.writes.count("POST /storage") == 1
    assert desk.plan().work == ()


@pytest.mark.parametrize("second", ["accepted", "refused"])
def test_storage_that_shows_no_table_yet_is_there_all_the_same(tables: Callable[..., Desk], second: str) -> None:
    desk = tables(second_database=second)
    for name in ("candidates", "openings"):
        (desk.folder / f"{name}.yaml").rename(desk.folder / f"{name}.off")
    desk.apply()
    (project,) = (record.id for record in desk.workspace.store.load().records.values())
    desk.remote.raw("POST", "/storage", projectID=project).raise_for_status()
    for name in ("candidates", "openings"):
        (desk.folder / f"{name}.off").rename(desk.folder / f"{name}.yaml")
    assert failures_of(desk.apply()) == []
    assert desk.plan().work == ()


def test_a_list_of_tables_that_is_gone_is_no_proof_that_tables_are(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    project, _ = at_openings(desk)
    desk.remote.fault(f"404 before GET /storage/{project} times=100")
    with pytest.raises(Exception, match="404") as raised:
        desk.plan()
    assert "recruiting" not in str(raised.value)


def test_a_column_of_another_person_is_not_taken_over_unasked(tables: Callable[..., Desk]) -> None:
    desk = tables()
    desk.apply()
    project, table = at_openings(desk)
    theirs = [{"column_id": "salary", "column_name": "Pay", "column_type": "Number", "default_value": 3}]
    desk.remote.raw("POST", f"/column/storage/{project}/{table}", theirs).raise_for_status()
    assert desk.plan().work == ()
    edit(
        desk,
        "    - { column_id: title",
        "    - { column_id: salary, column_name: Salary, column_type: Number }\n    - { column_id: title",
    )
    (blocked,) = desk.plan().blocked
    assert "is live already and not managed here" in blocked.reason
    assert failures_of(desk.apply(desk.plan(Choice(adopt=True)))) == []
    (salary,) = (each for each in live(desk.remote, table)["columns"] if each["column_id"] == "salary")
    assert (salary["column_name"], salary["default_value"]) == ("Salary", 3)


def test_an_edit_of_a_column_keeps_what_others_have_in_it(tables: Callable[..., Desk]) -> None:
    desk = tables(column_patch="replace")
    desk.apply()
    project, table = at_openings(desk)
    (places,) = (each for each in live(desk.remote, table)["columns"] if each["column_id"] == "places")
    desk.remote.raw("PATCH", f"/edit/columns/{table}", {**places, "triggers": [TRIGGER]}).raise_for_status()
    assert desk.plan().work == ()
    edit(
        desk,
        "column_name: Places, column_type: Number, default_value: 1",
        "column_name: Seats, column_type: Number, default_value: 2",
    )
    desk.remote.forget()
    assert failures_of(desk.apply()) == []
    assert desk.remote.writes == [f"PUT /edit/columns/{project}", f"PATCH /edit/columns/{table}"]
    (now,) = (each for each in live(desk.remote, table)["columns"] if each["column_id"] == "places")
    assert now == {**places, "column_name": "Seats", "default_value": 2, "triggers": [TRIGGER]}
