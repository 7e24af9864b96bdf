"""Seal specs: turn them into JSON data with a keyed fingerprint for each secret, and fingerprint whole specs. Pure.

A reference or a secret is an object with one key in the data: `{"$ref": {...}}`, `{"$secret": {...}}`. A user's own key
that starts with `$` gets one more `$`, so the two can't be mixed up. A secret's value never gets into data.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping
from functools import cache
from operator import attrgetter
from typing import Any

from wexa_sync.model import LEAVES, Address, Ref, Sealed, Secret
from wexa_sync.secrecy.find import has_secret
from wexa_sync.text.json import Shape, members

# About 10 ms a secret on a common machine: nothing for the few secrets of a plan, much for a dictionary attack.
# The count is part of the state format: another one makes every secret look changed.
_ROUNDS = 30_000

_STORED_AS_IT_IS = LEAVES - {float}  # JSON has no infinity and no NaN


def seal(value: Any, key: str | None, template: Callable[[Secret], str] = attrgetter("template")) -> Any:
    """Return a spec, or any value in one, as JSON data in which a secret is its `template` and a fingerprint.

    The fingerprint is made with `key`. Raises TypeError for a value that can't be stored; without a key, a Secret is
    one.
    """
    if type(value) in _STORED_AS_IT_IS or isinstance(value, (str, int)):  # far the most common first
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, (dict, Mapping)):
        return {
            _escape(name): item if type(item) in _STORED_AS_IT_IS else seal(item, key, template)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [seal(item, key, template) for item in value]
    if isinstance(value, Ref):
        return {"$ref": _ref_to_data(value)}
    if isinstance(value, Sealed):
        return {"$secret": {"template": value.template, "fingerprint": value.fingerprint}}
    if isinstance(value, Secret) and key is not None:
        return {"$secret": {"template": template(value), "fingerprint": secret_fingerprint(value, key)}}
    raise TypeError(f"{value!r} ({type(value).__name__}) can't be stored")


def unseal(data: Any, *, own: bool = False) -> Any:
    """Return the spec that `seal` was given, with Sealed in the place of each Secret.

    What has no mark in it is the spec already: it is returned itself, and not as a copy. `own`: nobody else holds the
    data, so it may be changed.
    """
    # Much of a large state's loading time is spent here: one walk through all keys, and no call for a leaf.
    found, dollars = data, False
    if isinstance(data, dict):
        for name, item in data.items():
            if "$" in name:
                if name in _MARKS:
                    return _MARKS[name](_only(data, name))
                dollars = True
            if type(item) not in LEAVES and (new := unseal(item, own=own)) is not item:
                found = data.copy() if found is data and not own else found
                found[name] = new
    elif isinstance(data, list):
        for at, item in enumerate(data):
            if type(item) not in LEAVES and (new := unseal(item, own=own)) is not item:
                found = data.copy() if found is data and not own else found
                found[at] = new
    return {_unescape(name): item for name, item in found.items()} if dollars else found


def conceal(value: Any, key: str) -> Any:
    """Return the value with each Secret Sealed: the form in which a Record or an Intent holds a spec."""
    return unseal(seal(value, key)) if has_secret(value) else value


def secret_fingerprint(secret: Secret, key: str) -> str:
    """Return a hex fingerprint of the secret's value: useless without `key`, and slow to guess with it."""
    mark = "" if isinstance(secret.sent(), str) else "\0"  # a number is not the text that writes it
    return _slow_fingerprint(mark + secret.reveal(), key)


def fingerprint(value: Any, key: str) -> str:
    """Return a hex fingerprint of a spec: the same for any order of its keys, for 1 and 1.0, for Secret and Sealed.

    The fingerprint is fast, and so is guessing it: each Secret is sealed first. The caller must not reveal one.
    """
    return hmac.new(_bytes(key), canonical(value, key).encode(), hashlib.sha256).hexdigest()


def canonical(value: Any, key: str | None = None) -> str:
    """Return the one text of equal specs. Without a key there must be no Secret in the spec, else TypeError."""
    return json.dumps(_canonical(seal(value, key)), sort_keys=True, separators=(",", ":"))


def address_to_data(address: Address) -> str:
    """Return the address as text. Raise ValueError where the text would be read as another address."""
    text = str(address)
    found = Address.parse(text)
    if (found.place, found.name) != (address.place, address.name):  # as texts, the two are equal
        raise ValueError(f"the address {text!r} can't be written: it reads as another one")
    return text


_REF_ADDRESS: Shape = {"kind": (str,), "address": (str,)}
_REF_EXTERNAL: Shape = {"kind": (str,), "external": (str,)}
_REF_ID: Shape = {"kind": (str,), "id": (str,)}


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


_MARKS: Mapping[str, Callable[[Any], Any]] = {"$ref": _ref_from_data, "$secret": _sealed_from_data}


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


def _canonical(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: item if type(item) in _STORED_AS_IT_IS else _canonical(item) for name, item in data.items()}
    if isinstance(data, list):
        return [item if type(item) in _STORED_AS_IT_IS else _canonical(item) for item in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a lone surrogate is legal in JSON, so it may come from anywhere


@cache
def _slow_fingerprint(value: str, key: str) -> str:
    keyed = hmac.new(_bytes(key), _bytes(value), hashlib.sha256).digest()
    return hashlib.pbkdf2_hmac("sha256", keyed, b"wexa-sync secret", _ROUNDS).hex()
