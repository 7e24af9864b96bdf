"""Collect what there is to show, for any format. A view holds whole values, neither cut nor quoted, and no secret.

A value of a field is the manifest's own: a Ref where the field refers to something, SENSITIVE where it is secret.
"""

from __future__ import annotations

from typing import Any, TypeVar

from msgspec.structs import asdict

View = TypeVar("View")


def view_of(kind: type[View], noun: Any, **more: Any) -> View:
    """Return the view of a noun, of a kind that has the noun's fields. `more`: those that are the view's own."""
    return kind(**asdict(noun) | more)
