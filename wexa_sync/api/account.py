"""Read what the organisation's plan allows from the response about its account. What is no number says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wexa_sync.errors import ApiError, AuthRefused, Refused
from wexa_sync.model import Account

OF_THE_ORGANISATION = frozenset({400, 404, 405, 410, 422})
"""The statuses that a wrong organisation, or a wrong path to the API, is answered with."""

_CREDITS = "number_of_credits"


def account_of(customer: Mapping[str, Any]) -> Account:
    """Return the limits of the plan, what is used of them, and the credits it has."""
    quota = customer.get("quota")
    return Account(
        limits=_numbers(quota),
        used=_numbers(customer.get("usage")),
        credits=_credits(quota.get(_CREDITS)) if isinstance(quota, Mapping) else None,
    )


def _credits(value: Any) -> float | None:
    """Return a number of credits: the one that stands there, or the sum of those of each sort."""
    found = _numbers(value if isinstance(value, Mapping) else {_CREDITS: value})
    return sum(found.values()) if found else None


def _numbers(value: Any) -> dict[str, float]:
    items = value.items() if isinstance(value, Mapping) else ()
    return {str(name): float(each) for name, each in items if is_amount(each)}


def is_amount(value: Any) -> bool:
    """True for a number that can be an amount. A plan without a limit may say so by a negative one."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0


def wrong_org(org_id: str, error: ApiError) -> ApiError:
    """Return the error for an organisation that this key does not open."""
    if isinstance(error, AuthRefused):
        return error
    return Refused(
        f"the organisation {org_id!r} is not known to this API, or not open to this key ({error.message})",
        method="GET",
        path="/customer",
        status=error.status,
        hint="Check WEXA_ORG_ID (or org_id in wexa-sync.yaml): 24 hex characters, shown in Wexa's settings. "
        "Check WEXA_BASE_URL too, where it is set: a wrong path is answered alike.",
    )
