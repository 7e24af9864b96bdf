"""Look at the applies of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync.errors import UsageError

if TYPE_CHECKING:
    from wexa_sync.model import PastApply
    from wexa_sync.state.base import StateStore
    from wexa_sync.workspace import Workspace


def history(store: StateStore) -> tuple[PastApply, ...]:
    """Return the applies that the history of the state keeps, the newest first. Sends nothing."""
    from wexa_sync.state.notes import past_applies  # a plan needs none of it

    return past_applies(store.past())[::-1]


def find_past(store: StateStore, name: str = "") -> PastApply:
    """Return the apply of that id, or whose id alone begins so; the newest one without a name.

    Raises UsageError where there is none, or several.
    """
    applies = history(store)
    found = [each for each in applies if each.id.startswith(name)]
    found = [each for each in found if each.id == name] or (found if name else found[:1])
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(each.id for each in found[:3])
        raise UsageError(
            f"the ids of {len(found)} applies begin with {name!r}: {shown}", hint="Write more of the one that you mean."
        )
    if not applies:
        raise UsageError(
            f"the history of {store.describe()} is empty", hint="Name the state of the apply that is meant: --state."
        )
    raise UsageError(
        f"there is no apply {name!r} in the history of {store.describe()}",
        hint="`wexa-sync history` lists those that it keeps.",
    )


def commanded(workspace: Workspace, command: str) -> Workspace:
    """Return the workspace, whose applies are noted as those of that command."""
    return replace(workspace, origin=lambda: replace(workspace.origin(), command=command))
