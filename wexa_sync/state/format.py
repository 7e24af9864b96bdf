"""Write and read the text of a state file and of its journal. Pure; `file` is only named in errors.

The journal's first line says which state it continues; each further line is one write: its entries, and the serial that
the state has after it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from wexa_sync.errors import StateDamaged, StateError
from wexa_sync.model import Intent, Record, Target
from wexa_sync.secrecy.seal import address_to_data
from wexa_sync.state.base import ANY, Entry, State
from wexa_sync.state.data import (
    intent_from_data,
    intent_to_data,
    record_from_data,
    record_to_data,
    target_from_data,
    target_to_data,
)
from wexa_sync.state.entries import entry_from_data, entry_to_data
from wexa_sync.text.json import MAX_DEPTH, members, parse

VERSION = 3
_SUMMED = 3
"""The version from which on a state, and the start of a journal, hold a checksum."""


def _as_it_is(data: Any) -> Any:
    return data


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What the next version of the format makes of a record and of an intent, in the file and in its journal.

    `entry` is for the journal alone.
    """

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
}
"""From version N to N + 1, by N, down to the oldest that is still read."""

_STATE = "wexa-sync-state"
_JOURNAL = "wexa-sync-journal"
_START = f'{{"format":"{_JOURNAL}",'.encode()
_HOLE = b"\0"  # what was never written reads as zeros; JSON has none
_HEAD: Mapping[str, tuple[type, ...]] = {
    "format": (str,),
    "version": (int,),
    "lineage": (str,),
    "serial": (int,),
    "target": (dict,),
}

_Held = TypeVar("_Held", Record, Intent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What a journal says: the state it continues, and the writes since. `checksum` is empty in an old format."""

    target: Target
    lineage: str
    serial: int
    writes: tuple[tuple[Entry, ...], ...]
    checksum: str = ""

    @property
    def end(self) -> int:
        """Return the serial that the state has after the writes."""
        return self.serial + len(self.writes)


def state_text(state: State) -> bytes:
    """Return the text of the state file."""
    data = _head(_STATE, state) | _content(state)
    data["sha256"] = _sum(data)
    return (json.dumps(data, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


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
    counted = {name: data[name] for name in ("lineage", "serial", "records", "intents")}
    return hashlib.sha256(_line(counted)).hexdigest()


def read_state(text: bytes, file: Path) -> State:
    """Return the state in a state file. Raise StateDamaged, or StateError for a newer format."""
    with _damage(file, _STATE_HINT):
        found = _document(text, _STATE, {**_HEAD, "records": (dict,), "intents": (dict,)}, file)
        version = found["version"]
        state = State(
            target=target_from_data(found["target"]),
            lineage=found["lineage"],
            serial=found["serial"],
            records={record.address: record for record in _held(found["records"], version, _record)},
            intents={intent.address: intent for intent in _held(found["intents"], version, _intent)},
        )
        if version >= _SUMMED and found["sha256"] != _sum(found):
            raise ValueError("its checksum is of another content, so it was edited, or merged by lines")
        return replace(state, sha256=found["sha256"]) if version == VERSION else state


def journal_start(state: State) -> bytes:
    """Return the first line of a journal that continues `state`."""
    return _line({**_head(_JOURNAL, state), "sha256": checksum(state)})


def journal_line(serial: int, entries: tuple[Entry, ...]) -> bytes:
    """Return the line of one write, after which the state is at `serial`."""
    return _line({"serial": serial, "entries": [entry_to_data(entry) for entry in entries]})


def read_journal(text: bytes, file: Path) -> Journal | None:
    """Return what a journal holds; None where no write was ever acknowledged. Raise as `read_state` does."""
    # What follows the last newline was cut by a kill. In a last line with a hole, its end reached the disk before its
    # middle, and then the power went. Neither was acknowledged; every line before was. The first line and the second
    # are one write, so both may have such a hole.
    *lines, rest = text.split(b"\n")
    with _damage(file, _JOURNAL_HINT):
        if _runs_on(rest):
            raise ValueError("a line has no end")
        if (not lines or _HOLE in lines[0]) and len(lines) + bool(rest) <= 2:
            if any(found not in (meant, 0) for found, meant in zip(text, _START, strict=False)):
                raise ValueError("it does not begin as a journal does")
            return None
        if not rest and _HOLE in lines[-1]:
            lines.pop()
        head = _document(lines[0], _JOURNAL, _HEAD, file)
        writes = tuple(_entries(line, number, head) for number, line in enumerate(lines[1:], start=1))
        if not writes:
            return None
        return Journal(
            target=target_from_data(head["target"]),
            lineage=head["lineage"],
            serial=head["serial"],
            writes=writes,
            checksum=head.get("sha256", ""),
        )


def replay(state: State, journal: Journal | None, *, file: Path, journal_file: Path) -> State:
    """Return the state with the writes of the journal that it lacks. Raise StateDamaged for writes that do not fit."""
    if journal is None or (journal.lineage == state.lineage and journal.end <= state.serial):
        return state
    if not state.lineage:  # the first apply ever was killed
        state = replace(state, lineage=journal.lineage, target=journal.target)
    same = (journal.lineage, journal.serial) == (state.lineage, state.serial)
    if not same or (journal.checksum and journal.checksum != checksum(state)):
        of_another = " with another content" if same else ""
        raise StateDamaged(
            f"{journal_file} does not continue {file}: it follows serial {journal.serial} of {journal.lineage}, "
            f"and the state is at serial {state.serial} of {state.lineage}{of_another}.",
            hint=f"An apply was killed, and {file} was replaced or removed since. Restore the {file} of that time; "
            f"or, if what that apply did is of no interest, move {journal_file} away.",
        )
    for entries in journal.writes:
        state = state.after(*entries)
    return state


def _head(form: str, state: State) -> dict[str, Any]:
    if state.target is None:
        raise ValueError("a state without a target can't be stored")
    return {
        "format": form,
        "version": VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "target": target_to_data(state.target),
    }


def _document(text: bytes, form: str, shape: Mapping[str, tuple[type, ...]], file: Path) -> dict[str, Any]:
    data = _parse(text)
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
    found = members(data, shape if version < _SUMMED else {**shape, "sha256": (str,)})
    if not found["lineage"] or found["serial"] < 0:
        raise ValueError("it has no lineage, or a negative serial")
    return found


def _record(data: Any, version: int) -> Record:
    for step in range(version, VERSION):
        data = STEPS[step].record(data)
    return record_from_data(data)


def _intent(data: Any, version: int) -> Intent:
    for step in range(version, VERSION):
        data = STEPS[step].intent(data)
    return intent_from_data(data)


def _held(data: dict[str, Any], version: int, from_data: Callable[[Any, int], _Held]) -> Iterator[_Held]:
    for text, item in data.items():
        try:
            held = from_data(item, version)
        except ValueError as error:
            raise ValueError(f"{text}: {error}") from error
        if address_to_data(held.address) != text:
            raise ValueError(f"{text}: it holds the address {held.address}")
        yield held


def _entries(line: bytes, number: int, head: Mapping[str, Any]) -> tuple[Entry, ...]:
    try:
        data = _parse(line)
        if head["version"] == 1:  # whose lines had no numbers
            data = {"serial": head["serial"] + number, "entries": data}
        data = members(data, {"serial": (int,), "entries": (list,)})
        if data["serial"] != head["serial"] + number:
            raise ValueError(f"serial {head['serial'] + number} should stand there, and it is {data['serial']}")
        return tuple(_entry_from_data(item, head["version"]) for item in data["entries"])
    except ValueError as error:
        raise ValueError(f"write {number}: {error}") from error


def _entry_from_data(data: Any, version: int) -> Entry:
    for step in range(version, VERSION) if isinstance(data, dict) else ():
        data = STEPS[step].entry(data)
    return entry_from_data(data, lambda record: _record(record, version), lambda intent: _intent(intent, version))


def _line(data: Any) -> bytes:
    return (json.dumps(data, separators=(",", ":"), sort_keys=True, allow_nan=False) + "\n").encode()


def _parse(text: bytes) -> Any:
    return parse(text, depth=2 * MAX_DEPTH, pairs=_unique)  # an answer may be kept in it, some levels down


def _runs_on(rest: bytes) -> bool:
    """True when more follows a whole value: a line break is missing, and no kill removes one."""
    text = rest.decode(errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return end < len(text) and _HOLE not in rest


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
_JOURNAL_HINT = (
    "Don't fix it by hand: it holds what a killed apply did last. Restore {0} and the state file beside it as they "
    "were together. Without any, move both away: `wexa-sync state rebuild` makes a new state of what is live."
)


@contextmanager
def _damage(file: Path, hint: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise StateDamaged(f"{file} is damaged: {error}.", hint=hint.format(file)) from error
