"""Hold one list as the server showed it, with its indexes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from wexa_sync.api.calls import Raw
from wexa_sync.api.paging import Found
from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.same import natural_key
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.wire import decode


class Listed:
    """Represent the live things of one kind in one place, as one list showed them.

    `key` is what the plan seals secrets with.
    """

    def __init__(self, kind: Kind, found: Found, key: str) -> None:
        self.kind, self.found = kind, found
        self._comparison = comparison_in("", {}, {}, key)  # natural keys need not know any reference
        self.raws = raws = found.items
        self.ids = frozenset(id for raw in raws for id in kind.ids_of(raw))  # the field's name

    @cached_property
    def by_key(self) -> Mapping[str, Sequence[Raw]]:
        """Return the items by their natural key."""
        fields, found = (*self.kind.identity, *self.kind.narrow), defaultdict(list)
        for raw in self.raws:
            specs = (decode(self.kind, form) for form in self.kind.forms(raw))
            for key in {natural_key(self.kind, spec, fields, self._comparison) for spec in specs}:
                found[key].append(raw)
        return found

    @cached_property
    def by_name(self) -> Mapping[str, Sequence[Raw]]:
        """Return the items by the name that people know them by."""
        found = defaultdict(list)
        for raw in self.raws:
            if isinstance(name := raw.get(self.kind.display), str):
                found[name].append(raw)
        return found
