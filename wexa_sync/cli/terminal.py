"""What the terminal is like, and how errors and progress are shown on it. stdout is for data, stderr for talk."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click

from wexa_sync.apply import Progress
from wexa_sync.errors import ExitCode, WexaSyncError
from wexa_sync.model import Change


def wants_color(stream: TextIO, no_color: bool = False) -> bool:
    """Whether to colour what goes to that stream: a terminal, and nobody said no (--no-color, NO_COLOR)."""
    return not no_color and "NO_COLOR" not in os.environ and stream.isatty()


def width() -> int:
    """The columns there are to write in; 80 where nobody says."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 160))


def show_error(error: Exception) -> int:
    """Say what failed and what to do; answer the exit code."""
    from wexa_sync.render.text import problems_text

    if not isinstance(error, WexaSyncError):
        error = WexaSyncError(
            f"wexa-sync itself failed: {type(error).__name__}",
            hint="This is a bug. Run the same command with WEXA_SYNC_DEBUG=1 and report what it prints.",
        )
        if os.environ.get("WEXA_SYNC_DEBUG"):
            import traceback

            traceback.print_exc()
    click.echo(problems_text(error, color=wants_color(sys.stderr), width=width()).rstrip("\n"), err=True)
    return int(getattr(error, "exit_code", ExitCode.FAILED))


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Progress]:
    """A line that tells how far it is, on a terminal; a line for each change that ends, elsewhere."""
    if quiet or total == 0:
        yield lambda _change, _word: None
        return
    live, lock, ended = sys.stderr.isatty(), threading.Lock(), [0]

    def tell(change: Change, word: str) -> None:
        with lock:
            ended[0] += word in ("applied", "failed", "skipped", "unknown", "conflict")
            line = f"[{ended[0]}/{total}] {change.address}: {word}"
            if live:
                click.echo("\r\x1b[2K" + line[: width() - 1], err=True, nl=False)
            elif word != "started":
                click.echo(line, err=True)

    try:
        yield tell
    finally:
        if live:
            click.echo("\r\x1b[2K", err=True, nl=False)
