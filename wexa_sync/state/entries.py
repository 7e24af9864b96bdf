"""Turn the entries of a write into plain JSON data and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wexa_sync.model import Intent, Record
from wexa_sync.secrecy.seal import address_to_data
from wexa_sync.state.base import Entry, Forget, Intend, Remember, Settle
from wexa_sync.state.data import address_from_data, intent_to_data, record_to_data


def entry_to_data(entry: Entry) -> dict[str, Any]:
    """Return the entry as data."""
    match entry:
        case Remember(record, settles):
            return {"remember": record_to_data(record), "settles": settles}
        case Forget(address, settles):
            return {"forget": address_to_data(address), "settles": settles}
        case Intend(intent, settles):
            return {"intend": intent_to_data(intent), "settles": settles}
        case Settle(address, settles):
            return {"settle": address_to_data(address), "settles": settles}


def entry_from_data(data: Any, record_of: Callable[[Any], Record], intent_of: Callable[[Any], Intent]) -> Entry:
    """Return the entry of that data; the callables read what it holds. Raises ValueError for what is no entry."""
    match data if isinstance(data, dict) and len(data) == 2 else None:
        case {"remember": record, "settles": str(settles)}:
            return Remember(record_of(record), settles)
        case {"forget": address, "settles": str(settles)}:
            return Forget(address_from_data(address), settles)
        case {"intend": intent, "settles": str(settles)}:
            return Intend(intent_of(intent), settles)
        case {"settle": address, "settles": str(settles)}:
            return Settle(address_from_data(address), settles)
    raise ValueError("an entry is none that is known")
