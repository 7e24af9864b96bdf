"""Decide when to read the lists again: they may not show yet what was made, and must not hide what is there.

The API promises nothing on how soon a list shows what was just made. So what a list does not show is taken for absent
only after some looks and some time; and what is recorded counts as gone only when a read by its id says so too.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.compare.rows import are_shown
from wexa_sync.errors import Nonsense
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Address, Pair
from wexa_sync.observe.known import Known
from wexa_sync.text.suggest import named

LOOKS = 3
"""How often a list is read, at the least, before it is said that something sent is not there."""


def hidden(known: Known, api: Api, pool: Executor, now: float) -> list[Address]:
    """Return the addresses that are recorded and not listed, and can be read by their id all the same."""
    suspects = [address for address, pair in sorted(known.pairs.items()) if _is_missing(known, pair, now)]

    def is_there(address: Address) -> bool:
        ids = Ids.at(address, known.ids, known.state.records[address].id)
        ids = replace(ids, owner=known.holders.get(address, ids.owner))
        return api.read(BY_NAME[address.kind], ids) is not None

    return [address for address, found in zip(suspects, pool.map(is_there, suspects), strict=True) if found]


def _is_missing(known: Known, pair: Pair, now: float) -> bool:
    """True when a list should show the recorded resource and does not.

    A resource that went with its project or its owner need not be listed, nor one whose time has come.
    """
    kind, address = BY_NAME[pair.address.kind], pair.address
    if pair.record is None or pair.live is not None or kind.nature is Nature.ACTION:
        return False
    if kind.inside and (pair.unread or address not in known.holders):
        return False
    around = address.owner_address or (address.project_address if address.project else None)
    end = kind.ends_at(pair.record.spec)
    return (around is None or around in known.ids) and (end is None or end > now)


def worth_waiting(
    known: Known, unlisted: Sequence[Address], *, looks: int, waited: float, settle: float, now: float
) -> bool:
    """True when another look may settle a doubt. Times in seconds.

    No plan waits longer than `settle` for something sent, whatever clock noted when that was.
    """
    if waited < settle and (unlisted or any(_is_new(pair, now, settle) for pair in known.pairs.values())):
        return True
    return any(
        (waited < settle and now - sent.time < settle) or looks < LOOKS
        for pair in known.pairs.values()
        if (sent := pair.open_intent) and _is_awaited(pair)
    )


def _is_new(pair: Pair, now: float, settle: float) -> bool:
    """True when a resource, or a part of one, was made so lately that reads which do not show it may lag behind."""
    kind, record = BY_NAME[pair.address.kind], pair.record
    if record is None or record.made_at is None or pair.live is not None or kind.nature is Nature.ACTION:
        return False
    end = kind.ends_at(record.spec)
    return abs(now - record.made_at) < settle and (end is None or end > now)


def _is_awaited(pair: Pair) -> bool:
    """True when the effect of what was sent is not seen yet: nothing is there, or a started run is still ready."""
    run = BY_NAME[pair.address.kind].run
    if run is not None and pair.intent is not None and pair.intent.operation == "start":
        return pair.live is not None and pair.live.status in (None, *run.not_begun)
    if BY_NAME[pair.address.kind].sown is not None and pair.live is not None:
        return not are_shown(pair.intent, pair.live.spec)
    return pair.live is None and not pair.candidates


def contradiction(unlisted: Sequence[Address]) -> Nonsense:
    """Return the error for a list that leaves out what single reads find: nothing is planned on that."""
    names = named(unlisted, most=3)
    first = BY_NAME[unlisted[0].kind]
    listing = (first if first.listing is not None else owner_of(first) or first).listing
    assert listing is not None  # a part without one is listed with its owner
    return Nonsense(
        f"the list leaves out {names}, though a read by id finds {'it' if len(unlisted) == 1 else 'them'}",
        method="GET",
        path=listing.endpoint.path,
        hint="The list is incomplete, or lags behind: nothing is planned on it. Plan again in a moment. If it stays "
        f"so, Wexa hides it from lists: `wexa-sync state rm {unlisted[0]}` forgets it.",
    )
