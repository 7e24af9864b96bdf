"""Promise 11: "A kill at any moment loses nothing: the next plan and apply converge". The sweep is in tests/chaos/."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync.api.transport.http import Http
from wexa_sync.state.base import Entry, Intend
from wexa_sync.state.file import _FileSession

if TYPE_CHECKING:
    from tests.conftest import Desk

MORE_RUNS = "".join(
    f"---\napiVersion: wexa.ai/v1\nkind: Execution\nmetadata: {{name: run-{number}}}\n"
    f"spec: {{agentflow_id: triage, goal: Run {number}., start: explicit, wait: true}}\n"
    for number in range(3)
)


@pytest.mark.parametrize("parallelism", [1, 3])
def test_what_is_noted_as_about_to_be_sent_is_not_queued_behind_others(
    desk: Desk, parallelism: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The longer it were, the more often a kill would leave a doubt where nothing happened.
    asking, noted, most = 0, 0, 0
    write, request = _FileSession.write, Http.request

    def written(session: Any, *entries: Entry) -> None:
        nonlocal noted, most
        write(session, *entries)
        noted += sum(isinstance(entry, Intend) for entry in entries)
        most = max(most, asking + noted)

    def sent(http: Http, method: str, *words: Any, **more: Any) -> Any:
        nonlocal asking, noted
        asking += 1
        noted -= method == "POST"
        try:
            return request(http, method, *words, **more)
        finally:
            asking -= 1

    (desk.folder / "runs.yaml").write_text(MORE_RUNS, "utf-8")
    desk = replace(desk, parallelism=parallelism)
    plan = desk.plan()
    monkeypatch.setattr(_FileSession, "write", written)
    monkeypatch.setattr(Http, "request", sent)
    desk.apply(plan)
    assert 0 < most <= parallelism
