"""Write to the terminal: errors, questions and the log. stdout is for data, stderr for messages."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import click

from wexa_sync.cli.streams import hang_up, write_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wexa_sync.api.transport.http import Exchange
    from wexa_sync.manifests.tidy import Tidied


_FOREVER = 365 * 86400.0


def _chosen(name: str) -> Any:
    """Return the value of an option of options.speech; None outside of a command."""
    context = click.get_current_context(silent=True)
    return context.meta.get(f"wexa_sync.{name}") if context else None


def obeys(stream: TextIO) -> bool:
    """True when the stream is a terminal that obeys escapes. One that shows them, as an editor's, has TERM=dumb."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def wants_color(stream: TextIO) -> bool:
    """True when the stream is a terminal that obeys escapes and neither --no-color nor NO_COLOR is set."""
    return not (_chosen("no_color") or os.environ.get("NO_COLOR")) and obeys(stream)


def speaks_json() -> bool:
    """True when stderr is one JSON object a line (--log-format json), also for an error in the command line itself."""
    return (_chosen("log_format") or _typed_log_format()) == "json"


def _typed_log_format() -> str:
    """Return the --log-format of a command line that could not be read as a whole."""
    typed = re.findall(r"(?:^|\0)--log-format[=\0](\w*)", "\0".join(sys.argv[1:]))
    return typed[-1] if typed else os.environ.get("WEXA_SYNC_LOG_FORMAT", "")


def width(stream: TextIO) -> int:
    """Return the width of the stream's terminal, or COLUMNS, from 40 to 160 columns; 80 where there is none."""
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if said.isascii() and said.isdigit() else 0
    if not columns:
        with suppress(OSError, ValueError):
            columns = os.get_terminal_size(stream.fileno()).columns
    return max(40, min(columns or 80, 160))


def folded(text: str, stream: TextIO, head: str = "") -> str:
    """Return a message as one line and, on a narrow terminal, on several: broken at spaces, indented behind `head`."""
    from wexa_sync.text.visible import visible

    line = head + visible(text)
    if not stream.isatty() or len(line) <= width(stream):
        return line
    from wexa_sync.render.text.page import Page

    page = Page(color=False, width=width(stream))
    page.wrapped([head], text)
    return page.render().rstrip("\n")


def say(text: str, *, nl: bool = True) -> None:
    """Print the text on stderr. A closed or full stderr is no error: an apply must not stop half done for that."""
    try:
        click.echo(text, err=True, nl=nl)
    except OSError:
        hang_up(sys.stderr)


def tell(text: str, head: str = "") -> None:
    """Print on stdout what a command came to."""
    from wexa_sync.cli.again import again

    text = again(text)
    click.echo(folded(text, sys.stdout, head))


def note(text: str) -> None:
    """Print a message that is neither an error nor a warning on stderr."""
    from wexa_sync.cli.again import again

    text = again(text)
    if speaks_json():
        event("note", message=text.strip())
    else:
        say("\n".join(folded(line, sys.stderr) for line in text.split("\n")))


def _of_surroundings(error: OSError) -> Exception:
    """Return the error to show for a failure of the operating system: no bug, but a file, a disk or a limit."""
    from wexa_sync.errors import WexaSyncError

    if error.errno is None:  # raised by a library for reasons of its own
        return error
    why = error.strerror or os.strerror(error.errno)
    if error.filename is not None:
        hint = "Check that path, who may use it, and the room on its disk. WEXA_SYNC_DEBUG=1 shows what needed it."
        return WexaSyncError(f"{error.filename!s}: {why}", hint=hint)
    if error.errno in (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG, errno.EDQUOT):
        hang_up(sys.stdout)
        hint = "Make room on that disk, or send the output elsewhere."
        return WexaSyncError(f"the output can't be written: {why}", hint=hint)
    if error.errno == errno.ENOENT:  # without a name: it was asked for the current folder
        return WexaSyncError(f"the current folder is gone: {why}", hint="Go to another one.")
    hint = "Free what the system lacks, or raise its limit. WEXA_SYNC_DEBUG=1 shows where it was refused."
    return WexaSyncError(f"the operating system refused: {why}", hint=hint)


def show_text(text: str, format: str, stream: TextIO | None = None) -> None:  # the option's name
    """Print a text that was made in that format: for people as the terminal can show it, for programs as UTF-8."""
    from wexa_sync.render import FOR_LOGS, FOR_PEOPLE

    if format == FOR_PEOPLE:
        click.echo(text, nl=not text.endswith("\n"), color=True, file=stream)
    elif format in FOR_LOGS:
        write_data(text, sys.stdout)
    else:
        show_data(text)


def show_data(text: str) -> None:
    """Print text for a program on stdout, as UTF-8. A CI system finds no order in it."""
    from wexa_sync.text.orders import without_orders

    write_data(without_orders(text), sys.stdout)


def show_diffs(files: Iterable[Tidied], head: str = "") -> None:
    """Print what changes in these files, behind `head`."""
    from wexa_sync.text.visible import visible

    text = "\n".join(file.diff() for file in files)
    text = f"{head}{text}" if text else ""
    show_data("\n".join(map(visible, text.split("\n"))) if sys.stdout.isatty() else text)


def agrees(question: str) -> bool:
    """Ask on the terminal, and return True for y or yes. Every other answer is a no."""
    return _answer(f"{question} [y/N]: ").lower() in ("y", "yes")


def types(word: str, question: str) -> bool:
    """Ask on the terminal, and return True where the answer is that very word."""
    return _answer(f"{question}: ") == word


def _answer(question: str) -> str:
    import select

    say(question, nl=False)
    # A signal that comes just before a read that blocks is heard only after it: nothing is read before it is there.
    while not select.select([sys.stdin], [], [], 0.1)[0]:
        pass
    if not (line := sys.stdin.readline()):  # Ctrl-D
        raise click.Abort
    return line.strip()


def event(name: str, **about: Any) -> None:
    """Print one line of the JSON log."""
    import json  # most runs write none, and --help is to load little

    from wexa_sync.errors import WexaSyncError
    from wexa_sync.text.visible import visible_json

    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = visible_json(json.dumps({"time": at, "event": name, **about})) + "\n"
    try:
        write_data(line, sys.stderr)
    except (OSError, WexaSyncError):
        hang_up(sys.stderr)


def warn(text: str) -> None:
    """Write a warning to stderr: what a person should hear though nothing failed."""
    from wexa_sync.cli.again import again

    text = again(text)
    if speaks_json():
        event("warning", message=text)
    else:
        say(folded(text, sys.stderr, "Warning: "))


def wait_log() -> Callable[[str, float], None]:
    """Return what tells a person, or a log, of a wait that lasts."""
    from wexa_sync.text.times import spell
    from wexa_sync.text.visible import visible

    as_json = speaks_json()  # asked here: another thread knows nothing of the command

    def log(what: str, left: float) -> None:
        most = left if left < _FOREVER else None
        if as_json:
            event("waiting", what=what, seconds=most and round(most, 1))
        else:
            say(visible(f"Waiting for {what}{f' (at most {spell(most)} more)' if most else ''}."))

    return log


def show_error(error: Exception) -> int:
    """Print what failed and what to do next. Return the exit code."""
    from wexa_sync.cli.again import view_of_error
    from wexa_sync.errors import ExitCode, WexaSyncError
    from wexa_sync.render.layout import Layout
    from wexa_sync.render.text.problems import problems_text

    if isinstance(error, BrokenPipeError):  # the reader of the output has closed it, as `head` does
        hang_up(sys.stdout)
        return int(ExitCode.FAILED)
    debug = bool(os.environ.get("WEXA_SYNC_DEBUG"))
    if debug and not isinstance(error, WexaSyncError):
        say(_where(error))
    if isinstance(error, OSError):
        error = _of_surroundings(error)
    if not isinstance(error, WexaSyncError):
        again = "Run the same command with WEXA_SYNC_DEBUG=1 and report what it prints."
        hint = f"This is a bug. {'Report what stands above.' if debug else again}"
        error = WexaSyncError(f"wexa-sync itself failed: {type(error).__name__}", hint=hint)
    view = view_of_error(error)
    if speaks_json():
        problems = [str(problem) for problem in view.problems]
        event("error", type=view.type, message=view.message, hint=view.hint, problems=problems)
    else:
        layout = Layout(color=wants_color(sys.stderr), width=width(sys.stderr))
        say(problems_text(view, layout).rstrip("\n"))
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
