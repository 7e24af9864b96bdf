"""Look for what others changed on the live side since the last apply."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wexa_sync.engine.steps import look
from wexa_sync.errors import StateError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Desired, Manifest, Plan, Source
from wexa_sync.state.base import State
from wexa_sync.workspace import Workspace


def drift(workspace: Workspace, *, ignore: Sequence[str] = ()) -> Plan:
    """Return what changed on the live side since the last apply, in the shape of a plan. Sends GET only.

    `ignore`: patterns of KIND/NAME of what may be live and unmanaged in managed projects, without a warning.
    The manifests have no part in it, so no variable and no secret has to be set. Raises StateError where nothing was
    ever recorded.
    """
    from wexa_sync.plan.drift import drift as changed_since  # a plan needs none of it

    state = workspace.store.load(workspace.target)
    if not state.lineage:
        raise StateError(
            f"there is no state in {workspace.store.describe()}, so nothing was applied that could have changed",
            hint="Name the state of the last apply (--state), or apply first.",
        )
    options = replace(workspace.options, strangers=True)
    seen = look(_applied(state), replace(workspace, options=options))
    return changed_since(seen, presumed=options.presumed, ignore=ignore)


def _applied(state: State) -> Desired:
    """Return the resources as they were applied, so that all is looked up to which they refer by name."""
    manifests = {
        address: Manifest(
            address=address, spec=record.spec, source=Source(file="the state"), lifecycle=record.lifecycle
        )
        for address, record in state.records.items()
        if BY_NAME[address.kind].nature is not Nature.ACTION
    }
    return Desired(manifests=manifests, depends_on={address: frozenset() for address in manifests})
