"""Say of the three values of a field why they are a difference, or why they are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from wexa_sync.compare.parts import identical, ignored
from wexa_sync.compare.same import kept
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.fields import NO_DEFAULT, Field, Format, Order
from wexa_sync.kinds.spec.wire import default_of
from wexa_sync.model import Path, Recalled, Ref, show_path
from wexa_sync.secrecy.find import has_secret

ABSENT: Any = object()
"""The value of a side on which the field does not stand."""


class Values(NamedTuple):
    """Describe a field as it is declared, as it was last applied, and as it is live."""

    desired: Any
    applied: Any
    live: Any

    @property
    def known(self) -> tuple[Any, ...]:
        """Return the values that there are."""
        return tuple(value for value in self if value is not ABSENT)

    def at(self, key: str | int) -> Values:
        """Return the values one step further in."""
        return Values(*(_inside(value, key) for value in self))


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(key, ABSENT)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else ABSENT


def leaves(values: Values, path: Path = ()) -> Iterator[tuple[Path, Values]]:
    """Yield the places worth a line: mappings are entered, and lists of mappings that are as long on every side."""
    known = values.known
    if known and all(isinstance(value, Mapping) for value in known) and (any(known) or not path):
        for key in dict.fromkeys(key for value in known for key in value):
            yield from leaves(values.at(key), (*path, key))
    elif known and all(_is_rows(value) and len(value) == len(known[0]) for value in known):
        for index in range(len(known[0])):
            yield from leaves(values.at(index), (*path, index))
    else:
        yield path, values


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def is_same(values: Values) -> bool:
    """True when the declared value is live to the letter, and no secret."""
    return not has_secret(values.desired, values.applied) and identical(values.desired, values.live)


def is_kept(values: Values) -> bool:
    """True when nothing is declared, and live has what was applied, to the letter."""
    return values.desired is ABSENT and not has_secret(values.applied) and identical(values.applied, values.live)


def why_no_difference(kind: Kind, path: Path, values: Values, ignore: tuple[str, ...]) -> str:
    """Return why values that are not the same to the letter are no difference."""
    field, way = kind.fields.at(path), [inner for _, inner in kind.fields.along(path)]
    desired, applied, live = values
    if ignored(path, ignore):
        return "metadata.lifecycle.ignore_changes leaves it to the live side"
    if has_secret(*values.known):
        return "secret: compared by its fingerprint"
    if any(inner.write_only for inner in way):
        return "write-only: no read shows it, so what was applied last counts"
    if any(inner.local for inner in way):
        return "for wexa-sync alone: it is never sent"
    if isinstance(desired, Recalled):
        return "a variable of it is not set here, so what was applied last counts"
    if desired is ABSENT:
        return _why_undeclared(kind, path, field, live)
    if live is ABSENT:
        same = applied is not ABSENT and identical(applied, desired)
        return "the read leaves it out, so what was applied last counts" if same else "nothing is as good as empty"
    return _why_equal(field, desired, live)


def _why_undeclared(kind: Kind, path: Path, field: Field, live: Any) -> str:
    for rule in kind.derived:
        if path[: len(rule.target)] == rule.target:
            return f"follows from {show_path(rule.source)}"
    if "array" in field.types:
        return "the manifest leaves this list out, so it is not managed"
    if field.words is not None and field.default is NO_DEFAULT:
        return "the manifest leaves this out, so it is not managed"
    if field.default is not NO_DEFAULT and (live is ABSENT or live == default_of(field)):
        return "no longer declared: it has the default of the API"
    return "no longer declared: nothing is left of it" if live in (ABSENT, None, "") else "no longer declared"


def _why_equal(field: Field, desired: Any, live: Any) -> str:
    if isinstance(desired, Ref) or field.ref:
        return "the same resource"
    if field.format is Format.EPOCH_SECONDS:
        return "the same time"
    if field.format is Format.JSON_TEXT:
        return "the same JSON"
    if field.words is not None:
        return "the same word"
    if field.order is Order.SET:
        return "the same items: their order has no meaning"
    return "the server trims texts, and has null for what is empty" if kept(desired, live) else "the same to the server"
