"""Explain why a resource is planned as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wexa_sync.engine.steps import look
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.manifests.positions import Places
from wexa_sync.plan.decision import Rules
from wexa_sync.plan.make import make_plan
from wexa_sync.plan.scope import Scope
from wexa_sync.text.suggest import did_you_mean

if TYPE_CHECKING:
    from wexa_sync.model import Address, Declaration, Desired, Explanation, Manifest, Path
    from wexa_sync.workspace import Workspace

_ALL = Scope()


def explain(address: Address, desired: Desired, workspace: Workspace, scope: Scope = _ALL) -> Explanation:
    """Return why the plan of `desired` treats the resource as it does. Sends GET only.

    Raises UsageError where nothing of that address is declared or recorded.
    """
    from wexa_sync.model import Declaration
    from wexa_sync.plan.explain import explained  # a plan needs none of it

    seen = look(desired, workspace)
    if address not in seen.pairs:
        known = sorted(map(str, seen.pairs))
        hint = did_you_mean(str(address), known, "`wexa-sync plan` and `wexa-sync state list` show addresses.")
        raise UsageError(f"{address} is neither declared nor managed", hint=hint)
    rules = Rules(allowed=workspace.options.allowed)
    places = Places()

    def locate(manifest: Manifest, path: Path) -> Declaration:
        part = part_of(BY_NAME[manifest.address.kind])
        whole: Path = ("spec", part.field, manifest.position, *path) if part else ("spec", *path)
        laid = manifest.laid_at(whole)
        return Declaration(source=places.in_manifest(manifest, whole), layer=laid.layer if laid else "manifest")

    return explained(address, seen, rules, make_plan(seen, rules, scope=scope), locate)
