"""Read the manifests for every environment, and say of each problem which environments have it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.cli.terminal import warn
from wexa_sync.errors import InvalidManifests, Problem
from wexa_sync.model import Desired

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request


def desired_of(requests: Sequence[Request], *, of: int = 0) -> list[Desired]:
    """Return the manifests as each environment has them. Raises InvalidManifests with the problems of all.

    `of`: how many environments there are, where others have no problem for sure.
    """
    found: list[Desired] = []
    problems: dict[Problem, list[str]] = {}
    for request in requests:
        try:
            found.append(engine.read(request.sources))
        except InvalidManifests as error:
            for problem in error.problems:
                problems.setdefault(problem, []).append(request.settings.name)
    if problems:
        raise InvalidManifests(sorted(_named(problems, of or len(requests)), key=lambda it: (it.source, it.path)))
    for warning in dict.fromkeys(warning for each in found for warning in each.warnings):
        warn(warning)
    return found


def _named(problems: dict[Problem, list[str]], count: int) -> Iterator[Problem]:
    """Yield the problems, each that not every environment has with the names of those that have it."""
    for problem, names in problems.items():
        where = f" (in {', '.join(names)})" if len(names) < count else ""
        yield replace(problem, message=f"{problem.message}{where}")
