"""Recall what was sent last where an environment variable is not set here, so that what is not known is no change."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from wexa_sync.compare.varied import recalled
from wexa_sync.model import Desired, Sealed, Secret, Unset
from wexa_sync.secrecy.find import has_secret, leaves_of
from wexa_sync.secrecy.hide import hide
from wexa_sync.state.base import State


def with_recalled(desired: Desired, state: State) -> Desired:
    """Return what is desired, with each unset text of a manifest as its record has it, if of the same template."""
    if not desired.unset:
        return desired
    known = {
        address: replace(manifest, spec=recalled(manifest.spec, record.spec))
        for address, manifest in desired.manifests.items()
        if has_secret(manifest.spec)
        and (record := state.records.get(address))
        and any(leaves_of(manifest.spec, (Unset,)))
    }
    return replace(desired, manifests={**desired.manifests, **known}) if known else desired


def without_secrets(desired: Desired) -> Desired:
    """Return what is desired as where no secret is set: there is nothing to compare their values with."""
    manifests = {
        address: replace(manifest, spec=hide(manifest.spec, _unset))
        for address, manifest in desired.manifests.items()
        if any(leaves_of(manifest.spec, (Secret,)))
    }
    return replace(desired, manifests={**desired.manifests, **manifests}, unset=True)


def secrets_recalled(desired: Desired, state: State) -> int:
    """Return how many secrets of the manifests are taken to be as they were sent."""
    found = with_recalled(desired, state).manifests.values()
    return sum(1 for manifest in found for _ in leaves_of(manifest.spec, (Sealed,)))


def _unset(leaf: Any) -> Any:
    return Unset(template=leaf.template) if isinstance(leaf, Secret) else leaf
