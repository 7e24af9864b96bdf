"""Count what loses something with a part that is deleted."""

from __future__ import annotations

from wexa_sync.api.calls import Ids
from wexa_sync.api.checks import unwrap
from wexa_sync.api.client import Api
from wexa_sync.errors import NotFound, Refused
from wexa_sync.kinds.endpoint import Loss


def count(api: Api, loss: Loss, ids: Ids) -> int | None:
    """Return how many things of that owner lose something; None where the response does not say."""
    try:
        body = api.get(loss.endpoint, api.values(ids))
    except (NotFound, Refused):
        return None
    total = unwrap(body).get(loss.total)
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None
