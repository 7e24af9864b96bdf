"""Write and read the text of the journal of a state file. Pure; `file` is only named in errors.

The first line names the state that the journal continues. Each further line is one write: its entries, and the serial
that the state has after it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import StateDamaged
from wexa_sync.model import Target
from wexa_sync.secrecy.seal import address_to_data
from wexa_sync.state.base import Entry, Forget, Intend, Remember, Settle, State
from wexa_sync.state.data import address_from_data, intent_to_data, record_to_data
from wexa_sync.state.format import (
    HEAD,
    checksum,
    damage,
    document,
    head_of,
    intent_in,
    line_of,
    parsed,
    record_in,
    target_in,
    upgraded,
)
from wexa_sync.text.json import members

_JOURNAL = "wexa-sync-journal"
_START = f'{{"format":"{_JOURNAL}",'.encode()
_HOLE = b"\0"  # what was never written reads as zeros; JSON has none
_JOURNAL_HINT = (
    "Don't fix it by hand: it holds what a killed apply did last. Restore {0} and the state file beside it as they "
    "were together. Without any, move both away: `wexa-sync state rebuild` makes a new state of what is live."
)


class Journal(Struct, frozen=True, kw_only=True):
    """Hold what a journal says: the state it continues, and the writes since. `checksum` is empty in an old format."""

    target: Target
    lineage: str
    serial: int
    writes: tuple[tuple[Entry, ...], ...]
    checksum: str = ""

    @property
    def end(self) -> int:
        """Return the serial that the state has after the writes."""
        return self.serial + len(self.writes)


def journal_start(state: State) -> bytes:
    """Return the first line of a journal that continues `state`."""
    return line_of({**head_of(_JOURNAL, state), "sha256": checksum(state)})


def journal_line(serial: int, entries: tuple[Entry, ...]) -> bytes:
    """Return the line of one write, after which the state is at `serial`."""
    return line_of({"serial": serial, "entries": [_entry_to_data(entry) for entry in entries]})


def read_journal(text: bytes, file: Path) -> Journal | None:
    """Return what a journal holds; None where no write was ever acknowledged. Raise as `read_state` does."""
    # What follows the last newline was cut by a kill. In a last line with a hole, its end reached the disk before its
    # middle, and then the power went. Neither was acknowledged; every line before was. The first line and the second
    # are one write, so both may have such a hole.
    *lines, rest = text.split(b"\n")
    with damage(file, _JOURNAL_HINT):
        if _runs_on(rest):
            raise ValueError("a line has no end")
        if (not lines or _HOLE in lines[0]) and len(lines) + bool(rest) <= 2:
            if any(found not in (meant, 0) for found, meant in zip(text, _START, strict=False)):
                raise ValueError("it does not begin as a journal does")
            return None
        if not rest and _HOLE in lines[-1]:
            lines.pop()
        head = document(lines[0], _JOURNAL, HEAD, file)
        writes = tuple(_entries(line, number, head) for number, line in enumerate(lines[1:], start=1))
        if not writes:
            return None
        return Journal(
            target=target_in(head["target"], head["version"]),
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
    return replace(state, target=journal.target)  # a state without a name has the one of its last write


def _entries(line: bytes, number: int, head: Mapping[str, Any]) -> tuple[Entry, ...]:
    try:
        data = parsed(line)
        if head["version"] == 1:  # whose lines had no numbers
            data = {"serial": head["serial"] + number, "entries": data}
        data = members(data, {"serial": (int,), "entries": (list,)})
        if data["serial"] != head["serial"] + number:
            raise ValueError(f"serial {head['serial'] + number} should stand there, and it is {data['serial']}")
        return tuple(_entry_from_data(item, head["version"]) for item in data["entries"])
    except ValueError as error:
        raise ValueError(f"write {number}: {error}") from error


def _entry_to_data(entry: Entry) -> dict[str, Any]:
    match entry:
        case Remember(record, settles):
            return {"remember": record_to_data(record), "settles": settles}
        case Forget(address, settles):
            return {"forget": address_to_data(address), "settles": settles}
        case Intend(intent, settles):
            return {"intend": intent_to_data(intent), "settles": settles}
        case Settle(address, settles):
            return {"settle": address_to_data(address), "settles": settles}


def _entry_from_data(data: Any, version: int) -> Entry:
    data = upgraded(data, version, lambda step: step.entry) if isinstance(data, dict) else data
    match data if isinstance(data, dict) and len(data) == 2 else None:
        case {"remember": record, "settles": str(settles)}:
            return Remember(record_in(record, version), settles)
        case {"forget": address, "settles": str(settles)}:
            return Forget(address_from_data(address), settles)
        case {"intend": intent, "settles": str(settles)}:
            return Intend(intent_in(intent, version), settles)
        case {"settle": address, "settles": str(settles)}:
            return Settle(address_from_data(address), settles)
    raise ValueError("an entry is none that is known")


def _runs_on(rest: bytes) -> bool:
    """True when more follows a whole value: a line break is missing, and no kill removes one."""
    text = rest.decode(errors="replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return end < len(text) and _HOLE not in rest
