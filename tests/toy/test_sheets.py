"""Sheets with columns: created, changed, drifted, pruned, and found again where a response was lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.toy.conftest import Toys

NAME = {"handle": "full-name", "title": "Name", "type": "text"}
STAGE = {"handle": "stage", "title": "Stage", "type": "choice", "choices": ["new", "hired"]}
ADDED = {"handle": "start-date", "title": "Start", "type": "text"}
PEOPLE, FIRMS = "desk/Sheet/people", "desk/Sheet/firms"


@pytest.fixture
def desk(toys: Callable[..., Toys]) -> Toys:
    """Return two applied sheets with columns of the same ids."""
    made = toys()
    made.declare("Sheet", "people", name="People", columns=[NAME, STAGE])
    made.declare("Sheet", "firms", name="Firms", columns=[NAME, STAGE])
    made.apply()
    return made


def columns(desk: Toys, name: str = "People") -> dict[str, Any]:
    """Return the live columns of a sheet by id."""
    (id,) = (each["_id"] for each in desk.live("/sheets") if each["name"] == name)
    return {each["column_id"]: each for each in desk.live(f"/sheets/{id}/columns")}


def test_sheets_are_made_with_columns_whose_ids_are_their_own(desk: Toys) -> None:
    expected = {
        "full_name": {"column_id": "full_name", "title": "Name", "type": "text"},
        "stage": {"column_id": "stage", "title": "Stage", "type": "choice", "choices": ["new", "hired"]},
    }
    assert columns(desk) == columns(desk, "Firms") == expected
    assert desk.plan() == []
    assert desk.records[f"{PEOPLE}/SheetColumn/full-name"] == desk.records[f"{FIRMS}/SheetColumn/full-name"]


def test_the_order_of_columns_is_no_change(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="People", columns=[STAGE, NAME])
    assert desk.plan() == []


def test_columns_are_added_and_changed_one_by_one(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="Persons", columns=[ADDED, {**STAGE, "choices": ["gone", "new"]}, NAME])
    assert sorted(desk.plan()) == [
        f"create {PEOPLE}/SheetColumn/start-date",
        f"update {PEOPLE}",
        f"update {PEOPLE}/SheetColumn/stage",
    ]
    id = desk.records[PEOPLE]
    sent = desk.apply()
    assert sent[0] == f"PUT /sheets/{id}"
    assert sorted(sent[1:]) == [f"PATCH /sheets/{id}/columns/stage", f"POST /sheets/{id}/columns"]
    assert desk.plan() == []
    assert columns(desk, "Persons")["start_date"] == {"column_id": "start_date", "title": "Start", "type": "text"}


def test_a_column_that_drifted_is_set_right(desk: Toys) -> None:
    before, id = columns(desk), desk.records[PEOPLE]
    desk.remote.raw("PATCH", f"/sheets/{id}/columns/stage", {"title": "Phase"}).raise_for_status()
    assert desk.plan() == [f"update {PEOPLE}/SheetColumn/stage"]
    assert desk.apply() == [f"PATCH /sheets/{id}/columns/stage"]
    assert columns(desk) == before
    assert desk.plan() == []


def test_a_column_that_is_gone_is_made_again(desk: Toys) -> None:
    before, id = columns(desk), desk.records[PEOPLE]
    desk.remote.raw("DELETE", "/columns", {"sheet_id": id, "column_ids": ["stage"]}).raise_for_status()
    assert desk.plan() == [f"create {PEOPLE}/SheetColumn/stage"]
    desk.apply()
    assert columns(desk) == before
    assert desk.plan() == []


def test_a_column_is_deleted_with_prune_alone_and_only_that_one(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME])
    assert desk.plan() == [f"orphan {PEOPLE}/SheetColumn/stage"]
    assert desk.apply() == []
    assert set(columns(desk)) == {"full_name", "stage"}
    assert desk.apply("--prune") == ["DELETE /columns"]
    assert set(columns(desk)) == {"full_name"}
    assert set(columns(desk, "Firms")) == {"full_name", "stage"}
    assert desk.plan() == []
    assert f"{PEOPLE}/SheetColumn/stage" not in desk.records


def test_a_column_of_somebody_else_stays_and_holds_its_sheet(desk: Toys) -> None:
    id, theirs = desk.records[PEOPLE], {"column_id": "x", "title": "Theirs", "type": "text"}
    desk.remote.raw("POST", f"/sheets/{id}/columns", [theirs]).raise_for_status()
    assert desk.plan("--prune") == []
    (desk.folder / "people.yaml").unlink()
    (blocked,) = (line for line in desk.plan("--prune") if line.startswith(f"blocked {PEOPLE}:"))
    assert "SheetColumn 'Theirs' of desk/Sheet/people" in blocked
    desk.remote.raw("DELETE", "/columns", {"sheet_id": id, "column_ids": ["x"]}).raise_for_status()
    desk.remote.fault(f"drop after DELETE /sheets/{id}")
    desk.apply("--prune")
    assert [each["name"] for each in desk.live("/sheets")] == ["Firms"]
    assert [address for address in desk.records if address.startswith(PEOPLE)] == []
    assert desk.plan() == []


LOST = {"drop after": 0, "kill_client after": -9, "kill_client before": -9}
"""What becomes of a response, and the exit code of the apply that waits for it."""


@pytest.mark.parametrize(("fault", "code"), LOST.items())
def test_a_create_whose_response_is_lost_makes_one_column(desk: Toys, fault: str, code: int) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME, STAGE, ADDED])
    desk.remote.fault(f"{fault} POST /sheets/{desk.records[PEOPLE]}/columns")
    desk.apply(code=code)
    assert set(columns(desk)) - {"start_date"} == {"full_name", "stage"}
    desk.apply()
    assert set(columns(desk)) == {"full_name", "stage", "start_date"}
    assert desk.records[f"{PEOPLE}/SheetColumn/start-date"] == "start_date"
    assert desk.plan() == []


@pytest.mark.parametrize(("fault", "code"), LOST.items())
def test_a_create_whose_response_is_lost_makes_one_sheet(desk: Toys, fault: str, code: int) -> None:
    desk.declare("Sheet", "ideas", name="Ideas", columns=[ADDED])
    desk.remote.fault(f"{fault} POST /sheets")
    desk.apply(code=code)
    desk.apply()
    assert sorted(each["name"] for each in desk.live("/sheets")) == ["Firms", "Ideas", "People"]
    assert set(columns(desk, "Ideas")) == {"start_date"}
    assert desk.plan() == []


@pytest.mark.parametrize(("fault", "code"), LOST.items())
def test_a_delete_whose_response_is_lost_deletes_one_column(desk: Toys, fault: str, code: int) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME])
    desk.remote.fault(f"{fault} DELETE /columns")
    desk.apply("--prune", code=code)
    desk.apply("--prune")
    assert set(columns(desk)) == {"full_name"}
    assert set(columns(desk, "Firms")) == {"full_name", "stage"}
    assert f"{PEOPLE}/SheetColumn/stage" not in desk.records
    assert desk.plan() == []


def test_a_sheet_that_is_gone_is_made_again_with_its_columns(desk: Toys) -> None:
    before, id = columns(desk), desk.records[PEOPLE]
    desk.remote.raw("DELETE", f"/sheets/{id}").raise_for_status()
    assert sorted(desk.plan()) == [f"create {each}" for each in desk.records if each.startswith(PEOPLE)]
    desk.apply()
    assert columns(desk) == before
    assert desk.records[PEOPLE] != id
    assert desk.plan() == []


def test_a_column_that_came_since_the_plan_holds_its_sheet(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME])
    desk.apply("--prune")
    (desk.folder / "people.yaml").unlink()
    desk.run("plan", "--prune", "--out", "saved.plan")
    theirs = {"column_id": "stage", "title": "Theirs", "type": "text"}  # the id of a column of ours, in another sheet
    desk.remote.raw("POST", f"/sheets/{desk.records[PEOPLE]}/columns", [theirs]).raise_for_status()
    said = desk.run("apply", "saved.plan", "--auto-approve", code=1).stdout
    assert "it got SheetColumn 'Theirs'" in " ".join(said.split())
    assert columns(desk) == {"stage": theirs}


def test_a_sheet_that_was_given_up_is_taken_over_under_another_handle(desk: Toys) -> None:
    before = columns(desk)
    desk.run("state", "rm", PEOPLE)
    (desk.folder / "people.yaml").unlink()
    desk.declare("Sheet", "staff", name="People", columns=[NAME, STAGE])
    assert desk.apply("--adopt", "--prune") == []
    assert columns(desk) == columns(desk, "Firms") == before
    assert [address for address in desk.records if address.startswith(PEOPLE)] == []
    assert desk.plan("--prune") == []


def test_a_state_that_was_lost_is_rebuilt(desk: Toys) -> None:
    before = desk.records
    (desk.folder / ".wexa-sync" / "state.json").unlink()
    desk.run("state", "rebuild")
    assert desk.records == before
    assert desk.plan() == []


def test_one_of_two_sheets_with_the_same_columns_is_taken_over(desk: Toys) -> None:
    before = desk.records
    ours = [address for address in before if address.startswith(PEOPLE)]
    for address in reversed(ours):
        desk.run("state", "rm", address)
    assert sorted(desk.plan("--adopt")) == [f"adopt {address}" for address in ours]
    assert desk.apply("--adopt") == []
    assert desk.records == before
    assert desk.plan() == []


def test_what_is_live_already_is_taken_over(desk: Toys) -> None:
    before = desk.records
    (desk.folder / ".wexa-sync" / "state.json").unlink()
    assert set(desk.plan("--adopt")) == {f"adopt {address}" for address in before}
    assert desk.apply("--adopt") == []
    assert desk.records == before
    assert desk.plan() == []


def test_a_sheet_under_another_handle_takes_its_columns_along(desk: Toys) -> None:
    desk.run("state", "mv", PEOPLE, "desk/Sheet/staff")
    (desk.folder / "people.yaml").unlink()
    desk.declare("Sheet", "staff", name="People", columns=[NAME, STAGE])
    assert desk.plan() == []
    assert desk.apply() == []


def test_a_saved_plan_is_applied_as_it_is(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME, ADDED])
    desk.run("plan", "--prune", "--out", "saved.plan")
    desk.run("apply", "saved.plan", "--auto-approve")
    assert set(columns(desk)) == {"full_name", "start_date"}
    assert desk.plan() == []


def test_all_is_destroyed(desk: Toys) -> None:
    desk.run("destroy", "--auto-approve")
    assert desk.records == {}
    assert desk.remote.raw("GET", "/sheets", projectID="0" * 24).json()["sheets"] == []


def test_a_column_that_is_wrong_is_a_problem_at_its_place(desk: Toys) -> None:
    desk.declare("Sheet", "people", name="People", columns=[NAME, {**STAGE, "type": "date"}, {**NAME, "title": "N"}])
    said = desk.run("validate", code=1).stderr
    assert "spec.columns[1].type" in said
    assert "spec.columns[2]" in said
