"""Choose what a snapshot has of the API's responses: what manifests can have of ours, names of others, no secret."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.calls import Raw
from wexa_sync.api.paging import Extent, Found
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Nature, Part
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.spec.fields import DESCEND, UNKNOWN, Field, is_sent, is_shown, walk
from wexa_sync.kinds.spec.times import created_at
from wexa_sync.model import Path, Sealed, Secret
from wexa_sync.observe.replay import Notes
from wexa_sync.secrecy.hide import Scrub, hide, scrubber
from wexa_sync.secrecy.seal import secret_fingerprint
from wexa_sync.text.ids import is_id

_ALWAYS = ("projectID", "is_deleted", "created_at", "createdAt")


class Seal:
    """Put a number in the place of each text that is a secret or holds one: the same for the same text."""

    def __init__(self, *, secrets: frozenset[str], key: str) -> None:
        self._secrets = secrets - {""}
        self._scrub: Scrub = scrubber(self._secrets)
        self._key = key
        self._numbers: dict[str, str] = {}

    def __call__(self, value: Any) -> Any:
        """Return a copy of the value in which no secret is left."""
        return hide(value, self._leaf, name=self._scrub)

    def _leaf(self, leaf: Any) -> Any:
        if isinstance(leaf, Sealed):
            return replace(leaf, fingerprint=self._number(leaf.fingerprint))
        if isinstance(leaf, Secret):  # the API key stands in it, live
            return Sealed(template="", fingerprint=self._number(secret_fingerprint(leaf, self._key)))
        text = str(leaf) if isinstance(leaf, (int, float)) and not isinstance(leaf, bool) else leaf
        if not isinstance(text, str) or not (text in self._secrets or (self._scrub(text) != text and not is_id(text))):
            return leaf
        secret = Secret(template="", value=text)
        return Sealed(template="", fingerprint=self._number(secret_fingerprint(secret, self._key)))

    def _number(self, found: str) -> str:
        return self._numbers.setdefault(found, f"secret {len(self._numbers) + 1}")


def kept(notes: Notes, ours: frozenset[str], seal: Seal) -> Notes:
    """Return the notes with what a plan needs, and no secret."""

    def items(kind: Kind, raws: Iterable[Raw]) -> list[Raw]:
        found = (_item(kind, raw, ours) for raw in raws)
        return [seal(item) for item in found if item]

    def listed(kind: Kind, found: Found) -> Found:
        shown = [*items(kind, found.items), *_newest(kind, found.items, ours)]
        whole = found.extent is Extent.WHOLE
        return replace(found, items=shown, total=len(shown) if whole else found.total)

    return Notes(
        lists={place: listed(BY_NAME[place[0]], found) for place, found in sorted(notes.lists.items())},
        names={place: items(BY_NAME[place[0]], found) for place, found in sorted(notes.names.items())},
        reads={
            (name, id): next(iter(items(BY_NAME[name], [raw] if raw else ())), None)
            for (name, id), raw in sorted(notes.reads.items())
            if id in ours
        },
    )


def _newest(kind: Kind, raws: Iterable[Raw], ours: frozenset[str]) -> list[Raw]:
    """Return the newest run that is not ours, as an id and a time: what was sent before it would be listed too."""
    if kind.nature is not Nature.ACTION:
        return []
    strangers = [raw for raw in raws if ours.isdisjoint(kind.ids_of(raw)) and created_at(raw) is not None]
    nothing = dict.fromkeys(kind.fields.at((name,)).wire_name for name in kind.identity)
    newest = sorted(strangers, key=lambda raw: created_at(raw) or 0.0)[-1:]
    return [{**_only(kind, raw, kind.ids), **nothing} for raw in newest]


def _item(kind: Kind, raw: Raw, ours: frozenset[str]) -> Raw:
    """Return what the snapshot has of an item; empty where that is nothing."""
    if not ours.isdisjoint(kind.ids_of(raw)):
        return whole_item(kind, raw, ours)
    if kind.nature is Nature.ACTION or kind is PROJECT:
        return {}
    return _only(kind, raw, _called_by(kind))


def whole_item(kind: Kind, raw: Raw, ours: frozenset[str]) -> Raw:
    """Return the fields of a response that manifests can have, and those by which its parts lead to one another."""
    inside = {
        part.field: [item | _links(part, each) for each in part.items(raw) if (item := _item(part.kind, each, ours))]
        for part in kind.embedded
        if part.field in raw
    }
    first = {part.chain.first: raw[part.chain.first] for part in kind.parts if part.chain and part.chain.first in raw}
    update = kind.replacing_update
    shown = dict.fromkeys(name for name in (update.keeps if update else ()) if name in raw)  # that they are is enough
    return shown | _only(kind, raw, _names_of(kind)) | first | inside


def _links(part: Part, raw: Raw) -> Raw:
    """Return the fields of a part that lead to others."""
    return {name: raw[name] for name in part.chain.links if name in raw} if part.chain is not None else {}


def _only(kind: Kind, raw: Mapping[str, Any], names: Iterable[str]) -> Raw:
    """Return those fields of a response, each with what a manifest can have in it; other fields as plain values."""
    fields, wanted = _by_name(kind), {*names, *_ALWAYS}
    found = {name: walk(value, fields.get(name, UNKNOWN), _known) for name, value in raw.items() if name in wanted}
    return {name: value for name, value in found.items() if name in fields or not isinstance(value, (dict, list))}


def _known(value: Any, field: Field, _path: Path) -> Any:
    """Fold an expanded reference into its id, and leave out of an object what its schema does not know."""
    if not isinstance(value, (dict, list)):
        return value
    if isinstance(value, dict) and "_id" in value and (field.ref or "string" in field.types):
        return value["_id"]
    if isinstance(value, dict) and field.fields and not field.open and value.keys() - field.fields.keys():
        return walk({name: item for name, item in value.items() if name in field.fields}, field, _known)
    return DESCEND


@cache
def _by_name(kind: Kind) -> dict[str, Field]:
    """Return the fields of a kind by every name that a response may have for them."""
    fields = kind.fields.fields.values()
    return {name: field for field in fields for name in (field.name, field.wire_name)}


def _names_of(kind: Kind) -> frozenset[str]:
    """Return the fields of a response that manifests can have, its ids and its status."""
    fields = [field for field in kind.fields.fields.values() if is_sent(field) and is_shown(field)]
    status = kind.run.status if kind.run is not None else ()
    return frozenset((*(field.wire_name for field in fields), *(f.name for f in fields), *kind.ids, *status))


def _called_by(kind: Kind) -> frozenset[str]:
    """Return the fields of a response that hold the name of a resource, and those that say what it belongs to.

    What is told apart by more than a name is known by its id alone: the rest is what people wrote in it.
    """
    refs = {field.name for field in kind.fields.fields.values() if field.ref}
    refs |= {str(rule.target[0]) for rule in kind.derived if rule.source[0] in refs}
    named = {kind.display} if kind.identity in ((), (kind.display,)) else set()
    wire = {kind.fields.at((name,)).wire_name for name in (*named, *refs)} - {""}
    return frozenset({*named, *refs, *wire, *kind.ids})
