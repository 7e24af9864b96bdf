"""Name a call to the API and the ids it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wexa_sync.kinds.base import Endpoint

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """The ids that an endpoint's placeholders are filled with. Empty where not known; a call that needs one fails."""

    project: str = ""
    owner: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request ready to be sent by any thread: nothing in it depends on anything else any more."""

    endpoint: Endpoint
    ids: Ids
    body: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = True
