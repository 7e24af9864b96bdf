"""Hold a manifest that is to be written (Draft): what it says, whom it stands for, what a comment adds."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from wexa_sync.model import Address, Path, Spec


class Draft(Struct, frozen=True, kw_only=True):
    """Describe a manifest to write, of a resource that stands in a file of its own or with others: never of a part.

    `spec` is as a person writes it, with the API's texts as they are: `${` and line ends are the writer's own care. A
    reference is a Ref. A secret to be filled in is a Secret with the template `${secret:NAME}` and without a value.
    Parts are lists of mappings, with a handle, under their field. Defaults and derived fields are left out.
    `comments`: by path in the document, as `("spec", "agents", 0, "context")`, the lines of a comment that is to stand
    above that field or item; `()` is above the document.
    `ids`: the live id of the resource and of each of its parts, by address.
    `ignore`: `metadata.lifecycle.ignore_changes`. `by_id`: the manifest imports the live id, as another resource has
    the same name, or as no manifest can have the name. `partial`: the live resource can't be expressed whole.
    """

    address: Address
    spec: Spec
    ids: Mapping[Address, str] = field(default_factory=dict)
    comments: Mapping[Path, tuple[str, ...]] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    by_id: bool = False
    partial: bool = False
