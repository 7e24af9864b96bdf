"""Turn records and intents into plain JSON data and back. Pure: no file, no clock, no randomness.

Every `..._from_data` raises ValueError, and says what is wrong, for data that its counterpart can't have made.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from wexa_sync.model import Address, ExternalName, Intent, Lifecycle, Record, Source, Target, Vouch
from wexa_sync.secrecy.seal import address_to_data, seal, unseal
from wexa_sync.text.ids import is_id, usual_case
from wexa_sync.text.json import Shape, members, shape


def as_data(noun: object, names: Iterable[str]) -> dict[str, Any]:
    """Return these fields of a noun by their names, each as it is, a tuple as a list."""
    return {name: [*value] if isinstance(value := getattr(noun, name), tuple) else value for name in names}


def address_from_data(data: Any) -> Address:
    """Return the address that a text names."""
    if not isinstance(data, str):
        raise ValueError(f"an address must be text, not {shape(data)}")
    return Address.parse(data)


def id_from_data(data: Any) -> str:
    """Return an id of the API."""
    if not is_id(data):
        raise ValueError(f"{ascii(data) if isinstance(data, str) else shape(data)} can't be an id")
    return data


_SOURCE: Shape = {"file": (str,), "line": (int,), "column": (int,)}
_TARGET: Shape = {"base_url": (str,), "org_id": (str,), "environment": (str,)}
_LIFECYCLE: Shape = {"prevent_destroy": (bool,), "ignore_changes": (list,), "retain": (bool,)}


def source_to_data(source: Source) -> dict[str, Any]:
    """Return a place in a file as data."""
    return as_data(source, _SOURCE)


def source_from_data(data: Any) -> Source:
    """Return a place in a file."""
    return Source(**members(data, _SOURCE))


def target_to_data(target: Target) -> dict[str, Any]:
    """Return a workspace as data."""
    return as_data(target, _TARGET)


def target_from_data(data: Any) -> Target:
    """Return a workspace."""
    found = Target(**members(data, _TARGET))
    return replace(found, org_id=usual_case(found.org_id))


_NOTHING_SAID = Lifecycle()


def lifecycle_to_data(lifecycle: Lifecycle) -> dict[str, Any]:
    """Return lifecycle options as data."""
    return as_data(lifecycle, _LIFECYCLE)


_USUAL = lifecycle_to_data(_NOTHING_SAID)


def lifecycle_from_data(data: Any) -> Lifecycle:
    """Return lifecycle options."""
    if data == _USUAL:  # one for all, as of most resources nothing is said
        return _NOTHING_SAID
    found = members(data, _LIFECYCLE)
    return Lifecycle(**found | {"ignore_changes": _texts(found["ignore_changes"], "ignore_changes")})


_RECORD: Shape = {
    "address": (str,),
    "id": (str,),
    "spec": (dict,),
    "lifecycle": (dict,),
    "generation": (int,),
    "started": (bool, type(None)),
    "ended": (bool, type(None)),
    "made_at": (int, float, type(None)),
    "aliases": (list,),
    "earlier": (list,),
    "others": (list,),
}


def record_to_data(record: Record) -> dict[str, Any]:
    """Return a record as data. Raise TypeError where its spec holds a Secret (see `conceal`)."""
    return as_data(record, _RECORD) | {
        "address": address_to_data(record.address),
        "spec": seal(record.spec, None),
        "lifecycle": lifecycle_to_data(record.lifecycle),
    }


def record_from_data(data: Any) -> Record:
    """Return a record."""
    found = members(data, _RECORD)
    changed = {
        "address": Address.parse(found["address"]),
        "id": id_from_data(found["id"]),
        "spec": unseal(found["spec"]),
        "lifecycle": lifecycle_from_data(found["lifecycle"]),
        **{name: tuple(map(id_from_data, found[name])) for name in ("aliases", "earlier", "others")},
    }
    return Record(**found | changed)


_INTENT: Shape = {
    "address": (str,),
    "operation": (str,),
    "time": (int, float),
    "spec": (dict,),
    "fingerprint": (str,),
    "generation": (int,),
    "id": (str, type(None)),
    "settled": (bool,),
    "ignore": (list,),
    "ahead": (int, float),
    "before": (list,),
}


def intent_to_data(intent: Intent) -> dict[str, Any]:
    """Return an intent as data. Raise TypeError where its spec holds a Secret (see `conceal`)."""
    changed = {"address": address_to_data(intent.address), "spec": seal(intent.spec, None)}
    return as_data(intent, _INTENT) | changed


def intent_from_data(data: Any) -> Intent:
    """Return an intent."""
    found = members(data, _INTENT)
    changed = {
        "address": Address.parse(found["address"]),
        "spec": unseal(found["spec"]),
        "id": found["id"] if found["id"] is None else id_from_data(found["id"]),
        **{name: tuple(map(id_from_data, found[name])) for name in ("ignore", "before")},
    }
    return Intent(**found | changed)


_VOUCH: Shape = {
    "inputs": (str,),
    "order": (str,),
    "files": (list,),
    "env": (list,),
    "externals": (list,),
    "stays": (str,),
}


def vouch_to_data(vouch: Vouch) -> dict[str, Any]:
    """Return a vouch as data."""
    return as_data(vouch, _VOUCH) | {"externals": [[*name, found] for name, found in sorted(vouch.externals.items())]}


def vouch_from_data(data: Any) -> Vouch | None:
    """Return a vouch; None for what is none: nobody needs one."""
    try:
        found = members(data, _VOUCH)
        named = (_texts(each, "externals") for each in found["externals"])
        externals = {ExternalName(*name): id_from_data(id) for *name, id in named}  # the field's name
        texts = {name: _texts(found[name], name) for name in ("files", "env")}
        return Vouch(**found | texts | {"externals": externals})
    except (ValueError, TypeError):
        return None


def _texts(items: list[Any], name: str) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"{name} must be a list of texts")
    return tuple(items)
