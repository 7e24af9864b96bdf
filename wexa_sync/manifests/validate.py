"""Documents -> Manifests: the envelope, files, times, the JSON Schema, references; every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as File
from typing import Any, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import Problem, Unfilled
from wexa_sync.kinds import BY_NAME, declarable, owner_of, part_of
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.sown import ROWS, Wrong, read_rows
from wexa_sync.kinds.spec.fields import manifest_fields
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.manifests.filling import Filling
from wexa_sync.manifests.foreign import API_VERSION, is_ours
from wexa_sync.manifests.included import Files
from wexa_sync.manifests.metadata import depends_on, import_id, lifecycles
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.manifests.schema_fast import glance
from wexa_sync.manifests.schema_messages import Fault, shown
from wexa_sync.manifests.spelling import spelled_out
from wexa_sync.manifests.typed import as_wanted
from wexa_sync.manifests.values import fill_in, is_filled, not_set, refer, stand_ins
from wexa_sync.manifests.variables import Variables
from wexa_sync.model import HANDLE, Address, Document, Lifecycle, Manifest, Source, Unset, is_commanded
from wexa_sync.secrecy.find import leaves_of
from wexa_sync.text.suggest import did_you_mean, nearest


def validate(
    documents: Iterable[Document],
    *,
    root: File,
    variables: Variables | None = None,
    complete: bool = True,
    named: set[str] | None = None,
) -> tuple[tuple[Manifest, ...], tuple[Problem, ...]]:
    """Return the manifests in documents, and every problem. `{file: ...}` may lead to files below `root`.

    `variables` are for those files that manifests want to have filled in; `named` gets the paths of all such files.
    `complete` is false where some document could not be read: then a missing project is not reported.

    A manifest whose envelope is sound (kind, name, project) is returned even where its spec has problems, so that no
    check of all manifests together takes it for missing. The manifests are all sound only without problems.
    """
    documents, named = tuple(documents), set() if named is None else named
    places = Places()
    projects = _projects(documents, complete)
    manifests: list[Manifest] = []
    problems: list[Problem] = []
    for document in documents:
        faults: list[Fault] = []
        document = _known(document, faults)  # noqa: PLW2901  # the same one, and sure of its envelope
        files = Files(document.source.file, root, Filling(variables or Variables()), document.laid, named)
        manifests += _manifests(document, projects, files, faults)
        problems += places.problems(document, faults)
    return tuple(manifests), tuple(dict.fromkeys(problems))  # a fault in defaults is met in many manifests


def _known(document: Document, faults: list[Fault]) -> Document:
    """Return the document with no variable unset outside of its spec, nor as the handle of a part: that is a fault."""
    if not document.unset:
        return document
    data = document.data
    kind = BY_NAME.get(_kind_of(document))
    handles = {part.handle for part in (kind.parts if kind is not None else ())}
    for path, leaf in leaves_of(data, (Unset,)):
        if path[:1] != ("spec",) or path[-1] in handles:
            faults.append(not_set(leaf, path))
            data = replaced(data, path, Unfilled("..."))
    return replace(document, data=data)


class _Projects(Struct, frozen=True):
    """Hold the declared projects, as far as they can be read; `sure` where there are no others."""

    names: frozenset[str]
    sure: bool


def _projects(documents: Iterable[Document], complete: bool) -> _Projects:
    found = [_part(document.data, "metadata").get("name") for document in documents if _kind_of(document) == "Project"]
    names = frozenset(name for name in found if _is_handle(name))
    return _Projects(names, sure=complete and all(map(_is_handle, found)))


def _manifests(document: Document, projects: _Projects, files: Files, faults: list[Fault]) -> Iterator[Manifest]:
    kind = _declared_kind(document, faults)
    if kind is None:
        return
    data, fields = as_wanted(document, dict(document.data), manifest_fields(kind.schema), faults), kind.fields
    written = spec = _part(data, "spec")
    if not (is_filled(spec, fields) and glance(kind.schema)(data)):  # most are valid as they are written
        if spec:
            data["spec"] = spec = fill_in(spec, fields, files, faults)
        faults += spelled_out(schema_faults(kind.schema, data), document)
    metadata = _part(data, "metadata")
    project = "" if kind.name == "Project" else _project(data.get("metadata"), projects, faults)
    # Asked for in any case, for what they find wrong.
    own, inherited = lifecycles(metadata, kind, faults)
    waits_for = depends_on(metadata, project or "PROJECT", faults) if kind.name != "Project" else ()
    spec = refer(spec, fields, project or "", faults)
    parts = [(part, _listed(part, spec, written, files, faults)) for part in kind.parts]
    handle = metadata.get("name")
    if not _is_handle(handle) or project is None:
        return
    generation, address = metadata.get("generation"), Address(project=project, kind=kind.name, name=handle)
    _require_free(address, faults)
    manifest = Manifest(
        address=address,
        spec={name: value for name, value in spec.items() if name not in inherited} if inherited else spec,
        source=document.source,
        lifecycle=own,
        generation=generation if type(generation) is int else 1,
        depends_on=waits_for,
        templates={**document.templates, **more} if (more := files.filling.templates) else document.templates,
        laid=document.laid,
        unlisted=frozenset(inherited.keys() - spec) if inherited else frozenset(),
        import_id=import_id(metadata, kind, faults),
    )
    yield manifest
    for part, items in parts:
        yield from _checked(part, _parts(manifest, part, items, document, inherited[part.field], faults), faults)


def _require_free(address: Address, faults: list[Fault]) -> None:
    """Add a fault for a handle that only commands give."""
    if is_commanded(address):
        message = f"the handle {address.name} is kept for a run that `wexa-sync executions run` starts"
        faults.append(Fault(("metadata", "name"), message, "Give it another name."))


def _listed(part: Part, spec: dict[str, Any], written: dict[str, Any], files: Files, faults: list[Fault]) -> Any:
    """Return what the manifest has in the field of a part as a list of parts; rows of one by their keys.

    `written`: the spec without the texts of its files.
    """
    found, sown = spec.get(part.field), part.kind.sown
    if not part.only or not isinstance(found, dict):
        return found
    if sown is None:
        return [{**found, part.handle: part.only}]
    wrong: list[Wrong] = []
    read, path = read_rows(sown, found, spec, wrong), ("spec", part.field, ROWS)
    file = files.place(at_path(written, path[1:]), path)
    for each in wrong:
        source = Source(file=file, line=each.line) if file and each.line else None
        message = f"line {each.line}: {each.message}" if each.line and not file else each.message
        faults.append(Fault((*path, *each.path), message, each.hint, source=source))
    return [{**read, part.handle: part.only}]


def _parts(
    owner: Manifest, part: Part, items: Any, document: Document, lifecycle: Lifecycle, faults: list[Fault]
) -> Iterator[Manifest]:
    field, seen = part.field, dict[str, int]()
    if isinstance(items, Unset):  # taken for none, it would want parts gone that it may well hold; so does an item
        faults.append(not_set(items, ("spec", field)))
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, Unset):
            faults.append(not_set(item, ("spec", field, index)))
        handle = part.handle_of(item)
        if handle is None:
            continue
        if handle in seen:
            message = f"the {part.handle} {handle!r} is taken: {field}[{seen[handle]}] has it"
            hint = f"Give each one a {part.handle} of its own."
            faults.append(Fault(("spec", field, index, part.handle), message, hint))
            continue
        line = document.item_lines.get((field, index), document.source.line)
        yield Manifest(
            address=Address(
                project=owner.address.project,
                owner=(owner.address.kind, owner.address.name),
                kind=part.kind.name,
                name=handle,
            ),
            spec=_spec_of(part, item),
            source=Source(file=document.source.file, line=line),
            lifecycle=lifecycle,
            position=index,
            laid=owner.laid,
        )
        seen[handle] = index


def _spec_of(part: Part, item: dict[str, Any]) -> dict[str, Any]:
    spec = dict(item)
    spec.pop("handle", None)
    return part.chain.spelled_out(spec) if part.chain is not None else spec


def _checked(part: Part, made: Iterable[Manifest], faults: list[Fault]) -> Iterator[Manifest]:
    """Yield the parts of an owner. Add to `faults` what is wrong with how they are said to lead to one another."""
    found = {each.address.name: each for each in made}
    for handle, message, hint in (
        part.chain.faults({name: each.spec for name, each in found.items()}) if part.chain else ()
    ):
        faults.append(Fault(("spec", part.field, found[handle].position), message, hint))
    yield from found.values()


def _declared_kind(document: Document, faults: list[Fault]) -> Kind | None:
    """Return the kind to check the document against; None where there is none."""
    data = document.data
    if not isinstance(data, dict):
        hint = _LINK if isinstance(data, str) and is_ours(data) else _LIST if is_ours(data) else _FOREIGN
        faults.append(Fault((), f"a manifest is a mapping, not {shown(stand_ins(data))}", hint))
        return None
    name = _kind_of(document)
    kind = BY_NAME.get(name)
    if kind is not None and kind.declarable and owner_of(kind) is None:
        return kind
    names = [kind.name for kind in declarable()]
    if isinstance(data.get("kind"), Unfilled):
        return None
    if data.get("apiVersion") != API_VERSION and nearest(name, names) is None:
        hint = _WRAPPED if is_ours(data) and not {"metadata", "spec"} <= data.keys() else _FOREIGN
        faults.append(Fault((), "this is no manifest of wexa-sync", hint))
    elif "kind" not in data:
        faults.append(Fault(("kind",), "is missing", f"Add kind: one of {', '.join(names)}.", at_key=True))
    else:
        value = shown(stand_ins(data["kind"]))
        hint = _elsewhere(name) or did_you_mean(name, names, f"Known kinds: {', '.join(names)}.")
        faults.append(Fault(("kind",), f"there is no kind {value} to declare", hint))
    return None


_LINK = "This may be a link that git checked out as a text (`git config core.symlinks true`, then check it out anew)."
_LIST = "Take the list away: each manifest is a document of its own, with a line `---` between two of them."
_WRAPPED = "A manifest stands inside it: write it as a document of its own, with a line `---` before it."
_FOREIGN = (
    f"A manifest has `apiVersion: {API_VERSION}`, `kind`, `metadata` and `spec`. "
    "List a file that is none under `ignore` in wexa-sync.yaml."
)


def _elsewhere(name: str) -> str:
    """Return where that is declared or made which has no manifest of its own; empty for a name that is no kind."""
    kind = BY_NAME.get(name)
    if kind is None:
        return ""
    owner, part = owner_of(kind), part_of(kind)
    if owner and part:
        return f"{name}s stand in their {owner.name}, under spec.{part.field}."
    return kind.hints.get(Operation.CREATE, "")


def _project(metadata: Any, projects: _Projects, faults: list[Fault]) -> str | None:
    if not isinstance(metadata, dict):
        return None  # reported already, or by the schema
    if "project" in metadata:
        named = metadata["project"]
        return named if _is_handle(named) else None  # the schema says what is wrong with it
    if len(projects.names) == 1:
        return next(iter(projects.names))  # where others can't be read, there is a problem anyway
    if projects.names or projects.sure:
        names = ", ".join(sorted(projects.names))
        known = f"{len(projects.names)} Projects ({names})" if names else "no Project"
        hint = f"Add the handle of one of them: {names}." if names else "Add it: the handle of the Project."
        faults.append(
            Fault(("metadata", "project"), f"is missing, and the manifests declare {known}", hint, at_key=True)
        )
    return None


def _kind_of(document: Document) -> str:
    kind = document.data.get("kind") if isinstance(document.data, dict) else None
    return kind if isinstance(kind, str) else ""


def _is_handle(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and HANDLE.fullmatch(value) is not None


def _part(data: Any, name: str) -> dict[str, Any]:
    """Return a mapping inside the data, or an empty one where there is none."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
