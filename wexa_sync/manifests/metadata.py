"""What `metadata` says beyond a manifest's name: its lifecycle, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME, DECLARABLE, KINDS
from wexa_sync.kinds.base import Kind
from wexa_sync.manifests.schema_messages import Fault
from wexa_sync.model import Address, Lifecycle, Path, Secret
from wexa_sync.text.suggest import did_you_mean


def child_kind(kind: Kind) -> Kind | None:
    """The kind of what lives inside this one, if anything does."""
    return next((other for other in KINDS if other.owner == kind.name), None)


def lifecycles(metadata: Mapping[str, Any], kind: Kind, faults: list[Fault]) -> tuple[Lifecycle, Lifecycle]:
    """The lifecycle of the manifest, and the one that its children get from it.

    They share it but for `ignore_changes`: `agents.title` of a flow is `title` of each of its agents.
    """
    wanted = metadata.get("lifecycle")
    wanted = wanted if isinstance(wanted, dict) else {}
    paths = wanted.get("ignore_changes")
    own: list[str] = []
    inherited: list[str] = []
    embedded = f"{kind.embedded}." if kind.embedded else None
    for index, path in enumerate(paths if isinstance(paths, list) else ()):
        at = ("metadata", "lifecycle", "ignore_changes", index)
        if isinstance(path, Secret):
            faults.append(Fault(at, "a field can't be a secret", "Write the field's path as it is."))
        if not isinstance(path, str) or not path or isinstance(path, Unfilled):
            continue  # told of already, or by the schema
        field = path.removeprefix("spec.")
        if fault := _bad_field(field, kind, at):
            faults.append(fault)
        elif embedded and field.startswith(embedded):
            inherited.append(field.removeprefix(embedded))
        else:
            own.append(field)
    lifecycle = Lifecycle(
        prevent_destroy=wanted.get("prevent_destroy") is True,
        ignore_changes=tuple(own),
        retain=wanted.get("deletion") == "retain",
    )
    return lifecycle, replace(lifecycle, ignore_changes=tuple(inherited))


def _bad_field(field: str, kind: Kind, at: Path) -> Fault | None:
    parts = field.split(".")
    around = kind.fields
    for depth, part in enumerate(parts):
        if part == kind.embedded and depth == 0:
            if len(parts) == 1:
                return Fault(at, f"{field!r} can't be ignored as a whole", f"Name a field: {field}.title, for example.")
            around = (child_kind(kind) or kind).fields
            continue
        if part in around.fields:
            around = around.fields[part]
        elif "[" in part:
            return Fault(at, f"{field!r} names one item of a list", "Name the list: it is ignored as a whole.")
        elif not around.open:
            names = ", ".join(around.fields)
            none = f"{'.'.join(parts[:depth])} has no fields."
            hint = did_you_mean(part, around.fields, f"Known here: {names}." if names else none)
            return Fault(at, f"there is no field {field!r} in {kind.name}", hint)
        else:
            return None  # a mapping of free form
    return None


def depends_on(metadata: Mapping[str, Any], project: str, faults: list[Fault]) -> tuple[Address | None, ...]:
    """The addresses under `metadata.depends_on`; None for each that can't be read."""
    items = metadata.get("depends_on")
    return tuple(
        _waited_for(text, project, ("metadata", "depends_on", index), faults)
        for index, text in enumerate(items if isinstance(items, list) else ())
    )


def _waited_for(text: Any, project: str, at: Path, faults: list[Fault]) -> Address | None:
    if not isinstance(text, str) or isinstance(text, Unfilled):
        return None  # told of already, or by the schema
    try:
        # KIND/NAME, and AgentFlow/FLOW/Agent/NAME, are of the same project.
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
        names = [kind.name for kind in DECLARABLE]
        hint = did_you_mean(address.kind, names, f"Known kinds: {', '.join(names)}.")
        return Fault(at, f"{address.kind!r} is no kind that is declared", hint)
    if kind.owner == owner:
        return None
    if kind.owner:
        return Fault(at, f"an {kind.name} lives in its {kind.owner}", f"Write {kind.owner}/FLOW/{kind.name}/NAME.")
    return Fault(at, f"a {kind.name} lives in no {owner}", f"Write {kind.name}/NAME.")
