"""Look up the ids of references, by which values are compared; say why a name leads to none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from wexa_sync.kinds.base import Kind
from wexa_sync.model import Address, ExternalName, Ref
from wexa_sync.text.suggest import did_you_mean


class Comparison(Struct, frozen=True, kw_only=True):
    """Hold what two values are compared by.

    `id_of` gives the id of a reference, None where it is not known. `seal_key` makes the fingerprints of secrets.
    """

    id_of: Callable[[Ref], str | None]
    seal_key: str


def id_of(ref: Ref, project: str, ids: Mapping[Address, str], externals: Mapping[ExternalName, str]) -> str | None:
    """Return the id of a reference in a manifest of that project; None where it is not known yet."""
    if ref.address is not None:
        return ids.get(ref.address)
    return ref.id if ref.external is None else externals.get(ExternalName(project, ref.kind, ref.external))


def comparison_in(
    project: str, ids: Mapping[Address, str], externals: Mapping[ExternalName, str], seal_key: str
) -> Comparison:
    """Return the comparison of values in that project, as far as `ids` and `externals` know at the time of asking."""
    return Comparison(id_of=lambda ref: id_of(ref, project, ids, externals), seal_key=seal_key)


def plain_id(value: Any, comparison: Comparison) -> Any:
    """Return the id of a reference, or its name where the id is not known; any other value as it is."""
    return (comparison.id_of(value) or str(value)) if isinstance(value, Ref) else value


def no_such_external(kind: Kind, name: str, raws: Sequence[Mapping[str, Any]]) -> str:
    """Return why a display name can't be resolved: no live resource has it, or several have."""
    names = sorted(each for raw in raws if isinstance(each := raw.get(kind.display), str))
    if names.count(name) > 1:
        return f"{names.count(name)} live {kind.name}s are called {name!r}; refer to one by {{id: ...}}"
    if not names:
        return f"no live {kind.name} is called {name!r}; there is none {'with a name' if raws else 'at all'}"
    guess = did_you_mean(name, names, "")
    others = f"here are: {', '.join(repr(other) for other in names[:10])}"
    return f"no live {kind.name} is called {name!r}" + (f". {guess} T{others}" if guess else f"; t{others}")
