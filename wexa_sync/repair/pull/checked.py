"""Compare the plan of the manifests as they are with the plan of those that are to be written. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from wexa_sync.model import Action, Address, Blocked, Change, Path, Plan, show_path


class Left(Struct, frozen=True, kw_only=True):
    """Hold what a plan of the changed files would still do, and should not: at a path of an address; () is all of it.

    `near`: what that address waits for, one of which may be the cause.
    """

    address: Address
    path: Path = ()
    near: frozenset[Address] = frozenset()


def left(
    before: Plan,
    after: Plan,
    pulled: Mapping[Address, Sequence[Path]],
    depends_on: Mapping[Address, frozenset[Address]],
) -> Iterator[Left]:
    """Yield what the plan `after` has that was pulled, or that the plan `before` has not."""
    earlier = {each.address: each for each in _work(before)}
    for each in _work(after):
        near = depends_on.get(each.address, frozenset())
        old = earlier.get(each.address)
        paths = [field.path for field in old.fields] if old is not None else []
        if old is None or (_wants(old) != _wants(each) and not each.fields):
            yield Left(address=each.address, near=near)
        for field in each.fields:
            if any(overlap(field.path, path) for path in pulled.get(each.address, ())):
                yield Left(address=each.address, path=field.path)
            elif old is not None and not any(overlap(field.path, path) for path in paths):
                yield Left(address=each.address, near=near)


def overlap(one: Path | str, other: Path | str) -> bool:
    """True when one path is the other, or leads into it."""
    paths = (each if isinstance(each, str) else show_path(each) for each in (one, other))
    short, long = sorted(paths, key=len)
    return not short or long == short or long.startswith((f"{short}.", f"{short}["))


def _work(plan: Plan) -> Iterator[Change | Blocked]:
    """Yield what a plan does or would do. That records of what is gone are forgotten is no work."""
    yield from plan.blocked
    yield from (each for each in plan.work if each.action is not Action.FORGET)


def _wants(each: Change | Blocked) -> str:
    return each.wanted if isinstance(each, Blocked) else each.action.value
