"""Test rows: inserted, read, searched, sorted, paged, changed and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ..client import NOWHERE, Client
from ..observers_tables import table_body

ROWS: list[dict[str, Any]] = [
    {"email": "ann@x.org", "stage": "hired", "age": 40, "tags": ["a"]},
    {"email": "bob@x.org", "stage": "new", "age": 9.5},
    {"email": "cy@y.org", "stage": "new", "age": None},
]


@pytest.fixture
def path(api: Client, project: str) -> str:
    """Return the path of a table with three rows."""
    api.post("/storage", projectID=project)
    table = api.post("/create/table", table_body(project), projectID=project)["_id"]
    api.post(f"/storage/{project}/{table}", ROWS)
    return f"/storage/{project}/{table}"


def emails(api: Client, path: str, **query: Any) -> str:
    """Return the first part of the addresses in a list, joined."""
    return " ".join(row["email"].split("@")[0] for row in api.get(path, **query)["records"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "ann bob cy"),
        ({"query": "X.ORG"}, "ann bob"),
        ({"query": "", "sort": 1, "sort_key": "_id", "limit": 100}, "ann bob cy"),
        ({"filters": '{"stage": "new"}'}, "bob cy"),
        ({"filters": '{"stage": "new", "age": 9.5}'}, "bob"),
        ({"search_filters": '[{"field": "email", "operator": "equals", "value": "cy@y.org"}]'}, "cy"),
        ({"search_filters": '[{"field": "age", "operator": "greater_than", "value": 9}]'}, "ann bob"),
        ({"search_filters": '[{"field_name": "tags", "condition": "contains", "value": "a"}]'}, "ann"),
        ({"search_filters": '[{"field": "stage", "operator": "not_equals", "value": "new"}]', "query": "y.org"}, ""),
        ({"sort_key": "age"}, "cy bob ann"),
        ({"sort_key": "email", "sort": -1}, "cy bob ann"),
        ({"page": 2, "page_size": 2}, "cy"),
        ({"page": 3, "page_size": 2}, ""),
    ],
)
def test_rows_are_found_sorted_and_paged(api: Client, path: str, query: dict[str, Any], expected: str) -> None:
    assert emails(api, path, **query) == expected


def test_the_count_is_of_all_that_match(api: Client, path: str) -> None:
    assert api.get(path, page_size=1)["total_count"] == 3
    assert api.get(path, page_size=1, filters='{"stage": "new"}')["total_count"] == 2
    wanted = [{"field": "stage", "operator": "equals", "value": "new"}]
    assert api.post(path.replace("/storage", "/table/fieldcount"), wanted) == {"count": 2}


def test_a_filter_that_is_none_is_refused(api: Client, path: str) -> None:
    for name, text in (("filters", "[]"), ("filters", "{"), ("search_filters", "[1]")):
        status, answer = api.refused("GET", path, **{name: text})
        assert (status, answer["detail"][0]["loc"]) == (422, ["query", name])
    assert api.refused("GET", path, search_filters=json.dumps([{"field": "a", "operator": "resembles"}]))[0] == 400


def test_a_row_is_read_changed_and_deleted(api: Client, path: str) -> None:
    (row, *_) = api.get(path)["records"]
    one = f"{path}/{row['_id']}"
    assert api.get(one) == row
    assert api.send("PUT", one, {"stage": "left", "_id": NOWHERE}).json() == row | {"stage": "left"}
    assert api.send("DELETE", one).status_code == 200
    assert api.refused("GET", one)[0] == 404
    assert emails(api, path) == "bob cy"


def test_several_rows_are_changed_and_deleted_by_their_ids(api: Client, path: str) -> None:
    ids = [row["_id"] for row in api.get(path)["records"]]
    bulk = path.replace("/storage", "/bulk/storage")
    api.send("PUT", bulk, {"records": {"stage": "left"}, "record_ids": {"storage_ids": ids[:2]}})
    assert [row["stage"] for row in api.get(path)["records"]] == ["left", "left", "new"]
    api.post(bulk, {"records": [{"_id": ids[0], "stage": "back"}, {"email": "dee@x.org"}]})
    assert [row["stage"] for row in api.get(path)["records"]] == ["back", "left", "new", "new"]
    assert api.refused("DELETE", path, {"storage_ids": [ids[0], NOWHERE]})[0] == 404
    assert api.send("DELETE", path, {"storage_ids": ids[:2]}, projectID=path.split("/")[2]).status_code == 200
    assert emails(api, path) == "cy dee"


def test_a_row_of_another_table_is_not_found(api: Client, path: str, project: str) -> None:
    other = api.post("/create/table", table_body(project), projectID=project)["_id"]
    row = api.get(path)["records"][0]["_id"]
    assert api.refused("GET", f"/storage/{project}/{other}/{row}")[0] == 404


def test_a_table_is_exported_as_csv(api: Client, path: str) -> None:
    table = path.rpartition("/")[2]
    lines = api.send("GET", f"/table_data/storage/{table}/export").text.splitlines()
    assert lines[0] == "_id,email,stage"
    assert [line.split(",", 1)[1] for line in lines[1:]] == ["ann@x.org,hired", "bob@x.org,new", "cy@y.org,new"]
