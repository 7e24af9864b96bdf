"""How a fault of our own is told."""

from __future__ import annotations

import pytest

from wexa_sync.cli.terminal import show_error


@pytest.mark.parametrize("debug", ["", "1"])
def test_what_to_do_about_a_bug_is_not_what_was_done_already(
    debug: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEXA_SYNC_DEBUG", debug)
    assert show_error(ZeroDivisionError("secret")) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "Error: wexa-sync itself failed: ZeroDivisionError" in said
    assert "secret" not in said
    assert ("WEXA_SYNC_DEBUG=1" in said) is not bool(debug)
    assert ("Report what stands above" in said) is bool(debug)
