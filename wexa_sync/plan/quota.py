"""Say before an apply where a plan needs more than the organisation's own plan allows, and what it may cost. Pure.

These are warnings, and stop nothing: what the server counts, and how, is known from one example alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from wexa_sync.compare.ids import id_of
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.sown import ROWS
from wexa_sync.model import Account, Action, Address, Change, Observation, Ref
from wexa_sync.text.suggest import named

_BASE = "base_credit_deduction_per_execution"


def quota_warnings(changes: Sequence[Change], observation: Observation) -> tuple[str, ...]:
    """Return what the changes need more of than the account has, and what their runs may cost."""
    account, changes = observation.account, [each for each in changes if each.action is not Action.NOOP]
    return (
        *_too_many(changes, account),
        *_too_many_parts(changes, observation),
        *_too_many_rows(changes, account),
        *_costs(changes, observation),
    )


def _too_many(changes: Iterable[Change], account: Account) -> Iterator[str]:
    """Yield a warning for each limit of the organisation that the new resources go over."""
    new: Counter[str] = Counter()
    for change in changes:
        kind = BY_NAME[change.address.kind]
        if change.action is Action.RUN and kind.makes and not change.resume:
            new[BY_NAME[kind.makes].counts_as] += 1
        elif change.address.owner is None:
            new[kind.counts_as] += (change.action is Action.CREATE) - (change.action is Action.DELETE)
    for name, count in sorted(new.items()):
        limit, used = account.limits.get(name), account.used.get(name)
        if name and limit is not None and used is not None and count > 0 and used + count > limit:
            room = max(0, int(limit - used))
            yield (
                f"The plan makes {count} more of what Wexa counts as {name}, and the organisation has room for {room}: "
                f"{used:g} of {limit:g} are used. Wexa may refuse the rest."
            )


def _too_many_parts(changes: Iterable[Change], observation: Observation) -> Iterator[str]:
    """Yield a warning for each owner that would have more parts of a kind than the organisation's plan allows."""
    new: defaultdict[tuple[Address, str], int] = defaultdict(int)
    for change in changes:
        owner = change.address.owner_address
        if owner is not None and BY_NAME[change.address.kind].counts_as:
            new[owner, change.address.kind] += (change.action is Action.CREATE) - (change.action is Action.DELETE)
    live = _live_parts(observation) if new and observation.account.limits else {}
    for (owner, part), count in sorted(new.items()):
        name = BY_NAME[part].counts_as
        limit = observation.account.limits.get(name)
        total = live.get((owner, part), 0) + count
        if limit is not None and count > 0 and total > limit:
            yield f"{owner} would have {total} {part}s, and the organisation's plan allows {limit:g} ({name})."


def _too_many_rows(changes: Iterable[Change], account: Account) -> Iterator[str]:
    """Yield a warning for each table that would surely have more rows than the organisation's plan allows."""
    for change in changes:
        kind, rows = BY_NAME[change.address.kind], (change.after or {}).get(ROWS)
        limit = account.limits.get(kind.counts_as) if kind.sown is not None else None
        if limit is not None and rows is not None and len(rows) > limit:
            what = f"{change.address.owner_address} would have at least {len(rows)} rows"
            yield f"{what}, and the organisation's plan allows {limit:g} ({kind.counts_as})."


def _live_parts(observation: Observation) -> Mapping[tuple[Address, str], int]:
    """Return how many parts of each kind are live in each owner, whoever made them."""
    found: Counter[tuple[Address, str]] = Counter()
    for address, pair in observation.pairs.items():
        if pair.live is not None and (owner := address.owner_address) is not None:
            found[owner, address.kind] += 1
    for place, lives in observation.unmanaged.items():
        if place.owner is not None:
            owner = Address(kind=place.owner[0], name=place.owner[1], project=place.project)
            found[owner, place.kind] += len(lives)
    return found


def _costs(changes: Sequence[Change], observation: Observation) -> Iterator[str]:
    """Yield what the runs and purchases of a plan may cost, where something is known of that."""
    begun = [each for each in changes if each.action is Action.RUN and not each.resume]
    bought = [each.address for each in begun if BY_NAME[each.address.kind].costs]
    runs = [each for each in begun if BY_NAME[each.address.kind].run is not None]
    known = {each.address: price for each in runs if (price := _price(each, observation)) is not None}
    total = sum(known.values())
    said = []
    if known:
        unknown = len(runs) - len(known)
        beside = f"; of {unknown} no past run is known" if unknown else ""
        count = f"{len(known)} run{'' if len(known) == 1 else 's'}"
        said.append(f"{count} may cost about {total:.4g}, by the prices of past runs of the same flows{beside}")
    if fired := sum(each.fires for each in changes):
        said.append(f"each of {fired} rows that are written may start a run" if fired > 1 else "a row may start a run")
    if bought:
        said.append(f"{named(bought)} costs what the marketplace asks for it")
    if said:
        yield f"This plan spends credits: {'; '.join(said)}."
    least = max(total, (len(runs) + fired) * observation.account.limits.get(_BASE, 0.0))
    credits = observation.account.credits
    if credits is not None and (runs or fired) and least > credits:
        yield f"Its runs may cost {least:.4g} credits, and the organisation's plan has {credits:g}."


def _price(change: Change, observation: Observation) -> float | None:
    """Return what a run may cost: the mean price of past runs of what it runs; None where there is none."""
    run = BY_NAME[change.address.kind].run
    what = (change.after or {}).get(run.runs) if run is not None else None
    if not isinstance(what, Ref):
        return None
    found = id_of(what, change.address.project, observation.ids, observation.externals)
    return observation.prices.get(found or "")
