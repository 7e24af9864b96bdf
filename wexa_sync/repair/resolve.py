"""Settle a doubt as a person says: what they say becomes an entry for the state. Sends GET only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.compare.ids import id_of
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME, share_ids
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Intent, Live, Observation, Pair, Record, Ref
from wexa_sync.secrecy.seal import conceal, fingerprint
from wexa_sync.state.base import Entry, Intend, Remember, Settle, StateSession


def resolved(
    address: Address, seen: Observation, session: StateSession, api: Api, happened_as: str | None
) -> tuple[Entry, str]:
    """Return what to write for what a person says of `address`, and the same in words: see engine.resolve."""
    pair, key = doubtful(address, seen), session.lineage
    if happened_as is None:
        return did_not_happen(pair, key, seen.now), "did not happen"
    open_end = pair.record.ids if pair.record is not None and end_is_open(pair) else ()
    ids: tuple[str, ...] = (happened_as,)
    # A run that is gone by now may have ended well all the same. An id that the API gave is not to be looked for: no
    # list may show yet what has it.
    if happened_as not in (*open_end, _given_id(pair)):
        ids = live_ids(address, happened_as, seen, api)
        require_possible(pair, ids, session.state.owners_beside(address))
    if open_end:
        return ended_well(pair, ids), "ended well"
    return happened(pair, ids, key), f"is live as {happened_as}"


def live_ids(address: Address, id: str, seen: Observation, api: Api) -> tuple[str, ...]:
    """Return the id in every spelling. Raises UsageError where nothing live has it, or something of another project."""
    shown = next((live.ids for live in _seen_of(seen.pairs[address]) if id in live.ids), None)
    if shown is not None:  # where the API has no single read, another list may lag behind the one that showed it
        return tuple(dict.fromkeys((*shown, id)))
    kind, ids = BY_NAME[address.kind], Ids.at(address, seen.ids, id)
    raw = api.read(kind, ids)
    if raw is None:
        raise UsageError(
            f"no {kind.name} is live under the id {id}",
            hint="If Wexa Studio shows it, a list may lag behind: try again in a moment. If not, look there for the "
            "right id, or say --did-not-happen.",
        )
    if ids.project and raw.get("projectID") not in (None, "", ids.project):
        raise UsageError(f"{id} is a {kind.name} of another project", hint="Look in Wexa Studio for the right id.")
    if kind.marked_by:
        _require_mark(seen.pairs[address], id, raw, seen)
    return tuple(dict.fromkeys((*kind.ids_of(raw), id)))


def _require_mark(pair: Pair, id: str, raw: Raw, seen: Observation) -> None:
    """Raise UsageError where the mark of a live thing is not the one that was asked for."""
    kind, asked = BY_NAME[pair.address.kind], pair.open_intent or pair.manifest
    name = next(name for name, field in kind.fields.fields.items() if field.wire_name == kind.marked_by)
    ref, mark = asked.spec.get(name) if asked is not None else None, raw.get(kind.marked_by)
    wanted = id_of(ref, pair.address.project, seen.ids, seen.externals) if isinstance(ref, Ref) else ref
    if not mark or (wanted is not None and mark != wanted):
        raise UsageError(
            f"{id} can't be {pair.address}: its {kind.marked_by} is {mark or 'not set'}"
            f"{f', and {wanted} was asked for' if wanted else ''}",
            hint="Look in Wexa Studio for the right id; say --did-not-happen if nothing was made.",
        )


def _seen_of(pair: Pair) -> list[Live]:
    """Return what is live and may be what is in doubt."""
    return [live for live in (*pair.candidates, *pair.similar, pair.live) if live is not None]


def _given_id(pair: Pair) -> str | None:
    """Return the id that the API gave to what was being started, or sent; None where nobody knows it."""
    is_action = BY_NAME[pair.address.kind].nature is Nature.ACTION
    return pair.open_intent.id if is_action and pair.open_intent is not None else None


def doubtful(address: Address, observation: Observation) -> Pair:
    """Return the pair of an address that is in doubt. Raise UsageError where all is clear."""
    pair = observation.pairs.get(address)
    if pair is None:
        raise UsageError(
            f"{address} is neither declared nor in the state",
            hint="`wexa-sync plan` shows what is open, with addresses.",
        )
    recorded = pair.record.id if pair.record is not None else None
    unrecorded = pair.candidates or pair.similar or (pair.live is not None and pair.live.id != recorded)
    if not pair.open_intent and not unrecorded and not pair.unseen and not end_is_open(pair):
        raise UsageError(
            f"there is no doubt about {address}: nothing to resolve", hint="`wexa-sync plan` shows what is open."
        )
    return pair


def end_is_open(pair: Pair) -> bool:
    """True when all that is open of a run is its end: it was waited for and not seen, or its status does not say."""
    record, manifest, run = pair.record, pair.manifest, BY_NAME[pair.address.kind].run
    if run is None or record is None or record.ended or pair.open_intent is not None:
        return False
    if manifest is not None and manifest.generation > record.generation:
        return False
    unclear = pair.live is not None and pair.live.status in run.perhaps_ended
    return unclear or (record.started is True and record.ended is False)


def ended_well(pair: Pair, ids: Sequence[str]) -> Entry:
    """Return what to write where a person says that a run ended well. Raises UsageError for another run's id."""
    assert pair.record is not None  # its end is open
    if {*pair.record.ids}.isdisjoint(ids):
        raise UsageError(
            f"the run of {pair.address} is {pair.record.id}, not {ids[0]}", hint="`wexa-sync plan` shows what is open."
        )
    return Remember(replace(pair.record, ended=True))


def require_possible(pair: Pair, ids: Sequence[str], owners: Mapping[str, Address]) -> None:
    """Raise UsageError where what has these ids, which are spellings of one, is surely not what is in doubt.

    `owners` are the ids that the state knows, with their addresses.
    """
    address, record, open_ = pair.address, pair.record, pair.open_intent
    hint = f"`wexa-sync plan` shows what is open of {address}; say --did-not-happen if it is none of what is live."
    owner = next((owners[id] for id in ids if id in owners and not share_ids(owners[id].kind, address.kind)), address)
    if owner != address:
        raise UsageError(f"{ids[0]} is {owner}, and can't be {address} too", hint=hint)
    if BY_NAME[address.kind].nature is not Nature.ACTION:
        return
    asked = open_ or pair.manifest
    later = record is not None and asked is not None and asked.generation > record.generation
    if record is not None and not {*record.earlier, *(record.ids if later else ())}.isdisjoint(ids):
        raise UsageError(f"{ids[0]} is the run of an earlier generation of {address}, not the one in doubt", hint=hint)
    if open_ is not None and not {*open_.before}.isdisjoint(ids):
        raise UsageError(f"{ids[0]} was there before the run of {address} was sent, so it is another run", hint=hint)


def happened(pair: Pair, ids: Sequence[str], key: str) -> Entry:
    """Return the record of what is live under these spellings of its id. A run only created is started next."""
    manifest, intent = pair.manifest, pair.intent
    if intent is not None and intent.settled and manifest is not None:
        intent = None  # what was said of an earlier attempt is not what is live now
    kind = BY_NAME[pair.address.kind]
    said = intent or manifest
    assert said is not None  # without either there is no doubt
    started = kind.run is None or intent is None or intent.operation == "start"
    record = Record(
        address=pair.address,
        id=ids[0],
        aliases=tuple(ids[1:]),
        spec=conceal(dict(said.spec), key),
        generation=said.generation,
        started=started if kind.nature is Nature.ACTION else None,
        ended=False if kind.run is not None and started and kind.run.waits(said.spec) else None,
    )
    return Remember(replace(record, lifecycle=manifest.lifecycle) if manifest else record, pair.mark)


def did_not_happen(pair: Pair, key: str, now: float) -> Entry:
    """Return what to write where nothing live is what was sent: it may be sent again; what is live is ruled out."""
    intent, manifest = pair.intent, pair.manifest
    if end_is_open(pair):
        raise UsageError(
            f"{pair.address} was started, and only its end is open",
            hint="If it did not end well, raise metadata.generation to run it again.",
        )
    if intent is not None and intent.operation == "start":
        return Settle(pair.address, intent.mark)  # its record says that it is created and not started
    seen = {id for live in _seen_of(pair) for id in live.ids}
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
