"""Hold what an export came to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from wexa_sync.export.drafts import Left
from wexa_sync.export.survey import Unread
from wexa_sync.model import Address


class Odd(Struct, frozen=True, kw_only=True):
    """Describe a manifest that does not say what is live: its address, and what a plan would do or say of it."""

    address: Address
    what: str


class Export(Struct, frozen=True, kw_only=True):
    """Hold what an export wrote, what it could not say, and how many resources it recorded.

    `files`: relative to `folder`. `written`: the manifests, with the parts in them. `partial`: those that don't say all
    of what is live. `declared`: what the folder declares in files of a person's own, which was not written. `gone`:
    what an earlier export wrote, and is not among this. `unused`: files of texts of such an export that no manifest
    names by now. `left`: what is no manifest. `unread`: lists that could not be read. `odd`: what does not come to no
    change; it is not recorded.
    """

    folder: Path
    files: tuple[str, ...]
    written: tuple[Address, ...]
    partial: tuple[Address, ...] = ()
    declared: Mapping[Address, str] = field(default_factory=dict)
    gone: Mapping[Address, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    unread: tuple[Unread, ...] = ()
    odd: tuple[Odd, ...] = ()
    recorded: int = 0

    @property
    def is_whole(self) -> bool:
        """True when the manifests say all that is live, and a plan of them comes to no change."""
        return not (self.partial or self.left or self.odd or any(not each.guessed for each in self.unread))
