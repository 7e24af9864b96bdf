"""Read what the organisation's plan allows from the response about its account. What is no number says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wexa_sync.api.checks import unwrap
from wexa_sync.api.transport.http import Http
from wexa_sync.errors import ApiError, AuthRefused, Nonsense, NotFound, Refused
from wexa_sync.model import Account
from wexa_sync.text.ids import folded_id, is_id, said, usual_case

OF_THE_ORGANISATION = frozenset({400, 404, 405, 410, 422})
"""The statuses that a wrong organisation, or a wrong path to the API, is answered with."""

_CREDITS = "number_of_credits"


def customer(http: Http, org_id: str, user_id: str) -> tuple[Account, str]:
    """Check key and organisation in one request. Return the organisation's account, and the user that it names, if any.

    Raise ApiError where anything does not fit, and where neither the response nor `user_id` names a user.
    """
    path = "/customer"
    try:
        body = http.request("GET", path, query={"organization_id": org_id}, repeatable=True).body
    except (NotFound, Refused) as error:
        if error.status not in OF_THE_ORGANISATION:
            raise  # it says nothing of the organisation
        raise wrong_org(org_id, error) from None
    found = unwrap(body)
    shown = folded_id(found.get("organization_id"))
    if shown is not None and (not isinstance(shown, str) or usual_case(shown) != usual_case(org_id)):
        raise wrong_org(org_id, Refused(f"it belongs to {said(shown)}", method="GET", path=path))
    owner = found.get("user_id")
    owner = owner if isinstance(owner, str) and is_id(owner) else ""
    if not (user_id or owner):
        hint = "Set WEXA_USER_ID, or user_id in wexa-sync.yaml, to the id of the user that runs are made for."
        raise Nonsense("the answer names no user", method="GET", path=path, hint=hint)
    return account_of(found), owner


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
