"""Give an address up: its record leaves the state, and what it names stays live. Pure."""

from __future__ import annotations

from wexa_sync.errors import UsageError
from wexa_sync.model import Address
from wexa_sync.state.base import Entry, Forget, State


def forgotten(state: State, address: Address) -> Entry:
    """Return what to write so that `address` is not managed. Raises UsageError while it is in doubt."""
    intent = state.intents.get(address)
    if intent is not None and not intent.settled:
        raise UsageError(
            f"{address} is in doubt: it was sent, and nothing shows what became of it",
            hint=f"Settle that first, so that it is not forgotten: `wexa-sync resolve {address}`.",
        )
    return Forget(address, intent.mark if intent is not None else "")
