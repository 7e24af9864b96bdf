"""Bind a test to events, so that it holds on any machine: await what comes, hold answers, move a command's clock."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

from .forks import PATIENCE, Started


def until(true: Callable[[], object], process: Started | None = None) -> None:
    """Wait until it is true. The process must not end before."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


_PORTS = count(16 * os.getpid())


def free_port() -> int:
    """Return a port that nobody listens on, and that nobody gets who asks the system for any port: no other test."""
    for number in _PORTS:
        port = 10_000 + number % 20_000
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise AssertionError


def held(requests: str) -> str:
    """Return the fault that holds such requests (`POST /skills/ nth=2`) until the faults are removed."""
    return f"delay before {requests} ms=999999999"


_CLOCK = """\
import time
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace
from wexa_sync.api import cutoff
class Stops(SimpleQueue):  # who waits looks at the clock often
    def get(self, timeout): return super().get(timeout=min(timeout, 0.02))
cutoff.SimpleQueue = Stops
cutoff.time = SimpleNamespace(monotonic=lambda: time.monotonic() + 1e9 * Path({!r}).exists())
"""


HASTY = "from wexa_sync.api.cutoff import Cutoff; Cutoff.wait = lambda self, *_: self.over"
"""Code for a command to run first: its waits take no time, so it looks again at once."""


def clock(over: Path) -> str:
    """Return code for a command to run first: when the file `over` exists, the time of `--timeout` is over."""
    return _CLOCK.format(str(over))
