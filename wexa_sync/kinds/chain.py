"""Define how the parts of an owner lead to one another, where responses show that. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any, TypeVar

from msgspec import Struct

from wexa_sync.model import Spec

_ONE = "Each is added behind one branch alone: list it twice, under two handles."
_BRANCH = "Let a branch lead to it, or list it behind an item of a branch."

Raw = Mapping[str, Any]
Part = TypeVar("Part", bound=Mapping[str, Any])


class PartOrder(Enum):
    """Say whether the order of an owner's parts counts.

    APPEND_ONLY: it does, and the API adds parts at the end alone.
    """

    FREE = "free"
    APPEND_ONLY = "append only"


class Chain(Struct, frozen=True, kw_only=True):
    """Hold the fields of responses that link parts, by their ids.

    `first`: the owner's field with the part that comes first. `next`: a part's field with the one behind it.
    `branches`: the field of a part that decides, with the part behind each of its branches. `decides`: the branches
    that a spec declares, each with the handle of the part behind it, or an empty text. `spelled_out`: a spec with what
    its branches stand for in the API.
    """

    first: str
    next: str
    branches: str
    id: str = "_id"
    decides: Callable[[Spec], Mapping[str, str]] = lambda spec: {}  # noqa: ARG005  # most parts decide nothing
    spelled_out: Callable[[dict[str, Any]], dict[str, Any]] = lambda spec: spec
    read_back: Callable[[dict[str, Any], Mapping[str, str]], dict[str, Any] | None] = lambda spec, _behind: spec

    @property
    def links(self) -> tuple[str, str]:
        """Return the fields of a part that lead on."""
        return self.next, self.branches

    def follows(self, part: Raw, branch: str = "") -> str | None:
        """Return the id of what is behind a part, or behind a branch of it; empty for nothing, None where unseen."""
        if not branch:
            return _id(part[self.next]) if self.next in part else None
        shown = part.get(self.branches)
        return _id(shown.get(branch)) if isinstance(shown, dict) else None

    def faults(self, specs: Mapping[str, Spec]) -> Iterator[tuple[str, str, str]]:
        """Give what is wrong with the declared branches: the handle of a part, a message and a hint."""
        decided = {handle: self.decides(spec) for handle, spec in specs.items()}
        if not any(decided.values()):  # far the most common
            return
        places, named = {handle: at for at, handle in enumerate(specs)}, dict[str, str]()
        for handle, branches in decided.items():
            for branch, to in branches.items():
                if to and places.get(to, -1) <= places[handle]:
                    yield handle, f"its branch {branch!r} leads to {to!r}", "Name an item that is listed further down."
                elif to in named:
                    yield handle, f"its branch {branch!r} leads to {to!r}, and so does one of {named[to]!r}", _ONE
                elif to:
                    named[to] = handle
        for before, handle in pairwise(specs):
            if decided[before] and handle not in named:
                yield handle, f"it comes behind {before!r}, which decides, and no branch leads to it", _BRANCH

    def behind(self, part: Raw) -> dict[str, str]:
        """Return the id of what comes right behind a part, and behind each branch of it; without what is not shown."""
        after, shown = _id(part.get(self.next)), part.get(self.branches)
        found = {"": after} if after else {}
        if shown and isinstance(shown, dict):
            found |= {key: id for key, to in shown.items() if (id := _id(to))}
        return found

    def all_behind(self, parts: Sequence[Raw]) -> dict[str, dict[str, str]]:
        """Return what comes right behind each part, by the parts' ids. Where nothing is shown, they come as listed."""
        known = [part for part in parts if _id(part.get(self.id))]
        if not any(name in part for part in known for name in self.links):
            return {part[self.id]: {"": after[self.id]} for part, after in pairwise(known)} | (
                {known[-1][self.id]: {}} if known else {}
            )
        return {part[self.id]: self.behind(part) for part in known}

    def before(self, specs: Mapping[str, Spec]) -> dict[str, tuple[str, str]]:
        """Return behind which part each of the declared ones comes, and at which branch; the first one is left out.

        `specs`: by handle, in the order of the manifest. A part that a branch names comes behind that branch; any other
        behind the one listed before it.
        """
        found = dict(zip([*specs][1:], ((handle, "") for handle in specs), strict=False))
        branches = {to: (handle, key) for handle, spec in specs.items() for key, to in self.decides(spec).items() if to}
        return found | {to: place for to, place in branches.items() if to in found}

    def end(self, parts: Sequence[Raw], start: str, branch: str = "") -> tuple[str, str]:
        """Return behind which part, and at which branch of it, a new one is put that is to come after `start`.

        That is `start`, or the last of what others put behind it; without a `start`, the last of what is there. To put
        the new one right behind `start` would cut them off.
        """
        known = {part[self.id]: part for part in parts if isinstance(part.get(self.id), str)}
        if not any(name in part for part in parts for name in self.links):
            return start or next(reversed(known), ""), branch
        led_to = {to for part in parts for to in self.behind(part).values()}
        at = start or next((id for id in known if id not in led_to), "")  # the field's name
        while at in known:
            following = self.follows(known.pop(at), branch) or ""
            if following not in known:
                break
            at, branch = following, ""
        return at, branch

    def order(self, owner: Raw, parts: Sequence[Part]) -> list[Part]:
        """Return the parts in the order in which they come, those that nothing leads to last.

        Branches have no order: parts among which one decides stay as they are listed.
        """
        if any(part.get(self.branches) for part in parts):
            return list(parts)
        known = {part.get(self.id): part for part in parts}
        reached = [known[id] for id in self.reached(owner, parts)]
        if len(reached) == len(parts):  # far the most common
            return reached
        return reached + [part for part in parts if all(part is not each for each in reached)]

    def unlinked(self, owner: Raw, parts: Sequence[Raw]) -> list[str]:
        """Return the ids of the parts that nothing leads to; none where the response does not show how they lead."""
        if self.first not in owner or not all(self.next in part or self.branches in part for part in parts):
            return []
        reached = set(self.reached(owner, parts))
        return [part[self.id] for part in parts if part[self.id] not in reached]

    def reached(self, owner: Raw, parts: Sequence[Raw]) -> Iterator[str]:
        """Yield the ids of the parts that the first one leads to, each branch to its end before the next one."""
        rest = {part.get(self.id): part for part in parts}
        ahead = [_id(owner.get(self.first))]
        while ahead:
            if (part := rest.pop(ahead.pop(), None)) is not None:
                yield part[self.id]
                ahead += reversed(self.behind(part).values())


def _id(value: Any) -> str:
    return value if isinstance(value, str) else ""
