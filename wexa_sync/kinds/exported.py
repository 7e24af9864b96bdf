"""Declare how a live resource becomes a manifest, beyond what its fields say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wexa_sync.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export heeds of a kind.

    `remarks`: fields that no call writes, and what to say of their value `{}`. `left_out`: fields that are not written,
    since only a create takes them. `comes_along`: True for one that the server itself makes in a project: references
    lead to it by name. `secrets`: the fields of a spec that hold what no read may show, each with the names in it that
    a person has to fill in, and whether a value is a secret.
    """

    remarks: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    comes_along: Callable[[Spec], bool] = lambda spec: False  # noqa: ARG005  # most are made by people
    secrets: Callable[[Spec], Mapping[str, Mapping[str, bool]]] = lambda spec: {}  # noqa: ARG005  # most have none
