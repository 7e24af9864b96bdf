"""A response is read without a walk where nothing in it stands for something else: with the same result as with one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import Field, is_read, select, walk
from wexa_sync.kinds.spec.wire import _reader, by_id, decode, read_fields
from wexa_sync.model import Secret

_SECRET = Secret(template="", value="hush")  # a snapshot has such
_LEAVES = st.sampled_from([None, True, 0, 1, 2.5, "", "text", "_id", "2035-06-01T07:00:00Z", _SECRET])


def _anything(names: list[str]) -> st.SearchStrategy[Any]:
    keys = st.sampled_from(["_id", "other", *names])
    return st.recursive(
        _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
    )


def _names(field: Field) -> list[str]:
    inner = [*field.fields.values(), *([field.items] if field.items else [])]
    return [*field.fields, *(name for each in inner for name in _names(each))]


@pytest.mark.parametrize(
    "kind", [kind for kind in BY_NAME.values() if kind.schema and read_fields(kind)], ids=lambda kind: kind.name
)
@given(data=st.data())
def test_a_response_is_read_as_by_a_walk_of_all_of_it(kind: Kind, data: st.DataObject) -> None:
    fields = read_fields(kind)
    field = fields[data.draw(st.sampled_from(sorted(fields)))]
    value = data.draw(_anything(_names(field)))
    walked = walk(select(value, field, is_read), field, _reader(by_id))
    # Not as equals: 1 and True differ.
    assert repr(decode(kind, {field.wire_name: value}, by_id)) == repr({field.name: walked})
