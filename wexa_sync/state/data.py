"""The nouns as plain JSON data and back, and their keyed fingerprints. Pure: no file, no clock, no randomness.

In data, what JSON has no word for stands as an object with one key: `{"$ref": {...}}`, `{"$secret": {...}}`. A user's
own key that starts with `$` gets one more `$`, so the two can't be mixed up. A secret's value never gets into data.
Every `..._from_data` raises ValueError, and says what is wrong, for data that its counterpart can't have made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Mapping
from functools import cache
from typing import Any

from wexa_sync.model import Address, Intent, Lifecycle, Record, Ref, Sealed, Secret, Source, Target
from wexa_sync.text.ids import is_id

# About 10 ms a secret on a common machine: nothing for the few there are, much for who tries a dictionary. It is part
# of the state format: another count makes every secret look changed.
_ROUNDS = 30_000

_Shape = Mapping[str, tuple[type, ...]]
_NONE = type(None)
_LEAVES = frozenset({str, int, float, bool, _NONE})
_STORED_AS_IT_IS = _LEAVES - {float}  # JSON has no infinity and no NaN


def seal(value: Any, key: str) -> Any:
    """A spec, or any value in one, as plain JSON data in which a secret is a fingerprint made with `key`."""
    return _to_data(value, key)


def unseal(data: Any) -> Any:
    """What `seal` was given, but a Secret comes back as Sealed."""
    # Most of a large state's loading time is spent here: leaves are not called for, and keys are looked at together.
    if isinstance(data, dict):
        if "$" not in "".join(data):
            return {name: item if type(item) in _LEAVES else unseal(item) for name, item in data.items()}
        if "$ref" in data:
            return _ref_from_data(_only(data, "$ref"))
        if "$secret" in data:
            return _sealed_from_data(_only(data, "$secret"))
        return {_unescape(name): unseal(item) for name, item in data.items()}
    if isinstance(data, list):
        return [item if type(item) in _LEAVES else unseal(item) for item in data]
    return data


def conceal(value: Any, key: str) -> Any:
    """A copy in which each Secret is Sealed: the form in which a Record or an Intent holds a spec."""
    return unseal(seal(value, key))


def secret_fingerprint(secret: Secret, key: str) -> str:
    """A hex fingerprint of the secret's value: useless without `key`, and slow to guess with it."""
    return _slow_fingerprint(secret.reveal(), key)


def fingerprint(value: Any, key: str) -> str:
    """A hex fingerprint of a spec: the same for whatever order its keys have, for 1 and 1.0, for Secret and Sealed.

    It is fast, so that a guess is too: each Secret is sealed before. A value must not be revealed on its way here.
    """
    return hmac.new(_bytes(key), canonical(value, key).encode(), hashlib.sha256).hexdigest()


def canonical(value: Any, key: str | None = None) -> str:
    """Return the one text of equal specs. Without a key there must be no Secret in the spec, else TypeError."""
    return json.dumps(_canonical(_to_data(value, key)), sort_keys=True, separators=(",", ":"))


@cache  # it is asked for each address several times
def address_to_data(address: Address) -> str:
    """The address as text; ValueError where that text would not lead back to it."""
    text = str(address)
    if Address.parse(text) != address:
        raise ValueError(f"the address {text!r} can't be written: it reads as another one")
    return text


def address_from_data(data: Any) -> Address:
    """The address a text names."""
    if not isinstance(data, str):
        raise ValueError(f"an address must be text, not {data!r}")
    return Address.parse(data)


def id_from_data(data: Any) -> str:
    """An id of the API."""
    if not isinstance(data, str) or not is_id(data):
        raise ValueError(f"{data!a} can't be an id")
    return data


def source_to_data(source: Source) -> dict[str, Any]:
    """A place in a file."""
    return {"file": source.file, "line": source.line, "column": source.column}


def source_from_data(data: Any) -> Source:
    """A place in a file."""
    return Source(**members(data, {"file": (str,), "line": (int,), "column": (int,)}))


def target_to_data(target: Target) -> dict[str, Any]:
    """A workspace."""
    return {"base_url": target.base_url, "org_id": target.org_id}


def target_from_data(data: Any) -> Target:
    """A workspace."""
    return Target(**members(data, {"base_url": (str,), "org_id": (str,)}))


def lifecycle_to_data(lifecycle: Lifecycle) -> dict[str, Any]:
    """Lifecycle options."""
    return {
        "prevent_destroy": lifecycle.prevent_destroy,
        "ignore_changes": list(lifecycle.ignore_changes),
        "retain": lifecycle.retain,
    }


def lifecycle_from_data(data: Any) -> Lifecycle:
    """Lifecycle options."""
    found = members(data, {"prevent_destroy": (bool,), "ignore_changes": (list,), "retain": (bool,)})
    return Lifecycle(**found | {"ignore_changes": _texts(found["ignore_changes"], "ignore_changes")})


_REF_ADDRESS: _Shape = {"kind": (str,), "address": (str,)}
_REF_EXTERNAL: _Shape = {"kind": (str,), "external": (str,)}
_REF_ID: _Shape = {"kind": (str,), "id": (str,)}
_RECORD: _Shape = {
    "address": (str,),
    "id": (str,),
    "spec": (dict,),
    "lifecycle": (dict,),
    "generation": (int,),
    "started": (bool, _NONE),
    "ended": (bool, _NONE),
    "made_at": (int, float, _NONE),
    "aliases": (list,),
    "earlier": (list,),
    "others": (list,),
}


def record_to_data(record: Record) -> dict[str, Any]:
    """A record; its spec must hold no Secret any more (`conceal`), else TypeError."""
    return {
        "address": address_to_data(record.address),
        "id": record.id,
        "spec": _to_data(record.spec, None),
        "lifecycle": lifecycle_to_data(record.lifecycle),
        "generation": record.generation,
        "started": record.started,
        "ended": record.ended,
        "made_at": record.made_at,
        "aliases": list(record.aliases),
        "earlier": list(record.earlier),
        "others": list(record.others),
    }


def record_from_data(data: Any) -> Record:
    """A record."""
    found = members(data, _RECORD)
    return Record(
        address=Address.parse(found["address"]),
        id=id_from_data(found["id"]),
        spec=unseal(found["spec"]),
        lifecycle=lifecycle_from_data(found["lifecycle"]),
        generation=found["generation"],
        started=found["started"],
        ended=found["ended"],
        made_at=found["made_at"],
        **{name: tuple(map(id_from_data, found[name])) for name in ("aliases", "earlier", "others")},
    )


_INTENT: _Shape = {
    "address": (str,),
    "operation": (str,),
    "time": (int, float),
    "spec": (dict,),
    "fingerprint": (str,),
    "generation": (int,),
    "id": (str, _NONE),
    "settled": (bool,),
    "ignore": (list,),
    "ahead": (int, float),
    "before": (list,),
}


def intent_to_data(intent: Intent) -> dict[str, Any]:
    """An intent; its spec must hold no Secret any more (`conceal`), else TypeError."""
    return {
        "address": address_to_data(intent.address),
        "operation": intent.operation,
        "time": intent.time,
        "spec": _to_data(intent.spec, None),
        "fingerprint": intent.fingerprint,
        "generation": intent.generation,
        "id": intent.id,
        "settled": intent.settled,
        "ignore": list(intent.ignore),
        "ahead": intent.ahead,
        "before": list(intent.before),
    }


def intent_from_data(data: Any) -> Intent:
    """An intent."""
    found = members(data, _INTENT)
    changed = {
        "address": Address.parse(found["address"]),
        "spec": unseal(found["spec"]),
        "id": found["id"] if found["id"] is None else id_from_data(found["id"]),
        **{name: tuple(map(id_from_data, found[name])) for name in ("ignore", "before")},
    }
    return Intent(**found | changed)


def members(data: Any, shape: _Shape) -> dict[str, Any]:
    """`data`, once it is sure that it is an object with exactly these keys, each of one of these types."""
    if not isinstance(data, dict):
        raise ValueError(f"an object was expected, not {type(data).__name__}")
    if data.keys() != shape.keys():
        missing, unknown = sorted(shape.keys() - data.keys()), sorted(data.keys() - shape.keys())
        faults = [f"{word} {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
        raise ValueError("; ".join(faults))
    for name, types in shape.items():
        # The exact type: to isinstance, true would be a fine generation.
        if type(data[name]) not in types:
            raise ValueError(f"{name} has the wrong type ({type(data[name]).__name__})")
    return data


def _to_data(value: Any, key: str | None) -> Any:
    if type(value) in _STORED_AS_IT_IS or isinstance(value, (str, int)):  # far the most common first
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (dict, Mapping)):
        return {_escape(name): _to_data(item, key) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_data(item, key) for item in value]
    if isinstance(value, Ref):
        return {"$ref": _ref_to_data(value)}
    if isinstance(value, Sealed):
        return {"$secret": {"template": value.template, "fingerprint": value.fingerprint}}
    if isinstance(value, Secret) and key is not None:
        return {"$secret": {"template": value.template, "fingerprint": secret_fingerprint(value, key)}}
    raise TypeError(f"{value!r} ({type(value).__name__}) can't be stored")


def _ref_to_data(ref: Ref) -> dict[str, str]:
    if ref.address is not None:
        return {"kind": ref.kind, "address": address_to_data(ref.address)}
    if ref.external is not None:
        return {"kind": ref.kind, "external": ref.external}
    if ref.id is not None:
        return {"kind": ref.kind, "id": ref.id}
    raise TypeError(f"a reference to no {ref.kind} can't be stored")


def _ref_from_data(data: Any) -> Ref:
    if isinstance(data, dict) and "external" in data:
        return Ref(**members(data, _REF_EXTERNAL))
    if isinstance(data, dict) and "id" in data:
        return Ref(**members(data, _REF_ID))
    found = members(data, _REF_ADDRESS)
    return Ref(kind=found["kind"], address=Address.parse(found["address"]))


def _sealed_from_data(data: Any) -> Sealed:
    return Sealed(**members(data, {"template": (str,), "fingerprint": (str,)}))


def _escape(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the key {name!r} can't be stored: it is not text")
    return f"${name}" if name.startswith("$") else name


def _unescape(name: str) -> str:
    if name.startswith("$") and not name.startswith("$$"):
        raise ValueError(f"{name} is no mark that is known here")
    return name[1:] if name.startswith("$") else name


def _only(data: dict[str, Any], mark: str) -> Any:
    if len(data) != 1:
        raise ValueError(f"{mark} stands beside other keys")
    return data[mark]


def _texts(items: list[Any], name: str) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in items):
        raise ValueError(f"{name} must be a list of texts")
    return tuple(items)


def _canonical(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _canonical(item) for name, item in data.items()}
    if isinstance(data, list):
        return [_canonical(item) for item in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a lone surrogate is legal in JSON, so it may come from anywhere


@cache
def _slow_fingerprint(value: str, key: str) -> str:
    keyed = hmac.new(_bytes(key), _bytes(value), hashlib.sha256).digest()
    return hashlib.pbkdf2_hmac("sha256", keyed, b"wexa-sync secret", _ROUNDS).hex()
