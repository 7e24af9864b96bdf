"""Handle Ctrl-C and SIGTERM: they interrupt a command that reads at once, and let a command that writes finish."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from wexa_sync.cli.terminal import event, speaks_json

if TYPE_CHECKING:
    from wexa_sync.api.cutoff import Cutoff


_ECHO = 1.0  # seconds
_IMPORT = "<frozen importlib._bootstrap>"
_SOON = 0.02  # seconds
_INTERRUPTED = b"\nInterrupted: what is in flight is finished,\nnothing new begins. Once more cuts it off.\n\n"


class Terminated(KeyboardInterrupt):
    """Stand for SIGTERM: like Ctrl-C, with another exit code."""


@contextmanager
def heeded(cutoff: Cutoff, *, breaks_in: bool) -> Iterator[list[int]]:
    """Stop `cutoff` on Ctrl-C and SIGTERM, and give the list of signals that came. With `breaks_in`, raise them too.

    With `breaks_in`, requests in flight are cut at once. Else a second signal cuts them, if it comes a second after the
    first or later: a shell or a CI runner may send the first one twice.
    """
    came: list[int] = []
    patient_until = 0.0

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal patient_until
        if breaks_in and frame is not None and frame.f_code.co_filename == _IMPORT:
            # Python holds the lock of all imports here. Raised now, an interrupt may leave that lock held for ever, and
            # be lost itself: another thread that imports would wait without end.
            threading.Timer(_SOON, os.kill, (os.getpid(), number)).start()
            return
        first = not came  # asked before another signal breaks in here
        came.append(number)
        cutoff.stop()
        patient_until = patient_until or time.monotonic() + _ECHO
        if breaks_in or time.monotonic() >= patient_until:
            cutoff.cut()
        if breaks_in:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if first and not speaks_json():
            # Not through a buffered stream: the handler may have broken into one.
            with suppress(OSError):  # closed
                os.write(2, _INTERRUPTED)

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came and not breaks_in and speaks_json():
            event("interrupted", signals=came)
