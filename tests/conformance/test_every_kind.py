"""Test each kind in KINDS: a schema of known words, an example, a lossless codec, a server with the same operations.

test_every_reading.py tests that a plan after an apply is empty for each kind under each reading.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.desks import SECRETS
from tests.conftest import Desk, copy_example
from wexa_sync import engine
from wexa_sync.compare.parts import sent_fields
from wexa_sync.kinds import KINDS, holder_of, owner_of, part_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Operation, Scope
from wexa_sync.kinds.spec.fields import WORDS as FIELD_WORDS
from wexa_sync.kinds.spec.fields import Field, Order, is_sent, is_shown
from wexa_sync.kinds.spec.schema import bundled
from wexa_sync.kinds.spec.wire import decode, encode, references, with_defaults
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Manifest, Ref

if TYPE_CHECKING:
    from tests.conftest import Remote

EXAMPLES = Path(__file__).parents[2] / "examples"
WITH_SCHEMA = [kind for kind in KINDS if kind.schema]
CREATABLE = [kind for kind in WITH_SCHEMA if kind.calls(Operation.CREATE)]
"""The kinds that an example can show: of the others, there is something only where Wexa made it."""
WORDS = FIELD_WORDS | {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "default", "examples"),
    *("type", "enum", "const", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum"),
    *("properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties"),
    *("items", "minItems", "maxItems", "uniqueItems", "oneOf", "anyOf", "allOf", "not", "if", "then", "else"),
}
UNDOCUMENTED = frozenset(
    call.undocumented for kind in KINDS for each in kind.endpoints for call in kind.calls(each)
) - {""}
NOWHERE = "0123456789abcdef01234567"


def by_name(kind: Kind) -> str:
    """Return a kind's name as the id of a test."""
    return kind.name


def schemas_in(node: Any) -> Iterator[dict[str, Any]]:
    """Return a schema and every schema inside."""
    if not isinstance(node, dict):
        return
    yield node
    for word in ("properties", "$defs", "patternProperties"):
        for inner in node.get(word, {}).values():
            yield from schemas_in(inner)
    for word in ("items", "additionalProperties", "propertyNames", "not", "if", "then", "else"):
        yield from schemas_in(node.get(word))
    for word in ("oneOf", "anyOf", "allOf"):
        for inner in node.get(word, []):
            yield from schemas_in(inner)


def fields_in(field: Field) -> Iterator[Field]:
    """Return a field and every field inside."""
    yield field
    for inner in (*field.fields.values(), *([field.items] if field.items else [])):
        yield from fields_in(inner)


FOLDERS = ("support-desk", "channels", "marketplace", "files", "auto-reply", "tables", "seed")
"""The examples that declare every kind together."""


@cache
def examples(kind: Kind) -> tuple[str, tuple[Manifest, ...]]:
    """Return the first example that declares a kind, and its manifests of that kind."""
    for name in FOLDERS:
        folder = EXAMPLES / name
        manifests = engine.read(Sources(paths=(folder,), root=folder, env=SECRETS)).manifests.values()
        if found := tuple(manifest for manifest in manifests if manifest.address.kind == kind.name):
            return name, found
    raise AssertionError(f"no example declares a {kind.name}")


@pytest.mark.parametrize("kind", WITH_SCHEMA, ids=by_name)
def test_its_schema_uses_known_words_only(kind: Kind) -> None:
    found = list(schemas_in(bundled(kind.schema)))
    assert {word for schema in found for word in schema} - WORDS == set()
    assert {ref for field in fields_in(kind.fields) for ref in (field.ref, *field.refs) if ref} <= {
        each.name for each in KINDS
    }


@pytest.mark.parametrize("kind", WITH_SCHEMA, ids=by_name)
def test_every_field_is_described_and_what_the_kind_names_is_in_the_schema(kind: Kind) -> None:
    properties = bundled(kind.schema)["properties"]
    described = properties if part_of(kind) else properties["spec"]["properties"]
    assert [name for name, schema in described.items() if not schema.get("description")] == []
    named = {*kind.identity, *kind.narrow, kind.display, *(rule.target[0] for rule in kind.derived)}
    named |= {name for each in kind.endpoints for endpoint in kind.calls(each) for name in endpoint.fields or ()}
    assert named - {"", *kind.fields.fields} == set()


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_only_an_update_takes_several_calls_and_they_share_no_field(kind: Kind) -> None:
    for operation in kind.endpoints:
        calls = kind.calls(operation)
        names = [name for call in calls for name in call.fields or ()]
        whole = [call for call in calls if not call.only]  # of those for one spec, each is the only one
        assert len(whole) == 1 or (operation is Operation.UPDATE and all(call.fields for call in calls))
        assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_every_placeholder_can_be_filled(kind: Kind) -> None:
    # A field of the spec stands only in a call that writes, and never changes.
    calls = [(each, call) for each in kind.endpoints for call in kind.calls(each)]
    if kind.listing is not None:
        calls.append((Operation.READ, kind.listing.endpoint))
    for operation, call in calls:
        places = set(re.findall(r"\{([\w.]+)\}", f"{call.path} {json.dumps([call.query, call.body, call.files])}"))
        fields = {each.removeprefix("spec.") for each in places if each.startswith("spec.")}
        known = {"project", "owner", "id", "org", "user"}
        if operation is Operation.CREATE and (part := part_of(kind)) is not None and part.chain is not None:
            known |= {"before", "branch"}
        known |= {each for each in places if each.startswith("owner.") and call.replaces}
        assert places - {f"spec.{name}" for name in fields} <= known
        assert all(kind.fields.at((name,)).immutable for name in fields)
        assert not fields or operation is not Operation.READ


@pytest.mark.parametrize("kind", WITH_SCHEMA, ids=by_name)
def test_its_schema_and_its_declaration_name_the_same_parts(kind: Kind) -> None:
    in_schema = {name for name, field in kind.fields.fields.items() if field.order is Order.PARTS}
    assert {part.field for part in kind.parts} == in_schema
    assert {part.kind.name for part in kind.parts if owner_of(part.kind) is not kind} == set()
    if kind.listing is not None:  # a list of parts is asked for by owner, and no other list is
        assert (kind.listing.scope is Scope.OWNER) == (holder_of(kind) is not None)


@pytest.mark.parametrize("kind", KINDS, ids=by_name)
def test_what_it_can_not_do_has_a_hint(kind: Kind) -> None:
    # No call deletes an action, because it already happened.
    wanted = [Operation.UPDATE] if kind.nature is Nature.ACTION else [Operation.UPDATE, Operation.DELETE]
    assert [each for each in wanted if kind.schema and not kind.can(each) and not kind.hints.get(each)] == []


@pytest.mark.parametrize("kind", CREATABLE, ids=by_name)
def test_an_example_declares_it_and_survives_the_wire(kind: Kind) -> None:
    _, found = examples(kind)
    fields = kind.fields.fields.items()
    travel = {name for name, field in fields if is_sent(field) and is_shown(field)}
    for manifest in found:
        spec = {
            name: value
            for name, value in with_defaults(kind, sent_fields(kind, manifest.spec)).items()
            if name in travel
        }
        ids = {ref: f"id-{number}" for number, ref in enumerate(dict.fromkeys(ref for _, ref in references(spec)))}
        names = {id: ref for ref, id in ids.items()}
        assert decode(kind, encode(kind, spec, ids.__getitem__), _naming(names)) == spec


def _naming(names: dict[str, Ref]) -> Callable[[str, str], Ref]:
    return lambda _kind, id: names[id]


@pytest.mark.parametrize("kind", [kind for kind in CREATABLE if kind.endpoints], ids=by_name)
def test_the_server_agrees_on_what_can_be_done(tmp_path: Path, remote: Remote, kind: Kind) -> None:
    """Check that each declared operation has a route, and that no other operation has one at the path of reads.

    What an action makes is of another kind, which has operations of its own.
    """
    desk = Desk(copy_example(examples(kind)[0], tmp_path / "desk"), remote)
    desk.apply(desk.plan(env=SECRETS, allowed=UNDOCUMENTED), allowed=UNDOCUMENTED, root=desk.folder)
    ids = {address.kind: record.id for address, record in desk.workspace.store.load().records.items()}
    server, around = desk.remote.server, holder_of(kind) or kind
    places = {"project": ids["Project"], "org": server.org_id, "user": server.user_id}
    reads = [*around.calls(Operation.READ), *([around.listing.endpoint] if around.listing is not None else [])]
    place = reads[0].path.format(**{**places, "id": ids.get(around.name, NOWHERE)})  # or it is looked up in its list
    there = 200 if around.name in ids else 404  # other examples declare it
    assert desk.remote.raw("GET", place).status_code == there
    for operation, endpoint in [(each, call) for each in kind.endpoints for call in kind.calls(each)]:
        # The id has no object, so no data changes, and only a missing route answers 405.
        path = re.sub(r"\{(spec|owner)\.\w+\}", NOWHERE, endpoint.path)
        path = path.format(**{**places, "id": NOWHERE, "owner": NOWHERE})
        assert desk.remote.raw(endpoint.method, path, {}).status_code != 405, operation
    for operation, methods in ((Operation.UPDATE, ("PUT", "PATCH")), (Operation.DELETE, ("DELETE",))):
        if operation not in kind.endpoints and part_of(kind) is None and not kind.makes:
            answers = {desk.remote.raw(m, place, {}).status_code for m in methods}
            assert answers <= {404, 405}, operation
    assert desk.remote.raw("GET", place).status_code == there
