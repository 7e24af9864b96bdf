"""Test tables and columns: made in the storage of a project, renamed, extended, deleted with their values."""

from __future__ import annotations

from typing import Any

import pytest

from ..client import NOWHERE, Client
from ..observers_tables import EMAIL, STAGE, TRIGGER, table_body

AGE = {"column_id": "age", "column_name": "Age", "column_type": "Number"}


@pytest.fixture
def table(api: Client, project: str) -> str:
    """Return the id of a table with two columns and a trigger."""
    api.post("/storage", projectID=project)
    made = api.post("/create/table", table_body(project, triggers=[TRIGGER]), projectID=project)
    return str(made["_id"])


def names(api: Client, project: str, table: str) -> list[str]:
    """Return the names of a table's columns."""
    return [column["column_name"] for column in api.get(f"/column/storage/{project}/{table}")]


def test_a_table_is_listed_with_its_columns_filled_in(api: Client, project: str, table: str) -> None:
    (item,) = api.get(f"/storage/{project}")
    unset: dict[str, Any] = {
        "array_type": None,
        "default_value": None,
        "object_fields": [],
        "triggers": [],
        "enum_options": [],
    }
    assert item == api.get(f"/table/view/{table}")
    assert (item["_id"], item["table_name"], item["triggers"]) == (table, "People", [TRIGGER])
    assert item["columns"] == [unset | EMAIL, unset | STAGE | {"default_value": "new"}]
    assert api.get(f"/storage/{project}/names") == [{"_id": table, "table_name": "People"}]


def test_a_table_is_renamed_by_two_calls_and_one_sets_its_triggers(api: Client, project: str, table: str) -> None:
    api.post(f"/table/rename/{project}", {"tableId": table, "newName": "Persons"})
    assert api.get(f"/table/view/{table}")["table_name"] == "Persons"
    api.send("PUT", f"/table/rename/{project}", {"table_id": table, "table_name": "Staff", "triggers": []})
    assert (api.get(f"/table/view/{table}")["table_name"], api.get(f"/table/view/{table}")["triggers"]) == ("Staff", [])


def test_columns_are_added_renamed_and_edited(api: Client, project: str, table: str) -> None:
    api.post(f"/column/storage/{project}/{table}", [AGE])
    rename = {"table_id": table, "column_id": "age", "column_name": "Years"}
    assert api.send("PUT", f"/edit/columns/{project}", rename).status_code == 200
    assert names(api, project, table) == ["E-mail", "Stage", "Years"]
    assert api.send("PATCH", f"/edit/columns/{table}", AGE | {"default_value": 18}).status_code == 200
    assert api.get(f"/column/storage/{project}/{table}")[2]["default_value"] == 18
    api.post(f"/edit/columns/{table}", {"add": [AGE | {"column_id": "born", "column_name": "Born"}]})
    assert names(api, project, table) == ["E-mail", "Stage", "Age", "Born"]
    assert api.refused("PATCH", f"/edit/columns/{table}", AGE | {"column_id": "nobody"})[0] == 404


def test_a_deleted_column_takes_its_values_with_it(api: Client, project: str, table: str) -> None:
    row = api.post(f"/storage/{project}/{table}", {"email": "a@b.c", "stage": "hired"})
    path = f"/delete/column/{project}"
    assert api.send("DELETE", path, {"table_id": table, "column_id": "stage"}).status_code == 200
    assert api.get(f"/storage/{project}/{table}/{row['_id']}") == {"_id": row["_id"], "email": "a@b.c"}
    assert api.send("DELETE", path, {"columnId": "email"}).status_code == 200
    assert names(api, project, table) == []
    assert api.refused("DELETE", path, {"table_id": table, "column_id": "stage"})[0] == 404
    assert api.refused("DELETE", path, {})[0] == 400


def test_a_column_id_that_two_tables_have_names_neither(api: Client, project: str, table: str) -> None:
    api.post("/create/table", table_body(project), projectID=project)
    assert api.refused("DELETE", f"/delete/column/{project}", {"columnId": "email"})[0] == 400
    assert names(api, project, table) == ["E-mail", "Stage"]


def test_no_call_deletes_or_changes_a_table_at_its_path(api: Client, project: str, table: str) -> None:
    path = f"/storage/{project}/{table}"
    api.post(path, {"email": "a@b.c"})
    assert api.refused("DELETE", path)[0] == 422
    assert api.refused("DELETE", path, {"storage_ids": []})[0] == 400
    assert api.refused("PUT", path, {"table_name": "x"})[0] == 405
    assert api.get(path)["total_count"] == 1


def test_what_is_elsewhere_is_not_found(api: Client, project: str, table: str) -> None:
    other = str(api.project()["_id"])
    assert api.refused("GET", f"/storage/{other}/{table}")[0] == 404
    assert api.refused("GET", f"/storage/{NOWHERE}")[0] == 404
    assert api.refused("POST", "/create/table", table_body(NOWHERE), projectID=project)[0] == 400
    assert (
        api.refused("POST", "/create/table", table_body(project, columns=[EMAIL, EMAIL]), projectID=project)[0] == 400
    )


def test_headers_of_a_file_are_matched_by_name_or_id(api: Client) -> None:
    columns = [{"column_id": "email", "column_name": "E-mail"}, {"column_id": "stage", "column_name": "Stage"}]
    sent = {"column_names": columns, "csv_headers": ["STAGE", " e-mail", "email", "Phone"]}
    expected = {"STAGE": "stage", " e-mail": "email", "email": "email", "Phone": None}
    assert api.post("/table/column_mapper", sent) == expected
