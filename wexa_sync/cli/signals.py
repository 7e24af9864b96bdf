"""Ctrl-C and SIGTERM: they break in while a command reads, and are a word to the wise while it writes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from wexa_sync.cli.terminal import event, speaks_json

if TYPE_CHECKING:
    from wexa_sync.api.cutoff import Cutoff


class Terminated(KeyboardInterrupt):
    """SIGTERM: as Ctrl-C, but with another exit code."""


@contextmanager
def heeded(cutoff: Cutoff, *, breaks_in: bool) -> Iterator[list[int]]:
    """Say stop to `cutoff` on a signal; with `breaks_in` also raise it. Gives the signals that came."""
    came: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        cutoff.stop()
        if breaks_in:
            raise Terminated if number == signal.SIGTERM else KeyboardInterrupt
        if len(came) == 1 and not speaks_json():
            # Not through a buffered stream: the handler may have broken into one.
            os.write(2, b"\nInterrupted: what is in flight is finished, nothing new begins.\n\n")

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came and not breaks_in and speaks_json():
            event("interrupted", signals=came)
