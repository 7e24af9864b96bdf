"""How progress is told where there is no terminal."""

from __future__ import annotations

import pytest

from wexa_sync.cli.progress import progress
from wexa_sync.model import Action, Address, Change


def test_what_goes_on_is_told_once_however_often_it_was_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [
        Change(action=Action.RUN, address=Address(kind="Execution", name=name, project="desk")) for name in ("a", "b")
    ]
    with progress(2, quiet=False) as (tell, _ask):
        for word in ("started", "ready", "ready", "running", "running", "ready", "applied"):
            for run in runs:
                tell(run, word)
    assert capsys.readouterr().err.splitlines() == [
        f"[{done}/2] {run.address}: {word}"
        for word in ("ready", "running", "ready", "applied")
        for done, run in zip((1, 2) if word == "applied" else (0, 0), runs, strict=True)
    ]
