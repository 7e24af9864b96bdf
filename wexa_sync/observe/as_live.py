"""See manifests as if other manifests were live, recorded, and changed by nobody: without an API, a state or a key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec.structs import replace

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.sown import ROWS
from wexa_sync.kinds.spec.wire import references, with_defaults, with_derived
from wexa_sync.model import Address, Desired, ExternalName, Live, Manifest, Observation, Pair, Record, Target
from wexa_sync.secrecy.seal import conceal

_KEY = ""
"""What secrets are sealed with: nothing of such an observation is kept."""


def as_live(desired: Desired, base: Desired, target: Target, now: float) -> Observation:
    """Return the observation of a workspace that holds what `base` declares, and no more.

    Whatever a manifest refers to by a display name counts as live. `now` in epoch seconds.
    """
    pairs = {address: _pair(address, desired, base) for address in {**desired.manifests, **base.manifests}}
    names = {*_externals(desired.manifests.values()), *_externals(base.manifests.values())}
    return Observation(
        target=target,
        pairs=pairs,
        depends_on={**base.depends_on, **desired.depends_on},
        ids={address: found.record.id for address, found in pairs.items() if found.record is not None},
        externals={name: _id("/".join(name)) for name in names},
        missing_externals={},
        unmanaged={},
        user_id="",
        lineage=_KEY,
        serial=0,
        now=now,
    )


def _pair(address: Address, desired: Desired, base: Desired) -> Pair:
    manifest, applied = desired.manifests.get(address), base.manifests.get(address)
    pair = Pair(address=address, manifest=manifest)
    kind, id = BY_NAME[address.kind], _imported(address, desired, base) or _id(str(address))  # the field's name
    if applied is None:  # what a manifest imports is there, as far as manifests can say
        taken = manifest is not None and bool(_around(manifest, desired).import_id)
        return replace(pair, live=_live(manifest, id)) if manifest is not None and taken else pair
    record = Record(
        address=address,
        id=id,
        spec=conceal(applied.spec, _KEY),
        lifecycle=applied.lifecycle,
        generation=applied.generation,
    )
    if kind.nature is Nature.ACTION:  # it happened, and is over
        return replace(pair, record=replace(record, started=True, ended=True))
    live = _live(applied, id)
    if kind.sown:  # live rows have ids, by which the record knows them
        ids = {key: _id(f"{address}/{key}") for key in live.spec[ROWS]}
        record = replace(record, spec={**record.spec, ROWS: ids})
        rows = [{**row, "_id": ids[key]} for key, row in live.spec[ROWS].items()]
        live = replace(live, fields={**live.spec, ROWS: rows})
    return replace(pair, record=record, live=live)


def _live(manifest: Manifest, id: str) -> Live:  # the field's name
    """Return what is live where just this manifest was applied."""
    kind = BY_NAME[manifest.address.kind]
    spec = with_derived(kind, with_defaults(kind, manifest.spec), declared=manifest.spec)
    return Live(id=id, fields=spec, position=manifest.position)


def _imported(address: Address, *sides: Desired) -> str:
    """Return the id by which a manifest imports what it declares; empty where none does."""
    manifests = filter(None, (side.manifests.get(address) for side in sides))
    return next((each.import_id for each in manifests if each.import_id), "")


def _around(manifest: Manifest, desired: Desired) -> Manifest:
    """Return the manifest of a part's owner; of what is no part, the manifest itself."""
    owner = manifest.address.owner_address
    return desired.manifests.get(owner, manifest) if owner is not None else manifest


def _externals(manifests: Iterable[Manifest]) -> Iterable[ExternalName]:
    for manifest in manifests:
        for _, ref in references(manifest.spec):
            if ref.external is not None:
                yield ExternalName(manifest.address.project, ref.kind, ref.external)


def _id(name: str) -> str:
    """Return an id for what has none, in the form of the API's ids."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:24]
