"""Take over one live object by its id: what may be taken over, and what is then recorded. Pure."""

from __future__ import annotations

from wexa_sync.errors import UsageError, look_up
from wexa_sync.kinds import BY_NAME, named_by_id, share_ids
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Desired, Manifest, Observation
from wexa_sync.repair.rebuild import Match, match_of
from wexa_sync.state.base import Entry, Remember, State
from wexa_sync.text.ids import ID_HINT, is_id, usual_case
from wexa_sync.text.suggest import did_you_mean


def is_recorded(address: Address, id: str, desired: Desired, state: State) -> bool:  # the field's name
    """True when the address has that id already. Raise UsageError where it can't be given the id."""
    if not is_id(id):
        raise UsageError(f"{id!a} can't be an id", hint=ID_HINT)
    manifest = _declared(address, desired)
    if (field := named_by_id(address.kind)) and id != address.name:
        raise UsageError(f"{address} can't have the id {id}: {field} is its id", hint=f"Import {address.name}.")
    if (record := state.records.get(address)) is not None:
        if usual_case(id) in map(usual_case, record.ids):
            return True
        raise UsageError(
            f"{address} is recorded already, with the id {record.id}",
            hint=f"If that is wrong: `wexa-sync state rm {address}` forgets it. Then import again.",
        )
    intent = state.intents.get(address)
    if intent is not None and not intent.settled:
        raise UsageError(
            f"{address} is in doubt: a request was sent, and nothing shows whether it was carried out",
            hint=look_up(address, [id]),
        )
    if manifest.import_id and usual_case(manifest.import_id) != usual_case(id):
        raise UsageError(
            f"the manifest of {address} imports {manifest.import_id}, and not {id}",
            hint=f"Correct metadata.import in {manifest.source}.",
        )
    _require_free(address, id, state)
    around = address.owner_address or address.project_address
    if around != address and around not in state.records:
        raise UsageError(
            f"{around} is not recorded, and {address} is in it", hint=f"First: `wexa-sync import {around} ID`."
        )
    return False


def _declared(address: Address, desired: Desired) -> Manifest:
    """Return the manifest at the address. Raise UsageError where there is none, or where no id is taken over for it."""
    manifest, kind = desired.manifests.get(address), BY_NAME.get(address.kind)
    if manifest is None or kind is None:
        hint = did_you_mean(
            str(address), map(str, desired.manifests), "`wexa-sync graph` shows the addresses there are."
        )
        raise UsageError(f"no manifest declares {address}", hint=hint)
    if kind.nature is Nature.ACTION:
        raise UsageError(
            f"a {kind.name} happens once, and is not imported",
            hint=f"Where one that is live may be it, `wexa-sync resolve {address} --happened ID` says so.",
        )
    if kind.implied_by:
        raise UsageError(f"there is one {kind.name} in a project", hint="The next apply records it by itself.")
    if kind.sown is not None:
        raise UsageError("rows have no id of their own here", hint="`wexa-sync apply --adopt` takes over equal rows.")
    return manifest


def _require_free(address: Address, id: str, state: State) -> None:  # the field's name
    owners = {usual_case(each): owner for each, owner in state.owners_beside(address).items()}
    owner = owners.get(usual_case(id))
    if owner is not None and not share_ids(owner.kind, address.kind):
        raise UsageError(
            f"{id} is recorded as {owner}",
            hint=f"If that is wrong, `wexa-sync state rm {owner}` forgets it. After a handle was renamed: state mv.",
        )


def taken_over(address: Address, seen: Observation, key: str) -> tuple[Match, ...]:
    """Return what is found for the address, whose manifest names an id, and for its parts that are not recorded.

    The first one is the address itself. Raise UsageError where nothing in its place has the id.
    """
    pair = seen.pairs[address]
    if pair.live is None:
        raise UsageError(
            pair.stray or f"nothing has the id that {address} imports",
            hint="Look in Wexa Studio for the right id. `wexa-sync get` lists what is live, with ids.",
        )
    inside = (each for each in seen.pairs.values() if each.address.owner_address == address)
    parts = [
        each
        for each in sorted(inside, key=lambda part: part.address)
        if each.manifest is not None and each.live is not None and each.record is None and each.intent is None
        if BY_NAME[each.address.kind].sown is None
    ]
    return tuple(match_of(each, seen, key) for each in (pair, *parts))


def entries(found: tuple[Match, ...], seen: Observation) -> list[Entry]:
    """Return what to write for what was taken over. What a person said of an earlier attempt is settled by it."""
    return [Remember(each.record, seen.pairs[each.address].mark) for each in found if each.record is not None]
