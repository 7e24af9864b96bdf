"""Say which live object a manifest takes over, or that none does. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from wexa_sync.model import Address, Desired


def importing(desired: Desired, address: Address, id: str) -> Desired:  # the field's name
    """Return what is declared, as if the manifest at the address imported that id."""
    manifest = replace(desired.manifests[address], import_id=id)
    return replace(desired, manifests={**desired.manifests, address: manifest})


def without_imports(desired: Desired) -> Desired:
    """Return what is declared for a workspace that has none of those ids, as a rehearsal's: all of it is made there."""
    if not any(each.import_id for each in desired.manifests.values()):
        return desired
    manifests = {address: replace(each, import_id="") for address, each in desired.manifests.items()}
    return replace(desired, manifests=manifests)
