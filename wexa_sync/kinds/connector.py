"""Declare Connector, a kind to refer to by name (`{external: NAME}`). Connectors are made in Wexa Studio."""

from __future__ import annotations

from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope


def _accounts(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the connectors of a list that groups them by category: they stand under `accountDetails`."""
    lists = [group.get("accountDetails") or [] for group in groups]
    if not all(isinstance(accounts, list) and all(isinstance(each, dict) for each in accounts) for accounts in lists):
        raise ValueError("the accountDetails of a category are not a list of objects")
    return [account for accounts in lists for account in accounts]


CONNECTOR = Kind(
    name="Connector",
    declarable=False,
    display="sourceName",
    ids=("connectorID", "_id"),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/connectors/{project}"),
        scope=Scope.PROJECT,
        keys=("connectors",),
        items=_accounts,
    ),
    endpoints={Operation.READ: Endpoint(method="GET", path="/connector/{id}")},
    hints={Operation.CREATE: "Connectors are made in Wexa Studio; refer to one with {external: NAME}."},
)
