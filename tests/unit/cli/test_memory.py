"""All threads take their memory from one place where the C library can do that, and nothing fails where it can't."""

from __future__ import annotations

import ctypes
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from wexa_sync.cli.memory import share_memory


def test_the_c_library_is_asked_for_one_place_and_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    library = SimpleNamespace(mallopt=lambda option, value: asked.append((option, value)))
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    share_memory()
    assert asked == [(-8, 1), (-3, 30 * 1024 * 1024), (-1, 64 * 1024 * 1024)]


def test_another_c_library_has_no_such_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: SimpleNamespace())
    share_memory()


def _not_there(_name: None) -> None:
    raise OSError("no such library")


@pytest.mark.parametrize("module", [None, SimpleNamespace(CDLL=_not_there)])
def test_python_may_reach_no_c_library(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", module)
    share_memory()
