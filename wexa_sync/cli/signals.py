"""Handle Ctrl-C and SIGTERM: they interrupt a command that reads at once, and let a command that writes finish."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from wexa_sync.cli.terminal import event, speaks_json

if TYPE_CHECKING:
    from wexa_sync.api.cutoff import Cutoff


_ECHO = 1.0  # seconds


class Terminated(KeyboardInterrupt):
    """SIGTERM: like Ctrl-C, with another exit code."""


@contextmanager
def heeded(cutoff: Cutoff, *, breaks_in: bool) -> Iterator[list[int]]:
    """Say stop to `cutoff` on a signal; with `breaks_in` also raise it. Gives the signals that came.

    What is in flight is cut where it is only read, and by a second signal: a person's, not the echo of the first, which
    whatever runs this may send as well.
    """
    came: list[int] = []
    patient_until = 0.0

    def hear(number: int, _frame: FrameType | None) -> None:
        nonlocal patient_until
        came.append(number)
        cutoff.stop()
        patient_until = patient_until or time.monotonic() + _ECHO
        if breaks_in or time.monotonic() >= patient_until:
            cutoff.cut()
        if breaks_in:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if len(came) == 1 and not speaks_json():
            # Not through a buffered stream: the handler may have broken into one.
            os.write(2, b"\nInterrupted: what is in flight is finished, nothing new begins. Once more cuts it off.\n\n")

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came and not breaks_in and speaks_json():
            event("interrupted", signals=came)
