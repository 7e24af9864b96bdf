"""References of declared specs are found where the schema has one: all that a search of the whole spec finds."""

from __future__ import annotations

from typing import Any

from tests.conftest import EXAMPLES
from wexa_sync.engine.reading import read
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import Field
from wexa_sync.kinds.spec.referring import declared_references
from wexa_sync.kinds.spec.wire import references
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Ref


def test_the_references_of_the_example_are_those_of_a_search() -> None:
    folder = EXAMPLES / "support-desk"
    manifests = read(Sources(paths=(folder,), root=folder)).manifests
    found = {address: declared_references(BY_NAME[address.kind], each.spec) for address, each in manifests.items()}
    assert {address: sorted(refs, key=str) for address, refs in found.items()} == {
        address: sorted(references(each.spec), key=str) for address, each in manifests.items()
    }
    assert sum(map(len, found.values())) > 5


def filled(field: Field) -> Any:
    """Return a value with a reference wherever the field can have one."""
    if field.ref:
        return Ref(kind=field.ref, external="one")
    return [filled(field.items)] * 2 if field.items else {name: filled(each) for name, each in field.fields.items()}


def test_no_place_of_any_kind_is_left_out() -> None:
    for kind in BY_NAME.values():
        spec = {name: filled(field) for name, field in kind.fields.fields.items()}
        assert declared_references(kind, spec) == references(spec), kind.name
