"""Write to the terminal: errors, questions and the log. stdout is for data, stderr for messages."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from wexa_sync.api.transport.http import Exchange


def _chosen(name: str) -> Any:
    """Return the value of an option of options.speech; None outside of a command."""
    context = click.get_current_context(silent=True)
    return context.meta.get(f"wexa_sync.{name}") if context else None


def wants_color(stream: TextIO) -> bool:
    """True when the stream is a terminal and neither --no-color nor NO_COLOR is set."""
    return not (_chosen("no_color") or os.environ.get("NO_COLOR")) and stream.isatty()


def speaks_json() -> bool:
    """True when stderr is one JSON object a line (--log-format json)."""
    return bool(_chosen("log_format") == "json")


def width() -> int:
    """Return the width of the terminal, from 40 to 160 columns; 80 where there is none."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 160))


def say(text: str, *, nl: bool = True) -> None:
    """Print the text on stderr. A closed stderr is no error: an apply must not stop half done for that."""
    try:
        click.echo(text, err=True, nl=nl)
    except BrokenPipeError:
        hang_up(sys.stderr)


def hang_up(stream: TextIO) -> None:
    """Replace a stream whose reader has gone (`| head`) by the null device, so that the exit can flush it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def unwritten(error: OSError) -> Exception:
    """Return the error to show. An OSError that names no file is a failure to write the output."""
    from wexa_sync.errors import WexaSyncError

    if error.filename is not None or error.errno not in (
        errno.ENOSPC,
        errno.EIO,
        errno.EBADF,
        errno.EFBIG,
        errno.EDQUOT,
    ):
        return error
    hang_up(sys.stdout)
    hint = "Make room on the disk that it goes to, or send it elsewhere."
    return WexaSyncError(f"the output can't be written: {error.strerror}", hint=hint)


def agrees(question: str) -> bool:
    """Ask on the terminal, and return True for y or yes. Every other answer is a no."""
    import select

    click.echo(f"{question} [y/N]: ", err=True, nl=False)
    # A signal that comes just before a read that blocks is heard only after it: nothing is read before it is there.
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
    if not (line := sys.stdin.readline()):  # Ctrl-D
        raise click.Abort
    return line.strip().lower() in ("y", "yes")


def event(name: str, **about: Any) -> None:
    """Print one line of the JSON log."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    say(json.dumps({"time": at, "event": name, **about}))


def warn(text: str) -> None:
    """Write a warning to stderr: what a person should hear though nothing failed."""
    from wexa_sync.text.visible import visible

    if speaks_json():
        event("warning", message=text)
    else:
        say(f"Warning: {visible(text)}")


def show_error(error: Exception) -> int:
    """Print what failed and what to do next. Return the exit code."""
    from wexa_sync.errors import ExitCode, WexaSyncError
    from wexa_sync.render import FOR_PEOPLE, RENDERERS
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.view.problems import problems_view

    if not isinstance(error, WexaSyncError):
        hint = "This is a bug. Run the same command with WEXA_SYNC_DEBUG=1 and report what it prints."
        if os.environ.get("WEXA_SYNC_DEBUG"):
            click.echo(_where(error), err=True)
            hint = "This is a bug. Report what stands above."
        error = WexaSyncError(f"wexa-sync itself failed: {type(error).__name__}", hint=hint)
    view = problems_view(error)
    if speaks_json():
        problems = [str(problem) for problem in view.problems]
        event("error", type=view.type, message=view.message, hint=view.hint, problems=problems)
    else:
        layout = Layout(color=wants_color(sys.stderr), width=width())
        click.echo(RENDERERS[FOR_PEOPLE](layout).problems(view).rstrip("\n"), err=True)
    return int(getattr(error, "exit_code", ExitCode.FAILED))


def _where(error: BaseException) -> str:
    """Return the places and types of an error and its causes, for a bug report. Messages may hold secrets."""
    import traceback

    chain: list[str] = []
    fault: BaseException | None = error
    while fault is not None and len(chain) < 10:
        frames = "".join(traceback.format_tb(fault.__traceback__))
        chain.append(f"{frames}{type(fault).__module__}.{type(fault).__qualname__}")
        fault = fault.__cause__ or fault.__context__
    return "\n\nafter\n\n".join(chain)


def request_log() -> Callable[[Exchange], None]:
    """Return the observer of `-v`: it prints one line a request, and never a header, a query or a body."""
    from wexa_sync.text.visible import visible

    as_json = speaks_json()

    def log(exchange: Exchange) -> None:
        end = exchange.status if exchange.status is not None else exchange.error
        took = round(exchange.seconds * 1000)
        if as_json:
            event("request", method=exchange.method, path=exchange.path, status=end, ms=took)
        else:
            say(visible(f"{exchange.method} {exchange.path} -> {end} ({took} ms)"))

    return log
