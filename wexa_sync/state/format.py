"""Write and read the text of a state file, in this version of the format and in older ones.

Pure; `file` is only named in errors.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import StateDamaged, StateError
from wexa_sync.model import Intent, Record, Target
from wexa_sync.secrecy.seal import address_to_data
from wexa_sync.state.base import ANY, State
from wexa_sync.state.data import (
    intent_from_data,
    intent_to_data,
    record_from_data,
    record_to_data,
    target_from_data,
    target_to_data,
)
from wexa_sync.state.written import as_written, with_vouch
from wexa_sync.text.json import MAX_DEPTH, members, parse

VERSION = 5
_SUMMED = 3
"""The version from which on a state, and the start of a journal, hold a checksum."""


def _as_it_is(data: Any) -> Any:
    return data


class Step(Struct, frozen=True, kw_only=True):
    """Say what the next format makes of a record, an intent and the target, in the file and in its journal.

    `entry` is for the journal alone.
    """

    target: Callable[[Any], Any] = _as_it_is
    record: Callable[[Any], Any] = _as_it_is
    intent: Callable[[Any], Any] = _as_it_is
    entry: Callable[[Any], Any] = _as_it_is


STEPS: Mapping[int, Step] = {
    1: Step(intent=lambda data: {**data, "ahead": 0.0}),
    2: Step(
        record=lambda data: {**data, "ended": None, "made_at": None, "aliases": [], "earlier": [], "others": []},
        intent=lambda data: {**data, "before": []},
        entry=lambda data: {**data, "settles": ANY},
    ),
    3: Step(target=lambda data: {**data, "environment": ""}),
    4: Step(),
}
"""From version N to N + 1, by N, down to the oldest that is still read."""

_STATE, _VOUCH = "wexa-sync-state", "vouch"
HEAD: Mapping[str, tuple[type, ...]] = {
    "format": (str,),
    "version": (int,),
    "lineage": (str,),
    "serial": (int,),
    "target": (dict,),
}

_Held = TypeVar("_Held", Record, Intent)


def state_text(state: State, *, moved: str = "") -> bytes:
    """Return the text of the state file. `moved`: the place that the state moved to; then this text is only a sign."""
    data = head_of(_STATE, state) | _content(state)
    data["sha256"] = _sum(data)
    data |= {"moved": moved} if moved else {}
    return with_vouch(_indented(_dumped(data).encode()), state.vouch)


def _indented(text: bytes) -> bytes:
    """Return a text of JSON with a member a line, as `json.dumps` writes it, in a tenth of its time."""
    try:
        return msgspec.json.format(text, indent=1)
    except (msgspec.DecodeError, RecursionError):  # half of a pair of surrogates, which `json` takes
        return json.dumps(json.loads(text), indent=1).encode()


def checksum(state: State) -> str:
    """Return a hex sha256 over all that a state holds but its target. Two histories never share one.

    Serial and lineage alone don't say it: two clones of a repository count on from the same serial.
    """
    return state.sha256 or _sum({"lineage": state.lineage, "serial": state.serial, **_content(state)})


def _content(state: State) -> dict[str, Any]:
    return {
        "records": {address_to_data(address): record_to_data(record) for address, record in state.records.items()},
        "intents": {address_to_data(address): intent_to_data(intent) for address, intent in state.intents.items()},
    }


def _sum(data: Mapping[str, Any]) -> str:
    """Return the hash of one line of JSON with these members, made piece by piece: a state may be large."""
    found = hashlib.sha256()
    for before, name in zip("{,,,", ("intents", "lineage", "records", "serial"), strict=True):
        found.update(f'{before}"{name}":'.encode())
        if name in ("intents", "records"):
            for at, key in enumerate(sorted(data[name])):
                found.update(f"{',' if at else '{'}{_dumped(key)}:{_dumped(data[name][key])}".encode())
            found.update(b"}" if data[name] else b"{}")
        else:
            found.update(_dumped(data[name]).encode())
    found.update(b"}\n")
    return found.hexdigest()


def read_state(text: bytes, file: Path) -> State:
    """Return the state in a state file. Raise StateDamaged, or StateError for a newer format."""
    if (written := as_written(text, VERSION)) is not None:
        return written
    with damage(file, _STATE_HINT):
        found = document(text, _STATE, {**HEAD, "records": (dict,), "intents": (dict,)}, file, aside=_VOUCH)
        version = found["version"]
        state = State(
            target=target_in(found["target"], version),
            lineage=found["lineage"],
            serial=found["serial"],
            records={record.address: record for record in _held(found["records"], version, record_in)},
            intents={intent.address: intent for intent in _held(found["intents"], version, intent_in)},
        )
        if version >= _SUMMED and found["sha256"] != _sum(found):
            raise ValueError("its checksum is of another content, so it was edited, or merged by lines")
        return state if version < VERSION else replace(state, sha256=found["sha256"])


def head_of(form: str, state: State) -> dict[str, Any]:
    """Return the members with which a state file, or a journal, begins."""
    if state.target is None:
        raise ValueError("a state without a target can't be stored")
    return {
        "format": form,
        "version": VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "target": target_to_data(state.target),
    }


def document(
    text: bytes, form: str, shape: Mapping[str, tuple[type, ...]], file: Path, aside: str = ""
) -> dict[str, Any]:
    """Return the members of a document. Raise ValueError for another document, StateError for a newer version.

    The member `aside` may be missing, and may be anything: it is left out.
    """
    data = parsed(text)
    if not isinstance(data, dict) or data.get("format") != form:
        raise ValueError(f'it does not say "format": "{form}"')
    version = data.get("version")
    if type(version) is not int or version < min(STEPS, default=VERSION):
        raise ValueError("it has no version that is known")
    if version > VERSION:
        raise StateError(
            f"{file} was written by a newer wexa-sync (format {version}; this one knows {VERSION}).",
            hint="Upgrade: pip install --upgrade wexa-sync.",
        )
    if moved := data.get("moved"):
        raise StateError(
            f"The state in {file} was moved to {moved}.",
            hint=f"Name that place: `state:` in wexa-sync.yaml, or --state '{moved}'. {file} only says "
            "so by now. To keep a state there again, remove it first.",
        )
    found = {name: value for name, value in data.items() if name != aside}
    found = members(found, shape if version < _SUMMED else {**shape, "sha256": (str,)})
    if not found["lineage"] or found["serial"] < 0:
        raise ValueError("it has no lineage, or a negative serial")
    return found


def upgraded(data: Any, version: int, part: Callable[[Step], Callable[[Any], Any]]) -> Any:
    """Return data of an older version in the form of this one. `part` picks from each Step what it does to them."""
    for step in range(version, VERSION):
        data = part(STEPS[step])(data)
    return data


def target_in(data: Any, version: int) -> Target:
    """Return the target in data of that version."""
    return target_from_data(upgraded(data, version, lambda step: step.target))


def record_in(data: Any, version: int) -> Record:
    """Return the record in data of that version."""
    return record_from_data(upgraded(data, version, lambda step: step.record))


def intent_in(data: Any, version: int) -> Intent:
    """Return the intent in data of that version."""
    return intent_from_data(upgraded(data, version, lambda step: step.intent))


def _held(data: dict[str, Any], version: int, from_data: Callable[[Any, int], _Held]) -> Iterator[_Held]:
    for text, item in data.items():
        try:
            held = from_data(item, version)
        except ValueError as error:
            raise ValueError(f"{text}: {error}") from error
        if str(held.address) != text:
            raise ValueError(f"{text}: it holds the address {held.address}")
        yield held


_dumped = json.JSONEncoder(separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def line_of(data: Any) -> bytes:
    """Return data as one line of JSON."""
    return (_dumped(data) + "\n").encode()


def parsed(text: bytes) -> Any:
    """Return the value of a JSON text. Raise ValueError also for an object that says a key twice."""
    return parse(text, depth=2 * MAX_DEPTH, pairs=_unique)  # an answer may be kept in it, some levels down


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Two versions merged line by line are valid JSON that says things twice; the last one would silently win.
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError("an object says the same key twice")
    return data


_STATE_HINT = (
    "Don't fix it by hand. Restore {0} from version control or a backup; of a merge conflict take one side whole. "
    "Without any, move it away: `wexa-sync state rebuild` makes a new one of what is live."
)


@contextmanager
def damage(file: Path, hint: str) -> Iterator[None]:
    """Raise a ValueError of the inside as StateDamaged, with the file and the hint."""
    try:
        yield
    except ValueError as error:
        raise StateDamaged(f"{file} is damaged: {error}.", hint=hint.format(file)) from error
