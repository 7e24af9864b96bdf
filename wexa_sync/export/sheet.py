"""Write the parts of a draft: references by the shortest name that leads there, and comments (Desk, Sheet). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.same import natural_key
from wexa_sync.export.chosen import unique_names
from wexa_sync.export.least import least
from wexa_sync.export.names import Key, key_of
from wexa_sync.export.survey import Survey, Thing
from wexa_sync.kinds.spec.fields import DESCEND, UNKNOWN, Field, walk
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Address, Path, Ref
from wexa_sync.text.patterns import pattern
from wexa_sync.text.suggest import named

_ID = pattern(r"(?<![0-9A-Za-z])[0-9a-f]{24}(?![0-9A-Za-z])")
_MOST_IDS = 5
_BY_ID = Comparison(id_of=lambda ref: ref.id, seal_key="")


class Desk(Struct, frozen=True, kw_only=True, dict=True):
    """Hold what is known while drafts are made. `written`: the things that become manifests, or parts of some."""

    survey: Survey
    addresses: Mapping[Key, Address]
    written: tuple[Thing, ...]

    def spec(self, thing: Thing) -> dict[str, Any]:
        """Return the spec of a thing as a manifest has it."""

        def visit(value: Any, _field: Field, _path: Path) -> Any:
            if isinstance(value, Ref):
                return self._named(value, thing.project)
            return DESCEND if isinstance(value, (dict, list)) else value

        return least(thing.kind, walk(dict(thing.spec), UNKNOWN, visit))

    def _named(self, ref: Ref, project: str) -> Ref:
        """Return a reference by a handle, else by a name that leads to one thing alone, else by the id."""
        there = self._by_id.get((ref.kind, ref.id or ""))
        if there is None or there.project != project:
            return ref
        if key_of(there) in self._handles:
            return Ref(kind=ref.kind, address=self.addresses[key_of(there)], title=there.name)
        if (ref.kind, project, there.name) in self._names:
            return Ref(kind=ref.kind, external=there.name)
        return ref

    @cached_property
    def _by_id(self) -> dict[tuple[str, str], Thing]:
        return self.survey.by_id

    @cached_property
    def _handles(self) -> frozenset[Key]:
        return frozenset(key for thing in self.written if (key := key_of(thing)) in self.addresses)

    @cached_property
    def _names(self) -> frozenset[tuple[str, str, str]]:
        return frozenset(unique_names(self.survey))

    @cached_property
    def places(self) -> dict[tuple[str, str, str], list[Thing]]:
        """Return the things that are written by the names of their kind, and the ids of their project and owner."""
        found = self.survey.parts()
        there = {id(thing) for thing in self.written}
        return {place: [thing for thing in things if id(thing) in there] for place, things in found.items()}

    @cached_property
    def _alike(self) -> Counter[tuple[tuple[str, str, str], str]]:
        return Counter((thing.place, _natural(thing)) for thing in self.survey.things if thing.kind.identity)

    def has_twin(self, thing: Thing) -> bool:
        """True when another thing has the same name, by which a lost state would look for it."""
        is_named = bool(thing.kind.identity) and not thing.kind.has_ids_by_handle
        return is_named and self._alike[thing.place, _natural(thing)] > 1

    def called(self, id: str) -> str:  # the field's name
        """Return what people call the thing of an id that stands in a text."""
        found = next((thing for (_, each), thing in self._by_id.items() if each == id), None)
        return f"{id} is the {found.kind.name} {found.name!r}" if found is not None else f"{id} is not among these"


def _natural(thing: Thing) -> str:
    return natural_key(thing.kind, thing.spec, (*thing.kind.identity, *thing.kind.narrow), _BY_ID)


class Sheet(Struct, kw_only=True):
    """Describe a draft that is being made: ids of what is in it, comments by place, what the live side may change."""

    desk: Desk
    ids: dict[Address, str]
    comments: dict[Path, list[str]] = field(default_factory=dict)
    ignore: list[str] = field(default_factory=list)
    partial: bool = False

    def note(self, path: Path, *lines: str) -> None:
        """Add lines to the comment at that place."""
        self.comments.setdefault(path, []).extend(lines)

    def note_all(self, above: Path, at: Path, thing: Thing, spec: Mapping[str, Any]) -> None:
        """Note what a person has to know of a spec that stands at `at`; of the whole of it, at `above`."""
        if self.desk.has_twin(thing):
            known = "Where the state does not know which this is:" if above else "The id tells them apart."
            self.note(above, f"Another {thing.kind.name} has this name. {known}")
            if above:
                self.note(above, f"`wexa-sync import {self.desk.addresses[key_of(thing)]} {thing.id}`")
        for path, ref in references(spec):
            if ref.id is not None:
                self.note((*at, *path), f"The {ref.kind} of this id is not among what is written here.")
        for name, value in spec.items():
            if ids := list(dict.fromkeys(_ids_in(value))):
                said = named([self.desk.called(id) for id in ids], most=_MOST_IDS)
                self.note((*at, name), f"Bound to this workspace: {said}.")


def _ids_in(value: Any) -> list[str]:
    """Return what looks like an id in the texts of a value, outside of references."""
    if isinstance(value, str):
        return _ID.findall(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return [id for each in inner for id in _ids_in(each)]
