"""Write one view in every format that the command line asks for: to files, to stdout, and to the log of a CI system."""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, TypeAlias

from wexa_sync.cli.source_url import way_to
from wexa_sync.cli.streams import without_key
from wexa_sync.cli.terminal import show_error, show_text, wants_color, width
from wexa_sync.errors import UsageError, WexaSyncError
from wexa_sync.render import ADDED, FOR_PEOPLE, HARMLESS, RENDERERS, WHOLE, Renderer
from wexa_sync.render.layout import Layout
from wexa_sync.text.orders import without_orders

if TYPE_CHECKING:
    from wexa_sync.cli.request import Output, Request
    from wexa_sync.render.view.environments import EnvironmentsView
    from wexa_sync.render.view.plan import PlanView
    from wexa_sync.render.view.problems import ProblemsView
    from wexa_sync.render.view.report import ReportView

    View: TypeAlias = PlanView | ReportView | ProblemsView | EnvironmentsView

What = Literal["plan", "report", "problems", "environments"]
"""What a command comes to: the view of it, and the part of a Renderer that lays that out, have this name."""

_NAMES: Final = {"plan": "plan", "report": "report", "problems": "list of problems", "environments": "table"}


class Show(Protocol):
    """Write a view wherever the command line asks for it. False for `to_people`: a text on stdout is not wanted."""

    def __call__(self, view: View, *, to_people: bool = True) -> None: ...  # noqa: D102


@contextmanager
def outputs(request: Request, what: What, *writes: Path | None, reads: Sequence[Path] = ()) -> Iterator[Show]:
    """Give the function that shows what the command comes to: a view of `what`.

    An error that ends the command before is shown in its place. `writes` and `reads` are the command's other files.
    Raises UsageError for a file that must not be written, and for a format that can't show such a view.
    """
    output = request.output
    shown: list[View] = []
    for name in (output.format, *output.log, *(file.format for file in output.files)):
        if getattr(_renderer(name, output), what) is None:
            hint = f"Leave {name} out here, or give it to a command that ends in something else."
            raise UsageError(f"this command ends in a {_NAMES[what]}, which can't be written as {name}", hint=hint)
    request.require_apart(*writes, *(file.path for file in output.files), reads=reads)

    def show(view: View, *, to_people: bool = True) -> None:
        shown.append(view)
        _show(what, view, output, to_people=to_people)

    try:
        yield show
    except WexaSyncError as error:
        if not shown and not isinstance(error, UsageError):
            from wexa_sync.cli.again import view_of_error

            shown.append(view := view_of_error(error))
            _show_instead(view, output)
        raise
    finally:
        if shown and request.notify:
            from wexa_sync.cli.notify import tell

            tell(request.notify, shown[-1], request.settings.name)


def _show_instead(view: ProblemsView, output: Output) -> None:
    """Show an error where another view was expected; for people, stderr has it anyway."""
    try:
        _show("problems", view, output, to_people=False)
    except (OSError, WexaSyncError) as failed:
        show_error(failed)


def _show(what: What, view: View, output: Output, *, to_people: bool) -> None:
    """Write the view to every file, and then to stdout. Raises WexaSyncError where a file can't be written.

    What was meant for that file goes to stdout, if nothing else does.
    """
    failed: list[WexaSyncError] = []
    for file in output.files:
        assert file.path is not None  # stdout is no file of these
        taken = _size(file.path) if file.format in ADDED else 0
        url = output.source_url or way_to(Path(), file.path)
        if text := _laid_out(what, view, file.format, output, taken=taken, source_url=url):
            try:
                _write(file.path, text if file.format in HARMLESS else without_orders(text), added=file.format in ADDED)
            except OSError as error:
                failed.append(_unwritten(file.path, error, shown=not output.to_stdout))
                if not output.to_stdout:
                    show_text(text, file.format)
    if output.to_stdout and (to_people or output.format != FOR_PEOPLE):
        text = _laid_out(what, view, output.format, output, color=wants_color(sys.stdout))
        show_text(text, output.format)
    for name in output.log:
        show_text(_laid_out(what, view, name, output), name)
    if failed:
        raise failed[0]


def _laid_out(what: What, view: View, name: str, output: Output, **room: Any) -> str:
    """Return the view in that format; empty where the format has no form for it."""
    make = getattr(_renderer(name, output, **room), what)
    return make(view) if make else ""


def _renderer(name: str, output: Output, **room: Any) -> Renderer:
    whole = sorted((file for file in output.files if file.format in WHOLE), key=lambda file: WHOLE.index(file.format))
    files = tuple(file.path.name for file in whole if file.path)
    return RENDERERS[name](
        Layout(
            width=width(sys.stdout),
            level=output.level,
            folder=output.folder,
            whole=files,
            **{"source_url": output.source_url, **room},
        )
    )


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _unwritten(file: Path, error: OSError, *, shown: bool) -> WexaSyncError:
    above = "; its text stands above" if shown else ""
    return WexaSyncError(
        f"{file} can't be written: {error.strerror}{above}",
        hint="Check who may write there and the room on that disk, or name another file with --output. Changes that "
        "were made are made all the same.",
    )


def _write(file: Path, text: str, *, added: bool) -> None:
    """Write the text so that a reader sees all of it or none; or add it to what the file holds. Raise OSError."""
    data = without_key(text).encode("utf-8", "backslashreplace")
    if added or (file.exists() and not file.is_file()):  # a device or a pipe is no file to replace
        with file.open("ab" if added else "wb") as opened:
            opened.write(b"\n" + data if added and _size(file) else data)
        return
    try:
        _replace(Path(os.path.realpath(file)), data)
    except OSError as error:
        # A file that can be written may be one that can't be replaced: its folder takes none, or it is mounted there.
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EBUSY):
            raise
        file.write_bytes(data)


def _replace(file: Path, data: bytes) -> None:
    """Put a new file in the place of the old one, with the mode of that one."""
    fresh = file.with_name(f".{file.name[:100]}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)  # of a process that was killed here
    try:
        with fresh.open("xb") as opened:
            opened.write(data)
        if file.exists():
            fresh.chmod(stat.S_IMODE(file.stat().st_mode))
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
