"""Choose among the runs of the managed projects: by status, by what is run, by their time, by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from wexa_sync.errors import UsageError
from wexa_sync.kinds import runnable
from wexa_sync.model import Run
from wexa_sync.state.base import State
from wexa_sync.text.suggest import did_you_mean

MOST = 50
"""How many runs are read one by one, the newest, where the list shows too little of them."""


class Wish(Struct, frozen=True, kw_only=True):
    """Say which runs are wanted: of these statuses, of that flow, created `since` (epoch seconds), the newest `limit`.

    `whole`: False where what the list shows is enough.
    """

    statuses: tuple[str, ...] = ()
    flow: str = ""
    since: float | None = None
    limit: int | None = None
    whole: bool = True


def chosen(runs: Sequence[Run], wish: Wish, state: State, whole: Callable[[Sequence[Run]], Sequence[Run]]) -> list[Run]:
    """Return the runs that are wanted, the newest last. One of which nobody knows when it was created counts as new.

    `whole` reads runs of which a list shows no time. Raises UsageError for a status or a flow that means nothing.
    """
    statuses = {status.lower() for status in wish.statuses}
    _require_known(statuses, runs)
    is_wanted = _of_flow(wish.flow, runs, state)
    found = [run for run in runs if (not statuses or run.status in statuses) and is_wanted(run)]
    few = found[-wish.limit :] if wish.limit is not None and wish.since is None else found
    lacking = [run for run in few if run.created is None][-MOST:] if wish.whole else []
    read = {run.id: run for run in whole(lacking)}
    few = [read.get(run.id, run) for run in few]
    if all(run.created is not None for run in few):
        few.sort(key=lambda run: run.created or 0.0)
    since = wish.since
    few = [run for run in few if since is None or run.created is None or run.created >= since]
    return few[-wish.limit :] if wish.limit is not None else few


def _require_known(statuses: set[str], runs: Sequence[Run]) -> None:
    """Raise UsageError for a status that is no word of the API, and that no run has."""
    known = {word for kind in runnable() for word in kind.running.words} | {run.status for run in runs}
    for status in sorted(statuses - known):
        hint = did_you_mean(status, known, f"The words are {', '.join(sorted({run.status for run in runs} or known))}.")
        raise UsageError(f"{status!r} is no status of a run", hint=hint)


def _of_flow(name: str, runs: Sequence[Run], state: State) -> Callable[[Run], bool]:
    """Return what is true for a run of the flow of that address, handle, id or name."""
    if not name:
        return lambda run: True  # noqa: ARG005
    kinds = {kind.fields.at((kind.running.runs,)).ref for kind in runnable()}
    ours = {address: record for address, record in state.records.items() if address.kind in kinds}
    ids = {id for address, record in ours.items() if name in (str(address), address.name) for id in record.ids}

    def is_of_it(run: Run) -> bool:
        return run.target in ids or name in (run.target, run.target_name)

    if not ids and not any(map(is_of_it, runs)):
        known = [*(address.name for address in ours), *(run.target_name for run in runs if run.target_name)]
        hint = did_you_mean(name, known, f"Known are: {', '.join(dict.fromkeys(known)) or 'none'}.")
        raise UsageError(f"there is no flow {name!r}, and no run of one", hint=hint)
    return is_of_it
