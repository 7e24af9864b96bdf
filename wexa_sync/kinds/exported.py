"""Declare how a live resource becomes a manifest, beyond what its fields say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.model import Path
from wexa_sync.text.patterns import pattern

_HUMP = pattern(r"(?<=[a-z0-9])(?=[A-Z])")

Raw = Mapping[str, Any]


class Exported(Struct, frozen=True, kw_only=True):
    """Hold what an export heeds of a kind.

    `remarks`: fields that no call writes, and what to say of their value `{}`. `left_out`: fields that are not written,
    since only a create takes them. `comes_along`: True for one that the server itself makes in a project: references
    lead to it by name. `asked`: the field whose values a person has to fill in, since no read may be trusted with them;
    `names`: those values, and whether each is a secret; `values`: what a response shows of those that are none.
    `file`: the file of the manifests, in the folder of the project; empty for one that is called after the kind.
    `{handle}` in the path gives each resource a file of its own. `texts`: the file of a long text, by the path of its
    field in a spec; in those of a part, `{owner}` is the handle of the resource that the part lives in.
    """

    remarks: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    comes_along: Callable[[Raw], bool] = lambda raw: False  # noqa: ARG005  # most are made by people
    asked: str = ""
    names: Callable[[Raw], Mapping[str, bool]] = lambda raw: {}  # noqa: ARG005  # most ask for nothing
    values: Callable[[Raw], Mapping[str, Any]] = lambda raw: {}  # noqa: ARG005  # most ask for nothing
    file: str = ""
    texts: Mapping[Path, str] = field(default_factory=dict)

    def file_of(self, kind: str) -> str:
        """Return the file of the manifests of the kind of that name: dashboard-components.yaml."""
        return self.file or f"{_HUMP.sub('-', kind).lower()}s.yaml"
