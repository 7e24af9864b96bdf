"""Read text from files: UTF-8 alone, of a bounded size. Every fault has its place and a hint."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from wexa_sync.text.digests import sha256
from wexa_sync.text.patterns import pattern

SETTINGS_FILE = "wexa-sync.yaml"
DEFAULTS_FILE = "wexa-sync.defaults.yaml"
MAX_BYTES = 10 * 1024 * 1024

# What nearly every file is made of, and nothing else.
_ORDINARY = bytes(range(0x20, 0x7F)) + b"\n"
# What YAML does not call printable: in a manifest or a prompt an accident, and an invisible one. (To name what it calls
# so instead takes ten times as long to compile.)
_STRAY = pattern("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

_NOT_UTF8 = "Save the file as UTF-8, without a byte order mark."


class TextFault(Exception):
    """Report a file, or a text in it, that can't be used. `line` and `column` count from 1."""

    def __init__(self, message: str, *, hint: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.line = line
        self.column = column


def here() -> str:
    """Return what the absolute path of each file below the current folder begins with."""
    return f"{os.getcwd().rstrip('/')}/"  # noqa: PTH109  # as text


def shown_path(path: str | Path, below: str = "") -> str:
    """Return a file's name for people: relative to the current folder if the file lies below it, else as given.

    `below`: what `here` returns, for who asks about many files.
    """
    absolute = text = str(path)
    if text[:1] == "." or "/." in text or "//" in text:  # it may not be in its shortest form
        absolute = os.path.abspath(text)  # noqa: PTH100  # unlike resolve(), keeps the symlinks that people see
    elif text[:1] != "/":
        return text
    below = below or here()
    return absolute.removeprefix(below) if absolute.startswith(below) else text


def short(text: str) -> str:
    """Return a text for a message, cut where it is long."""
    return text if len(text) <= 60 else text[:57] + "..."


def is_utf8(value: object) -> bool:
    """True when the value can be written as UTF-8. Names and variables of the system may hold other bytes."""
    text = str(value)
    return text.isascii() or not re.search("[\ud800-\udfff]", text)


def siblings(path: Path) -> list[str]:
    """Return the names in a path's folder, one of which may be meant where the path leads nowhere."""
    try:
        return os.listdir(path.parent)  # noqa: PTH208  # a Path for each takes longer than the rest
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return []


def is_nearly_defaults(name: str) -> bool:
    """True for the name of a file that was probably meant to hold defaults."""
    lower = name.lower()  # few names have an x in them
    return "x" in lower and re.sub("[^a-z]", "", lower) in ("wexasyncdefaultsyaml", "wexasyncdefaultsyml")


def read_text(path: Path) -> str:
    """Return the text of a file, exactly as it stands there. Raise TextFault."""
    return decode(read_bytes(path))


_INSTEAD: ContextVar[Mapping[Path, bytes]] = ContextVar("instead", default={})  # noqa: B039  # never changed


@contextmanager
def instead(contents: Mapping[Path, bytes]) -> Iterator[None]:
    """Let these bytes be read in place of what stands in the files, by their real paths, for the length of a block.

    So manifests can be checked before they are written.
    """
    token = _INSTEAD.set(contents)
    try:
        yield
    finally:
        _INSTEAD.reset(token)


_READ: ContextVar[dict[str, bytes] | None] = ContextVar("read", default=None)


@contextmanager
def noted() -> Iterator[Mapping[str, bytes]]:
    """Yield the hash of each file that is read in a block, by its real path. Where a file is read twice, the first."""
    found: dict[str, bytes] = {}
    token = _READ.set(found)
    try:
        yield found
    finally:
        _READ.reset(token)


def hash_of(content: bytes) -> bytes:
    """Return the hash by which `noted` knows a content."""
    return sha256(content).digest()


def read_bytes(path: str | Path) -> bytes:
    """Return what stands in an ordinary file that is not too large. Raise TextFault."""
    if (contents := _INSTEAD.get()) and (content := contents.get(Path(os.path.realpath(path)))) is not None:
        return content
    try:
        raw = _whole(path)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a device that is not there
            raise _odd() from error
        raise TextFault(
            f"the file can't be read: {error.strerror}", hint="Check that it exists and may be read."
        ) from error
    if (notes := _READ.get()) is not None:
        notes.setdefault(os.path.realpath(path), hash_of(raw))
    return raw


def _whole(path: str | Path) -> bytes:
    """Return what stands in a file. A file object takes longer to make than all of this."""
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)  # to open a pipe would wait for a writer
    try:
        about = os.fstat(file)
        if not stat.S_ISREG(about.st_mode):
            raise _odd()
        if (size := about.st_size) > MAX_BYTES:
            largest = f"{MAX_BYTES // 1024 // 1024} MiB"
            raise TextFault(f"the file is larger than {largest}", hint="Split it, or list it under `ignore`.")
        content = os.read(file, size + 1)
        while len(content) != size and (more := os.read(file, size + 1)):  # it grows, or it is made as it is read
            content += more
        return content
    finally:
        os.close(file)


def _odd() -> TextFault:
    return TextFault("this is no ordinary file", hint="Only ordinary files are read: no folders, pipes or devices.")


def decode(raw: bytes) -> str:
    """Return the text of these bytes. Raise TextFault where they are not UTF-8, or hold control characters."""
    if is_ordinary(raw):
        return raw.decode("ascii")
    if raw.startswith(b"\0GITCRYPT\0"):
        raise TextFault("the file is encrypted by git-crypt", hint="Run `git-crypt unlock`, in the CI job too.")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")):
        raise TextFault("the file is UTF-16 or UTF-32, not UTF-8", hint=_NOT_UTF8)
    if raw.startswith(b"\xef\xbb\xbf"):
        raise TextFault("the file starts with a byte order mark (BOM)", hint=_NOT_UTF8)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = place_of(raw[: error.start].decode("utf-8"))
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise TextFault(message, hint=_NOT_UTF8, line=line, column=column) from error
    if stray := _STRAY.search(text):
        line, column = place_of(text[: stray.start()])
        name = f"the character U+{ord(stray.group()):04X}"
        what = f"{name} (NUL)" if stray.group() == "\0" else name
        hint = "Take this invisible character out; in YAML, write it as an escape in double quotes."
        raise TextFault(f"{what} must not stand in a text file", hint=hint, line=line, column=column)
    return text


def is_ordinary(raw: bytes) -> bool:
    """True for what holds printable ASCII and LF alone: nearly every file is of this sort."""
    return not raw.translate(None, _ORDINARY)


def place_of(before: str) -> tuple[int, int]:
    """Return the line and the column at which the given text ends."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")
