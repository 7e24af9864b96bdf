"""Hold a resource's fields: plain JSON in which a reference, a secret or a sealed value stands for a leaf."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from wexa_sync.model.address import Address

# A spec is the API's own JSON, with Ref and Secret standing at some of its leaves.
Spec = Mapping[str, Any]

LEAVES = frozenset({str, int, float, bool, type(None)})
"""The types of JSON's own leaves."""

Path = tuple[str | int, ...]


def show_path(path: Path) -> str:
    """Return a path as people write it: `spec.items[2].title`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


class Ref(Struct, frozen=True, kw_only=True):
    """Describe a leaf in a spec that stands for an id on the server: exactly one of the three is set.

    `address`: a declared resource; `external`: the display name of a live one of `kind` in the same project;
    `id`: the server's id, taken as it is. `title`: what the declared resource is called, where something follows from
    that; two references are the same whatever it is.
    """

    kind: str
    address: Address | None = None
    external: str | None = None
    id: str | None = None
    title: str = ""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ref):
            return NotImplemented
        same = self.address == other.address and self.external == other.external and self.id == other.id
        return same and self.kind == other.kind

    def __hash__(self) -> int:
        return hash(self._target)

    @property
    def _target(self) -> tuple[str, Address | None, str | None, str | None]:
        return self.kind, self.address, self.external, self.id

    def __str__(self) -> str:
        if self.address:
            return str(self.address)
        return f"{self.kind}:{self.external}" if self.external is not None else f"{self.kind}#{self.id}"


class Secret:
    """Represent a leaf in a spec whose value is shown nowhere: not by repr, str, format, pickle or comparison errors.

    `template` is the text as the manifest has it (`Bearer ${secret:TOKEN}`); `reveal()` gives the value for the wire.
    """

    __slots__ = ("_value", "template")

    def __init__(self, *, template: str, value: str) -> None:
        self.template = template
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the body of a request and for nothing else."""
        return self._value

    def sent(self) -> Any:
        """Return the value in the type that a body has it in."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a Secret can't be stored")


class SecretNumber(Secret):
    """Represent a number that is shown nowhere. Its value is the JSON of the number."""

    __slots__ = ()

    def sent(self) -> Any:
        """Return the number."""
        return json.loads(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretNumber) and self.sent() == other.sent()

    def __hash__(self) -> int:
        return hash(self.sent())


class Unset(Secret):
    """Represent a leaf of that template whose `${secret:}` or `${env:}` is not set here: its value is unknown.

    What stands in for the value is equal to that of the same template, and to nothing else.
    """

    __slots__ = ()

    def __init__(self, *, template: str) -> None:
        super().__init__(template=template, value=f"\0{template}")


class Recalled(str):
    """Hold a text as it was sent last, where its template's `${env:}` is not set here: to compare with, not to send."""

    template: str = ""


class Sealed(Struct, frozen=True, kw_only=True):
    """Hold what is left of a Secret in a file: its template and a keyed fingerprint of its value (hex)."""

    template: str
    fingerprint: str

    def __repr__(self) -> str:
        return "***"
