"""Replace what stands for something else in a spec: files, times, references, texts that no read shows."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

from wexa_sync.errors import Unfilled
from wexa_sync.kinds import BY_NAME, owner_of
from wexa_sync.kinds.spec import cron, times
from wexa_sync.kinds.spec.fields import DESCEND, Field, Format, all_in, failing, is_shown, walk, word_of
from wexa_sync.manifests.included import Files, is_file
from wexa_sync.manifests.schema_messages import Fault, reference_fault, shown
from wexa_sync.model import HANDLE, Address, Path, Ref, Secret, SecretNumber, Unset
from wexa_sync.secrecy.find import leaves_of
from wexa_sync.secrecy.hide import hide
from wexa_sync.text.files import short

_FORMATS = {Format.CONTENT, Format.EPOCH_SECONDS, Format.CRON}
"""The formats of which `fill_in` makes a value, or finds fault with one."""

_CRON_HINT = "Write minute, hour, day of the month, month and day of the week: '0 9 * * MON-FRI', say."
_TIME_HINT = "Write ISO 8601 with a zone, as 2035-06-01T07:00:00Z, or epoch seconds."


def fill_in(spec: Any, fields: Field, files: Files, faults: list[Fault]) -> Any:
    """Return the spec with `{file: PATH}` replaced by the file's text and with times in their canonical form.

    A file that can't be read is added to `faults`.
    """

    def visit(value: Any, field: Field, path: Path) -> Any:
        if field.format is Format.CONTENT and isinstance(value, dict) and isinstance(value.get("file"), str):
            return files.content(value, path, faults)
        if isinstance(value, dict):
            if not is_file(value) or "string" not in field.types:
                return DESCEND
            if isinstance(value["file"], Unset):
                faults.append(not_set(value["file"], (*path, "file")))
                return Unfilled("...")
            value = files.text(value, path, faults)
        if field.format is Format.EPOCH_SECONDS:
            return _time(value, path, faults)
        if field.format is Format.CRON and isinstance(value, str) and (fault := cron.wrong_in(value)):
            faults.append(Fault(path, fault, _CRON_HINT))
        return value if isinstance(value, (str, Secret)) else DESCEND

    return walk(spec, fields, visit, ("spec",), _takes_no_text)


def is_filled(spec: dict[str, Any], fields: Field) -> bool:
    """True when `fill_in` would leave a spec as it is, if that is valid by its schema as it is."""
    return spec.keys().isdisjoint(failing(fields, _says_itself))


def _says_itself(field: Field) -> bool:
    """True when no value that is valid at the field stands for another one: one with a file in it is no text."""
    return field.format not in _FORMATS and not field.types >= {"string", "object"}


def _takes_no_text(field: Field) -> bool:
    """True when what stands at the field is neither the text of a file nor a time."""
    return field.format is None and "string" not in field.types


def refer(spec: Any, fields: Field, project: str, faults: list[Fault]) -> Any:
    """Return the spec with a Ref at each place that refers to something, and a Secret at each write-only text
    and number.

    What can't be understood stays as it is. It is added to `faults`, unless the schema reports it.
    """

    def visit(value: Any, field: Field, path: Path) -> Any:
        if field.read_only:
            faults.append(Fault(path, "only the server sets this field", "Take it out.", at_key=True))
        if field.refs:
            return _of_named_kind(value, field.refs, project, path, faults)
        if field.ref:
            return _referred(value, field.ref, project, path, faults)
        if field.key and isinstance(value, list):
            faults.extend(_same_keys(value, field.key, path))
        return DESCEND

    return _without_clear_texts(walk(spec, fields, visit, ("spec",), _is_plain), fields)


def _is_plain(field: Field) -> bool:
    """True when what stands at the field is a value and nothing else."""
    return not (field.ref or field.key or field.read_only)


def _same_keys(items: list[Any], key: str, path: Path) -> Iterator[Fault]:
    """Return a fault for each item of a keyed list whose key an earlier item has."""
    first: dict[str, int] = {}
    for index, item in enumerate(items):
        name = item.get(key) if isinstance(item, dict) else None
        if isinstance(name, str) and not isinstance(name, Unfilled):
            place = first.setdefault(name.strip(), index)
            if place != index:
                message = f"the {key} {shown(name)} is taken: {path[-1]}[{place}] has it"
                yield Fault((*path, index, key), message, f"Give each item a {key} of its own.")


def _without_clear_texts(spec: Any, fields: Field) -> Any:
    """Return the spec with a Secret at each text and number that no read shows: no plan and no report shows it."""
    if all_in(fields, is_shown):
        return spec

    def visit(value: Any, field: Field, _path: Path) -> Any:
        return _as_secrets(value, field) if field.write_only else DESCEND

    return walk(spec, fields, visit, skip=is_shown)


def _as_secrets(value: Any, field: Field) -> Any:
    """Return the value with each leaf in it as a Secret, without a template: that would be the value itself.

    true and false tell nothing, and neither does a number of which the schema says what it is.
    """

    def visit(leaf: Any, inner: Field, _path: Path) -> Any:
        if isinstance(leaf, str) and not isinstance(leaf, Unfilled):
            return Secret(template="", value=leaf)
        is_known = inner.types & {"integer", "number"} and not inner.write_only
        if isinstance(leaf, (int, float)) and not isinstance(leaf, bool) and math.isfinite(leaf) and not is_known:
            return SecretNumber(template="", value=json.dumps(leaf))
        return DESCEND

    return walk(value, field, visit)


def stand_ins(value: Any) -> Any:
    """Return the value with a harmless text for each Secret: the form that a schema and a message may show."""
    return hide(value, _stand_in)


def _stand_in(leaf: Any) -> Any:
    if isinstance(leaf, Unset):
        return Unfilled("***")  # of the type that is wanted, whatever that is
    return "***" if isinstance(leaf, Secret) else leaf


def not_set(value: Unset, path: Path) -> Fault:
    """Return what is said of an unset variable where a plan can't be made without its value."""
    hint = "Set the environment variable. A name, a time or a reference must be known to plan with."
    return Fault(path, f"{short(value.template)} is not set, and must be known here", hint)


def _time(value: Any, path: Path, faults: list[Fault]) -> Any:
    if isinstance(value, (Unfilled, bool)) or not isinstance(value, (str, int, Secret)):
        return value  # reported already, or by the schema
    if isinstance(value, Unset):
        faults.append(not_set(value, path))
        return value
    if isinstance(value, Secret):
        faults.append(Fault(path, "a time can't be a secret: the plan shows it", "Use ${env:NAME} or ${var:NAME}."))
        return value
    try:
        return times.iso(value)
    except (ValueError, OverflowError, OSError) as error:
        zone = "has no zone" if str(error).startswith("the time has no zone") else "is no time"
        faults.append(Fault(path, f"{shown(value)} {zone}", _TIME_HINT))
        return value


def _of_named_kind(value: Any, kinds: Sequence[str], project: str, path: Path, faults: list[Fault]) -> Any:
    """Return what stands for a reference under the word of its kind. The schema reports what is none."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((word, inner),) = value.items()
    kind = next((kind for kind in kinds if word_of(kind) == word), None)
    found = _referred(inner, kind, project, (*path, word), faults) if kind else None
    return found if isinstance(found, Ref) else value


def _referred(value: Any, kind: str, project: str, path: Path, faults: list[Fault]) -> Any:
    return _known_reference(value, kind, path, faults) or _reference(value, kind, project, path, faults)


def _known_reference(value: Any, kind: str, path: Path, faults: list[Fault]) -> Any:
    """Return what stands for a reference with an unset variable in it; None where there is none."""
    if type(value) is str:  # far the most common
        return None
    leaves = list(leaves_of(value, (Unset,), path))
    for place, leaf in leaves:
        if place[-1] == "external" and "${secret:" not in leaf.template:
            return Ref(kind=kind, external=leaf.template)  # nothing live is called so: what needs it is blocked
        faults.append(not_set(leaf, place))
    return value if leaves else None


def _reference(value: Any, kind: str, project: str, path: Path, faults: list[Fault]) -> Any:
    owner = owner_of(BY_NAME[kind])
    if owner is not None and isinstance(value, str):
        outer, _, inner = value.partition("/")
        if HANDLE.fullmatch(outer) and HANDLE.fullmatch(inner):
            return Ref(kind=kind, address=Address(project=project, owner=(owner.name, outer), kind=kind, name=inner))
    elif isinstance(value, str) and HANDLE.fullmatch(value):
        if not BY_NAME[kind].declarable:
            faults.append(reference_fault(kind, value, path))
            return value
        return Ref(kind=kind, address=Address(project=project, kind=kind, name=value))
    if isinstance(value, dict) and len(value) == 1:
        ((form, name),) = value.items()
        if isinstance(name, Secret):
            if form == "external":  # the schema reports a value that is no id
                faults.append(reference_fault(kind, "***", path))
        elif form == "external" and isinstance(name, str):
            return Ref(kind=kind, external=name)
        elif form == "id" and isinstance(name, str):
            return Ref(kind=kind, id=name)
    return value
