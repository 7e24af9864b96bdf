"""Read what `metadata` says beyond a manifest's name: its lifecycle, what it waits for, and what it takes over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME, declarable, owner_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Address, Lifecycle, Path, Secret
from wexa_sync.text.ids import ID_HINT, is_id
from wexa_sync.text.suggest import did_you_mean

_NONE_SAID = Lifecycle()
_IMPORT: Path = ("metadata", "import", "id")


def lifecycles(
    metadata: Mapping[str, Any], kind: Kind, faults: list[Fault]
) -> tuple[Lifecycle, Mapping[str, Lifecycle]]:
    """Return the lifecycle of the manifest, and those that its parts get from it, by the field of the parts.

    They share it but for `ignore_changes`: FIELD.title of the owner is `title` of each part in FIELD.
    """
    wanted = metadata.get("lifecycle")
    if not isinstance(wanted, dict):
        return _NONE_SAID, {part.field: _NONE_SAID for part in kind.parts}
    paths = wanted.get("ignore_changes")
    own: list[str] = []
    inherited: dict[str, list[str]] = {part.field: [] for part in kind.parts}
    for index, path in enumerate(paths if isinstance(paths, list) else ()):
        at = ("metadata", "lifecycle", "ignore_changes", index)
        if isinstance(path, Secret):
            faults.append(Fault(at, "a field can't be a secret", "Write the field's path as it is."))
        if not isinstance(path, str) or not path or isinstance(path, Unfilled):
            continue  # reported already, or by the schema
        field = path.removeprefix("spec.")
        if fault := _bad_field(field, kind, at):
            faults.append(fault)
        else:
            around, _, inner = field.partition(".")
            inherited[around].append(inner) if around in inherited else own.append(field)
    lifecycle = Lifecycle(
        prevent_destroy=wanted.get("prevent_destroy") is True,
        ignore_changes=tuple(own),
        retain=wanted.get("deletion") == "retain",
    )
    return lifecycle, {name: replace(lifecycle, ignore_changes=tuple(paths)) for name, paths in inherited.items()}


def _bad_field(field: str, kind: Kind, at: Path) -> Fault | None:
    names, inside = field.split("."), {part.field: part.kind for part in kind.parts}
    around = kind.fields
    for depth, name in enumerate(names):
        if depth == 0 and name in inside:
            if len(names) == 1:
                example = f"{field}.{inside[name].display}"
                return Fault(at, f"{field!r} can't be ignored as a whole", f"Name a field: {example}, for example.")
            around = inside[name].fields
            continue
        if name in around.fields:
            around = around.fields[name]
        elif "[" in name:
            return Fault(at, f"{field!r} names one item of a list", "Name the list: it is ignored as a whole.")
        elif not around.open:
            known = ", ".join(around.fields)
            none = f"{'.'.join(names[:depth])} has no fields."
            hint = did_you_mean(name, around.fields, f"Known here: {known}." if known else none)
            return Fault(at, f"there is no field {field!r} in {kind.name}", hint)
        else:
            return None  # a mapping of free form
    return None


def depends_on(metadata: Mapping[str, Any], project: str, faults: list[Fault]) -> tuple[Address | None, ...]:
    """Return the addresses under `metadata.depends_on`; None for each that can't be read."""
    items = metadata.get("depends_on")
    if not isinstance(items, list):
        return ()
    at = ("metadata", "depends_on")
    return tuple(_waited_for(text, project, (*at, index), faults) for index, text in enumerate(items))


def _waited_for(text: Any, project: str, at: Path, faults: list[Fault]) -> Address | None:
    if not isinstance(text, str) or isinstance(text, Unfilled):
        return None  # reported already, or by the schema
    try:
        # KIND/NAME, and KIND/NAME/KIND/NAME of a part, are of the same project.
        inside = text.count("/") in (1, 3) and not text.startswith("Project/")
        address = Address.parse(f"{project}/{text}" if inside else text)
    except ValueError as error:
        faults.append(Fault(at, str(error), "Within one project, KIND/NAME is enough: Skill/summarise."))
        return None
    if fault := _bad_kind(address, at):
        faults.append(fault)
        return None
    return address


def _bad_kind(address: Address, at: Path) -> Fault | None:
    kind = BY_NAME.get(address.kind)
    owner = address.owner[0] if address.owner else ""
    if kind is None or not kind.declarable:
        names = [kind.name for kind in declarable()]
        hint = did_you_mean(address.kind, names, f"Known kinds: {', '.join(names)}.")
        return Fault(at, f"{address.kind!r} is no kind that is declared", hint)
    home = owner_of(kind)
    if owner == (home.name if home else ""):
        return None
    if home:
        return Fault(at, f"{kind.name} is a part of {home.name}", f"Write {home.name}/NAME/{kind.name}/{address.name}.")
    return Fault(at, f"a {kind.name} lives in no {owner}", f"Write {kind.name}/{address.name}.")


def import_id(metadata: Mapping[str, Any], kind: Kind, faults: list[Fault]) -> str:
    """Return the id of the live object that the manifest takes over; empty where it names none."""
    wanted = metadata.get("import")
    found = wanted.get("id") if isinstance(wanted, dict) else None
    if isinstance(found, Secret):
        faults.append(Fault(_IMPORT, "an id can't be a secret", "Write the id as it is, or as ${var:NAME}."))
    if not isinstance(found, str) or not found or isinstance(found, Unfilled):
        return ""  # reported already, or by the schema
    if not is_id(found):
        faults.append(Fault(_IMPORT, f"{found!a} can't be an id", ID_HINT))
    if kind.nature is Nature.ACTION:
        hint = "`wexa-sync resolve ADDRESS --happened ID` says which live one it is."
        faults.append(Fault(_IMPORT[:2], f"a {kind.name} happens once, and is not taken over", hint))
    return found
