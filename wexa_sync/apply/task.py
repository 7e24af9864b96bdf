"""Hold one change of an apply, with what its steps ask for again and again worked out once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.apply.context import Context
from wexa_sync.compare.ids import Comparison, comparison_in
from wexa_sync.compare.parts import sent_fields
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.inside import holder_in
from wexa_sync.kinds.spec.wire import with_defaults, with_derived
from wexa_sync.model import Address, Change, Intent, Record, Ref, Spec


class Task(Struct, frozen=True, eq=False, dict=True):
    """Describe a change, and the apply that it belongs to."""

    context: Context
    change: Change

    @property
    def address(self) -> Address:
        """Return the address of the resource that changes."""
        return self.change.address

    @cached_property
    def kind(self) -> Kind:
        """Return the kind of the resource."""
        return BY_NAME[self.address.kind]

    @property
    def declared(self) -> Spec:
        """Return the spec that the change makes true; empty for one that takes a resource away."""
        return self.change.after or {}

    @cached_property
    def sent(self) -> Spec:
        """Return what a create sends: what is declared, what follows from it, and defaults that the API requires."""
        declared = sent_fields(self.kind, self.declared)
        return with_defaults(self.kind, with_derived(self.kind, declared, declared=declared))

    @cached_property
    def creation(self) -> Endpoint:
        """Return the call that creates the resource: the spec may choose among several."""
        return self.kind.call(Operation.CREATE, self.declared)

    @cached_property
    def place(self) -> Ids:
        """Return the ids of what the resource lies in. They are known once the change has its turn."""
        holder = holder_in(self.kind, self.change.after if self.change.after is not None else self.change.before or {})
        ids = Ids.at(self.address, self.context.ids)
        return ids if holder is None else replace(ids, owner=self.resolve(holder))

    @property
    def known(self) -> set[str]:
        """Return the ids that are known of such resources there: ids of parts may be unique in their owner alone."""
        return self.context.known["" if self.kind.inside else self.place.owner]

    @cached_property
    def ids(self) -> Ids:
        """Return the ids for a call about the live resource that the plan saw."""
        return self.ids_with(self.change.id or "")

    def ids_with(self, id: str) -> Ids:  # the field's name
        """Return the ids for a call about the resource of that id."""
        return replace(self.place, id=id)

    @cached_property
    def chosen_id(self) -> str | None:
        """Return the id that the client chooses for the resource; None where the server gives it."""
        new_id = self.kind.new_id
        return new_id(self.place.owner, self.address.name) if new_id is not None else None

    @cached_property
    def comparison(self) -> Comparison:
        """Return what values are compared by with what the plan saw: by the plan's own key."""
        context = self.context
        return comparison_in(self.address.project, context.ids, context.externals, context.plan.lineage)

    @cached_property
    def resolve(self) -> Callable[[Ref], str]:
        """Return what gives the id of a reference in the manifest."""
        return self.context.resolver(self.address)

    @property
    def record(self) -> Record | None:
        """Return what the state holds of the address now."""
        return self.context.state().records.get(self.address)

    @property
    def applied(self) -> Spec | None:
        """Return what was last applied to the very resource that the plan saw; None where nothing was."""
        record = self.record
        return record.spec if record is not None and record.id == self.change.id else None

    @property
    def ignored(self) -> tuple[str, ...]:
        """Return the fields in which the live side may have what it likes."""
        return self.change.lifecycle.ignore_changes

    def compared(self, live: Spec) -> tuple[Spec, Spec, Spec | None, Comparison, tuple[str, ...]]:
        """Return what an update is decided by: declared, live and last applied, how they compare, what is ignored."""
        return self.declared, live, self.applied, self.comparison, self.ignored

    @property
    def intent(self) -> Intent | None:
        """Return what the state holds as sent for the address, and not yet settled by a record."""
        return self.context.state().intents.get(self.address)
