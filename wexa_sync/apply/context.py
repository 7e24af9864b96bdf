"""Hold what every change of one apply shares: the plan, the state, the known ids, the options."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

from msgspec import Struct, field

from wexa_sync.api.calls import Raw
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.apply.history import History
from wexa_sync.apply.listed import Listed
from wexa_sync.compare.ids import id_of
from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Address, Change, ExternalName, Options, Plan, Question, Ref, Run
from wexa_sync.state.base import State

Ask = Callable[[Change, Run, Question], None]
"""Takes a question of a run that is waited for, once. Called from any thread."""


def nobody(_change: Change, _run: Run, _question: Question) -> None:
    """Drop a question."""


class Context(Struct, kw_only=True):
    """Hold what the changes of one apply share.

    Only the bookkeeping thread changes it, but for `cutoff` and `read_by_id`. `state` gives the state as of the last
    write. `lists` holds the lists that several changes look into. `known` are the ids of all that the plan saw as ours,
    that the state holds and that this apply made; `planned` are those that the plan saw. Both are kept by the owner's
    live id, since ids of parts may be unique in their owner alone; under "" stand all of them. `seen_before` holds, for
    a run that is about to be sent, the list as it was read just before. `read_by_id` holds what was read singly since a
    list shows too little of it, and `types` the catalogues that were read. `history`: None where nothing is noted.
    """

    api: Api
    plan: Plan
    key: str  # the state's lineage: what its secrets are sealed with
    options: Options
    report: Callable[[Change, str], None]
    state: Callable[[], State]
    ask: Ask = nobody
    ids: dict[Address, str] = field(default_factory=dict)
    externals: dict[ExternalName, str] = field(default_factory=dict)
    cutoff: Cutoff = field(default_factory=Cutoff)
    lists: dict[Hashable, Listed] = field(default_factory=dict)
    seen_before: dict[Address, Listed] = field(default_factory=dict)
    read_by_id: dict[str, Raw] = field(default_factory=dict)
    types: dict[Hashable, Sequence[Raw]] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    history: History | None = None
    changes: Mapping[Address, Change] = field(default_factory=dict)
    inside: Mapping[str, list[Change]] = field(default_factory=dict)  # project handle -> the changes in it
    along: Mapping[Address, list[Change]] = field(default_factory=dict)  # a resource -> the deletes that go by its own
    # What lives in a resource, as planned or recorded.
    parts: Mapping[Address, list[Address]] = field(default_factory=dict)
    before: State = field(default_factory=State)  # the state as the plan saw it
    # (project, kind) -> how many of it the plan saw as ours
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    planned: Mapping[str, set[str]] = field(default_factory=dict)
    known: Mapping[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.state()
        self.changes = {change.address: change for change in self.plan}
        self.inside = inside = defaultdict[str, list[Change]](list)
        self.along = along = defaultdict[Address, list[Change]](list)
        for change in self.plan:
            inside[change.address.project].append(change)
            for around in (change.address.owner_address, change.address.project_address):
                if change.with_project and around is not None:
                    along[around].append(change)
        self.parts = parts = defaultdict[Address, list[Address]](list)
        for address in {**self.changes, **self.before.records}:
            if owner := address.owner_address:
                parts[owner].append(address)
        self.counts = Counter((address.project, address.kind) for address in self.plan.ids)
        self.planned, self.known = defaultdict(set), defaultdict(set)
        for address, id in self.plan.ids.items():  # the field's name
            self._note(self.planned, address, id)
            self._note(self.known, address, id)
        for address, record in self.before.records.items():
            self._note(self.known, address, *record.ids, *record.earlier)

    def learn(self, address: Address, id: str, *aliases: str) -> None:  # the field's name
        """Keep the id of what was made at `address`, in every spelling."""
        self.ids[address] = id
        self._note(self.known, address, id, *aliases)

    def _note(self, ids: Mapping[str, set[str]], address: Address, *new: str) -> None:
        owner = address.owner_address
        for place in {"", self.ids.get(owner, "") if owner else ""}:
            ids[place].update(new)

    def resolver(self, address: Address) -> Callable[[Ref], str]:
        """Return a function from a reference in the manifest at `address` to its id; without one, it raises."""

        def resolve(ref: Ref) -> str:
            if found := id_of(ref, address.project, self.ids, self.externals):
                return found
            raise WexaSyncError(
                f"{address}: the id of {ref} is not known",
                hint="Run `wexa-sync plan` again: a resource that it refers to was not created, or was removed since.",
            )

        return resolve
