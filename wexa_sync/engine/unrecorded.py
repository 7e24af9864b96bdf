"""Show what is live and no record knows."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.export.read import survey
from wexa_sync.export.unmanaged import Unrecorded, unrecorded
from wexa_sync.workspace import Workspace


def unmanaged(workspace: Workspace, projects: Sequence[str] = (), *, ignore: Sequence[str] = ()) -> Unrecorded:
    """Return what is live in these projects, or in all, and stands in no record. Send GET only.

    A project is given by its handle, its name or its id. `ignore` leaves out what its patterns of KIND/NAME match.
    Raises UsageError for a project that is none, or that may be several.
    """
    options, state = workspace.options, workspace.store.load(workspace.target)
    found = survey(workspace.api, state, projects, parallelism=options.parallelism)
    return unrecorded(found, state, ignore=ignore, presumed=options.presumed)
