"""Declare Trigger, which stands in the list of the connector that it names; the API only takes that list whole.

The client chooses the id. All calls are known from the vendor's SDK alone.
"""

from __future__ import annotations

from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope
from wexa_sync.kinds.origin import Derived
from wexa_sync.text.digests import sha256

WRITE_TRIGGERS = "trigger.write"

_WHOLE = Endpoint(
    method="PUT",
    path="/triggers/connector/{owner}/{owner.category}",
    fields=(
        *("name", "trigger_name", "event", "trigger_type", "agentflow_id", "start_from_agent_id", "goal"),
        *("schedule_time", "condition", "filters"),
    ),
    undocumented=WRITE_TRIGGERS,
    replaces="triggers",
)
_ALLOW = (
    "Allow the call that only the vendor's SDK knows: `allow_undocumented: [trigger.write]` in wexa-sync.yaml. Or do "
    "it in Wexa Studio."
)


def trigger_id(holder: str, handle: str) -> str:
    """Return the id of a trigger, 24 hex characters. It is the same each time: a lost write can be found by it."""
    return sha256(f"wexa-sync/{holder}/trigger/{handle}".encode()).hexdigest()[:24]


TRIGGER = Kind(
    name="Trigger",
    schema="trigger.schema.json",
    identity=("on", "name"),
    display="name",
    ids=("_id", "id"),
    inside="on",
    new_id=trigger_id,
    listing=Listing(
        endpoint=Endpoint(method="GET", path="/triggers/connector/{owner}"),
        scope=Scope.OWNER,
        keys=("triggers",),
        nothing=True,
        about="connector_id",
    ),
    endpoints={Operation.CREATE: _WHOLE, Operation.UPDATE: _WHOLE, Operation.DELETE: _WHOLE},
    derived=(Derived(target=("trigger_name",), source=("name",), make=str),),
    hints=dict.fromkeys((Operation.CREATE, Operation.UPDATE, Operation.DELETE), _ALLOW),
)
