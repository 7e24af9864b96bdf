"""What manifests declare, by names and lifecycles alone: for plans that only have to know what is declared where."""

from __future__ import annotations

from collections.abc import Sequence

from wexa_sync.errors import Problem
from wexa_sync.manifests.foreign import is_ours
from wexa_sync.manifests.implied import with_implied
from wexa_sync.manifests.load import load
from wexa_sync.manifests.sources import Sources
from wexa_sync.manifests.validate import validate
from wexa_sync.model import Manifest


def declared(sources: Sources) -> tuple[Sequence[Manifest], list[Problem]]:
    """Return the manifests, and the problems that keep others from being known as declared.

    A problem inside a spec is none of those. A document that is no manifest of ours declares nothing.
    """
    loaded = load(sources)
    ours = [each for each in loaded.documents if is_ours(each.data)]
    manifests, invalid = validate(ours, root=sources.root, variables=loaded.variables, complete=not loaded.problems)
    hiding = [each for each in (*loaded.problems, *invalid) if each.path.partition(".")[0] != "spec"]
    return with_implied(manifests), hiding
