"""Rows of a manifest, from a CSV text or a list: by their keys, in the types of their columns, and what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.kinds.sown import Sown, Wrong, read_rows
from wexa_sync.model import Secret, Unset

SECRET = Secret(template="${secret:T}", value="hunter2")
UNSET = Unset(template="${env:NOPE}")

OWNER = {
    "columns": [
        {"column_id": "code", "column_type": "String"},
        {"column_id": "seats", "column_type": "Number"},
        {"column_id": "open", "column_type": "Boolean"},
        {"column_id": "tags", "column_type": "Array"},
    ]
}


def read(rows: Any, owner: Any = OWNER, **more: Any) -> tuple[Any, list[Wrong]]:
    wrong: list[Wrong] = []
    return read_rows(Sown(**more), {"key": "code", "rows": rows}, owner, wrong)["rows"], wrong


def test_cells_have_the_types_of_their_columns() -> None:
    text = '\ufeffcode , seats,open,tags\n007,3,TRUE,"[""a, b""]"\n"x\ny",1.5,,\n\n'.replace(" , seats", ",seats")
    assert read(text) == (
        {
            "007": {"code": "007", "seats": 3, "open": True, "tags": ["a, b"]},
            "x\ny": {"code": "x\ny", "seats": 1.5},
        },
        [],
    )


def test_a_table_whose_columns_are_not_declared_has_texts() -> None:
    assert read("code,seats\n1,2\n", {}) == ({"1": {"code": "1", "seats": "2"}}, [])


def test_rows_in_the_manifest_are_by_their_keys_too() -> None:
    assert read([{"code": 5.0, "seats": 1}]) == ({"5": {"code": 5.0, "seats": 1}}, [])


@pytest.mark.parametrize(
    ("rows", "index", "message"),
    [
        ("code\na\na\n", 1, "the code 'a' stands twice"),
        ("code,seats\n,1\n", 0, "the row has no code, which it is found by"),
        ("code,size\na,1\n", 0, "the table declares no column 'size'"),
        ("code,seats\na\n", None, "the rows can't be read: line 2 has 1 cells, and the first line 2"),
        ("code,seats\na,many\n", None, "the rows can't be read: line 2: 'many' is no number"),
        ("code,open\na,1\n", None, "the rows can't be read: line 2: '1' is no boolean"),
        ("code,code\n", None, "the rows can't be read: the first line names a column twice, or one without a name"),
        ("code,seats\na,NaN\n", None, "the rows can't be read: line 2: 'NaN' is no number"),
        ("code,seats\na,1e999\n", None, "the rows can't be read: line 2: '1e999' is no number"),
        ("code,tags\na,[-Infinity]\n", None, "the rows can't be read: line 2: '[-Infinity]' is no array"),
        (f"code,tags\na,{'[' * 9999}\n", None, f"the rows can't be read: line 2: '{'[' * 40}' is no array"),
        ('code\n"a\n', None, "the rows can't be read: unexpected end of data"),
        ([{"code": "a"}, {"code": " a "}], 1, "the code 'a' stands twice"),
        ([{"code": SECRET}, {"code": SECRET}], 0, "the code can't be a secret: plans and the state show it"),
        ([{"code": UNSET}], 0, "the code has an environment variable that is not set, and must be known here"),
        (SECRET, None, "the rows can't be a secret: plans and the state show it"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(rows: Any, index: int | None, message: str) -> None:
    _, wrong = read(rows)
    assert [(each.index, each.message) for each in wrong][:1] == [(index, message)]


def test_the_column_of_the_keys_must_be_known_before_its_rows_are_read() -> None:
    for key, message in ((SECRET, "can't be a secret"), (UNSET, "must be known here")):
        wrong: list[Wrong] = []
        read_rows(Sown(), {"key": key, "rows": [{"code": "a"}]}, OWNER, wrong)
        assert [message in each.message for each in wrong] == [True]


def test_there_is_a_most() -> None:
    _, wrong = read("code\na\nb\nc\n", most=2)
    assert [each.message for each in wrong] == ["there are 3 rows, and 2 are the most"]
