"""Declare MarketplaceHire, which copies a coworker of the marketplace into the organisation once, for credits.

The call names no project, and what it answers was never seen. So the copy is looked for in every project: it is the
flow with the coworker's id in `marketplace_id`, a field that no other flow has.
"""

from __future__ import annotations

from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.paging import Single, SkipLimit

MARKETPLACE_COWORKER = Kind(
    name="MarketplaceCoworker",
    declarable=False,
    listing=Listing(
        # A limit and no offset. What one page leaves out is searched for by its name.
        endpoint=Endpoint(method="GET", path="/public/marketplace/coworkers", query={"search_key": ""}),
        scope=Scope.ORGANISATION,
        paging=Single(limit_param="limit", limit=1000),
        keys=("coworkers",),
        named="search_key",
    ),
    hints={Operation.READ: "`wexa-sync marketplace search` lists the coworkers; correct the name in {external: ...}."},
)
"""A coworker on sale, a kind to refer to by name: `{external: NAME}`."""

MARKETPLACE_HIRE = Kind(
    name="MarketplaceHire",
    schema="marketplace-hire.schema.json",
    exported=Exported(file="hires.yaml"),
    nature=Nature.ACTION,
    costs="credits",
    makes="AgentFlow",
    marked_by="marketplace_id",
    display="coworker_id",
    identity=("coworker_id",),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/agentflows", query={"projectID": "{project}"}),
        scope=Scope.EVERY_PROJECT,
        paging=SkipLimit(limit=100),
        keys=("agentflows",),
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/marketplace/coworker/{spec.coworker_id}/purchase",
            query={"organization_id": "{org}"},
            fields=(),
        ),
        Operation.READ: Endpoint(method="GET", path="/agentflow/{id}"),
    },
    hints={
        Operation.UPDATE: "It was hired already. Raise metadata.generation by one to hire the coworker that it names "
        "now: that costs credits again.",
    },
)
