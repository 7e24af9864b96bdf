"""Each word that a schema says of a field, read once into a tree."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import wexa_sync
from tests.unit.kinds.connection import CONNECTION
from wexa_sync.kinds import KINDS
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import (
    DESCEND,
    NO_DEFAULT,
    UNKNOWN,
    WORDS,
    Field,
    Format,
    Order,
    Test,
    all_in,
    is_sent,
    is_shown,
    nowhere,
    select,
    spec_fields,
    walk,
)

FIELDS = CONNECTION.fields


@pytest.mark.parametrize(
    ("path", "attribute", "value"),
    [
        (("name",), "wire_name", "displayName"),
        (("type",), "wire_name", "type"),
        (("name",), "types", {"string"}),
        (("server", "password"), "types", {"string", "null"}),
        (("skill",), "types", set()),
        (("config",), "open", True),
        (("server",), "open", False),
        (("name",), "open", False),
        (("skill",), "ref", "Skill"),
        (("tags",), "order", Order.SET),
        (("columns",), "order", Order.KEYED),
        (("columns",), "key", "column"),
        (("rows",), "order", Order.PARTS),
        (("name",), "order", Order.ORDERED),
        (("server", "checked_at"), "format", Format.EPOCH_SECONDS),
        (("columns", 3, "form"), "format", Format.JSON_TEXT),
        (("name",), "format", None),
        (("state",), "words", {"active": "ready"}),
        (("name",), "words", None),
        (("type",), "immutable", True),
        (("name",), "immutable", False),
        (("wait",), "local", True),
        (("name",), "local", False),
        (("status",), "read_only", True),
        (("name",), "read_only", False),
        (("config",), "write_only", True),
        (("server",), "write_only", False),
        (("type",), "default", "mail"),
        (("wait",), "default", False),
        (("name",), "default", NO_DEFAULT),
    ],
)
def test_a_field_has_what_the_schema_says_of_it(path: tuple[Any, ...], attribute: str, value: object) -> None:
    assert getattr(FIELDS.at(path), attribute) == value
    assert FIELDS.at(path).name == (path[-1] if isinstance(path[-1], str) else "")


def test_what_the_schema_does_not_know_is_unknown() -> None:
    for path in (("nothing",), ("config", "pin"), ("name", 0), ("tags", 0, "x"), ("server", 3)):
        assert FIELDS.at(path) is UNKNOWN, path
    assert FIELDS.at(()) is FIELDS


def test_what_stands_in_a_write_only_field_is_shown_by_no_read() -> None:
    assert not FIELDS.shows(("config",))
    assert not FIELDS.shows(("config", "pin", 0))
    assert FIELDS.shows(("server",))
    assert not FIELDS.shows(("server", "password"))
    assert not FIELDS.shows(("columns", 0, "salt"))
    assert FIELDS.shows(("columns", 0, "width"))


def test_only_the_fields_stay_for_which_the_test_holds_at_every_depth() -> None:
    spec = {
        "name": "A",
        "wait": True,
        "status": "up",
        "rows": [{}],
        "config": {"pin": "1"},
        "server": {"host": "h", "password": "p", "checked_at": 5},
        "columns": [{"column": "a", "salt": "s", "column_id": "i"}, 7],
        "mystery": {"status": 1},
    }
    assert select(spec, FIELDS, is_sent) == {
        "name": "A",
        "config": {"pin": "1"},
        "server": {"host": "h", "password": "p"},
        "columns": [{"column": "a", "salt": "s"}, 7],
        "mystery": {"status": 1},
    }
    assert select(spec["server"], FIELDS.at(("server",)), is_shown) == {"host": "h", "checked_at": 5}
    assert all_in(FIELDS.at(("tags",)), is_shown)
    assert not all_in(FIELDS, is_shown)


def test_a_walk_meets_each_place_with_its_field_and_its_path() -> None:
    met: dict[tuple[str | int, ...], Field] = {}

    def visit(value: Any, field: Field, path: tuple[str | int, ...]) -> Any:
        met[path] = field
        return f"<{value}>" if isinstance(value, str) else DESCEND

    spec = {"name": "A", "columns": [{"column": "a", "width": 2}], "mystery": [1]}
    assert walk(spec, FIELDS, visit) == {
        "name": "<A>",
        "columns": [{"column": "<a>", "width": 2}],
        "mystery": [1],
    }
    assert met == {path: FIELDS.at(path) for path in met}
    assert ("columns", 0, "width") in met


def _has_no_format(field: Field) -> bool:
    return field.format is None


def _refers_to_nothing(field: Field) -> bool:
    return not field.ref


def _full(field: Field) -> Any:
    """Return a value that says something at every place that the field has, and at one that it does not know."""
    if field.items is not None:
        return [_full(field.items), _full(field.items)]
    if field.fields:
        return {name: _full(inner) for name, inner in field.fields.items()} | {"mystery": {"inside": ["text"]}}
    return "text"


@pytest.mark.parametrize("skip", [nowhere, is_shown, _has_no_format, _refers_to_nothing])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.schema], ids=lambda kind: kind.name)
def test_a_walk_past_some_fields_replaces_all_others_as_any_walk_does(kind: Kind, skip: Test) -> None:
    met: list[tuple[str | int, ...]] = []

    def visit(value: Any, _field: Field, path: tuple[str | int, ...]) -> Any:
        met.append(path)
        return f"<{value}>" if isinstance(value, str) else DESCEND

    def visit_some(value: Any, field: Field, path: tuple[str | int, ...]) -> Any:
        skipped = field is UNKNOWN or skip(field) or (field.bare and isinstance(value, str))
        return DESCEND if path and skipped else visit(value, field, path)

    spec = _full(kind.fields)
    before, expected, wanted = deepcopy(spec), walk(spec, kind.fields, visit_some), met.copy()
    met.clear()
    assert walk(spec, kind.fields, visit, skip=skip) == expected
    assert met == wanted
    assert spec == before
    assert walk(spec, kind.fields, lambda *_: DESCEND, skip=skip) is spec


def test_the_tree_of_a_kind_is_built_once() -> None:
    for kind in KINDS:
        assert kind.fields is kind.fields
    assert CONNECTION.fields is FIELDS


@pytest.mark.parametrize(
    "said",
    [
        {"x-wexa-list": "sorted"},
        {"x-wexa-format": "roman"},
        {"type": "array", "items": {"type": "object"}, "x-wexa-list": {"key": "column"}},
        {"type": "array", "x-wexa-list": {"key": "column"}},
        {
            "type": "array",
            "items": {"type": "object", "properties": {"column": {"type": "integer"}}},
            "x-wexa-list": {"key": "column"},
        },
    ],
)
def test_a_word_that_makes_no_sense_is_no_schema(said: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "wrong.schema.json"
    file.write_text(json.dumps({"type": "object", "properties": {"field": said}}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"roman|sorted|column"):
        spec_fields(str(file))


def test_no_other_file_knows_the_words() -> None:
    package = Path(wexa_sync.__file__).parent
    texts = {path.relative_to(package).as_posix(): path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    words = [word for word in WORDS if word.startswith("x-wexa-")] + ['"readOnly"', '"writeOnly"']
    assert {name for name, text in texts.items() if any(word in text for word in words)} == {"kinds/spec/fields.py"}
