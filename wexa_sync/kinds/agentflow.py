"""Declare AgentFlow (process flow, coworker): created and read, with its agents. PUT is known from the SDK alone."""

from __future__ import annotations

from wexa_sync.kinds.agent import AGENT, as_decider, as_decision, branches_of
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.chain import Chain, PartOrder
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.exported import Exported
from wexa_sync.kinds.paging import SkipLimit

_CHAIN = Chain(
    first="initialAgent",
    next="next_agent",
    branches="next_agents",
    decides=branches_of,
    spelled_out=as_decider,
    read_back=as_decision,
)
UPDATE_FLOW = "agentflow.update"

AGENTFLOW = Kind(
    name="AgentFlow",
    counts_as="number_of_coworkers",
    schema="agentflow.schema.json",
    identity=("name",),
    exported=Exported(
        file="flows/{handle}.yaml",
        remarks={
            "marketplace_id": "Hired from the marketplace as {}: an update by the vendor may overwrite it.",
            "default_goal": "Its default goal is {}: no documented call sets one.",
        },
    ),
    parts=(Part(field="agents", kind=AGENT, order=PartOrder.APPEND_ONLY, chain=_CHAIN),),
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/agentflows", query={"projectID": "{project}"}),
        scope=Scope.PROJECT,
        paging=SkipLimit(limit=100),  # skip=0 is refused in some places: it is sent only from the second page on
        keys=("agentflows",),
        total="total_count",  # a test of the vendor's web application sees it, and more than the page has
    ),
    endpoints={
        Operation.CREATE: Endpoint(
            method="POST",
            path="/agentflow/",
            query={"projectID": "{project}"},
            body={"projectID": "{project}"},
            # Whether `agents` is accepted here is not verified: agents are added one by one.
            fields=("name", "description", "role", "anomaly_detection", "cron_details"),
        ),
        Operation.READ: Endpoint(method="GET", path="/agentflow/{id}"),
        Operation.UPDATE: Endpoint(
            method="PUT", path="/agentflow/{id}", undocumented=UPDATE_FLOW, keeps=("default_goal",)
        ),
        Operation.DELETE: Endpoint(
            method="DELETE",
            path="/agentflow/{project}/{id}",  # of the oldest SDK; of the web application's path only the end is known
            undocumented="agentflow.delete",
            otherwise=Endpoint(method="DELETE", path="/agentflow/{id}"),
        ),
    },
    hints={
        Operation.UPDATE: "Change it in Wexa Studio, or allow the call that only the vendor's SDK knows: "
        "`allow_undocumented: [agentflow.update]` in wexa-sync.yaml.",
        Operation.DELETE: "Remove it in Wexa Studio, or leave it there: `wexa-sync state rm {address}` forgets it. "
        "Only deleting the whole project removes it by a documented call; `allow_undocumented: [agentflow.delete]` in "
        "wexa-sync.yaml allows one that no vendor page has.",
    },
)
