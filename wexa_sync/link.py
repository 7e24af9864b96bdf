"""Manifests -> Desired: addresses are unique, references lead somewhere, and the graph has no cycle."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from wexa_sync import graph
from wexa_sync.errors import Problem
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.wire import references
from wexa_sync.model import Address, Desired, Manifest, Path, Source, show_path

Locate = Callable[[Manifest, Path], Source]
Children = Mapping[Address, Sequence[Manifest]]


def link(
    manifests: Iterable[Manifest], locate: Locate = lambda manifest, _path: manifest.source
) -> tuple[Desired, list[Problem]]:
    """Join the manifests to one graph. Answers all problems at once; the Desired is sound only where there are none.

    `locate` gives the place of a path in the document that a manifest stands in.
    """
    declared: dict[Address, Manifest] = {}
    problems: list[Problem] = []
    for manifest in manifests:
        first = declared.setdefault(manifest.address, manifest)
        if first is not manifest:
            problems.append(_twice(manifest, first))
    children = _children(declared.values())
    edges = {
        address: frozenset(_edges(manifest, declared, children, problems, locate))
        for address, manifest in declared.items()
    }
    problems += _alike(declared.values())
    if circle := graph.cycle(edges):
        names = " -> ".join(str(address) for address in [*circle, circle[0]])
        problems.append(
            Problem(
                message=f"these wait for each other: {names}",
                source=declared[circle[0]].source,
                hint="Take one of the references, or one `metadata.depends_on`, out.",
            )
        )
    return Desired(manifests=declared, depends_on=edges), problems


def _children(manifests: Iterable[Manifest]) -> Children:
    found: defaultdict[Address, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        if owner := manifest.address.owner_address:
            found[owner].append(manifest)
    return {owner: sorted(group, key=lambda child: child.position) for owner, group in found.items()}


def _edges(
    manifest: Manifest,
    declared: Mapping[Address, Manifest],
    children: Children,
    problems: list[Problem],
    locate: Locate,
) -> Iterator[Address]:
    address = manifest.address
    if address.project:
        if address.project_address in declared:
            yield address.project_address
        else:
            problems.append(_no_such(manifest, ("metadata", "project"), address.project_address, declared, locate))
    if owner := address.owner_address:
        yield owner
        # The API appends agents: the order of the calls is the order of the agents.
        if before := bisect_left(children[owner], manifest.position, key=lambda child: child.position):
            yield children[owner][before - 1].address
    for path, other in _named(manifest):
        if other in declared:
            yield other
            # What refers to a flow needs it whole, with its agents.
            yield from (child.address for child in children.get(other, ()) if child.address != address)
        else:
            problems.append(_no_such(manifest, path, other, declared, locate))


def _named(manifest: Manifest) -> Iterator[tuple[Path, Address]]:
    """Every address that a manifest names, with the path in its document."""
    owner = manifest.address.owner
    spec: Path = ("spec", BY_NAME[owner[0]].embedded, manifest.position) if owner else ("spec",)
    yield from (((*spec, *path), ref.address) for path, ref in references(manifest.spec) if ref.address)
    for index, other in enumerate(manifest.depends_on):
        if other:
            yield ("metadata", "depends_on", index), other


def _no_such(
    manifest: Manifest, path: Path, wanted: Address, declared: Mapping[Address, Manifest], locate: Locate
) -> Problem:
    names = [
        a.name for a in declared if a.kind == wanted.kind and a.project == wanted.project and a.owner == wanted.owner
    ]
    near = difflib.get_close_matches(wanted.name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Declare {wanted}"
    if not near and path[0] == "spec":
        hint += ", or write {external: NAME} for one that is live and not declared here"
    return Problem(
        message=f"there is no {wanted.kind} {wanted.name!r}"
        + (f" in project {wanted.project!r}" if wanted.project else ""),
        source=locate(manifest, path),
        path=show_path(path),
        hint=hint if near else hint + ".",
    )


def _twice(manifest: Manifest, first: Manifest) -> Problem:
    return Problem(
        message=f"{manifest.address} is declared twice; first at {first.source}",
        source=manifest.source,
        path="metadata.name",
        hint="Give one of them another metadata.name, or remove it.",
    )


def _alike(manifests: Iterable[Manifest]) -> Iterator[Problem]:
    """Resources that could not be told apart on the server, had the state been lost: the API knows no other name."""
    seen: dict[tuple[object, ...], Manifest] = {}
    for manifest in manifests:
        kind = BY_NAME[manifest.address.kind]
        if kind.nature is Nature.ACTION or kind.owner:
            continue
        fields = (*kind.identity, *kind.narrow)
        key = (manifest.address.project, kind.name, *(repr(manifest.spec.get(name)) for name in fields))
        first = seen.setdefault(key, manifest)
        if first is not manifest:
            yield Problem(
                message=f"{manifest.address} has the same {' and '.join(fields)} as {first.address} at {first.source}",
                source=manifest.source,
                path=f"spec.{fields[0]}",
                hint="On the server the two could not be told apart. Make them differ.",
            )
