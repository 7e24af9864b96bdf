"""Bind a test to events, so that it holds on any machine: await what comes, hold answers, move a command's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from .forks import PATIENCE, Started


def until(true: Callable[[], object], process: Started | None = None) -> None:
    """Wait until it is true. The process must not end before."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def held(requests: str) -> str:
    """Return the fault that holds such requests (`POST /skills/ nth=2`) until the faults are removed."""
    return f"delay before {requests} ms=999999999"


_CLOCK = """\
from pathlib import Path
from types import SimpleNamespace
from wexa_sync.api import cutoff
cutoff.time = SimpleNamespace(monotonic=lambda: 1e9 * Path({!r}).exists())
cutoff.AGAIN = 0.05  # so often the clock is read by what waits
"""


def clock(over: Path) -> str:
    """Return code for a command to run first: the time given by `--timeout` is over when the file `over` exists."""
    return _CLOCK.format(str(over))
