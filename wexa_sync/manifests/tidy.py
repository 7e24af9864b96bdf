"""Put the files of manifests in form: find them, say what changes in each, write it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import NothingDeclared, Problem
from wexa_sync.manifests.find import Found, find, is_other_yaml
from wexa_sync.manifests.format import formatted
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Source
from wexa_sync.text.files import TextFault, read_bytes, shown_path
from wexa_sync.text.rewrite import rewrite
from wexa_sync.text.visible import visible


class Tidied(Struct, frozen=True, kw_only=True):
    """Describe a file whose form is not the one that it should have: its bytes as they are and as they should be."""

    file: Path
    before: bytes
    after: bytes

    def write(self) -> None:
        """Write the file. Raises TextFault where it can't be written, or has changed meanwhile."""
        rewrite(self.file, self.before, self.after)

    def diff(self) -> str:
        """Return the name of the file and the hunks of what changes in it, as `diff -u` shows them."""
        one, other = (part.decode().splitlines(keepends=True) for part in (self.before, self.after))
        _, _, *lines = unified_diff(one, other)  # CI systems read its two headers as orders
        ends = (line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)
        return "".join([f"{visible(shown_path(self.file))}\n", *ends])


def untidy(sources: Sources, problems: list[Problem]) -> Iterator[Tidied]:
    """Yield each file whose manifests are not in form. What can't be read goes to `problems`.

    Settings, files of variables and the YAML of other tools are left alone, also where a PATH names one.
    """
    paths = tuple(path for path in sources.paths if not is_other_yaml(path))
    if not paths:
        return
    for file, _ in _found(replace(sources, paths=paths)):
        try:
            before = read_bytes(file)
            after = formatted(before)
        except TextFault as fault:
            problems.append(problem_at(Path(file), fault))
        else:
            if after != before:
                yield Tidied(file=Path(file), before=before, after=after)


def _found(sources: Sources) -> Sequence[Found]:
    try:
        return find(sources, [])  # a manifest that is overlooked is for `validate` to report
    except NothingDeclared:
        return ()


def problem_at(file: Path, fault: TextFault) -> Problem:
    """Return a fault of a file as a problem."""
    source = Source(file=shown_path(file), line=fault.line, column=fault.column)
    return Problem(message=fault.message, source=source, hint=fault.hint)
