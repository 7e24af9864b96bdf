"""Drafts of every kind with whatever its schema allows, in texts that attack who writes and reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tests.hostile import TEXTS
from wexa_sync.export.draft import Draft
from wexa_sync.kinds import BY_NAME, KINDS, owner_of
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.spec.fields import kinds_referred_to
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.model import Address, Ref, Secret

SECRET = "hunter2-of-the-test"

WORDS = (
    *("yes", "No", "on", "null", "~", "true", "1", "1e3", "0o7", "0x1F", "1_0", "12:30", ".5", "-", "---", "...", "?"),
    *("2024-01-02", "2024-01-02T03:04:05Z", "2024-01-02 03:04", "<<", "=", "!", "!!str x", "&a b", "*a", "@x", "%TAG"),
    *("`x`", "'", '"', "\\", "\\n", "a: b", "a:", ":a", "a #b", "#a", "a#b", "- a", "? a", "[a", "{a", "a]", "a, b"),
    *(" lead", "trail ", "a  b", "\ta", "a\tb", "a\t", "\n", "\n\n", "a\n", "a\n\n", "\na", " \na", "a\n \nb", "a \nb"),
    *("a\r\nb", "a\rb", "a\r", "\r\n", "| x", "> x", "a\n  b\n", "\n  a", "---\n", "a\n---\nb", "a\n...\nb", "#!/a\nb"),
    *(
        "\x00",
        "\x07",
        "\x7f",
        "\x85",
        "\xa0",
        "a\xa0b",
        "\u2028",
        "\u202ea",
        "\ufeff",
        "\ufffe",
        "\U000e0041",
        "👨‍👩‍👧",
    ),
    *("${secret:TOKEN}", "${var:x}", "${env:", "$${", "$${var:x}", "${", "${x}", "a $$${secret:T} b\nc", "${{ x }}"),
    *("<<<<<<< a", "a\n>>>>>>> b\n", "a\n=======\nb", "version https://git-lfs.github.com/spec/v1\nx", "مرحبا", "東京"),
    *(
        "{{ticket}}\n" * 9,
        "word " * 40 + "end",
        "word " * 40,
        "w" * 200,
        "äöü ß " * 30 + "#",
        "a: " * 60 + "b",
        "\u200b\n\u200b",
    ),
)
texts = st.one_of(
    st.sampled_from([*WORDS, *(text for text in TEXTS if len(text) < 1_000)]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    st.lists(st.sampled_from([" ", "\n", "\t", "a", "b c", ":", "#", "-", '"', "'", "${", "é"]), max_size=30).map(
        "".join
    ),
)
_keys = st.sampled_from(
    ["a", "b c", "on", "yes", "1", "x: y", "#", "-", "é", "${var:x}", "external", "file", "_id", "<<"]
)
_numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | _numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=6,
)
_ids = st.from_regex(r"\A[0-9a-f]{24}\Z")
handles = st.one_of(
    st.sampled_from(
        ["a", "a-b", "b", "b-c", "con", "venv", "wexa-sync", "prompts", "flows", "1", "1e3", "x" * 63, "no"]
    ),
    st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,6}[a-z0-9])?\Z"),
)

Pool = dict[str, list[Address]]
"""The addresses by kind that what comes later may refer to."""


@st.composite
def drafts(draw: st.DrawFn) -> list[Draft]:
    """Return drafts of one project or of several, in any order."""
    found: list[Draft] = []
    for name in draw(st.lists(handles, min_size=1, max_size=2, unique=True)):
        pool: Pool = {}
        for kind in KINDS:
            if kind.declarable and owner_of(kind) is None and kind.contents is None:
                most = 1 if kind.name in ("Project", "Database") else 2
                least = 1 if kind.name == "Project" else 0
                names = draw(st.lists(handles, min_size=least, max_size=most, unique=True))
                for handle in [name] if kind.name == "Project" else names:
                    found.append(_draft(draw, kind, "" if kind.name == "Project" else name, handle, pool))
    alike: dict[tuple[object, ...], Draft] = {}
    for each in found:
        kind = BY_NAME[each.address.kind]
        names = [str(each.spec.get(field)).strip() for field in (*kind.identity, *kind.narrow)] or [each.address.name]
        alike.setdefault((each.address.project, kind.name, *names), each)
    kept = {each.address for each in alike.values()}
    there = [each for each in alike.values() if each.address.project_address in kept]
    gone = {each.address for each in found} - {each.address for each in there}
    return draw(st.permutations([_without(each, gone) for each in there]))


def _draft(draw: st.DrawFn, kind: Kind, project: str, handle: str, pool: Pool) -> Draft:
    address = Address(kind=kind.name, name=handle, project=project)
    schema = bundled(kind.schema)["properties"]["spec"]
    spec = draw(_of(schema, pool, leave=[part.field for part in kind.parts]))
    for part in kind.parts:
        if draw(st.booleans()):
            spec[part.field] = _parts(draw, part, spec, pool)
            items = spec[part.field] if isinstance(spec[part.field], list) else []
            inside = [
                address.altered(kind=part.kind.name, owner=(kind.name, handle), name=part.handle_of(it)) for it in items
            ]
            pool.setdefault(part.kind.name, []).extend(inside)
    pool.setdefault(kind.name, []).append(address)
    plain = [name for name in schema["properties"] if name not in [part.field for part in kind.parts]]
    ignored = draw(st.lists(st.sampled_from(plain), max_size=2, unique=True)) if plain else []
    paths = st.tuples(st.just("spec"), st.sampled_from([*schema["properties"], "x"])) | st.tuples(
        st.just("spec"),
        st.sampled_from([part.field for part in kind.parts] or ["x"]),
        st.integers(0, 2),
        st.sampled_from(["title", "prompt", "handle"]),
    )
    comments: dict[tuple[str | int, ...], tuple[str, ...]] = draw(
        st.dictionaries(st.just(()) | paths, st.lists(texts, min_size=1, max_size=2).map(tuple), max_size=3)
    )
    return Draft(address=address, spec=spec, comments=comments, ignore=tuple(ignored))


def _parts(draw: st.DrawFn, part: Part, owner: dict[str, Any], pool: Pool) -> Any:
    if part.only:  # rows, whose key is a column
        columns = owner.get("columns") or []
        key = columns[0]["column_id"] if columns else "email"
        for column in columns[:1]:
            column["column_type"] = "String"
            column.pop("enum_options", None)
        keys = draw(st.lists(texts.filter(str.strip), min_size=1, max_size=3, unique_by=str.strip))
        return {"key": key, "rows": [{key: value} for value in keys]}
    handle = st.from_regex(r"\A[A-Za-z0-9]{1,8}\Z") if part.handle_is_id else handles
    schema = bundled(part.kind.schema)
    names = draw(st.lists(handle, max_size=3, unique=True))
    item = _of(schema, pool, leave=[part.handle, "decision", "conditions"])
    return [{part.handle: name, **draw(item)} for name in names]


def _of(schema: Schema, pool: Pool, leave: list[str] | None = None) -> st.SearchStrategy[Any]:
    """Return values that the schema allows, without the fields to leave out."""
    if kinds := kinds_referred_to(schema):
        return st.sampled_from(kinds).flatmap(lambda kind: _refs(kind, pool))
    if "anyOf" in schema:
        return st.sampled_from(schema["anyOf"]).flatmap(lambda form: _of(form, pool))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    types = schema.get("type")
    if types is None:
        return values
    return _OF_TYPE[types if isinstance(types, str) else types[0]](schema, pool, leave or [])


def _refs(kind: str, pool: Pool) -> st.SearchStrategy[Ref]:
    found = [_ids.map(lambda id: Ref(kind=kind, id=id))]
    if owner_of(BY_NAME[kind]) is None:
        found.append(texts.filter(bool).map(lambda name: Ref(kind=kind, external=name)))
    if known := pool.get(kind):
        found.append(st.sampled_from(known).map(lambda address: Ref(kind=kind, address=address)))
    return st.one_of(found)


def _text(schema: Schema, _pool: Pool, _leave: list[str]) -> st.SearchStrategy[Any]:
    if "pattern" in schema:
        found: st.SearchStrategy[str] = st.from_regex(re.compile(schema["pattern"], re.ASCII), fullmatch=True)
        return found.filter(lambda text: len(text) <= schema.get("maxLength", 99) and "\n" not in text)
    match schema.get("x-wexa-format"):
        case "epoch-seconds":
            return st.integers(0, 4_000_000_000).map(_iso)
        case "cron":
            return st.sampled_from(["0 9 * * *", "*/5 * * * MON-FRI"])
        case "json-text":
            return values.map(lambda value: json.dumps(value, ensure_ascii=False))
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    return texts.filter(lambda text: least <= len(text) <= most)


def _iso(seconds: int) -> str:
    from wexa_sync.kinds.spec.times import iso

    return iso(seconds)


def _object(schema: Schema, pool: Pool, leave: list[str]) -> st.SearchStrategy[Any]:
    known = {name: _of(inner, pool) for name, inner in schema.get("properties", {}).items() if name not in leave}
    if not known and schema.get("additionalProperties") is False:
        return st.just({})
    if not known:
        free = st.dictionaries(_keys.filter(lambda key: key not in ("file", "<<")), values, max_size=3)
        secret = st.just({"pin": Secret(template="${secret:PIN}", value=SECRET)})
        return free | secret if schema.get("writeOnly") else free
    needed = {name: known[name] for name in schema.get("required", ()) if name in known}
    return st.fixed_dictionaries(needed, optional={name: each for name, each in known.items() if name not in needed})


def _array(schema: Schema, pool: Pool, _leave: list[str]) -> st.SearchStrategy[Any]:
    return st.lists(_of(schema.get("items", {}), pool), max_size=3)


def _number(schema: Schema, _pool: Pool, _leave: list[str]) -> st.SearchStrategy[Any]:
    least = max(schema.get("minimum", 0), schema.get("exclusiveMinimum", -1) + 1)
    return st.integers(least, 2**53) if schema["type"] == "integer" else st.floats(least, 1e9)


_OF_TYPE: dict[str, Callable[[Schema, Pool, list[str]], st.SearchStrategy[Any]]] = {
    "string": _text,
    "object": _object,
    "array": _array,
    "integer": _number,
    "number": _number,
    "boolean": lambda _schema, _pool, _leave: st.booleans(),
}


def _without(draft: Draft, gone: set[Address]) -> Draft:
    """Return the draft with references by id to what is not there."""

    def kept(value: Any) -> Any:
        if isinstance(value, Ref) and value.address and (value.address in gone or value.address.owner_address in gone):
            return Ref(kind=value.kind, id="f" * 24)
        if isinstance(value, dict):
            return {key: kept(inner) for key, inner in value.items()}
        return [kept(inner) for inner in value] if isinstance(value, list) else value

    return Draft(address=draft.address, spec=kept(draft.spec), comments=draft.comments, ignore=draft.ignore)
