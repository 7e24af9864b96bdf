"""Word the faults that a JSON Schema finds, and what to do about them, for the author of the manifest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import kinds_referred_to, names_its_kind, word_of
from wexa_sync.kinds.spec.schema import Schema
from wexa_sync.model import HANDLE, Path, Source
from wexa_sync.text.files import short
from wexa_sync.text.suggest import did_you_mean, nearest


class Fault(Struct, frozen=True):
    """Hold a fault at a path: `at_key` where it is about the key and not its value, `source` where in another file."""

    path: Path
    message: str
    hint: str
    at_key: bool = False
    source: Source | None = None


def explain(word: str, wanted: Any, value: Any, schema: Schema, path: Path) -> Iterator[Fault]:
    """Return the faults of one failed schema `word` (`type`, `enum`, ...), which wanted `wanted` and met `value`."""
    if kinds := kinds_referred_to(schema):
        yield several_fault(kinds, value, path) if names_its_kind(schema) else reference_fault(kinds[0], value, path)
    elif word in _SEVERAL:
        yield from _SEVERAL[word](wanted, value, schema, path)
    else:
        message, hint = _ONE.get(word, _other)(wanted, value, schema)
        # A text may come from a file in a manifest's spec alone: not in its metadata, and not in the settings.
        yield Fault(path, message, _JUST_TEXT if hint == _TEXT_OR_FILE and path[:1] != ("spec",) else hint)


def reference_fault(kind: str, value: Any, path: Path) -> Fault:
    """Return the fault of a value that should be a reference to a `kind`, and is none."""
    if isinstance(value, dict) and len(value) == 1 and value.keys() <= {"external", "id"}:
        ((form, name),) = value.items()
        if not isinstance(name, str):
            message, hint = _type("string", name, {})
            return Fault((*path, form), message, hint)
        if name == "***":  # a secret's stand-in
            value = name
        elif form == "id" and name:
            message = f"{shown(name)} is no id: letters, digits, hyphens and underscores"
            return Fault((*path, form), message, "Copy it from Wexa Studio, or write {external: NAME}.")
    live = "{external: NAME} for a live one by its display name, or {id: ID}."
    hint = f"Write the handle of a declared {kind}, {live}" if BY_NAME[kind].declarable else f"Write {live}"
    return Fault(path, f"expected a reference to {_a(kind)}, got {shown(value)}", hint)


def several_fault(kinds: Sequence[str], value: Any, path: Path) -> Fault:
    """Return the fault of a value that should be a reference which names its kind, and is none."""
    wanted = " or ".join(map(_a, kinds))
    forms = " or ".join(f"{{{word_of(kind)}: ...}}" for kind in kinds)
    return Fault(path, f"expected a reference to {wanted}, got {shown(value)}", f"Write {forms}, as the schema shows.")


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"


_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def shown(value: Any) -> str:
    """Return a value for a message: short, and on one line."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, (list, dict)):
        return _NAMES["array" if isinstance(value, list) else "object"]
    return short(json.dumps(value, ensure_ascii=False))


_TEXT_OR_FILE = "Write the text, or {file: PATH} for text from a file, with nothing beside it but `fill: true`."
_JUST_TEXT = "Write the text itself."


def _type(wanted: Any, value: Any, schema: Schema) -> tuple[str, str]:
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    message = f"expected {' or '.join(_NAMES[name] for name in names)}, got {shown(value)}"
    if value is None:
        return message, "Give it a value, or take the line out."
    if isinstance(value, float) and value.is_integer() and "integer" in names:
        return message, f"Write it without a point: {value:.0f}."
    if "string" in names and isinstance(value, (bool, int, float)):
        return message, "Put quotes around it: then it stays as it is written."
    if "string" in names and isinstance(value, dict):
        return message, _TEXT_OR_FILE
    if "array" in names:
        return message, "Write a list: one `- ` line for each item, or [a, b]."
    if isinstance(value, str) and value and value.lower() in _BOOLEANS and "boolean" in names:
        return message, "Write true or false, without quotes."
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
        return message, f"Take the quotes away: {value}."
    if "object" in names:
        return message, "Write its fields as indented `name: value` lines below it."
    return message, _about(schema)


_BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})


def _enum(wanted: Any, value: Any, _schema: Schema) -> tuple[str, str]:
    choices = [str(choice) for choice in wanted]
    message = f"expected {' or '.join(map(shown, wanted))}, got {shown(value)}"
    return message, did_you_mean(str(value), choices, f"Known here: {', '.join(choices)}.")


def _const(wanted: Any, value: Any, _schema: Schema) -> tuple[str, str]:
    return f"expected {shown(wanted)}, got {shown(value)}", f"Write {wanted}; there is no other one yet."


def _pattern(wanted: Any, value: Any, schema: Schema) -> tuple[str, str]:
    if wanted != HANDLE.pattern:
        return f"{shown(value)} is not of the form that this field takes", _about(schema)
    better = re.sub(r"[^a-z0-9]+", "-", value[:63].lower()).strip("-")
    hint = f"Write {better!r}, for example." if better else "Choose a name such as 'support-desk'."
    return f"{shown(value)} is no handle: lower-case letters, digits and hyphens inside", hint


def _length(wanted: Any, value: Any, _schema: Schema) -> tuple[str, str]:
    if len(value) < wanted:
        return "must not be empty", "Give it a value."
    return f"is {len(value):,} long, and {wanted:,} is the most", "Shorten it."


def _number(side: str, wanted: Any, value: Any, schema: Schema) -> tuple[str, str]:
    return f"expected {side} {shown(wanted)}, got {shown(value)}", _about(schema)


def _other(_wanted: Any, value: Any, schema: Schema) -> tuple[str, str]:
    return f"{shown(value)} does not fit here", _about(schema)


def _about(schema: Schema) -> str:
    about = schema.get("description")
    return f"About it: {about}" if about else "`wexa-sync schema` shows what may stand here."


_ONE: dict[str, Callable[[Any, Any, Schema], tuple[str, str]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _length,
    "minProperties": lambda _wanted, _value, schema: ("must not be empty", _about(schema)),
    "maxLength": _length,
    "minimum": partial(_number, "at least"),
    "exclusiveMinimum": partial(_number, "more than"),
    "maximum": partial(_number, "at most"),
}


def _missing(wanted: Any, value: Any, schema: Schema, path: Path) -> Iterator[Fault]:
    fields = schema.get("properties", {})
    meant = {nearest(name, fields) for name in value if name not in fields and not _filled_in(name, fields)}
    for name in wanted:
        if name not in value and name not in meant:  # a misspelt one is reported as misspelt, once
            about = fields.get(name, {})
            text = (
                f"`{name}: {about['const']}`."
                if "const" in about
                else f"{name}. {about.get('description', '')}".strip()
            )
            yield Fault((*path, name), "is missing", f"Add {text}", at_key=True)


def _unknown(_wanted: Any, value: Any, schema: Schema, path: Path) -> Iterator[Fault]:
    fields = schema.get("properties", {})
    for name in value:
        if name not in fields:
            yield Fault(
                (*path, name), f"there is no field {name!r} here", _unknown_hint(name, fields, path), at_key=True
            )


_BY_SERVER = "The server gives it. No id and no time of the server stands in a manifest: take it out."
_BY_US = "wexa-sync fills it in from {}: take it out."
_FILLED_IN = {
    **dict.fromkeys(("id", "createdat", "updatedat", "createdby", "updatedby", "modifiedat", "v"), _BY_SERVER),
    **dict.fromkeys(("projectid",), _BY_US.format("metadata.project")),
    **dict.fromkeys(("orgid", "organizationid"), _BY_US.format("the setting org_id")),
    **dict.fromkeys(("userid", "executedby"), _BY_US.format("the setting user_id")),
}


def _filled_in(name: str, fields: Schema) -> str:
    """Return the hint for a field that the server or wexa-sync fills in; empty for a misspelt one of ours."""
    bare = _bare(name)
    return "" if bare in map(_bare, fields) else _FILLED_IN.get(bare, "")


def _bare(name: str) -> str:
    return name.lower().replace("_", "")


def _unknown_hint(name: str, fields: Schema, path: Path) -> str:
    if hint := _filled_in(name, fields):
        return hint
    if not path:  # in the envelope: perhaps it belongs one level down
        for part in ("metadata", "spec"):
            if name in fields.get(part, {}).get("properties", {}):
                return f"Move it below `{part}`."
    return did_you_mean(name, fields, f"Known here: {', '.join(fields)}." if fields else "Nothing is to be set here.")


_SEVERAL: dict[str, Callable[[Any, Any, Schema, Path], Iterator[Fault]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
}
