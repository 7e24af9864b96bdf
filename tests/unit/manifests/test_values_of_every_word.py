"""What a manifest says in a field that is read-only, write-only, or a list whose items are told apart by a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.kinds.connection import CONNECTION
from wexa_sync.errors import PlanRefused, Unfilled
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.included import Files
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_fast import glance
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.manifests.values import fill_in, refer
from wexa_sync.manifests.variables import Variables, revealed
from wexa_sync.model import Address, Ref, Secret


def referred(spec: Any) -> tuple[Any, list[Fault]]:
    """Return the final spec of a Connection's manifest, and its faults."""
    faults: list[Fault] = []
    files = Files(__file__, Path(__file__).parent, Filling(Variables()))
    filled = fill_in(spec, CONNECTION.fields, files, faults)
    return refer(filled, CONNECTION.fields, "desk", faults), faults


def test_each_text_and_number_of_a_write_only_field_is_a_secret_and_no_other_is() -> None:
    token = Secret(template="${secret:T}", value="hunter2")
    config = {"pin": "12 ${x}", "port": 5, "tls": True, "none": None, "deep": [{"a": "b"}, token, Unfilled("?")]}
    spec, faults = referred({"name": "A", "config": config, "server": {"host": "h", "password": "p"}})
    assert faults == []
    assert repr(spec["config"]) == repr({**config, "pin": token, "port": token, "deep": [{"a": token}, token, "?"]})
    assert spec["config"]["pin"].reveal() == "12 ${x}"
    assert spec["config"]["deep"][1].template == "${secret:T}", "as the manifest has it"
    assert spec["server"] == {"host": "h", "password": Secret(template="p", value="p")}


def test_a_write_only_text_in_clear_has_no_template_which_would_be_the_text() -> None:
    spec, _ = referred({"name": "A", "server": {"password": "plain"}})
    assert spec["server"]["password"].template == ""


def test_a_saved_plan_whose_secret_is_not_set_has_none() -> None:
    assert revealed("${secret:TOKEN}", {}) is None
    with pytest.raises(PlanRefused, match="is no variable"):
        revealed("${secret:TO KEN}", {})


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"name": "A", "status": "up"}, ("spec", "status")),
        ({"name": "A", "server": {"checked_at": 5}}, ("spec", "server", "checked_at")),
        ({"name": "A", "columns": [{"column": "a", "column_id": "x"}]}, ("spec", "columns", 0, "column_id")),
    ],
)
def test_a_field_that_only_the_server_sets_does_not_belong_in_a_manifest(spec: Any, path: Any) -> None:
    _, faults = referred(spec)
    assert faults == [Fault(path, "only the server sets this field", "Take it out.", at_key=True)]


def test_two_items_of_one_key_are_told_of() -> None:
    columns = [{"column": "a"}, {"column": "b"}, {"column": " a"}, {"width": 2}, 7, {"column": "a"}]
    spec, faults = referred({"name": "A", "columns": columns})
    assert spec["columns"] == columns
    assert [(fault.path, fault.message) for fault in faults] == [
        (("spec", "columns", 2, "column"), 'the column " a" is taken: columns[0] has it'),
        (("spec", "columns", 5, "column"), 'the column "a" is taken: columns[0] has it'),
    ]


def test_a_reference_stands_beside_them() -> None:
    spec, faults = referred({"name": "A", "skill": "sum", "config": {"pin": "1"}})
    assert faults == []
    assert spec["skill"] == Ref(kind="Skill", address=Address(project="desk", kind="Skill", name="sum"))


def test_none_of_the_words_keeps_a_manifest_from_being_checked_at_a_glance() -> None:
    data = {
        "apiVersion": "wexa.ai/v1",
        "kind": "Connection",
        "metadata": {"name": "a"},
        "spec": {"name": "A", "columns": [{"column": "a", "salt": "s"}], "server": {"password": None}},
    }
    assert glance(CONNECTION.schema)(data)
    assert schema_faults(CONNECTION.schema, data) == []
    wrong = {**data, "spec": {"name": 5}}
    assert [fault.path for fault in schema_faults(CONNECTION.schema, wrong)] == [("spec", "name")]
