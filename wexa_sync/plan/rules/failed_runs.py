"""Hold up what depends on a run that ended badly."""

from __future__ import annotations

from wexa_sync import graph
from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Change, Observation, Pair
from wexa_sync.plan.decision import Decisions, block
from wexa_sync.plan.order import builds


def heed_failed_runs(decisions: Decisions, observation: Observation) -> None:
    """Block what depends on a run that failed, also through what exists already.

    A run that is run again is paired with nothing live: what depends on it waits for the new one.
    """
    ended = {address: why for address, pair in sorted(observation.pairs.items()) if (why := _bad_end(pair))}
    for run, (reason, hint) in ended.items():
        for address in graph.dependents(observation.depends_on, {run}):
            found = decisions.get(address)
            if isinstance(found, Change) and builds(found):
                decisions[address] = block(found, f"it depends on {run}, {reason}", hint)


def _bad_end(pair: Pair) -> tuple[str, str] | None:
    """Return why nothing may depend on that run, with a hint; None where its end is good, not seen, or not an end."""
    run, live, address = BY_NAME[pair.address.kind].run, pair.live, pair.address
    if run is None or live is None:
        return None
    again = f"Raise metadata.generation of {address} to run it again, or take it out of depends_on."
    if live.status in run.failed:
        return f"which ended as {live.status}", again
    if live.status in run.perhaps_ended and not (pair.record and pair.record.ended):
        well = f"If it ended well: `wexa-sync resolve {address} --happened {live.id}`. If not: {again}"
        return f"which is {live.status!r}, and whether that is a good end is not known", well
    return None
