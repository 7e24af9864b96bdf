"""What an apply loads while it waits is there, and a fault in it is left to who needs it."""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec

import pytest

from wexa_sync.cli.ahead import load_ahead
from wexa_sync.cli.apply import _LOADED_AHEAD


def _loaded(*modules: str) -> None:
    before = {*threading.enumerate()}
    load_ahead(*modules)
    for thread in {*threading.enumerate()} - before:
        thread.join()


def test_modules_are_loaded_in_their_order_up_to_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("colorsys", "nturl2path"):  # of the standard library, and small
        monkeypatch.delitem(sys.modules, name, raising=False)
    _loaded("colorsys", "no_such_module", "nturl2path")
    assert "colorsys" in sys.modules
    assert "nturl2path" not in sys.modules
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", _LOADED_AHEAD)
def test_what_an_apply_loads_is_there(name: str) -> None:
    assert find_spec(name) is not None
