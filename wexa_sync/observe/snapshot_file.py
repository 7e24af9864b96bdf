"""Write a snapshot as a file, and read it back: what was written, or nothing. A snapshot may come from anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.api.checks import contradiction
from wexa_sync.api.paging import Extent, Found
from wexa_sync.errors import SnapshotDamaged, UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.spec.times import epoch
from wexa_sync.model import Ref
from wexa_sync.observe.replay import Notes
from wexa_sync.observe.snapshot import LINEAGE, Snapshot
from wexa_sync.secrecy.find import leaves_of
from wexa_sync.secrecy.seal import address_to_data, seal, unseal
from wexa_sync.state.base import State
from wexa_sync.state.data import (
    id_from_data,
    intent_from_data,
    intent_to_data,
    record_from_data,
    record_to_data,
    target_from_data,
    target_to_data,
)
from wexa_sync.state.disk import read_if_there
from wexa_sync.text.json import Shape, members, parse, plain
from wexa_sync.text.times import utc
from wexa_sync.text.visible import visible_json

FORMAT = "wexa-sync-snapshot"
VERSION = 1

_HEAD: Shape = {"format": (str,), "version": (int,), "taken": (str,), "target": (dict,), "user_id": (str,)}
_WHOLE: Shape = {**_HEAD, "state": (dict,), "lists": (list,), "names": (list,), "reads": (list,), "sha256": (str,)}
_STATE: Shape = {"written": (bool,), "serial": (int,), "records": (dict,), "intents": (dict,)}
_PLACE: Shape = {"kind": (str,), "project": (str,), "owner": (str,)}
_LIST: Shape = {**_PLACE, "extent": (str,), "total": (int, type(None)), "items": (list,)}
_NAME: Shape = {**_PLACE, "name": (str,), "items": (list,)}
_READ: Shape = {"kind": (str,), "id": (str,), "found": (dict, type(None))}


def snapshot_text(snapshot: Snapshot) -> str:
    """Return the text of the file: the same for the same snapshot."""
    state, notes = snapshot.state, snapshot.notes
    data: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "taken": utc(snapshot.taken),
        "target": target_to_data(snapshot.target),
        "user_id": snapshot.user_id,
        "state": {
            "written": bool(state.lineage),
            "serial": state.serial,
            "records": {address_to_data(address): record_to_data(each) for address, each in state.records.items()},
            "intents": {address_to_data(address): intent_to_data(each) for address, each in state.intents.items()},
        },
        "lists": [
            {
                **_place_to_data(*place),
                "extent": found.extent.value,
                "total": found.total,
                "items": [seal(item, None) for item in found.items],
            }
            for place, found in notes.lists.items()
        ],
        "names": [
            {**_place_to_data(*place), "name": name, "items": [seal(item, None) for item in items]}
            for (*place, name), items in notes.names.items()
        ],
        "reads": [
            {"kind": kind, "id": id, "found": None if found is None else seal(found, None)}
            for (kind, id), found in notes.reads.items()
        ],
    }
    text = json.dumps({**data, "sha256": _sum(data)}, indent=1, sort_keys=True, ensure_ascii=False)
    return visible_json(text) + "\n"  # it is printed too: no terminal obeys a name in it


def read_snapshot(file: Path) -> Snapshot:
    """Return the snapshot in a file. Raise SnapshotDamaged where it holds none, or another one than was written."""
    if (text := read_if_there(file)) is None:
        raise UsageError(f"{file}: there is no such file", hint="Name what `wexa-sync snapshot --out FILE` wrote.")
    try:
        data = parse(text)
    except ValueError:
        raise _damaged(file, "it is not JSON") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _damaged(file, "it is no snapshot")
    if data.get("version") != VERSION:
        raise _damaged(file, f"it was written by another wexa-sync (this one reads snapshots of version {VERSION})")
    try:
        return _from_data(members(data, _WHOLE))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
        raise _damaged(file, f"it was changed after it was written ({error})") from None


def _damaged(file: Path, why: str) -> SnapshotDamaged:
    return SnapshotDamaged(f"{file}: {why}", hint="Take a new one: `wexa-sync snapshot --out FILE`.")


def _sum(data: Mapping[str, Any]) -> str:
    counted = {name: value for name, value in data.items() if name != "sha256"}
    text = json.dumps(counted, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _place_to_data(*place: str) -> dict[str, str]:
    return dict(zip(("kind", "project", "owner"), place, strict=True))


def _from_data(data: Mapping[str, Any]) -> Snapshot:
    if data["sha256"] != _sum(data):
        raise ValueError("its checksum is of another content")
    target = target_from_data(data["target"])
    stored = members(data["state"], _STATE)
    lists = [(members(each, _LIST), _kind(each["kind"])) for each in data["lists"]]
    names = [(members(each, _NAME), _kind(each["kind"])) for each in data["names"]]
    reads = [(members(each, _READ), _kind(each["kind"])) for each in data["reads"]]
    return Snapshot(
        target=target,
        user_id=data["user_id"],
        taken=float(epoch(data["taken"])),
        state=State(
            target=target if stored["written"] else None,
            lineage=LINEAGE if stored["written"] else "",
            serial=stored["serial"],
            records=dict(_held(stored["records"], record_from_data)),
            intents=dict(_held(stored["intents"], intent_from_data)),
        ),
        notes=Notes(
            lists={
                (each["kind"], each["project"], each["owner"]): Found(
                    items=_items(kind, each), extent=Extent(each["extent"]), total=each["total"]
                )
                for each, kind in lists
            },
            names={
                (each["kind"], each["project"], each["owner"], each["name"]): _items(kind, each) for each, kind in names
            },
            reads={(each["kind"], id_from_data(each["id"])): _read(kind, each["found"]) for each, kind in reads},
        ),
    )


def _held(data: Mapping[str, Any], from_data: Callable[[Any], Any]) -> Iterator[tuple[Any, Any]]:
    for text, each in data.items():
        held = from_data(each)
        if address_to_data(held.address) != text:
            raise ValueError(f"{text} holds another address")
        yield held.address, held


def _kind(name: Any) -> Kind:
    if name not in BY_NAME:
        raise ValueError(f"there is no kind {plain(name)!a}")
    return BY_NAME[name]


def _items(kind: Kind, data: Mapping[str, Any]) -> list[Raw]:
    items = [_raw(item) for item in data["items"]]
    if fault := contradiction(kind, items, data["project"]):
        raise ValueError(fault)
    return items


def _read(kind: Kind, found: Any) -> Raw | None:
    if found is None:
        return None
    return _items(kind, {"items": [found], "project": ""})[0]


def _raw(data: Any) -> Raw:
    """Return a response. A number of a secret may be in it, and no reference: only manifests have these."""
    found = unseal(data)
    if not isinstance(found, dict) or any(True for _ in leaves_of(found, (Ref,))):
        raise ValueError("a response is no object, or has a reference in it")
    return found
