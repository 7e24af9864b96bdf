"""Declare Seed: the rows that a table starts with, found by the value of one column. They are one resource together."""

from __future__ import annotations

from typing import Any

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope, Shape
from wexa_sync.kinds.paging import PageNumber
from wexa_sync.kinds.sown import ROWS, Sown


def _as_one(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of a table as the one resource that they are."""
    return [{"_id": ROWS, ROWS: rows}]


SEED = Kind(
    name="Seed",
    counts_as="number_of_rows_per_table",
    schema="seed.schema.json",
    display="key",
    new_id=lambda _table, _handle: ROWS,
    sown=Sown(),
    listing=Listing(
        # The SDK calls the size of a page otherwise than real clients do.
        endpoint=Endpoint(method="GET", path="/storage/{project}/{owner}", query={"limit": "100"}),
        scope=Scope.OWNER,
        paging=PageNumber(page_param="page", limit_param="page_size", limit=100),
        keys=("records",),
        total="total_count",  # a real client pages by it
        items=_as_one,
    ),
    endpoints={
        Operation.CREATE: Endpoint(method="POST", path="/storage/{project}/{owner}", shape=Shape.ROWS),
        Operation.UPDATE: Endpoint(method="PUT", path="/storage/{project}/{owner}/{id}"),
        Operation.DELETE: Endpoint(method="DELETE", path="/storage/{project}/{owner}", body={"storage_ids": ["{id}"]}),
    },
)
