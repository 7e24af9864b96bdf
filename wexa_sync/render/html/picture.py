"""Draw what waits for what in a plan: a box for a change, with the parts of a resource in its owner's box.

Of a large plan, a box stands for all changes of one action to resources of one kind in one project.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from wexa_sync.model import Address, Change
from wexa_sync.render.html.layered import Drawing, Point, drawing
from wexa_sync.render.view.plan import SYMBOLS
from wexa_sync.text.visible import visible

MOST_BOXES: Final = 40
_MOST_PARTS: Final = 6  # of an owner, that have a line of their own
_LONGEST: Final = 26  # characters of a line
_CHARACTER, _LINE, _PAD = 7.3, 17.0, 9.0  # in pixels, as style.css has them

Key = tuple[str, ...]


class Label(Struct, frozen=True):
    """Describe a line in a box: the symbol of an action (empty for none), and a text that is whole in `title`."""

    symbol: str
    text: str
    action: str = ""
    title: str = ""


class Box(Struct):
    """Describe a box of the picture. `address` is what a click leads to; None for a box that stands for many."""

    kind: str
    title: str
    action: str = ""
    address: Address | None = None
    labels: list[Label] = field(default_factory=list)
    place: Point = (0, 0)

    @property
    def lines(self) -> list[Label]:
        """Return the lines below the kind; of many parts, the last line counts the rest."""
        if len(self.labels) <= _MOST_PARTS + 1:
            return self.labels
        return [*self.labels[:_MOST_PARTS], Label("", f"{len(self.labels) - _MOST_PARTS} more")]

    @property
    def size(self) -> tuple[float, float]:
        """Return the width and the height of the box."""
        longest = max(len(self.kind), *(len(label.text) + 2 * bool(label.symbol) for label in self.lines))
        return longest * _CHARACTER + 2 * _PAD, (1 + len(self.lines)) * _LINE + 2 * _PAD - 4


class Picture(Struct, frozen=True):
    """Describe a picture to draw. `apart`: the number of changes that wait for none and that none waits for."""

    boxes: Sequence[Box]
    paths: Sequence[str]
    width: float
    height: float
    layers: int
    apart: int
    shown: int

    @property
    def grouped(self) -> bool:
        """True where a box stands for many changes."""
        return any(box.address is None for box in self.boxes)


def picture(changes: Sequence[Change]) -> Picture | None:
    """Return the picture of the changes; None where none of them waits for another."""
    boxes, keys = _single_boxes(changes)
    graph = _joined(changes, keys)
    linked = set(graph) | {other for others in graph.values() for other in others}
    if len(linked) > MOST_BOXES:
        boxes, keys = _grouped_boxes(changes)
        graph = _joined(changes, keys)
        linked = set(graph) | {other for others in graph.values() for other in others}
    if not linked:
        return None
    shown = {key: box for key, box in boxes.items() if key in linked}
    drawn = drawing({key: box.size for key, box in shown.items()}, graph)
    for key, place in drawn.places.items():
        shown[key].place = place
    inside = sum(keys[change.address] in linked for change in changes)
    return _picture(list(shown.values()), drawn, inside, len(changes) - inside)


def _picture(boxes: Sequence[Box], drawn: Drawing[Key], inside: int, apart: int) -> Picture:
    paths = [_curve(line) for line in drawn.lines]
    return Picture(boxes, paths, drawn.width, drawn.height, drawn.layers, apart=apart, shown=inside)


def _single_boxes(changes: Iterable[Change]) -> tuple[dict[Key, Box], dict[Address, Key]]:
    """Return a box for each resource that changes, or that has a part which does."""
    boxes: dict[Key, Box] = {}
    keys: dict[Address, Key] = {}
    for change in changes:
        address = change.address
        whole = address.owner_address or address
        key = keys[address] = (str(whole),)
        if key not in boxes:
            boxes[key] = Box(whole.kind, str(whole), address=address, labels=[_label("", whole.name)])
        box = boxes[key]
        symbol, action = SYMBOLS[change.action], change.action.value
        if whole == address:
            box.action, box.address = action, address
            box.labels[0] = _label(symbol, address.name, action)
        else:
            box.labels.append(_label(symbol, address.name, action))
    return boxes, keys


def _grouped_boxes(changes: Sequence[Change]) -> tuple[dict[Key, Box], dict[Address, Key]]:
    """Return a box for each action, kind and project; of many projects, for each action and kind."""
    projects = {change.address.project_address.name for change in changes}
    kinds = {change.address.kind for change in changes}
    apart = len(projects) > 1 and len(projects) * len(kinds) <= MOST_BOXES
    keys: dict[Address, Key] = {
        change.address: (
            change.address.project_address.name if apart else "",
            change.address.kind,
            change.action.value,
        )
        for change in changes
    }
    counts = Counter(keys.values())
    boxes: dict[Key, Box] = {}
    for change in changes:
        project, kind, action = key = keys[change.address]
        if key not in boxes:
            box = boxes[key] = Box(kind, f"{counts[key]} {kind}: {action}", action)
            box.labels.append(_label(SYMBOLS[change.action], f"{counts[key]} to {action}", action))
            if project:
                box.labels.append(_label("", project))
    return boxes, keys


def _label(symbol: str, name: str, action: str = "") -> Label:
    text = visible(name)
    return Label(symbol, text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…", action, text)


def _joined(changes: Iterable[Change], keys: Mapping[Address, Key]) -> dict[Key, set[Key]]:
    """Return the boxes that wait for others, with those."""
    graph: dict[Key, set[Key]] = {}
    for change in changes:
        key = keys[change.address]
        others = {keys[other] for other in change.depends_on if other in keys} - {key}
        if others:
            graph.setdefault(key, set()).update(others)
    return graph


def _curve(points: Sequence[Point]) -> str:
    """Return the points as the path of a line that leaves and arrives level."""
    (x, y), *rest = points
    path = [f"M{x:.0f} {y:.1f}"]
    for number, (right, down) in enumerate(rest):
        middle = (x + right) / 2
        bends = number % 2 == 0  # every second stretch leads past a layer, straight
        curve = f"C{middle:.0f} {y:.1f} {middle:.0f} {down:.1f} {right:.0f} {down:.1f}"
        path.append(curve if bends else f"H{right:.0f}")
        x, y = right, down
    return "".join(path)
