"""Name a resource (Address) and a place in a file (Source)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct

HANDLE = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")


class Source(Struct, frozen=True, order=True, kw_only=True):
    """Describe a place in a file; line and column count from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Address(str):
    """Represent the name of a resource in the manifests, stable over renames on the server.

    Shown `PROJECT/KIND/NAME`; a project itself `Project/NAME`; what lives inside another resource `OWNER/KIND/NAME`.
    `project` is empty for a project. `owner` is the containing resource's (kind, name). `place` says where the resource
    lives.
    """

    # A text, not a Struct: addresses are keys and are sorted, more often than anything else is done in a plan.
    __slots__ = ("kind", "name", "owner", "place", "project")
    kind: str
    name: str
    project: str
    owner: tuple[str, str] | None
    place: Place

    def __new__(cls, *, kind: str, name: str, project: str = "", owner: tuple[str, str] | None = None) -> Address:
        """Return the address of these parts."""
        inside = f"{owner[0]}/{owner[1]}/{kind}/{name}" if owner else f"{kind}/{name}"
        made = str.__new__(cls, f"{project}/{inside}" if project else inside)
        made.place = _place(project, kind, owner)
        made.kind, made.name, made.project, made.owner = kind, name, project, owner
        return made

    def altered(self, **parts: Any) -> Address:
        """Return the address with other parts in the place of these."""
        return Address(**self._parts | parts)

    @property
    def _parts(self) -> dict[str, Any]:
        return {**self.place._asdict(), "name": self.name}

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        """Return what a copy is made of."""
        return (), self._parts

    @property
    def project_address(self) -> Address:
        """Return the address of the project that the resource belongs to (its own, for a project)."""
        return self if self.kind == "Project" else _of_project(self.project)

    @property
    def owner_address(self) -> Address | None:
        """Return the address of the resource that a part lives inside; None for what is no part."""
        return _of_owner(self.project, self.owner) if self.owner else None

    @staticmethod
    @cache  # the same few are read again and again, for every resource that refers to them
    def parse(text: str) -> Address:
        """Read an address back from its text. Raises ValueError with what was expected."""
        before, _, name = text.rpartition("/")
        if name and (place := _place_before(before)):
            made = str.__new__(Address, text)
            made.place, made.name = place, name
            made.project, made.kind, made.owner = place
            return made
        raise ValueError(
            f"{text!r} is not an address; write Project/NAME, PROJECT/KIND/NAME, or PROJECT/KIND/NAME/KIND/NAME for a "
            "part of another resource"
        )


# The same few are asked for again and again, for every resource in a project or an owner.


@cache
def _of_project(name: str) -> Address:
    return Address(kind="Project", name=name)


@cache
def _of_owner(project: str, owner: tuple[str, str]) -> Address:
    return Address(project=project, kind=owner[0], name=owner[1])


class Place(NamedTuple):
    """Say where resources of one kind live: in the project of that handle, or inside an owner (kind, name) there."""

    project: str
    kind: str
    owner: tuple[str, str] | None = None


@cache  # one for all that live there: most resources share it with many others
def _place(project: str, kind: str, owner: tuple[str, str] | None) -> Place:
    return Place(project, kind, owner)


@cache
def _place_before(text: str) -> Place | None:
    """Return the place that stands before the name in an address; None where the text says none."""
    match text.split("/"):
        case parts if "" in parts:
            return None
        case ["Project"]:
            return _place("", "Project", None)
        case [project, kind]:
            return _place(project, kind, None)
        case [project, outer, name, kind]:
            return _place(project, kind, (outer, name))
    return None


class ExternalName(NamedTuple):
    """Hold the display name of a live resource of one kind, in the project of that handle."""

    project: str
    kind: str
    name: str


def is_commanded(address: Address) -> bool:
    """True for the address of a run that a command asked for: no manifest declares it, and none is to."""
    name = address.name
    return address.owner is None and name.startswith("run-") and re.fullmatch("run-[0-9a-f]{12}", name) is not None
