"""What the terminal is like, and how errors and the log are said. stdout is for data, stderr for talk."""

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
    from wexa_sync.api.transport.http import Exchange


def _chosen(name: str) -> Any:
    """What an option of options.speech said; None outside of a command."""
    context = click.get_current_context(silent=True)
    return context.meta.get(f"wexa_sync.{name}") if context else None


def wants_color(stream: TextIO) -> bool:
    """Whether to colour what goes to that stream: a terminal, and nobody said no (--no-color, NO_COLOR)."""
    return not (_chosen("no_color") or os.environ.get("NO_COLOR")) and stream.isatty()


def speaks_json() -> bool:
    """Whether stderr is one JSON object a line (--log-format json)."""
    return bool(_chosen("log_format") == "json")


def width() -> int:
    """The columns there are to write in; 80 where nobody says."""
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, 160))


def talk(text: str, *, nl: bool = True) -> None:
    """Say it on stderr. Where nobody listens any more, work goes on: an apply is not left half done for that."""
    try:
        click.echo(text, err=True, nl=nl)
    except BrokenPipeError:
        hang_up(sys.stderr)


def hang_up(stream: TextIO) -> None:
    """Let go of a stream whose reader has gone (`| head`): what is said to it from now on vanishes, at the exit too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def unwritten(error: OSError) -> Exception:
    """The error to show for it: where it is about no file, it was the output that could not be written."""
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
    return WexaSyncError(f"the output can't be written: {error.strerror}", hint="Make room where it goes.")


def agrees(question: str) -> bool:
    """Ask for a yes or no on the terminal; whatever is no yes is a no."""
    import select

    click.echo(f"{question} [y/N]: ", err=True, nl=False)
    # A signal that comes just before a read that blocks is heard only after it: nothing is read before it is there.
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
    if not (line := sys.stdin.readline()):  # Ctrl-D
        raise click.Abort
    return line.strip().lower() in ("y", "yes")


def event(name: str, **about: Any) -> None:
    """One line of the JSON log."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    talk(json.dumps({"time": at, "event": name, **about}))


def show_error(error: Exception) -> int:
    """Say what failed and what to do; answer the exit code."""
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
    """Where an error of ours comes from: places and types, to be pasted into a report. What it says may be secret."""
    import traceback

    chain: list[str] = []
    fault: BaseException | None = error
    while fault is not None and len(chain) < 10:
        frames = "".join(traceback.format_tb(fault.__traceback__))
        chain.append(f"{frames}{type(fault).__module__}.{type(fault).__qualname__}")
        fault = fault.__cause__ or fault.__context__
    return "\n\nafter\n\n".join(chain)


def request_log() -> Any:
    """What `-v` hangs on the transport: one line a request, and never a header, a query or a body."""
    from wexa_sync.text.visible import visible

    as_json = speaks_json()

    def log(exchange: Exchange) -> None:
        end = exchange.status if exchange.status is not None else exchange.error
        took = round(exchange.seconds * 1000)
        if as_json:
            event("request", method=exchange.method, path=exchange.path, status=end, ms=took)
        else:
            talk(visible(f"{exchange.method} {exchange.path} -> {end} ({took} ms)"))

    return log
