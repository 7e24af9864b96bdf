"""Hold what every change of one apply shares: the plan, the state, the known ids, the options."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from wexa_sync.api.calls import Raw
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply.listed import Listed
from wexa_sync.compare.ids import id_of
from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Address, Change, ExternalName, Options, Plan, Question, Ref, Run
from wexa_sync.state.base import State

Ask = Callable[[Change, Run, Question], None]
"""Told what a run that is waited for asks of a person, once. Called from any thread."""


def nobody(_change: Change, _run: Run, _question: Question) -> None:
    """Who is told of a question where nobody listens."""


@dataclass(slots=True, kw_only=True)
class Context:
    """What the changes of one apply share. Changed in the bookkeeping thread only, but for `cutoff` and `told`.

    `state` gives the state as of the last write; `lists` holds what several changes look at. `known` are the ids of all
    that the plan saw as ours, that the state holds and that this apply made; `planned` those that the plan saw.
    `seen_before` holds, for a run that is about to be sent, the list as it was read just before; `told` holds what was
    read by id since a list shows too little of it.
    """

    api: Api
    plan: Plan
    key: str  # the state's lineage: what its secrets are sealed with
    options: Options
    tell: Callable[[Change, str], None]
    state: Callable[[], State]
    ask: Ask = nobody
    ids: dict[Address, str] = field(default_factory=dict)
    externals: dict[ExternalName, str] = field(default_factory=dict)
    cutoff: Cutoff = field(default_factory=Cutoff)
    lists: dict[Hashable, Listed] = field(default_factory=dict)
    seen_before: dict[Address, Listed] = field(default_factory=dict)
    told: dict[str, Raw] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    changes: Mapping[Address, Change] = field(init=False)
    inside: Mapping[str, list[Change]] = field(init=False)  # project handle -> the changes in it
    parts: Mapping[Address, list[Address]] = field(init=False)  # what lives in a resource, as planned or recorded
    before: State = field(init=False)  # the state as the plan saw it
    planned: frozenset[str] = field(init=False)
    known: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.state()
        self.changes = {change.address: change for change in self.plan}
        self.inside = inside = defaultdict[str, list[Change]](list)
        for change in self.plan:
            inside[change.address.project].append(change)
        self.parts = parts = defaultdict[Address, list[Address]](list)
        for address in {**self.changes, **self.before.records}:
            if owner := address.owner_address:
                parts[owner].append(address)
        self.planned = frozenset(self.plan.ids.values())
        self.known = {*self.planned, *self.before.owners}

    def learn(self, address: Address, id: str, *aliases: str) -> None:  # the field's name
        """Keep the id of what was made at `address`, in every spelling."""
        self.ids[address] = id
        self.known.update((id, *aliases))

    def resolver(self, address: Address) -> Callable[[Ref], str]:
        """Gives the id of a reference in the manifest at `address`. Raises WexaSyncError where there is none."""

        def resolve(ref: Ref) -> str:
            if found := id_of(ref, address.project, self.ids, self.externals):
                return found
            raise WexaSyncError(
                f"{address}: the id of {ref} is not known",
                hint="Run `wexa-sync plan` again: what it refers to was not created, or was removed meanwhile.",
            )

        return resolve
