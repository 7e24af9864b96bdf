"""Name the live parts of declared resources that nobody declares: somebody added them there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from wexa_sync import graph
from wexa_sync.kinds import BY_NAME, part_of
from wexa_sync.model import Action, Address, Change, Observation, Unmanaged
from wexa_sync.plan.decision import Decision
from wexa_sync.text.json import plain
from wexa_sync.text.suggest import named


def unmanaged_parts(decisions: Mapping[Address, Decision], observation: Observation) -> Iterator[Unmanaged]:
    """Give the parts that nobody declares, of the chosen resources whose manifests list their parts.

    A run uses them too where what it waits for was left out.
    """
    runs = {address for address, found in decisions.items() if isinstance(found, Change) and found.action is Action.RUN}
    chosen = decisions.keys() | graph.dependencies(observation.depends_on, runs)
    in_question = {live.id for pair in observation.pairs.values() for live in (*pair.candidates, *pair.similar)}
    for place, lives in sorted(observation.unmanaged.items()):
        kind, part = BY_NAME[place.kind], part_of(BY_NAME[place.kind])
        if part is None or place.owner is None:
            continue
        owner = Address(project=place.project, kind=place.owner[0], name=place.owner[1])
        manifest = observation.pairs[owner].manifest if owner in chosen else None
        if manifest is None or part.field in manifest.unlisted:
            continue
        for live in lives:
            if live.id not in in_question:
                yield Unmanaged(owner=owner, kind=kind.name, id=live.id, title=plain(live.spec.get(kind.display) or ""))


def unmanaged_warnings(parts: Iterable[Unmanaged]) -> Iterator[str]:
    """Give a warning for each resource with such parts: whatever uses the resource uses them too."""
    for owner, group in groupby(parts, key=lambda part: part.owner):
        found = list(group)
        part = part_of(BY_NAME[found[0].kind])
        field, names = part.field if part else "", [f"{each.kind} {each.title!r} ({each.id})" for each in found]
        yield (
            f"{owner} holds what no manifest declares: {named(names)}. It belongs to every use of the {owner.kind}. "
            f"List it in spec.{field} and plan with --adopt, or remove it in Wexa Studio."
        )
