"""Compare what two environments say, and carry values of one over to the other, or to what holds for all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from pathlib import Path as File
from typing import Any

from msgspec import Struct

from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.fields import UNKNOWN, Field
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.manifests.edit import REMOVED, Edit, data_of, edited
from wexa_sync.manifests.emit import emitted
from wexa_sync.manifests.included import is_file
from wexa_sync.manifests.layer import is_leaf
from wexa_sync.manifests.overlay import places_of
from wexa_sync.manifests.spelling import Written, bare, written
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.model import Address, Document, Path, Source
from wexa_sync.settings.values import Environment, Settings
from wexa_sync.text.files import SETTINGS_FILE, TextFault, decode, read_bytes, shown_path
from wexa_sync.text.suggest import did_you_mean

VARIABLE = "var:"
"""How a variable is named beside addresses: var:NAME."""


class Side(Enum):
    """Say which of the two environments say something."""

    FIRST = "first"
    """The first alone: for the other one the base holds. This is what a promotion carries over."""
    BOTH = "both"
    """Both, each something else: it is meant to differ."""
    SECOND = "second"
    """The second alone."""


class Setting(Struct, frozen=True, kw_only=True):
    """Describe one value that an environment says, and where: at the path `at` of the first document in `file`.

    `what` is an address, or var:NAME; `path` leads to the field inside the overlay. `shared`: it stands in a file of
    variables.
    """

    what: str
    path: Path
    value: Any
    file: File
    at: Path
    source: Source
    shared: bool = False


class Difference(Struct, frozen=True, kw_only=True):
    """Hold what two environments say differently. `base` is the value of a variable that holds for both, if any."""

    side: Side
    first: Setting | None
    second: Setting | None
    base: Any = None

    @property
    def what(self) -> str:
        """Return the address, or var:NAME."""
        found = self.first or self.second
        assert found is not None
        return found.what

    @property
    def path(self) -> Path:
        """Return the path of the field in the overlay; of a variable nothing."""
        found = self.first or self.second
        assert found is not None
        return found.path


def differences(first: Environment, second: Environment, base: Mapping[str, Any]) -> list[Difference]:
    """Return what the two say differently. `base`: the variables of all environments."""
    one, other = _said(first), _said(second)
    found = []
    for key in sorted({*one, *other}, key=lambda it: (not it[0].startswith(VARIABLE), it[0], list(map(str, it[1])))):
        mine, theirs = one.get(key), other.get(key)
        shared = base.get(key[0].removeprefix(VARIABLE)) if key[0].startswith(VARIABLE) else None
        values = [_plain(each.value) if each else _plain(shared) for each in (mine, theirs)]
        if values[0] == values[1] and ((mine and theirs) or shared is not None):
            continue
        side = Side.BOTH if mine and theirs else Side.FIRST if mine else Side.SECOND
        found.append(Difference(side=side, first=mine, second=theirs, base=shared))
    return found


def chosen(found: Sequence[Difference], names: Sequence[str]) -> list[Difference]:
    """Return the differences to carry over: those that the first environment alone says, or those of these names.

    Raises UsageError for a name of which the first environment says nothing else.
    """
    if not names:
        return [each for each in found if each.side is Side.FIRST]
    known = {each.what for each in found if each.first}
    for name in names:
        if name not in known:
            hint = did_you_mean(name, sorted(known), "Without a name, what differs is listed with its names.")
            raise UsageError(f"there is nothing of {name} to carry over", hint=hint)
    return [each for each in found if each.first and each.what in names]


def carried_over(differing: Iterable[Difference], second: Environment) -> list[Tidied]:
    """Return the files as they are once the second environment says what the first one does."""
    edits = _Edits()
    for each in differing:
        assert each.first is not None
        if each.second is not None:
            edits.set(each.second.file, each.second.at, each.first.value)
            continue
        section, path = _section(second)
        if not each.what.startswith(VARIABLE):
            edits.set(section, (*path, "overlays", each.what, *each.path), each.first.value)
        elif each.first.shared and second.var_files:
            edits.set(second.var_files[-1], (each.what.removeprefix(VARIABLE),), each.first.value)
        else:
            edits.set(section, (*path, "vars", each.what.removeprefix(VARIABLE)), each.first.value)
    return edits.files()


def carried_to_base(differing: Iterable[Difference], settings: Settings, documents: Sequence[Document]) -> list[Tidied]:
    """Return the files as they are once what the first environment says holds for all, and the two say it no more.

    A variable goes to `vars` of wexa-sync.yaml, a field to its manifest, which is one of `documents`.
    """
    edits = _Edits()
    for each in differing:
        assert each.first is not None
        if each.what.startswith(VARIABLE):
            name = each.what.removeprefix(VARIABLE)
            edits.set(settings.root / SETTINGS_FILE, ("vars", name), each.first.value)
        else:
            for document, path in places_of(documents, Address.parse(each.what)):
                file = File(document.source.file)
                value = _seen_from(each.first.value, settings.root, file.parent)
                if value is None and not _has_default(settings, document, path, each.path):
                    value = REMOVED  # null takes the field out, and in a manifest the default
                edits.set(file, (*path, *each.path), value, index=document.index)
        for setting in (each.first, each.second):
            if setting is not None:
                edits.remove(setting.file, setting.at)
    return edits.files()


def _said(environment: Environment) -> dict[tuple[str, Path], Setting]:
    """Return all that an environment says of variables and fields; of a variable, the value that counts."""
    from wexa_sync.manifests.yaml import read  # imports yaml

    section, path = _section(environment)
    layers: list[tuple[File, Document, Path, Mapping[str, Any]]] = []
    for file in environment.var_files:
        for document in read(file, shown_path(file))[0]:
            layers.append((file, document, (), document.data if isinstance(document.data, dict) else {}))
    layers.append((section, environment.overlays.document, (*path, "vars"), environment.vars))
    found: dict[tuple[str, Path], Setting] = {}
    for file, document, prefix, data in layers:
        for name, value in data.items():
            found[f"{VARIABLE}{name}", ()] = _setting(f"{VARIABLE}{name}", (), value, file, document, (*prefix, name))
    for address, fields in environment.overlays.data.items():
        for inner, value in _leaves(fields, _fields_of(address)):
            at = (*environment.overlays.path, address, *inner)
            found[address, inner] = _setting(address, inner, value, section, environment.overlays.document, at)
    return found


def _setting(what: str, path: Path, value: Any, file: File, document: Document, at: Path) -> Setting:
    from wexa_sync.manifests.positions import Places

    source = Places().in_document(document, at)
    value = written(document, bare(value), at)
    return Setting(what=what, path=path, value=value, file=file, at=at, source=source, shared=len(at) == 1)


def _section(environment: Environment) -> tuple[File, Path]:
    """Return the file and the path at which an environment is declared."""
    return File(environment.overlays.document.source.file), environment.overlays.path[:-1]


def _fields_of(address: str) -> Field:
    try:
        kind = BY_NAME.get(Address.parse(address).kind)
    except ValueError:
        return UNKNOWN
    return kind.fields if kind else UNKNOWN


def _leaves(value: Any, schema: Field, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield each value of an overlay that takes the place of another one, with its path."""
    if not isinstance(value, Mapping) or not value or (path and is_leaf(schema)):
        yield path, value
        return
    for name, inner in value.items():
        yield from _leaves(inner, schema.at((name,)), (*path, name))


def _plain(value: Any) -> Any:
    """Return a value to compare: 1 is not "1", and 1.10 is not 1.1."""
    return (type(value.value), value.text) if isinstance(value, Written) else (type(value), value)


def _has_default(settings: Settings, document: Document, path: Path, field: Path) -> bool:
    """True when the settings have a default for the field of what stands at `path` of a manifest."""
    kind = BY_NAME[document.data["kind"]]
    names = [kind.name, *(part.kind.name for part in kind.parts if part.field in path)]
    return settings.defaults is not None and at_path(settings.defaults.data.get(names[-1]), field) is not None


def _seen_from(value: Any, root: File, folder: File) -> Any:
    """Return a value for a manifest in `folder`: a file that it names starts from there, and not from `root`."""
    if isinstance(value, dict) and is_file(value) and isinstance(value["file"], str):
        return {**value, "file": File(os.path.relpath(root / value["file"], folder.absolute())).as_posix()}
    return value


class _Edits:
    """Collect changes of files, and make each on the text that the one before left."""

    def __init__(self) -> None:
        self._before: dict[File, bytes] = {}
        self._texts: dict[File, str] = {}

    def set(self, file: File, path: Path, value: Any, *, index: int = 0) -> None:
        """Set the value at a path of a document."""
        self._edit(file, Edit(index, path, value))

    def remove(self, file: File, path: Path) -> None:
        """Remove what stands at a path, and what is empty without it."""
        data = dict(data_of(self._text(file)))[0]
        while len(path) > 1 and len(_at(data, path[:-1])) == 1 and path[-2] not in ("vars", "overlays"):
            path = path[:-1]
        if len(path) > 1 and path[-2] in ("vars", "overlays") and len(_at(data, path[:-1])) == 1:
            path = path[:-1]
        self._edit(file, Edit(0, path, REMOVED))

    def files(self) -> list[Tidied]:
        """Return the files that change."""
        return [
            Tidied(file=file, before=self._before[file], after=text.encode())
            for file, text in self._texts.items()
            if text.encode() != self._before[file]
        ]

    def _text(self, file: File) -> str:
        file = File(os.path.abspath(file))  # noqa: PTH100  # one name for a file, with the links that people see
        if file not in self._texts:
            self._before[file] = read_bytes(file)
            self._texts[file] = decode(self._before[file])
        return self._texts[file]

    def _edit(self, file: File, edit: Edit) -> None:
        text = self._text(file)
        try:
            after = edited(text, [edit]) if data_of(text) else _begun(text, edit)
            self._texts[File(os.path.abspath(file))] = after  # noqa: PTH100  # as above
        except TextFault as fault:
            place = Source(file=shown_path(file), line=fault.line, column=fault.column)
            raise UsageError(f"{place}: {fault.message}", hint=fault.hint) from None


def _begun(text: str, edit: Edit) -> str:
    """Return a text that has nothing but comments, with its first value."""
    value = edit.value
    for part in reversed(edit.path):
        value = {part: value}
    return f"{text.rstrip()}\n{emitted(value, 0)}\n".lstrip("\n")


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data
