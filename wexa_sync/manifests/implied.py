"""Add what manifests need and nobody has to declare: one of its kind in a project, which others imply. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wexa_sync.kinds import BY_NAME
from wexa_sync.model import Address, Manifest

NAME = "main"
"""The handle of what is implied."""


def with_implied(manifests: Iterable[Manifest]) -> Sequence[Manifest]:
    """Return the manifests, and one of each kind that declared ones imply, in each project that declares none."""
    found = list(manifests)
    kinds = {kind.implied_by: kind for kind in BY_NAME.values() if kind.implied_by}
    declared = {(each.address.project, each.address.kind) for each in found}
    for each in tuple(found):
        implied, project = kinds.get(each.address.kind), each.address.project
        if implied is not None and (project, implied.name) not in declared:
            declared.add((project, implied.name))
            found.append(
                Manifest(
                    address=Address(project=project, kind=implied.name, name=NAME),
                    spec={},
                    source=each.source,
                    unlisted=frozenset(part.field for part in implied.parts),
                )
            )
    return found
