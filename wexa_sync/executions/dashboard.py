"""Let the server compute the dashboard of a project anew."""

from __future__ import annotations

from wexa_sync.api.calls import Call, Ids
from wexa_sync.api.client import Api
from wexa_sync.kinds.dashboard import REFRESH


def refresh(api: Api, project_id: str) -> None:
    """Send the call, once: it may spend credits."""
    api.send(Call(endpoint=REFRESH, ids=Ids(project=project_id), repeatable=False))
