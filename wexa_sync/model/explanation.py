"""Hold why a resource is planned as it is: the row of the decision table, and the three values of each field."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from wexa_sync.model.address import Address, Source
from wexa_sync.model.plan import Blocked, Change, Plan
from wexa_sync.model.spec import Path


class Standing(Enum):
    """Say how the three values of a field stand to each other."""

    CHANGES = "changes"
    """The plan changes it."""
    DIFFERS = "differs"
    """It differs, and the plan does not change it: the change is blocked, or nothing is declared any more."""
    HIDDEN = "hidden"
    """The values are not the same to the letter, and that is no difference."""
    EQUAL = "equal"
    """All values are the same."""


class Declaration(Struct, frozen=True, kw_only=True):
    """Hold the place of a desired value. `layer`: "manifest", "defaults" or "environment"."""

    source: Source
    layer: str = "manifest"


class ExplainedField(Struct, frozen=True, kw_only=True):
    """Describe a field of a resource. Its values are in the explanation's `sides`, at this path."""

    path: Path
    standing: Standing
    why: str = ""
    declared_at: Declaration | None = None


class Explanation(Struct, frozen=True, kw_only=True):
    """Say why a resource is planned as it is.

    `declared`, `live` and `recorded` choose the `row` of the decision table. `alone` is the decision on the resource by
    itself, and `found` what the rules over all resources made of it in the `plan`; None where nothing is done. `left`:
    why the plan leaves it alone.
    `sides` holds the values in the shape of a change, so that secrets are hidden as in one: `before` is live, `after`
    is desired, and the `after` of its one field is what was last applied. `others` are live fields that no manifest
    declares.
    """

    address: Address
    declared: bool
    live: bool
    recorded: bool
    row: str
    id: str
    source: Source | None
    alone: Change | Blocked | None
    found: Change | Blocked | None
    left: str
    plan: Plan
    sides: Change
    fields: tuple[ExplainedField, ...]
    others: tuple[Path, ...]
