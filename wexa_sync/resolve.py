"""What a person says of a doubt, as an entry for the state. Pure; what is live is looked at by the caller."""

from __future__ import annotations

from dataclasses import replace

from wexa_sync.codec import conceal, fingerprint
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Intent, Observation, Pair, Record
from wexa_sync.state.base import Entry, Intend, Remember, Settle


def doubtful(address: Address, observation: Observation) -> Pair:
    """The pair of an address that there is a doubt about. Raises UsageError where all is clear."""
    pair = observation.pairs.get(address)
    if pair is None:
        raise UsageError(
            f"{address} is neither declared nor in the state",
            hint="`wexa-sync plan` shows what is open, with addresses.",
        )
    open_intent = pair.intent is not None and not pair.intent.settled
    recorded = pair.record.id if pair.record is not None else None
    unrecorded = pair.candidates or (pair.live is not None and pair.live.id != recorded)
    if not open_intent and not unrecorded and not pair.unseen:
        raise UsageError(
            f"there is no doubt about {address}: nothing to resolve", hint="`wexa-sync plan` shows what is open."
        )
    return pair


def happened(pair: Pair, id: str, key: str) -> Entry:  # the field's name
    """It is live under that id: record it. A run that was only created is started by the next apply, if need be."""
    manifest, intent = pair.manifest, pair.intent
    if intent is not None and intent.settled and manifest is not None:
        intent = None  # what was said of an earlier attempt is not what is live now
    run = BY_NAME[pair.address.kind].nature is Nature.ACTION
    said = intent or manifest
    assert said is not None  # without either there is no doubt
    record = Record(
        address=pair.address,
        id=id,
        spec=conceal(dict(said.spec), key),
        generation=said.generation,
        started=(intent is None or intent.operation == "start") if run else None,
    )
    return Remember(replace(record, lifecycle=manifest.lifecycle) if manifest else record)


def did_not_happen(pair: Pair, key: str, now: float) -> Entry:
    """None of what is live is it: it may be sent again. What is live now is no candidate any more."""
    intent, manifest = pair.intent, pair.manifest
    if intent is not None and intent.operation == "start":
        return Settle(pair.address)  # its record says that it is created and not started
    seen = {live.id for live in (*pair.candidates, pair.live) if live is not None}
    if intent is None:
        assert manifest is not None  # without either there is no doubt
        intent = Intent(
            address=pair.address,
            operation="create",
            time=now,
            spec=conceal(dict(manifest.spec), key),
            fingerprint=fingerprint(dict(manifest.spec), key),
            generation=manifest.generation,
        )
    return Intend(replace(intent, settled=True, ignore=tuple(sorted({*intent.ignore, *seen}))))
