"""Name the place of a setting, and read the paths that stand there."""

from __future__ import annotations

from collections.abc import Callable

from wexa_sync.errors import SettingsError
from wexa_sync.manifests.positions import Places
from wexa_sync.model import Document, Source
from wexa_sync.text.files import TextFault


def path_of(read: Callable[[str], str], text: str, place: str) -> str:
    """Return a path of the settings as `read` returns it. Raises SettingsError with the place where it can't be one."""
    try:
        return read(text)
    except TextFault as fault:
        raise SettingsError(f"{place}: {fault.message}", hint=fault.hint) from None


def source_of(file: Document, *path: str | int) -> Source:
    """Return the place of a setting in its file."""
    return Places().in_document(file, path)


def place_of(file: Document | None, *path: str | int) -> str:
    """Return the place of a setting in its file, to be shown; its name where no file has it."""
    return f"{source_of(file, *path)}: {path[0]}" if file else str(path[0])
