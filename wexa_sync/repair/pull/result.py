"""Hold what a pull comes to: the files as they are to be, what is taken out, and what is left to a person."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as File

from msgspec import Struct, field

from wexa_sync.errors import Problem
from wexa_sync.manifests.tidy import Tidied
from wexa_sync.model import Address, Path


class NotPulled(Exception):
    """Report a value that can't be written. `problem` has its place, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Pulled(Struct, frozen=True, kw_only=True):
    """Hold what a pull comes to. Nothing of it is written yet.

    `files`: those that change, and those in `emptied` go. `fields`: what is pulled, the paths in the spec of each
    address. `refused`: what is not, each with its place and what to do. `gone`: what is not live any more, and declared
    all the same. `forgotten`: of these, what is taken out, with the ids that the state has. `known_in`: the file that
    remembers what was live as it was pulled, and its content then.
    """

    files: tuple[Tidied, ...] = ()
    emptied: frozenset[str] = frozenset()
    fields: Mapping[Address, tuple[Path, ...]] = field(default_factory=dict)
    refused: tuple[Problem, ...] = ()
    gone: tuple[Address, ...] = ()
    forgotten: Mapping[Address, str] = field(default_factory=dict)
    known_in: tuple[File, bytes] | None = None

    @property
    def is_whole(self) -> bool:
        """True when nothing is left to a person."""
        return not self.refused and self.forgotten.keys() == set(self.gone)
