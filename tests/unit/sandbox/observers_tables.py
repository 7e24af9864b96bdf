"""Observe the readings of databases, tables, columns and rows, as observers.py does the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .client import Client
from .observers import shape

EMAIL = {"column_id": "email", "column_name": "E-mail", "column_type": "String"}
STAGE = {"column_id": "stage", "column_name": "Stage", "column_type": "Enum", "enum_options": ["new", "hired"]}
TRIGGER = {"goal": "audit new row", "event": "row_created", "trigger_type": "coworker"}


def table_body(project: str, **fields: Any) -> dict[str, Any]:
    """Return the body that creates a table."""
    return {"projectID": project, "table_name": "People", "columns": [EMAIL, STAGE | {"default_value": "new"}]} | fields


def a_table(api: Client, **fields: Any) -> tuple[str, str]:
    """Return the ids of a project and of its new table with a trigger."""
    project = api.project()["_id"]
    api.send("POST", "/storage", projectID=project)
    made = api.post("/create/table", table_body(project, triggers=[TRIGGER], **fields), projectID=project)
    return project, made["_id"]


def database(api: Client) -> Any:
    project = api.project()["_id"]
    return api.send("POST", "/create/table", table_body(project), projectID=project).status_code


def second_database(api: Client) -> Any:
    project = api.project()["_id"]
    return [api.send("POST", "/storage", projectID=project).status_code for _ in range(2)]


def storage_before_database(api: Client) -> Any:
    project = api.project()["_id"]
    return [api.send("GET", f"/storage/{project}{tail}").status_code for tail in ("", "/names")]


def tables_list(api: Client) -> Any:
    project, table = a_table(api)
    paths = (f"/storage/{project}", f"/storage/{project}/names", f"/column/storage/{project}/{table}")
    return [shape(api.get(path)) for path in paths]


def table_create_columns(api: Client) -> Any:
    project, table = a_table(api)
    return len(api.get(f"/column/storage/{project}/{table}"))


def table_item(api: Client) -> Any:
    project, _ = a_table(api)
    (item,) = api.get(f"/storage/{project}")
    return "columns" in item


def table_names_unique(api: Client) -> Any:
    project, _ = a_table(api)
    other = api.post("/create/table", table_body(project, table_name="Other"), projectID=project)["_id"]
    rename = {"table_id": other, "table_name": "People"}
    return [
        api.send("POST", "/create/table", table_body(project), projectID=project).status_code,
        api.send("PUT", f"/table/rename/{project}", rename).status_code,
    ]


def table_triggers_read(api: Client) -> Any:
    project, table = a_table(api)
    shown = [*api.get(f"/storage/{project}"), *api.get(f"/storage/{project}/names"), api.get(f"/table/view/{table}")]
    return ["triggers" in each for each in shown]


def rename_keeps_triggers(api: Client) -> Any:
    project, table = a_table(api)
    api.send("PUT", f"/table/rename/{project}", {"table_id": table, "table_name": "Persons"})
    shown = api.get(f"/table/view/{table}")
    return [shown["table_name"], len(shown["triggers"])]


def columns_add_existing(api: Client) -> Any:
    project, table = a_table(api)
    path = f"/column/storage/{project}/{table}"
    more = [EMAIL | {"column_name": "Mail"}, {"column_id": "age", "column_name": "Age", "column_type": "Number"}]
    statuses = [api.send("POST", path, more, ignore_existing_columns=flag).status_code for flag in ("false", "true")]
    return [*statuses, [column["column_name"] for column in api.get(path)]]


def column_patch(api: Client) -> Any:
    project, table = a_table(api)
    sent = {key: STAGE[key] for key in ("column_id", "column_name", "column_type")}
    api.send("PATCH", f"/edit/columns/{table}", sent | {"default_value": "hired"})
    column = api.get(f"/column/storage/{project}/{table}")[1]
    return [column["default_value"], column["enum_options"]]


def column_case(api: Client) -> Any:
    project, table = a_table(api)
    return [column["column_type"] for column in api.get(f"/column/storage/{project}/{table}")]


def row_defaults(api: Client) -> Any:
    project, table = a_table(api)
    row = api.post(f"/storage/{project}/{table}", {"email": "a@b.c"})
    return row.get("stage")


def row_put(api: Client) -> Any:
    project, table = a_table(api)
    row = api.post(f"/storage/{project}/{table}", {"email": "a@b.c", "stage": "new"})["_id"]
    api.send("PUT", f"/storage/{project}/{table}/{row}", {"stage": "hired"})
    seen = api.get(f"/storage/{project}/{table}/{row}")
    return [seen["_id"] == row, seen["stage"], "email" in seen]


def rows_answer(api: Client) -> Any:
    project, table = a_table(api)
    bodies: list[Any] = [{}, [{}]]
    answers = [api.post(f"/storage/{project}/{table}", body) for body in bodies]
    return [list(each) if isinstance(each, dict) else [list(item) for item in each] for each in answers]


def page_size_name(api: Client) -> Any:
    project, table = a_table(api)
    api.post(f"/storage/{project}/{table}", [{"email": str(number)} for number in range(60)])
    path = f"/storage/{project}/{table}"
    return [len(api.get(path, **{name: 7})["records"]) for name in ("page_size", "limit")]


OBSERVED: dict[str, tuple[Callable[[Client], Any], dict[str, Any]]] = {
    "database": (database, {"needed": 404, "implicit": 200}),
    "second_database": (second_database, {"accepted": [200, 200], "refused": [200, 400]}),
    "storage_before_database": (storage_before_database, {"404": [404, 404], "empty": [200, 200]}),
    "tables_list": (
        tables_list,
        {
            "bare": ["[]"] * 3,
            "tables": ["tables", "names", "columns"],
            "data": ["data"] * 3,
            "nested": ["data.tables", "data.names", "data.columns"],
            "unforeseen": ["rows"] * 3,
        },
    ),
    "table_create_columns": (table_create_columns, {"taken": 2, "ignored": 0}),
    "table_item": (table_item, {"with_columns": True, "names_only": False}),
    "table_names_unique": (table_names_unique, {"no": [200, 200], "yes": [400, 400]}),
    "table_triggers_read": (
        table_triggers_read,
        {"in_list": [True, False, True], "in_names": [False, True, False], "nowhere": [False] * 3},
    ),
    "rename_keeps_triggers": (rename_keeps_triggers, {"yes": ["Persons", 1], "no": ["Persons", 0]}),
    "columns_add_existing": (
        columns_add_existing,
        {"ignored": [400, 200, ["E-mail", "Stage", "Age"]], "refused": [400, 400, ["E-mail", "Stage"]]},
    ),
    "column_patch": (column_patch, {"merge": ["hired", ["new", "hired"]], "replace": ["hired", []]}),
    "column_case": (column_case, {"kept": ["String", "Enum"], "lowered": ["string", "enum"]}),
    "row_defaults": (row_defaults, {"filled": "new", "absent": None}),
    "row_put": (row_put, {"merge": [True, "hired", True], "replace": [True, "hired", False]}),
    "rows_answer": (
        rows_answer,
        {
            "objects": [["_id", "stage"], [["_id", "stage"]]],
            "ids": [["inserted_ids"]] * 2,
            "count": [["inserted_count"]] * 2,
        },
    ),
    "page_size_name": (page_size_name, {"page_size": [7, 50], "limit": [50, 7], "ignored": [50, 50]}),
}
