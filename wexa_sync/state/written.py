"""Read a state that stands as it was written, byte for byte: what wexa-sync wrote is not to be checked again.

The vouch stands last in the text of a state, and says which text stands before it. A text that was edited, merged or
put into another form is another one: then everything in it is looked at (format.py), and nothing is vouched for.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.model import Address, Record, Target, Vouch
from wexa_sync.secrecy.seal import unseal
from wexa_sync.state.base import State
from wexa_sync.state.data import vouch_from_data, vouch_to_data
from wexa_sync.text.ids import usual_case
from wexa_sync.text.json import parse

_MARK, _END, _TEXT = b',\n "vouch": ', b"\n}\n", "text"


class _Written(Struct, kw_only=True):
    """Say of what types the members of a state file are. `sha256`: its checksum, which is not counted again."""

    version: int
    lineage: str
    serial: int
    sha256: str
    target: Target
    records: dict[str, Record]
    intents: dict[str, Any]
    moved: str = ""


_read = msgspec.json.Decoder(_Written, dec_hook=lambda _type, text: Address.parse(text)).decode


def with_vouch(text: bytes, vouch: Vouch | None) -> bytes:
    """Return the text of a state with its vouch as the last member."""
    if vouch is None:
        return text + b"\n"
    before = text.removesuffix(b"\n}")
    said = json.dumps(vouch_to_data(vouch) | {_TEXT: _digest(before)}, indent=1, sort_keys=True)
    return before + _MARK + said.replace("\n", "\n ").encode() + _END


def as_written(text: bytes, version: int) -> State | None:
    """Return the state in a text of that version of the format; None where the text is not as it was written."""
    mark = text.rfind(_MARK)
    with memoryview(text) as whole:  # a state of 10,000 resources is 19 MB: no part of it is copied
        vouch = _vouch_in(text[mark + len(_MARK) :], _digest(whole[:mark])) if mark >= 0 else None
    if vouch is None:
        return None
    try:
        found = _read(text)
        records = {record.address: _unsealed(record) for record in found.records.values()}
    except (msgspec.DecodeError, RecursionError, ValueError):  # a vouch made by hand: format.py says what is wrong
        return None
    if found.version != version or found.moved or found.intents:
        return None
    return State(
        target=replace(found.target, org_id=usual_case(found.target.org_id)),
        lineage=found.lineage,
        serial=found.serial,
        records=records,
        sha256=found.sha256,
        vouch=vouch,
    )


def _unsealed(record: Record) -> Record:
    spec = unseal(record.spec, own=True)
    return record if spec is record.spec else replace(record, spec=spec)


def _vouch_in(said: bytes, digest: str) -> Vouch | None:
    """Return the vouch that stands in the end of a text; None where there is none, or not of a text of that digest."""
    try:
        data = parse(said.removesuffix(_END))
    except ValueError:
        return None
    fits = isinstance(data, dict) and data.pop(_TEXT, "") == digest
    return vouch_from_data(data) if fits else None


def _digest(text: bytes | memoryview) -> str:
    return hashlib.sha256(text).hexdigest()  # which processors have instructions for: a state may have 20 MB
