"""Write what lives inside a resource into its draft: in the live order, decisions as branches. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wexa_sync.export.names import key_of
from wexa_sync.export.sheet import Sheet
from wexa_sync.export.survey import Thing, unread_of
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.chain import Chain
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.spec.fields import NO_DEFAULT
from wexa_sync.kinds.spec.wire import not_shown
from wexa_sync.model import Address, Spec

Item = dict[str, Any]


def with_parts(sheet: Sheet, owner: Thing, spec: Item) -> Item:
    """Return the spec of an owner with its parts. What can't be said of them is noted, and the draft is partial."""
    for part in owner.kind.parts:
        if part.kind.sown is not None:
            continue  # rows are others' too
        hidden = unread_of(sheet.desk.survey, part.kind.name, owner.project, owner.id)
        if hidden or (not part.own_list and part.field not in owner.raw):
            why = hidden[0].why if hidden else "reads do not show them"
            sheet.note((), f"not exported: its {part.field}, since {why}")
            sheet.partial = True
            continue
        things = sheet.desk.places.get((part.kind.name, owner.project, owner.id), [])
        spec = {**spec, part.field: _items(sheet, part, owner, things)}
    return spec


def _items(sheet: Sheet, part: Part, owner: Thing, things: Sequence[Thing]) -> list[Item]:
    known = [(thing, found) for thing in things if (found := sheet.desk.addresses.get(key_of(thing))) is not None]
    if lost := len(things) - len(known):
        sheet.note((), f"not exported: {lost} of its {part.field}, which have no id that a manifest can name")
        sheet.partial = True
    items = [_item(sheet, part, thing, each) for thing, each in known]
    if part.chain is not None:
        items = _linked(sheet, part, part.chain, owner, known, items)
    for number, ((thing, each), item) in enumerate(zip(known, items, strict=True)):
        sheet.ids[each] = thing.id
        at = ("spec", part.field, number)
        sheet.note_all(at, at, thing, item)
    _note_hidden(sheet, part.kind, [thing for thing, _ in known])
    return items


def _item(sheet: Sheet, part: Part, thing: Thing, address: Address) -> Item:
    return {part.handle: address.name} | sheet.desk.spec(thing)


def _linked(
    sheet: Sheet, part: Part, chain: Chain, owner: Thing, known: Sequence[tuple[Thing, Address]], items: list[Item]
) -> list[Item]:
    """Return the items with the branches of those that decide. Note where no manifest can say how they lead on."""
    handles = {thing.id: address.name for thing, address in known}
    found = []
    for number, ((thing, _), item) in enumerate(zip(known, items, strict=True)):
        behind = {key: handles[id] for key, id in chain.behind(thing.raw).items() if key and id in handles}
        said = chain.read_back(dict(thing.spec), behind)
        if said is None:
            _note_odd(sheet, part, number, "how it decides")
        found.append(item if said is None else _changed(item, thing.spec, said))
    faults = list(chain.faults({item[part.handle]: item for item in found}))
    for handle, why, _ in faults:
        _note_odd(sheet, part, [*handles.values()].index(handle), f"how it decides: {why}")
    if faults:
        found = items
    _note_places(sheet, part, chain, owner, known, found)
    return found


def _note_places(
    sheet: Sheet, part: Part, chain: Chain, owner: Thing, known: Sequence[tuple[Thing, Address]], items: Sequence[Item]
) -> None:
    """Note the parts that nothing leads to, and those that come behind another one than the manifest says."""
    unlinked = chain.unlinked(owner.raw, [thing.raw for thing, _ in known])
    live = {id: (address.name, key) for thing, address in known for key, id in chain.behind(thing.raw).items()}
    said = chain.before({item[part.handle]: item for item in items})
    for number, (thing, address) in enumerate(known):
        if thing.id in unlinked:
            _note_odd(sheet, part, number, "its place, since nothing leads to it")
        elif live and live.get(thing.id) != said.get(address.name):
            place = " at ".join(filter(None, live.get(thing.id, ("nothing",))))
            _note_odd(sheet, part, number, f"its place, which is behind {place}")


def _changed(item: Item, before: Spec, after: Spec) -> Item:
    """Return the item with the fields that came to its spec, and without those that went."""
    kept = {name: value for name, value in item.items() if name in after or name not in before}
    return kept | {name: value for name, value in after.items() if name not in before}


def _note_odd(sheet: Sheet, part: Part, number: int, what: str) -> None:
    sheet.note(("spec", part.field, number), f"not exported: {what}. Look at it in Wexa Studio.")
    sheet.partial = True


def _note_hidden(sheet: Sheet, kind: Kind, things: Sequence[Thing]) -> None:
    """Note what no read shows of parts that are updated whole: an update sends defaults in the place of that."""
    if not any(call.wants_all for call in kind.calls(Operation.UPDATE)):
        return
    left = kind.exported.left_out
    hidden = dict.fromkeys(
        name for thing in things for name in not_shown(kind, thing.raw) if name not in left and _has_default(kind, name)
    )
    if hidden:
        sheet.note((), f"Reads do not show {', '.join(hidden)} of each {kind.name}: an update sends the default.")


def _has_default(kind: Kind, name: str) -> bool:
    return kind.fields.fields[name].default is not NO_DEFAULT
