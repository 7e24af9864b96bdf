"""A table implies the database of its project; a column's handle is its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wexa_sync.model import Address

if TYPE_CHECKING:
    from tests.unit.conftest import Folder

COLUMN = "{column_id: email, column_name: E-mail, column_type: String}"
MAIN, TABLE = (Address.parse(f"desk/{each}") for each in ("Database/main", "Table/people"))


def table(*columns: str) -> str:
    """Return the manifest of a table with those columns."""
    spec = f"{{table_name: People, columns: [{', '.join(columns)}]}}"
    return f"---\napiVersion: wexa.ai/v1\nkind: Table\nmetadata: {{name: people}}\nspec: {spec}\n"


def database(name: str) -> str:
    """Return the manifest of a database."""
    return f"---\napiVersion: wexa.ai/v1\nkind: Database\nmetadata: {{name: {name}}}\nspec: {{}}\n"


def test_a_table_waits_for_the_database_that_it_implies(folder: Folder) -> None:
    desired = folder.read(table(COLUMN))
    assert desired.depends_on[TABLE] == {MAIN, TABLE.project_address}
    assert desired.manifests[MAIN].spec == {}
    assert desired.manifests[MAIN].source == desired.manifests[TABLE].source


def test_a_declared_database_takes_the_place_of_the_implied_one(folder: Folder) -> None:
    desired = folder.read(table(COLUMN) + database("storage"))
    own = Address.parse("desk/Database/storage")
    assert MAIN not in desired.manifests
    assert own in desired.depends_on[TABLE]


def test_a_project_has_one_database(folder: Folder) -> None:
    (fault,) = folder.faults(database("one") + database("two"))
    assert "desk/Database/two: there is desk/Database/one at m.yaml:2:1, and a project has one Database" in fault


def test_the_handle_of_a_column_is_its_id_and_stays_in_its_spec(folder: Folder) -> None:
    desired = folder.read(table("{column_id: A_b-c, column_name: A, column_type: String}"))
    column = desired.manifests[Address.parse("desk/Table/people/Column/A_b-c")]
    assert column.spec == {"column_id": "A_b-c", "column_name": "A", "column_type": "String"}


@pytest.mark.parametrize("id", ["a/b", "../x", "", "a b", "-a", "a" * 64, "ä"])
def test_what_is_no_column_id(folder: Folder, id: str) -> None:  # the field's name
    faults = folder.faults(table(f'{{column_id: "{id}", column_name: A, column_type: String}}'))
    assert [each.split(": ")[0].split(" ")[1] for each in faults] == ["spec.columns[0].column_id"]


def test_a_column_id_stands_once_in_its_table(folder: Folder) -> None:
    (fault,) = folder.faults(table(COLUMN, COLUMN.replace("E-mail", "Mail")))
    assert "spec.columns[1].column_id: the column_id 'email' is taken: columns[0] has it" in fault


def test_types_are_written_with_a_capital(folder: Folder) -> None:
    (fault,) = folder.faults(table(COLUMN.replace("String", "string")))
    assert 'spec.columns[0].column_type: "string" is not of the form that this field takes' in fault
