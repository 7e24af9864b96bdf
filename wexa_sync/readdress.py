"""Records under another address, after a handle was renamed: the thing, what lives in it, what refers to it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from wexa_sync.errors import UsageError
from wexa_sync.model import HANDLE, Address, Ref
from wexa_sync.state.base import Entry, Forget, Intend, Remember, Settle, State


def moved(state: State, old: Address, new: Address) -> list[Entry]:
    """What to write so that all of `old` is known as `new`. Raises UsageError where that can't be."""
    if new.kind != old.kind or old == new:
        raise UsageError(f"{old} can't become {new}", hint="Only its handle may change, not its kind.")
    if not HANDLE.fullmatch(new.name):
        raise UsageError(
            f"{new.name!r} is no handle: lower-case letters, digits and hyphens inside",
            hint="Take the name that the manifest has by now.",
        )
    if _elsewhere(old, new):
        raise UsageError(
            f"{old} can't become {new}: the server can't move it there", hint="Name an address in the same place."
        )
    names = {address: _renamed(address, old, new) for address in (*state.records, *state.intents)}
    moving = [intent for address, intent in sorted(state.intents.items()) if names[address] != address]
    if open_ := [intent.address for intent in moving if not intent.settled]:
        raise UsageError(f"{open_[0]} is in doubt", hint="`wexa-sync plan` says what is open; settle it, then move it.")
    if taken := sorted({name for address, name in names.items() if name != address} & state.records.keys()):
        raise UsageError(f"{taken[0]} is in the state already", hint="`wexa-sync state list` shows all.")
    changed = [
        (record, replace(record, address=names[address], spec=_said(record.spec, old, new)))
        for address, record in sorted(state.records.items())
    ]
    gone: list[Entry] = [Forget(was.address) for was, is_ in changed if was.address != is_.address]
    gone += [Settle(intent.address) for intent in moving]
    kept: list[Entry] = [Remember(is_) for was, is_ in changed if was != is_]
    # What a person said of it holds under the new name as well. A record written later would take it away.
    answers = [replace(each, address=names[each.address], spec=_said(each.spec, old, new)) for each in moving]
    return [*gone, *kept, *map(Intend, answers)]


def _elsewhere(old: Address, new: Address) -> bool:
    """Whether the two are in different places: another project, another flow."""
    return old.kind != "Project" and (old.project, old.owner) != (new.project, new.owner)


def _renamed(address: Address, old: Address, new: Address) -> Address:
    if address == old:
        return new
    if old.kind == "Project" and address.project == old.name:
        return replace(address, project=new.name)
    if address.project == old.project and address.owner == (old.kind, old.name):
        return replace(address, owner=(new.kind, new.name))
    return address


def _said(value: Any, old: Address, new: Address) -> Any:
    if isinstance(value, Ref) and value.address is not None:
        return replace(value, address=_renamed(value.address, old, new))
    if isinstance(value, dict):
        return {name: _said(inner, old, new) for name, inner in value.items()}
    return [_said(inner, old, new) for inner in value] if isinstance(value, list) else value
