"""Let the server compute the dashboard of a project anew."""

from __future__ import annotations

from wexa_sync.api.calls import Call, Ids
from wexa_sync.api.client import Api
from wexa_sync.errors import ApiError, WexaSyncError
from wexa_sync.kinds.dashboard import REFRESH


def refresh(api: Api, project_id: str) -> None:
    """Send the call, once: it may spend credits. Raise WexaSyncError where the response is lost."""
    try:
        api.send(Call(endpoint=REFRESH, ids=Ids(project=project_id), repeatable=False))
    except ApiError as error:
        if not error.may_be_processed:
            raise
        hint = "`wexa-sync get dashboard` shows the dashboard as it is. A repeated refresh may spend credits again."
        raise WexaSyncError(error.message, hint=hint) from None
