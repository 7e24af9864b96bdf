"""Read what the schemas say of the fields into a tree of `Field` values. No other file knows the words `x-wexa-...`.

The words are explained in `schemas/common.schema.json`. To add one: its line there, and its line in `_read`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Any

from msgspec import Struct, field

from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.model import LEAVES, Path


class Order(Enum):
    """Say how the items of two lists are compared."""

    ORDERED = "ordered"
    SET = "set"
    KEYED = "keyed"
    """By the value of one of their fields (`Field.key`), in any order."""
    PARTS = "parts"
    """Not at all: each item is a resource of its own."""


class Format(Enum):
    """Hold what a text stands for."""

    EPOCH_SECONDS = "epoch-seconds"
    """A time: ISO 8601 in manifests, seconds since 1970 on the wire."""
    JSON_TEXT = "json-text"
    """JSON, compared once it is parsed."""
    CONTENT = "content"
    """The content of a file, whatever it holds: its path, its hash and its size."""
    CRON = "cron"
    """When to run, again and again: five fields."""


NO_DEFAULT: Any = object()
"""The field has no default; it may have one that is null."""


class Field(Struct, frozen=True, kw_only=True, eq=False):
    """Describe one place of a spec, with all that is known of it. There is one of each: what is equal is the same.

    `wire_name`: the field's name in the API's responses. `types`: the JSON types that it takes; empty where any may
    stand. `open`: an object that takes fields beyond `fields`. `ref`: the kind that it refers to. `refs`: the kinds, of
    a reference that names its kind: `{connector: REFERENCE}`; `ref` is then the first. `key`: of a KEYED list, the
    field that tells the items apart. `words`: of a text that is one word of a few, in any case, the words
    that mean the same as another one; None for any other text. `immutable`: the API can't change it. `local`: for
    wexa-sync alone. `read_only`: the server sets it; it is never sent and never compared. `write_only`: it is sent, and
    a read of it (a mask, an echo, nothing) says nothing; that holds for all in it. `bare`: a text there is a text, and
    stands for nothing else.
    """

    name: str = ""
    wire_name: str = ""
    types: frozenset[str] = frozenset()
    open: bool = False
    ref: str = ""
    refs: tuple[str, ...] = ()
    order: Order = Order.ORDERED
    key: str = ""
    format: Format | None = None
    words: Mapping[str, str] | None = None
    immutable: bool = False
    local: bool = False
    read_only: bool = False
    write_only: bool = False
    default: Any = NO_DEFAULT
    fields: Mapping[str, Field] = field(default_factory=dict)
    items: Field | None = None
    bare: bool = True

    def at(self, path: Path) -> Field:
        """Return the field that stands at the path; UNKNOWN where the schema knows none."""
        found = self
        for part in path:
            found = (found.items if isinstance(part, int) else found.fields.get(part)) or UNKNOWN
        return found

    def along(self, path: Path) -> Iterator[tuple[Path, Field]]:
        """Return each place on the way to a path, the path itself too, with its field; from the outside in."""
        return ((path[:size], self.at(path[:size])) for size in range(1, len(path) + 1))

    def meant(self, value: Any) -> Any:
        """Return the word that a text means, where the field holds one word of a few; any other value as it is."""
        if self.words is None or not isinstance(value, str):
            return value
        word = value.strip().lower()
        return self.words.get(word, word)

    def shows(self, path: Path) -> bool:
        """True when a read shows what stands at the path as it is."""
        return not any(field.write_only for _, field in self.along(path))


UNKNOWN = Field()
"""A place that the schema does not know."""

WORDS = frozenset({"readOnly", "writeOnly"}) | {
    f"x-wexa-{word}" for word in ("ref", "field", "immutable", "list", "format", "words", "local")
}
"""The words of the schemas that validate nothing."""

Test = Callable[[Field], bool]


def is_sent(field: Field) -> bool:
    """True when the server takes the field in the body of its resource."""
    return not field.local and not field.read_only and field.order is not Order.PARTS


def is_shown(field: Field) -> bool:
    """True when a read shows the field as it is."""
    return not field.write_only


def is_read(field: Field) -> bool:
    """True when the server takes the field, and a read shows it."""
    return is_sent(field) and is_shown(field)


def is_bare(field: Field) -> bool:
    """True when a text at the field is a text, and stands for nothing else."""
    return field.bare


def has_no_key(field: Field) -> bool:
    """True when the field is no list whose items are told apart by a key."""
    return field.order is not Order.KEYED


@cache
def all_in(field: Field, test: Test) -> bool:
    """True when the test holds for every field inside the field."""
    inner = (*field.fields.values(), *((field.items,) if field.items else ()))
    return all(test(each) and all_in(each, test) for each in inner)


@cache
def failing(field: Field, test: Test) -> tuple[str, ...]:
    """Return the names of the fields of an object at which, or inside of which, the test fails."""
    return tuple(name for name, each in field.fields.items() if not (test(each) and all_in(each, test)))


def select(value: Any, field: Field, test: Test) -> Any:
    """Return the value with only those fields in it, at every depth, for which the test holds."""
    if all_in(field, test):
        return value
    if isinstance(value, dict):
        inside = failing(field, test)
        if value.keys().isdisjoint(inside):
            return value
        return {
            name: select(item, field.fields[name], test) if name in inside else item
            for name, item in value.items()
            if name not in inside or test(field.fields[name])
        }
    if isinstance(value, list):
        return [select(item, field.items or UNKNOWN, test) for item in value]
    return value


DESCEND: Any = object()
"""What a visit returns to be asked about the children instead of replacing the value."""

Visit = Callable[[Any, Field, Path], Any]


@cache
def spec_fields(schema: str) -> Field:
    """Return the fields of a spec, from the schema of that file name: a manifest's, or of a part, which is all spec."""
    whole = bundled(schema)
    return _read("", whole["properties"].get("spec", whole))


@cache
def manifest_fields(schema: str) -> Field:
    """Return the fields of a whole manifest, its envelope too, from the schema of that file name."""
    return _read("", bundled(schema))


def kinds_referred_to(schema: Schema) -> tuple[str, ...]:
    """Return the names of the kinds that a place of that schema may refer to; none where it refers to nothing."""
    kinds = schema.get("x-wexa-ref", ())
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def names_its_kind(schema: Schema) -> bool:
    """True when a reference at a place of that schema names its kind: `{connector: REFERENCE}`."""
    return isinstance(schema.get("x-wexa-ref"), list)


def word_of(kind: str) -> str:
    """Return the word by which a reference names its kind: `connector`."""
    return kind[:1].lower() + kind[1:]


def _read(name: str, schema: Schema) -> Field:
    refs = kinds_referred_to(schema)
    if not refs:
        schema = _of_all_forms(schema)
    types, items, order = schema.get("type", ()), schema.get("items"), schema.get("x-wexa-list", "ordered")
    item = _read("", items) if isinstance(items, dict) else None
    key = order["key"] if isinstance(order, dict) else ""
    if key and (item is None or item.at((key,)).types != {"string"}):
        raise ValueError(f"x-wexa-list of {name}: the items have no text field {key!r}")
    return Field(
        name=name,
        wire_name=schema.get("x-wexa-field", name),
        types=frozenset([types] if isinstance(types, str) else types),
        open="object" in types and schema.get("additionalProperties", True) is not False,
        ref=next(iter(refs), ""),
        refs=refs if names_its_kind(schema) else (),
        order=Order.KEYED if key else Order(order),
        key=key,
        format=Format(schema["x-wexa-format"]) if "x-wexa-format" in schema else None,
        words=schema.get("x-wexa-words"),
        immutable=schema.get("x-wexa-immutable", False),
        local=schema.get("x-wexa-local", False),
        read_only=schema.get("readOnly", False),
        write_only=schema.get("writeOnly", False),
        default=schema.get("default", NO_DEFAULT),
        fields={inner: _read(inner, value) for inner, value in schema.get("properties", {}).items()},
        items=item,
        bare=not (refs or {"x-wexa-format", "readOnly", "writeOnly"} & schema.keys()),
    )


def _of_all_forms(schema: Schema) -> Schema:
    """Return the schema of a place that takes several forms (`anyOf`) with the types and the fields of all of them."""
    forms = schema.get("anyOf", ())
    if not forms or not all(isinstance(form.get("type"), str) for form in forms):
        return schema
    words = ("properties", "additionalProperties", "items")
    inside = {word: form[word] for form in forms for word in words if word in form}
    return {**schema, **inside, "type": [form["type"] for form in forms]}


def nowhere(_field: Field) -> bool:
    """Pass over no field (see `walk`)."""
    return False


@cache
def _way(field: Field, skip: Test) -> tuple[Field, bool, bool]:
    """Return the field, whether a visit is asked about what stands there, and whether about a leaf."""
    return field, not skip(field), not (skip(field) or field.bare)


@cache
def _ways(field: Field, skip: Test) -> tuple[tuple[str, Field, bool, bool], ...]:
    """Return the way to each field of an object at which, or inside of which, a visit may be asked."""
    return tuple((name, *_way(field.fields[name], skip)) for name in failing(field, skip))


def walk(value: Any, field: Field, visit: Visit, path: Path = (), skip: Test | None = None) -> Any:
    """Return a copy of `value` in which `visit` has replaced what it wanted to, guided by the field of each place.

    `visit(value, field, path)` returns the replacement, or DESCEND. Places that the schema does not know are UNKNOWN.
    With `skip`, it is not asked about unknown places in `value`, fields for which that holds, and leaves in bare ones;
    only what holds a replacement is copied then.
    """
    if (found := visit(value, field, path)) is not DESCEND:
        return found
    if type(value) is str:  # by far the most common
        return value
    if skip is not None:
        return _walk_past(value, field, visit, path, skip)
    if isinstance(value, dict):
        return {key: walk(item, field.fields.get(key, UNKNOWN), visit, (*path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [walk(item, field.items or UNKNOWN, visit, (*path, index)) for index, item in enumerate(value)]
    return value


def _walk_past(value: Any, field: Field, visit: Visit, path: Path, skip: Test) -> Any:
    """Return the value as `walk` does past what is to be skipped. The visit is not asked about the value itself."""
    ways: Iterable[tuple[str | int, Field, bool, bool]] = ()
    if isinstance(value, dict):
        inside, ways = value, _ways(field, skip)
    elif isinstance(value, list) and field.items is not None:
        inside, ways = dict(enumerate(value)), [(index, *_way(field.items, skip)) for index in range(len(value))]
    found = value
    for key, each, asked, of_leaves in ways:
        item = inside.get(key)
        if type(item) in LEAVES and not (of_leaves and key in inside):  # far the most common, or nothing stands there
            continue
        new = (walk if asked else _walk_past)(item, each, visit, (*path, key), skip)
        if new is not item:
            found = value.copy() if found is value else found
            found[key] = new
    return found
