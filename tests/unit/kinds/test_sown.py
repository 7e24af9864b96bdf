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
        {"column_id": "size", "column_type": "Enum", "enum_options": ["small", "large"]},
        {"column_id": "seen", "column_type": "Moment"},
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
    assert read([{"code": 5.0, "seats": 1}], {}) == ({"5": {"code": 5.0, "seats": 1}}, [])


def test_texts_of_a_list_are_read_by_their_columns_too_for_variables_are_texts() -> None:
    row = {"code": "a", "seats": "7", "open": "True", "size": "large", "seen": 1, "tags": None}
    assert read([row]) == ({"a": {**row, "seats": 7, "open": True}}, [])
    hidden = {"code": "a", "seats": SECRET, "open": UNSET, "size": SECRET}
    assert read([hidden]) == ({"a": hidden}, [])
    (number,) = read([{"code": "a", "seats": Secret(template="${secret:N}", value="7")}])[0].values()
    assert number["seats"].sent() == 7, "a secret in a column of numbers is sent as a number"


@pytest.mark.parametrize(
    ("rows", "line", "path", "message"),
    [
        ("code\na\na\n", 3, (1,), "the code 'a' stands twice"),
        ("code,seats\n,1\n", 2, (0,), "the row has no code, which it is found by"),
        ("code,cost\na,1\n", 2, (0, "cost"), "the table declares no column 'cost'"),
        ("code,seats\na\n", 2, (), "the rows can't be read: the line has 1 cells, and that of the columns 2"),
        ("code,seats\na,many\n", 2, (0, "seats"), "the column 'seats' takes a number, not \"many\""),
        ("code,open\na,1\n", 2, (0, "open"), "the column 'open' takes true or false, not \"1\""),
        ("code,code\n", 1, (), "the rows can't be read: the line of columns names one twice, or one without a name"),
        ("code,seats\na,NaN\n", 2, (0, "seats"), "the column 'seats' takes a number, not \"NaN\""),
        ("code,seats\na,1e999\n", 2, (0, "seats"), "the column 'seats' takes a number, not \"1e999\""),
        ("code,tags\na,[-Infinity]\n", 2, (0, "tags"), "the column 'tags' takes a list, not \"[-Infinity]\""),
        (f"code,tags\na,{'[' * 9999}\n", 2, (0, "tags"), f"the column 'tags' takes a list, not \"{'[' * 56}..."),
        ("code,size\na,huge\n", 2, (0, "size"), "the column 'size' has no option \"huge\""),
        ('code\n"a\n', 2, (), "the rows can't be read: unexpected end of data"),
        ('code,open\n\n"a\nb",no\n', 3, (0, "open"), "the column 'open' takes true or false, not \"no\""),
        ([{"code": "a"}, {"code": " a "}], 0, (1,), "the code 'a' stands twice"),
        ([{"code": "a", "seats": True}], 0, (0, "seats"), "the column 'seats' takes a number, not true"),
        ([{"code": 5}], 0, (0, "code"), "the column 'code' takes a text, not 5"),
        ([{"code": "a", "size": "lage"}], 0, (0, "size"), "the column 'size' has no option \"lage\""),
        ([{"code": SECRET}, {"code": SECRET}], 0, (0,), "the code can't be a secret: plans and the state show it"),
        ([{"code": UNSET}], 0, (0,), "the code has an environment variable that is not set, and must be known here"),
        (SECRET, 0, (), "the rows can't be a secret: plans and the state show it"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(rows: Any, line: int, path: Any, message: str) -> None:
    _, wrong = read(rows)
    assert [(each.line, each.path, each.message) for each in wrong][:1] == [(line, path, message)]


def test_every_cell_that_is_wrong_is_said_up_to_a_number_of_rows() -> None:
    _, wrong = read("code,seats,open\n" + "".join(f"c{number},x,y\n" for number in range(30)))
    assert [each.line for each in wrong] == [line for line in range(2, 22) for _ in "xy"] + [0]
    assert wrong[-1].message == "10 more rows have faults"


def test_the_column_of_the_keys_must_be_known_before_its_rows_are_read() -> None:
    for key, message in ((SECRET, "can't be a secret"), (UNSET, "must be known here")):
        wrong: list[Wrong] = []
        read_rows(Sown(), {"key": key, "rows": [{"code": "a"}]}, OWNER, wrong)
        assert [message in each.message for each in wrong] == [True]


def test_there_is_a_most() -> None:
    _, wrong = read("code\na\nb\nc\n", most=2)
    assert [each.message for each in wrong] == ["there are 3 rows, and 2 are the most"]
