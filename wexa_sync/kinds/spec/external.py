"""Explain why a display name leads to no live resource."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from wexa_sync.kinds.base import Kind


def no_such_external(kind: Kind, name: str, raws: Sequence[Mapping[str, Any]]) -> str:
    """Return why a display name can't be resolved: no live resource has it, or several have."""
    names = sorted(str(raw.get(kind.display)) for raw in raws)
    if names.count(name) > 1:
        return f"{names.count(name)} live {kind.name}s are called {name!r}; refer to one by {{id: ...}}"
    others = f"; there are: {', '.join(repr(other) for other in names[:10])}" if names else "; there is none at all"
    return f"no live {kind.name} is called {name!r}{others}"
