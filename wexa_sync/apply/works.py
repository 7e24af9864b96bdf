"""Choose the work of a change."""

from __future__ import annotations

from collections.abc import Callable

from wexa_sync.apply.create import create
from wexa_sync.apply.delete import delete, forget
from wexa_sync.apply.run import run, take_over
from wexa_sync.apply.sow import sow, take_over_rows
from wexa_sync.apply.steps import Work
from wexa_sync.apply.task import Task
from wexa_sync.apply.update import adopt, update
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.model import Action, Change

_HOW: dict[Action, Callable[[Task], Work]] = {
    Action.CREATE: create,
    Action.UPDATE: update,
    Action.DELETE: delete,
    Action.RUN: run,
    Action.ADOPT: adopt,  # of an action: take_over
    Action.FORGET: forget,
}

_ROWS: dict[Action, Callable[[Task], Work]] = {Action.UPDATE: sow, Action.ADOPT: take_over_rows}


def work_for(change: Change) -> Callable[[Task], Work]:
    """Return the work of a change, by its action and by what its kind is."""
    kind = BY_NAME[change.address.kind]
    if kind.sown is not None and change.action in _ROWS:
        return _ROWS[change.action]
    return take_over if kind.nature is Nature.ACTION and change.action is Action.ADOPT else _HOW[change.action]
