"""What a glance tells of a live resource is what a comparison of everything tells: for every kind, at random."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conftest import Desk, copy_example, failures_of, opened
from tests.unit.kinds.connection import CONNECTION
from wexa_sync import engine
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.spec.fields import UNKNOWN, Field, Format
from wexa_sync.kinds.spec.wire import encode, with_derived
from wexa_sync.model import (
    Address,
    Desired,
    ExternalName,
    Later,
    Lifecycle,
    Manifest,
    Observation,
    Pair,
    Record,
    Ref,
    Secret,
    Source,
    Target,
)
from wexa_sync.observe.contents import contents_of
from wexa_sync.observe.known import Known
from wexa_sync.observe.pair import pair
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Decision, Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.secrecy.find import has_secret
from wexa_sync.secrecy.seal import conceal
from wexa_sync.state.base import State

ID = "5" * 24
HANDLES, NAMES = ("one", "two"), ("Away", "two")
"""The handles, and the display names, of what references lead to. What is called `two` has that handle, too."""

KINDS = [
    kind
    for kind in (*BY_NAME.values(), CONNECTION)
    if kind.schema and kind.fields.fields and kind.declarable and kind.nature is Nature.RESOURCE and kind.sown is None
]
TEXTS = st.sampled_from(["", "a", " a", "1", "READY", '{"a": 1}', '{"a":1}', "2035-06-01T07:00:00Z", ID])
LEAVES = st.sampled_from([None, True, False, 0, 1, 1.0, 2.5]) | TEXTS
ALIKE = (bool, int, float)
SECRET = Secret(template="${secret:T}", value="a")


@pytest.fixture(scope="module", autouse=True)
def _another_kind() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BY_NAME, CONNECTION.name, CONNECTION)
        yield


def _id_of(ref: Ref) -> str:
    """Return the id to which a reference leads, if it leads anywhere."""
    return ref.id or sha256(f"{ref.kind}/{ref.address.name if ref.address else ref.external}".encode()).hexdigest()[:24]


def _address(kind: str, name: str) -> Address:
    return Address(kind=kind, name=name, project="desk")


def _refs(kind: str) -> st.SearchStrategy[Ref]:
    by_handle = st.sampled_from(HANDLES).map(lambda name: Ref(kind=kind, address=_address(kind, name)))
    by_name = st.sampled_from([*NAMES, "Gone"]).map(lambda name: Ref(kind=kind, external=name))
    by_id = st.sampled_from([ID, _id_of(Ref(kind=kind, external="two"))]).map(lambda id: Ref(kind=kind, id=id))
    return by_handle | by_handle | by_name | by_id


def _anything(names: list[str]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(["_id", "other", *names])
    return st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3), max_leaves=5
    )


def _values(field: Field, *, odd: bool = True) -> st.SearchStrategy[Any]:
    """Return values for a field, most of them such as a manifest has."""
    if field.ref:
        return _refs(field.ref)
    if field.format is Format.EPOCH_SECONDS:
        return st.sampled_from(["2035-06-01T07:00:00Z", "2035-06-01T07:00:01Z"])
    forms = [_anything([*field.fields])] if odd else []
    if field.fields:
        inner = {name: _values(each, odd=odd) for name, each in field.fields.items()}
        forms += [st.fixed_dictionaries({}, optional=inner)] * 3
    if "array" in field.types:
        forms += [st.lists(_values(field.items or UNKNOWN, odd=odd), max_size=3)] * 2
    if "string" in field.types or not forms:
        forms += [TEXTS, TEXTS, st.just(SECRET)]
    return st.one_of(forms)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside a value."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _paths(item, (*path, key))


def _bent(draw: st.DrawFn, kind: Kind, value: Any) -> Any:
    """Return a value with one thing in it changed."""
    value = _copied(value)
    if not (paths := [*_paths(value)]):
        return value
    *way, key = draw(st.sampled_from(paths))
    around = value
    for part in way:
        around = around[part]
    match draw(st.sampled_from(["set", "alike", "drop", "more", "twice", "swap"])):
        case "set":
            around[key] = draw(LEAVES | _anything([*kind.fields.fields]))
        case "alike" if type(around[key]) in ALIKE:
            around[key] = draw(st.sampled_from([True, 1, 1.0] if around[key] else [False, 0, 0.0]))
        case "drop":
            del around[key]
        case "more" if isinstance(around[key], dict):
            around[key][draw(st.sampled_from(["_id", "name", "other"]))] = draw(LEAVES)
        case "twice" if isinstance(around, list):
            around.append(_copied(around[key]))
        case "swap" if isinstance(around, list):
            around.reverse()
    return value


def _copied(value: Any, leaf: Callable[[Any], Any] = lambda leaf: leaf) -> Any:
    if isinstance(value, dict):
        return {key: _copied(item, leaf) for key, item in value.items()}
    return [_copied(item, leaf) for item in value] if isinstance(value, list) else leaf(value)


def _revealed(leaf: Any) -> Any:
    return leaf.reveal() if isinstance(leaf, Secret) else leaf


@st.composite
def _sides(draw: st.DrawFn, kind: Kind) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    """Return what is declared, recorded and shown: mostly the same, but for one or two changes."""
    odd = draw(st.booleans())
    fields = {name: _values(field, odd=odd) for name, field in kind.fields.fields.items()}
    declared = draw(st.fixed_dictionaries({}, optional=fields))
    full = dict(with_derived(kind, declared, declared=declared))
    applied = draw(st.sampled_from([full, full, full, declared]))
    if draw(st.integers(0, 3)) == 0:  # recorded and live are the same, and something else than declared
        applied = full = _bent(draw, kind, full)
    wire = {name: kind.fields.at((name,)).wire_name for name in full}
    try:
        sent = encode(kind, full, _id_of)
    except ValueError:  # a time that is none
        reject()
    raw = {wire.get(name, name): _copied(value, _revealed) for name, value in sent.items()}
    record = conceal(applied, "key")
    match draw(st.integers(0, 7)):
        case 0:
            declared = _bent(draw, kind, declared)
        case 1:
            record = _bent(draw, kind, record)
        case 2 | 3:
            raw = _bent(draw, kind, raw)
        case 4:
            record, raw = _bent(draw, kind, record), _bent(draw, kind, raw)
    return declared, record, {**raw, **dict.fromkeys(kind.ids, ID)}


def _seen(kind: Kind, declared: Any, applied: Any, raw: Any, lifecycle: Lifecycle) -> tuple[Pair, Observation]:
    """Return the pair of one resource, and what is known around it."""
    owner = owner_of(kind)
    inside = (owner.name, "it") if owner is not None else None
    address = Address(kind=kind.name, name="it", project="" if kind.name == "Project" else "desk", owner=inside)
    manifest = Manifest(address=address, spec=declared, source=Source(file="m.yaml"), lifecycle=lifecycle)
    record = Record(address=address, id=ID, spec=applied, lifecycle=lifecycle)
    state = State(lineage="key", records={address: record})
    known = Known(desired=Desired(manifests={address: manifest}, depends_on={}), state=state)
    for each in BY_NAME:
        for name in HANDLES:
            known.ids[_address(each, name)] = id = _id_of(Ref(kind=each, external=name))
            known.names[id] = _address(each, name)
        for name in NAMES:
            known.externals[ExternalName("desk", each, name)] = id = _id_of(Ref(kind=each, external=name))
            known.external_names[each, id] = name
    observation = Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs=pair(contents_of(known, kind, address.place, [raw])),
        depends_on={},
        ids=known.ids,
        externals=known.externals,
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=2_000_000_000.0,
    )
    return observation.pairs[address], observation


def _decided(found: Pair, observation: Observation) -> Decision | str:
    try:
        return decide(found, observation, Rules())
    except (ValueError, IndexError) as error:  # a time or a word that is none, which no manifest may have
        return repr(error)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@settings(max_examples=100)
@given(data=st.data())
def test_a_glance_decides_as_a_comparison_of_everything(kind: Kind, data: st.DataObject) -> None:
    names = st.lists(st.sampled_from(sorted(kind.fields.fields)), max_size=1).map(tuple)
    lifecycle = Lifecycle(ignore_changes=data.draw(st.just(()) | names))
    found, observation = _seen(kind, *data.draw(_sides(kind)), lifecycle)
    assert found.live is not None
    decided = _decided(found, observation)
    whole = _decided(replace(found, live=replace(found.live, shows=None)), observation)
    assert decided == whole
    assert repr(decided) == repr(whole), "1 and True differ, and so do a reference's names"


@pytest.mark.parametrize("example", ["support-desk", "tables", "gitlab"])
def test_a_plan_in_which_nothing_is_edited_decodes_nothing_of_ours(example: str, tmp_path: Path) -> None:
    with opened() as remote:
        desk = Desk(copy_example(example, tmp_path / "desk"), remote)
        assert failures_of(desk.apply()) == []
        seen = engine.look(desk.read(), desk.workspace)
    assert make_plan(seen, Rules()).work == ()
    for address, found in seen.pairs.items():
        kind = BY_NAME[address.kind]
        if (
            kind.nature is Nature.RESOURCE
            and kind.sown is None
            and found.manifest
            and not has_secret(found.manifest.spec)
        ):
            assert found.live is not None
            assert isinstance(found.live.fields, Later), address
            assert not found.live.fields.is_read, address
