"""Record what was written as what was applied last: the state then knows each live resource by its address. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.propose import as_applied
from wexa_sync.errors import StateError
from wexa_sync.export.draft import Draft
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Desired, Live, Manifest, Observation, Record
from wexa_sync.secrecy.seal import conceal
from wexa_sync.state.base import Remember, State


def known_ids(drafts: Collection[Draft], desired: Desired) -> dict[Address, str]:
    """Return the live id of each manifest. What others imply has the id of its project."""
    ids = {address: id for draft in drafts for address, id in draft.ids.items()}
    implied = (address for address in desired.manifests if address not in ids and BY_NAME[address.kind].implied_by)
    return ids | {address: ids[address.project_address] for address in implied if address.project_address in ids}


def as_recorded(desired: Desired, ids: Mapping[Address, str], key: str) -> State:
    """Return a state in which each manifest was applied as it is to the live resource of its id."""
    there = {address: manifest for address, manifest in desired.manifests.items() if address in ids}
    return State(
        lineage=key, records={a: _record(manifest, ids[a], manifest.spec, key) for a, manifest in there.items()}
    )


def entries(seen: Observation, state: State, addresses: Collection[Address], now: float) -> Iterator[Remember]:
    """Yield what to write to the state so that it knows the live resources of these addresses.

    Raise StateError where the state says something else of one of them.
    """
    owners = {_named(address, id): address for address, record in state.records.items() for id in record.ids}
    for address in sorted(addresses):
        pair, record = seen.pairs[address], state.records.get(address)
        if pair.manifest is None or pair.live is None:
            continue
        _require_free(state, owners, address, pair.live)
        comparison = comparison_in(address.project, seen.ids, seen.externals, seen.lineage)
        ignore = pair.manifest.lifecycle.ignore_changes
        spec = as_applied(BY_NAME[address.kind], pair.manifest.spec, pair.live.spec, comparison, None, ignore)
        made = _record(pair.manifest, pair.live.id, spec, seen.lineage)
        made_at = record.made_at if record is not None else now
        made = replace(made, aliases=pair.live.aliases, made_at=made_at)
        if made != record:
            yield Remember(made)


def _record(manifest: Manifest, id: str, spec: Mapping[str, object], key: str) -> Record:  # the field's name
    sealed = conceal(dict(spec), key)
    return Record(address=manifest.address, id=id, spec=sealed, lifecycle=manifest.lifecycle)


def _named(address: Address, id: str) -> tuple[str, Address | None, str]:  # the field's name
    """Return what an id is unique by: its kind, and for a part its owner."""
    return address.kind, address.owner_address, id


def _require_free(
    state: State, owners: Mapping[tuple[str, Address | None, str], Address], address: Address, live: Live
) -> None:
    """Raise StateError where the address is another resource's or in doubt, or the resource has another address."""
    record, intent = state.records.get(address), state.intents.get(address)
    other = next((found for id in live.ids if (found := owners.get(_named(address, id)))), address)
    if record is not None and record.id not in live.ids:
        what = f"{address} is recorded with the id {record.id}, not {live.id}"
    elif other != address:
        what = f"{live.id} is recorded as {other}, not as {address}"
    elif intent is not None and not intent.settled:
        what = f"{address} is in doubt"
    else:
        return
    raise StateError(f"{what}: nothing was written", hint="`wexa-sync plan` shows what the state knows.")
