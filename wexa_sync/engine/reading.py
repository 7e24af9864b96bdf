"""Read the manifests: load -> validate -> link. Offline, and without what looks at the API."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from wexa_sync.errors import InvalidManifests, Problem
from wexa_sync.manifests.link import link
from wexa_sync.manifests.load import load
from wexa_sync.manifests.moved import moves_in
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.validate import validate
from wexa_sync.model import Desired


def read(sources: Sources) -> Desired:
    """Return the valid, linked manifests. Raises InvalidManifests with every problem at once. Offline."""
    with sources.named():
        loaded = load(sources)
    named: set[str] = set()
    manifests, invalid = validate(
        loaded.documents, root=sources.root, variables=loaded.variables, complete=not loaded.problems, named=named
    )
    desired, unlinked = link(manifests, Places().in_manifest)
    moved, wrong = moves_in(loaded.moves, sources.moves, desired.manifests)
    require_none([*loaded.problems, *invalid, *unlinked, *wrong])
    env = frozenset(loaded.variables.from_env)
    # Only a variable of the environment can be unset.
    return replace(desired, warnings=loaded.warnings, moved=moved, files=frozenset(named), env=env, unset=bool(env))


def require_none(problems: Sequence[Problem]) -> None:
    """Raise InvalidManifests where there is a problem."""
    if problems:
        once = dict.fromkeys(problems)  # what is wrong in a default is met in many manifests
        raise InvalidManifests(sorted(once, key=lambda problem: (problem.source, problem.path)))
