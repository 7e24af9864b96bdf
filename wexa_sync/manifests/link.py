"""Manifests -> Desired: addresses are unique, references lead somewhere, and the graph has no cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice

from msgspec.structs import replace

from wexa_sync import graph
from wexa_sync.errors import Problem, Unfilled
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.kinds.base import Kind, Nature
from wexa_sync.kinds.chain import PartOrder
from wexa_sync.kinds.spec.referring import declared_references
from wexa_sync.kinds.spec.wire import at_path, replaced
from wexa_sync.manifests.implied import with_implied
from wexa_sync.model import Address, Desired, Manifest, Path, Place, Ref, Secret, Source, show_path
from wexa_sync.text.ids import usual_case
from wexa_sync.text.suggest import did_you_mean, named, nearest

Locate = Callable[[Manifest, Path], Source]

# Guessing what was meant takes time by the number of names: hundreds of dead references have one cause.
_MOST_GUESSES = 100
_MOST_CIRCLES = 10
_LONGEST_CIRCLE = 8


def link(
    manifests: Iterable[Manifest], locate: Locate = lambda manifest, _path: manifest.source
) -> tuple[Desired, list[Problem]]:
    """Return the manifests as one graph, and every problem at once. The Desired is sound only without problems.

    `locate` gives the place of a path in the document that a manifest stands in.
    """
    declared: dict[Address, Manifest] = {}
    problems: list[Problem] = []

    def problem(manifest: Manifest, path: Path, message: str, hint: str) -> None:
        where, laid = locate(manifest, path), manifest.laid_at(path)
        path = laid.path if laid is not None and laid.layer == "defaults" else path
        problems.append(Problem(message=message, source=where, path=show_path(path), hint=hint))

    for manifest in with_implied(manifests):
        first = declared.setdefault(manifest.address, manifest)
        if first is not manifest and not manifest.address.owner:  # its owner is declared twice too, and reported
            message = f"{manifest.address} is declared twice; first at {first.source}"
            problem(manifest, ("metadata", "name"), message, "Give one of them another metadata.name, or remove it.")
    links = _Links(declared, problem)
    edges = {address: frozenset(links.edges(manifest)) for address, manifest in declared.items()}
    _report_alike(declared.values(), problem)
    _report_taken_twice(declared.values(), problem)
    for circle in islice(_circles(edges), _MOST_CIRCLES):
        _report_circle(circle, declared, problem)
    return Desired(manifests=_with_titles(declared), depends_on=edges), problems


def _with_titles(declared: dict[Address, Manifest]) -> dict[Address, Manifest]:
    """Return the manifests with what the other resource is called in each reference that another field follows from."""
    found = dict(declared)
    for address, manifest in declared.items():
        for path in _shown_with_titles(BY_NAME[address.kind]):
            ref = at_path(manifest.spec, path)
            other = declared.get(ref.address) if isinstance(ref, Ref) and ref.address else None
            title = other.spec.get(BY_NAME[other.address.kind].display) if other else None
            if isinstance(ref, Ref) and isinstance(title, str):
                spec = replaced(manifest.spec, path, replace(ref, title=title))
                found[address] = replace(manifest, spec=spec)
    return found


@cache
def _shown_with_titles(kind: Kind) -> tuple[Path, ...]:
    """Return the paths of the references of a kind from which another field follows."""
    return tuple(rule.source for rule in kind.derived if kind.fields.at(rule.source).ref)


Report = Callable[[Manifest, Path, str, str], None]


class _Links:
    """Hold what each manifest waits for, among all that are declared. A name that leads nowhere is reported."""

    def __init__(self, declared: Mapping[Address, Manifest], report: Report) -> None:
        self._declared = declared
        self._report = report
        self._guesses = _MOST_GUESSES
        self._used: set[Address] | None = None  # what anything refers to: asked for where a reference leads nowhere
        self._parts: defaultdict[Address, list[Address]] = defaultdict(list)
        self._implied = {
            (address.project, kind.implied_by): address
            for address in declared
            if (kind := BY_NAME[address.kind]).implied_by
        }
        self._before: dict[Address, Address] = {}  # a part that can only be appended -> the one in front of it
        places: defaultdict[Place, list[Manifest]] = defaultdict(list)
        for address, manifest in declared.items():
            if owner := address.owner_address:
                self._parts[owner].append(address)
                places[address.place].append(manifest)
        for place, siblings in places.items():
            part = part_of(BY_NAME[place.kind])
            if part is not None and part.order is PartOrder.APPEND_ONLY:
                ordered = [child.address for child in sorted(siblings, key=lambda child: child.position)]
                self._before |= dict(zip(ordered[1:], ordered, strict=False))

    def edges(self, manifest: Manifest) -> Iterator[Address]:
        """Yield the addresses that the manifest waits for."""
        address = manifest.address
        if owner := address.owner_address:
            yield owner
            yield from self._beside(address, owner)
        if address.project:
            if (project := address.project_address) in self._declared:
                yield project
            elif not owner:
                self._report_missing(manifest, ("metadata", "project"), project)
        if needed := self._implied.get((address.project, address.kind)):
            yield needed
        for path, other in _named(manifest):
            if other == address:
                self._report(manifest, path, f"{address} waits for itself", "Take this out.")
            elif other in self._declared:
                yield other
                # What refers to a resource needs it whole, with its parts.
                yield from (part for part in self._parts.get(other, ()) if part != address)
            else:
                self._report_missing(manifest, path, other)

    def _beside(self, address: Address, owner: Address) -> Iterator[Address]:
        """Yield the parts of the same owner that a part waits for."""
        if BY_NAME[address.kind].sown is not None:  # rows need the columns that they have values in
            yield from (part for part in self._parts[owner] if part != address)
        if before := self._before.get(address):  # the order of the calls becomes the order of the parts
            yield before

    def _report_missing(self, manifest: Manifest, path: Path, wanted: Address) -> None:
        project = f" in project {wanted.project!r}" if wanted.project else ""
        hint = f"Declare {wanted}."
        if path[0] == "spec":
            hint = f"Declare {wanted}, or write {{external: NAME}} for one that is live and not declared here."
        if self._guesses:
            self._guesses -= 1
            hint = self._guess(wanted, hint)
        self._report(manifest, path, f"there is no {wanted.kind} {wanted.name!r}{project}", hint)

    def _guess(self, wanted: Address, otherwise: str) -> str:
        if other := next((address for address in self._declared if address.name == wanted.name), None):
            return f"There is {other}, but no {wanted}."
        alike = [address for address in self._declared if address.place == wanted.place]
        names = [address.name for address in alike]
        new = [address for address in alike if address not in self._referred_to()]
        if nearest(wanted.name, names) is None and len(new) == 1:  # nothing refers to the new name yet
            return f"Was {wanted} renamed to {new[0]}? Then write {new[0].name!r} here. If not: {otherwise}"
        some = f" Declared are: {named(names)}." if names else ""
        return did_you_mean(wanted.name, names, f"{otherwise}{some}")

    def _referred_to(self) -> set[Address]:
        """Return every address that some manifest names, the projects too."""
        if self._used is None:
            self._used = {other for manifest in self._declared.values() for _, other in _named(manifest)}
            self._used |= {address.project_address for address in self._declared if address.project}
        return self._used


def _named(manifest: Manifest) -> Iterator[tuple[Path, Address]]:
    """Yield every address that a manifest names, with the path in its document."""
    kind = BY_NAME[manifest.address.kind]
    part = part_of(kind)
    spec: Path = ("spec", part.field, manifest.position) if part else ("spec",)
    for path, ref in declared_references(kind, manifest.spec):
        if ref.address:
            yield (*spec, *path), ref.address
    for index, other in enumerate(manifest.depends_on):
        if other:
            yield ("metadata", "depends_on", index), other


def _report_alike(manifests: Iterable[Manifest], report: Report) -> None:
    """Report resources that a lost state would make indistinguishable: the API knows no other name of them.

    What a manifest imports by its id is told apart by that.
    """
    seen: dict[tuple[object, ...], Manifest] = {}
    for manifest in manifests:
        if manifest.address.owner or (kind := BY_NAME[manifest.address.kind]).nature is Nature.ACTION:
            continue
        fields = (*kind.identity, *kind.narrow)
        values = [manifest.spec.get(name) for name in fields]
        if not all(map(_is_said, values)):
            continue
        said = manifest.import_id if fields else ""
        first = seen.setdefault((manifest.address.project, kind.name, said, *values), manifest)
        if first is not manifest and not fields:
            what = f"{manifest.address}: there is {first.address} at {first.source}, and a project has one {kind.name}"
            report(manifest, ("metadata", "name"), what, "Remove one of the two.")
        elif first is not manifest:
            same = f"{manifest.address} has the same {' and '.join(fields)} as {first.address} at {first.source}"
            report(
                manifest, ("spec", fields[0]), same, "On the server the two could not be told apart. Make them differ."
            )


def _report_taken_twice(manifests: Iterable[Manifest], report: Report) -> None:
    """Report manifests that import the same live object: it is managed by one of them."""
    seen: dict[str, Manifest] = {}
    for manifest in manifests:
        if not (id := manifest.import_id):  # the field's name
            continue
        first = seen.setdefault(usual_case(id), manifest)
        if first is not manifest:
            same = f"{manifest.address} imports the same id as {first.address} at {first.source}"
            report(manifest, ("metadata", "import", "id"), same, "Give one of them another id, or take its import out.")


def _is_said(value: object) -> bool:
    """True when the value is there and of a right type; else it is reported already."""
    return isinstance(value, (str, Ref, Secret)) and not isinstance(value, Unfilled)


def _circles(edges: Mapping[Address, Iterable[Address]]) -> Iterator[list[Address]]:
    rest = dict(edges)
    while circle := graph.cycle(rest):
        yield circle
        for address in circle:
            del rest[address]


def _report_circle(circle: list[Address], declared: Mapping[Address, Manifest], report: Report) -> None:
    names = [str(address) for address in [*circle, circle[0]]]
    if len(circle) > _LONGEST_CIRCLE:
        names[_LONGEST_CIRCLE:-1] = [f"... ({len(circle)} in all)"]
    waits = zip(circle, [*circle[1:], circle[0]], strict=True)
    places = ((declared[one], path) for one, next_ in waits for path, other in _named(declared[one]) if other == next_)
    manifest, path = next(places, (declared[circle[0]], ()))
    hint = "Take one of the references, or one `metadata.depends_on`, out."
    report(manifest, path, f"these wait for each other: {' -> '.join(names)}", hint)
