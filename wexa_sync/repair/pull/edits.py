"""Say what to write for a value that changed on the live side: a field, a text in its file, the items of a list.

What can't be written without touching something else, or losing something, is refused with its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any

from msgspec import Struct, field

from wexa_sync.compare.same import kept as may_be_kept
from wexa_sync.compare.same import same_value
from wexa_sync.kinds.spec.fields import NO_DEFAULT, UNKNOWN, Field, Order, is_sent, is_shown
from wexa_sync.kinds.spec.wire import at_path, default_of
from wexa_sync.manifests.authored import authored
from wexa_sync.manifests.edit import REMOVED, Edit
from wexa_sync.manifests.entries import Entry
from wexa_sync.manifests.included import is_file
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.variables import literal, uses_in
from wexa_sync.model import Path
from wexa_sync.repair.pull.drifted import Drift
from wexa_sync.repair.pull.prompts import content_of
from wexa_sync.repair.pull.result import NotPulled
from wexa_sync.repair.pull.same_items import kept_places
from wexa_sync.repair.pull.spots import Draft, Pages, Spot
from wexa_sync.secrecy.find import has_secret, leaves_of
from wexa_sync.text.files import TextFault, decode, read_bytes

_DECIDE = "`wexa-sync explain {0}` shows all sides. Write into the manifest what is to be, then apply."
_HOW = "Set the secret's variable to what is live, or apply: that sets back what was declared."


class Writing(Struct):
    """Hold what to write for one value: edits of files of manifests, in their order, and contents of files of texts."""

    drift: Drift
    pages: Pages
    edits: dict[str, list[Edit]] = field(default_factory=dict)
    contents: dict[File, bytes] = field(default_factory=dict)

    def fill(self) -> Writing:
        """Return itself with all that is to be written. Raises NotPulled, or TextFault where a file can't be read."""
        drift = self.drift
        if drift.by == "both":
            how = _DECIDE.format(drift.manifest.address)
            raise self._refused(drift.path, "the repository and the live side both changed it", how)
        if has_secret(drift.live, drift.declared):
            what = "a secret stands or stood there, so what is live is written nowhere"
            raise self._refused(drift.path, what, _HOW)
        name = drift.path[:1]
        if name[0] in drift.manifest.spec and self._spot(name).layer == "" and self._entry(self._spot(name)) is None:
            raise self._refused(name, f"{name[0]} follows from other fields", "Change the fields that it follows from.")
        self._value(drift.path, drift.declared, drift.live, drift.field)
        return self

    def enter(self, draft: Draft) -> None:
        """Write the value into the draft. Raises TextFault."""
        for file, edits in self.edits.items():
            draft.edit(file, edits)
        for path, content in self.contents.items():
            draft.replace(path, content)

    def _value(self, path: Path, ours: Any, live: Any, field: Field) -> None:
        spot = self._spot(path)
        entry = self._entry(spot)
        raw = self._raw(spot) if entry is not None else None
        if isinstance(raw, list) and isinstance(ours, list) and isinstance(live, list) and len(raw) == len(ours):
            self._list(path, ours, live, field)
            return
        self._require_plain(path, spot, raw)
        if isinstance(raw, dict) and is_file(raw) and isinstance(live, str):
            self._text(path, spot, raw, live)
            return
        if isinstance(raw, (dict, list)) and raw and entry is not None and self._has_comment(spot, entry):
            raise self._refused(path, "comments stand in a value that is another one as a whole", "Change it by hand.")
        self._edit(spot, REMOVED if live is None else authored(live, field))

    def _inside(self, path: Path, ours: Any, live: Any, field: Field) -> None:
        """Write what differs in an item of a list. What live has besides is none of the manifest's."""
        if same_value(ours, live, field, self.drift.comparison):
            return
        if isinstance(ours, dict) and isinstance(live, dict):
            for name, value in ours.items():
                inner = field.fields.get(name, UNKNOWN)
                if name in live or not may_be_kept(value, None):
                    self._inside((*path, name), value, live.get(name), inner)
            return
        self._value(path, ours, live, field)

    def _list(self, path: Path, ours: Sequence[Any], live: Sequence[Any], field: Field) -> None:
        items = field.items or UNKNOWN
        places = kept_places(list(ours), list(live), field, self.drift.comparison)
        moved: dict[int, Any] = {}
        for number, place in enumerate(places):
            if place is not None and place >= 0:
                self._inside((*path, number), ours[number], live[place], items)
            else:
                spot = self._spot((*path, number))
                self._entry(spot)
                if place is not None:
                    self._require_plain((*path, number), spot, self._raw(spot), moved=True)
                    moved[~place] = ours[number]
        left = [place for place in places if place is not None and place >= 0]
        for number in reversed(range(len(places))):
            if (place := places[number]) is None or place < 0:
                self._edit(self._spot((*path, number)), REMOVED)
        at, in_order = 0, field.order is Order.ORDERED
        for number, item in enumerate(live):
            if number in left:
                at += 1
                continue
            value = _restricted(item, moved[number]) if number in moved else _fresh(item, items)
            spot = self._spot((*path, at if in_order else len(left)))
            self._edit(spot, authored(value, items), insert=True)
            left.append(number)
            at += 1

    def _text(self, path: Path, spot: Spot, raw: Mapping[str, Any], live: str) -> None:
        """Write a text into the file that holds it."""
        file = self.pages.file_at(dict(raw), spot, self.drift.manifest)
        if len(users := self.pages.named_by(file)) > 1:
            here = self.pages[spot.file].source(spot)
            sources = (Places().in_document(document, place) for document, place in users)
            other = next((source for source in sources if source != here), here)
            what = f"{raw['file']} is used more than once, at {other} too"
            raise self._refused(path, what, "Give this one a file of its own, or change the text for all by hand.")
        text = decode(read_bytes(file))
        if raw.get("fill") is True:
            self._require_no_variable(path, text)
            live = literal(live)
        try:
            self.contents[file] = content_of(live, text)
        except TextFault as fault:
            raise self._refused(path, f"{raw['file']} can't hold what is live: {fault.message}", fault.hint) from None

    def _require_plain(self, path: Path, spot: Spot, raw: Any, *, moved: bool = False) -> None:
        """Raise NotPulled where a variable is in the value, and of a `moved` one where a file is."""
        laid = self.drift.manifest.laid_at(self._spot(path).path) if spot.layer == "defaults" else None
        default = at_path(laid.document.data, laid.path) if laid is not None else None
        for _, text in leaves_of([raw, default], (str,)):
            self._require_no_variable(path, text)
        if moved and isinstance(raw, dict) and any(isinstance(each, dict) and is_file(each) for each in raw.values()):
            raise self._refused(path, "the item moved, and a text in it stands in a file", "Move it by hand.")

    def _require_no_variable(self, path: Path, text: str) -> None:
        if uses := uses_in(text):
            what = f"the value comes from {', '.join(dict.fromkeys(uses))}"
            raise self._refused(path, what, "Change the variable, or write the value in its place by hand.")

    def _entry(self, spot: Spot) -> Entry | None:
        """Return the entry at the spot; None where there is none. Raises NotPulled for one that stands elsewhere."""
        from wexa_sync.manifests.nodes import members  # imports yaml

        page = self.pages[spot.file]
        node, found = page.entries.roots[spot.index], None
        for part, found in zip(spot.path, page.way(spot), strict=False):
            if found is None:
                if part in members(node):
                    what = f"{part} is merged in with `<<`"
                    raise self.pages.refused(spot, what, "Change it where the anchor stands, or write it out here.")
                return None
            if found.is_alias:
                what = f"the value of {part} is an alias, so it is used elsewhere too"
                raise self.pages.refused(spot, what, "Change it where the anchor stands, or write it out here.")
            node = found.value
        return found

    def _has_comment(self, spot: Spot, entry: Entry) -> bool:
        inner = self.pages[spot.file].entries.text[entry.start : entry.end]
        return any(line.lstrip().startswith("#") or " #" in line for line in inner.split("\n"))

    def _raw(self, spot: Spot) -> Any:
        return at_path(self.pages[spot.file].data[spot.index], spot.path)

    def _spot(self, path: Path) -> Spot:
        return self.pages.spot(self.drift.manifest, path)

    def _edit(self, spot: Spot, value: Any, *, insert: bool = False) -> None:
        self.edits.setdefault(spot.file, []).append(Edit(spot.index, spot.path, value, insert=insert))

    def _refused(self, path: Path, what: str, hint: str) -> NotPulled:
        return self.pages.refused(self._spot(path), what, hint)


def _fresh(item: Any, field: Field) -> Any:
    """Return an item that others made as a person writes it: without defaults, and what only the server sets."""
    if not isinstance(item, dict) or not field.fields:
        return item
    return {
        name: _fresh(value, inner)
        for name, value in item.items()
        if (inner := field.fields.get(name)) is not None
        and is_sent(inner)
        and is_shown(inner)
        and value is not None
        and (inner.default is NO_DEFAULT or value != default_of(inner))
    }


def _restricted(item: Any, ours: Any) -> Any:
    """Return an item that moved, with the fields that the manifest has."""
    if not isinstance(item, dict) or not isinstance(ours, dict):
        return item
    return {name: item[name] for name in ours if name in item}
