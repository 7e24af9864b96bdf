"""Change records as a person says: give them another address after a handle was renamed, or give one up. Pure."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from wexa_sync.errors import UsageError
from wexa_sync.kinds import named_by_id
from wexa_sync.model import HANDLE, Address, Ref
from wexa_sync.secrecy.seal import fingerprint
from wexa_sync.state.base import Entry, Forget, Intend, Remember, Settle, State


def moved(state: State, old: Address, new: Address) -> list[Entry]:
    """Return what to write so that all of `old` is known as `new`. Raise UsageError where that can't be."""
    if old == new:
        raise UsageError(f"{old} has that address already", hint="Name the one that its manifest has by now.")
    if new.kind != old.kind:
        raise UsageError(f"{old} can't become {new}", hint="Only its handle may change, not its kind.")
    _require_handle(old, new)
    if _elsewhere(old, new):
        raise UsageError(
            f"{old} can't become {new}: the server can't move it there", hint="Name an address in the same place."
        )
    names = {address: _renamed(address, old, new) for address in (*state.records, *state.intents)}
    become = {name for address, name in names.items() if name != address}
    moving = {address for address, name in names.items() if name != address}
    if open_ := sorted(a for a, intent in state.intents.items() if a in moving | become and not intent.settled):
        raise UsageError(f"{open_[0]} is in doubt", hint="`wexa-sync plan` says what is open; settle it, then move it.")
    if taken := sorted(become & state.records.keys()):
        raise UsageError(f"{taken[0]} is in the state already", hint="`wexa-sync state list` shows all.")
    changed = [
        (record, replace(record, address=names[address], spec=_said(record.spec, old, new)))
        for address, record in sorted(state.records.items())
    ]
    entries: list[Entry] = [Forget(was.address) for was, is_ in changed if was.address != is_.address]
    entries += [Remember(is_) for was, is_ in changed if was != is_]
    for was in state.intents.values():
        is_ = replace(was, address=names[was.address])
        if (spec := _said(was.spec, old, new)) != was.spec:
            is_ = replace(is_, spec=spec, fingerprint=fingerprint(spec, state.lineage))
        if was.address in moving | become:  # what was said of the new name is over: it is the old thing
            entries.append(Settle(was.address, was.mark))
        if is_ != was and was.address not in become:
            entries.append(Intend(is_))
    return entries


def _require_handle(old: Address, new: Address) -> None:
    """Raise UsageError where the new name is no handle, or where the server knows the resource by the old one."""
    if field := named_by_id(old.kind):
        raise UsageError(f"{old} can't become {new}: {field} is its id on the server", hint="Put it back as it was.")
    if not HANDLE.fullmatch(new.name):
        raise UsageError(
            f"{new.name!r} is no handle: lower-case letters, digits and hyphens inside",
            hint="Take the name that the manifest has by now.",
        )


def is_known(state: State, address: Address) -> bool:
    """True when the state holds something of that address, or in it."""
    return any(address in (each, each.owner_address, each.project_address) for each in (*state.records, *state.intents))


def _elsewhere(old: Address, new: Address) -> bool:
    """True when the two are in different places: another project, or another owner."""
    return old.kind != "Project" and (old.project, old.owner) != (new.project, new.owner)


def _renamed(address: Address, old: Address, new: Address) -> Address:
    if address == old:
        return new
    if old.kind == "Project" and address.project == old.name:
        return address.altered(project=new.name)
    if address.project == old.project and address.owner == (old.kind, old.name):
        return address.altered(owner=(new.kind, new.name))
    return address


def _said(value: Any, old: Address, new: Address) -> Any:
    if isinstance(value, Ref) and value.address is not None:
        return replace(value, address=_renamed(value.address, old, new))
    if isinstance(value, dict):
        return {name: _said(inner, old, new) for name, inner in value.items()}
    return [_said(inner, old, new) for inner in value] if isinstance(value, list) else value


def forgotten(state: State, address: Address) -> Entry:
    """Return what to write so that `address` is not managed. Raises UsageError while it is in doubt."""
    intent = state.intents.get(address)
    if intent is not None and not intent.settled:
        raise UsageError(
            f"{address} is in doubt: a request was sent, and nothing shows whether it was carried out",
            hint=f"Settle the doubt first: `wexa-sync resolve {address}`.",
        )
    return Forget(address, intent.mark if intent is not None else "")
