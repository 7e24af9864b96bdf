"""Recall what was sent last where an environment variable is not set here, so that what is not known is no change."""

from __future__ import annotations

from dataclasses import replace

from wexa_sync.compare.varied import recalled
from wexa_sync.model import Desired, Unset
from wexa_sync.secrecy.find import has_secret, leaves_of
from wexa_sync.state.base import State


def with_recalled(desired: Desired, state: State) -> Desired:
    """Return what is desired, with each unset text of a manifest as its record has it, if of the same template."""
    known = {
        address: replace(manifest, spec=recalled(manifest.spec, record.spec))
        for address, manifest in desired.manifests.items()
        if has_secret(manifest.spec)
        and (record := state.records.get(address))
        and any(leaves_of(manifest.spec, (Unset,)))
    }
    return replace(desired, manifests={**desired.manifests, **known}) if known else desired
