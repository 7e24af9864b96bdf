"""Make stdin, stdout and stderr safe, whatever they are: closed, of any encoding, full, or the log of a CI system."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import suppress
from functools import cache
from io import TextIOWrapper
from typing import TextIO

from wexa_sync.secrecy.keys import keys_in, without_keys
from wexa_sync.text.orders import Breaker

_READABLE = "wexa-sync-readable"
_PLAIN = {"…": "...", "→": "->", "↳": "->", "\u2212": "-"}
"""The signs that wexa-sync itself writes. Texts of others are shown by numbers: two of them must not look the same."""


def _readable(error: UnicodeError) -> tuple[str, int]:
    """Return what to write in the place of characters that a stream can't show: ASCII signs, or their numbers."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(char) or ascii(char)[1:-1] for char in text), error.end


codecs.register_error(_READABLE, _readable)


@cache
def _keys() -> frozenset[str]:
    return keys_in(os.environ)


def without_key(text: str) -> str:
    """Return a text to be shown or written without the API key, whoever put it there: a person, a file, the server.

    The streams ask it of all that is written. A text that is cut is asked before: half a key is not found.
    """
    return without_keys(text, _keys())


class Stream(TextIOWrapper):
    """Write for people: every character is shown, but for the API key, and no text gives orders to a CI system.

    `absent`: the stream was closed before the command began.
    """

    def __init__(self, stream: TextIOWrapper, *, absent: bool = False) -> None:
        lines, through = stream.line_buffering, stream.write_through
        # click takes a stream that calls itself ASCII for a mistake, and writes UTF-8 around it. ASCII is UTF-8 too.
        self._ascii = codecs.lookup(stream.encoding).name == "ascii"
        encoding = "utf-8" if self._ascii else stream.encoding
        super().__init__(
            stream.detach(), encoding=encoding, errors=_READABLE, line_buffering=lines, write_through=through
        )
        self.absent = absent
        self._without_orders = Breaker()

    def write(self, text: str, /) -> int:
        """Write the text as the stream can show it."""
        safe = self._without_orders(without_key(text))
        super().write(safe.encode("ascii", _READABLE).decode() if self._ascii else safe)
        return len(text)


def require_utf8() -> None:
    """Start Python anew with UTF-8 for names of files, arguments and variables, where the locale has another encoding.

    Manifests and the API are UTF-8. Read as anything else, `${env:NAME}` would be sent as other characters than it has.
    What the terminal shows keeps the encoding of the locale.
    """
    if codecs.lookup(sys.getfilesystemencoding()).name == "utf-8":
        return
    shown = getattr(sys.stderr, "encoding", None) or "ascii"
    command = [sys.executable, "-X", "utf8", *sys.orig_argv[1:]]
    with suppress(OSError):
        os.execve(sys.executable, command, {"PYTHONIOENCODING": shown, **os.environ})  # noqa: S606  # our own command


def make_safe() -> None:
    """Make the three streams safe to use. A closed one becomes the null device."""
    # Before anything is opened: a file or a connection must not get the number of a closed stream, to which a message
    # for people might then be written.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  # until the exit
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nothing = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # until the exit
            setattr(sys, name, Stream(nothing, absent=True))
        elif type(stream) is TextIOWrapper:
            setattr(sys, name, Stream(stream))


def require_open(stream: TextIO) -> None:
    """Raise WexaSyncError where the stream was closed as the command began: a program would read nothing, and go on."""
    if getattr(stream, "absent", False):
        from wexa_sync.errors import WexaSyncError

        raise WexaSyncError(
            "stdout is closed, so the output has nowhere to go; nothing was done",
            hint="Leave stdout open, or name a file with --output where the command has it.",
        )


def write_data(text: str, stream: TextIO) -> None:
    """Write text for a program: UTF-8, whatever the encoding of the stream. Raises WexaSyncError where it is closed."""
    require_open(stream)
    text = without_key(text)
    stream.flush()
    if (raw := getattr(stream, "buffer", None)) is None:
        stream.write(text)
    else:
        raw.write(text.encode("utf-8", "backslashreplace"))
    stream.flush()


def hang_up(stream: TextIO) -> None:
    """Replace a stream that takes nothing more (`| head`, a full disk) by the null device: the exit flushes it."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
