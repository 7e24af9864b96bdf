"""Compare the plan of the manifests as they are with the plan of those that are to be written. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from wexa_sync.model import Action, Address, Blocked, Change, Path, Plan, show_path


class Left(Struct, frozen=True, kw_only=True):
    """Hold what a plan of the changed files would do, and should not: at a path of an address; () is all of it."""

    address: Address
    path: Path = ()


def left(before: Plan, after: Plan, pulled: Mapping[Address, Sequence[Path]]) -> Iterator[Left]:
    """Yield what the plan `after` has that was pulled, or that the plan `before` has not."""
    earlier = {each.address: each for each in _work(before)}
    for each in _work(after):
        old = earlier.get(each.address)
        paths = [field.path for field in old.fields] if old is not None else []
        if old is None or (_wants(old) != _wants(each) and not each.fields):
            yield Left(address=each.address)
        for field in each.fields:
            if any(_overlap(field.path, path) for path in pulled.get(each.address, ())):
                yield Left(address=each.address, path=field.path)
            elif old is not None and not any(_overlap(field.path, path) for path in paths):
                yield Left(address=each.address)


def leads_into(inner: Path | str, outer: Path | str) -> bool:
    """True when a path is the outer one, or leads into it."""
    place, around = (each if isinstance(each, str) else show_path(each) for each in (inner, outer))
    return not around or place == around or place.startswith((f"{around}.", f"{around}["))


def _overlap(one: Path, other: Path) -> bool:
    return leads_into(one, other) or leads_into(other, one)


def _work(plan: Plan) -> Iterator[Change | Blocked]:
    """Yield what a plan does or would do. That records of what is gone are forgotten is no work."""
    yield from plan.blocked
    yield from (each for each in plan.work if each.action is not Action.FORGET)


def _wants(each: Change | Blocked) -> str:
    return each.wanted if isinstance(each, Blocked) else each.action.value
