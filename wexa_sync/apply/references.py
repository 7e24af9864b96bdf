"""Give the references of a change their ids."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from wexa_sync.api.calls import Ids
from wexa_sync.apply.lists import out_of_sight, read_list
from wexa_sync.apply.steps import Http, Together
from wexa_sync.apply.task import Task
from wexa_sync.compare.ids import no_such_external
from wexa_sync.errors import WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import ExternalName, Ref


def unresolved(task: Task) -> Iterator[Ref]:
    """Return the live things that the manifest names and no plan could know: its project was not there yet."""
    for _, ref in references(task.declared):
        if (
            ref.external is not None
            and ExternalName(task.address.project, ref.kind, ref.external) not in task.context.externals
        ):
            yield ref


def resolve_externals(task: Task) -> Generator[Http | Together, Any, None]:
    """Look up the ids of what is unresolved. Raise WexaSyncError where a name leads nowhere, or to several."""
    context = task.context
    for ref in unresolved(task):
        kind, ids = BY_NAME[ref.kind], Ids(project=context.ids.get(task.address.project_address, ""))
        listed = yield from read_list(context, kind, ids)
        name = ref.external or ""
        more = yield from out_of_sight(context, listed, ids, name)
        raws = (*listed.by_name.get(name, ()), *(raw for raw in more if raw.get(kind.display) == name))
        named = list(dict.fromkeys(kind.id_of(raw) or "" for raw in raws))
        if len(named) != 1:
            raise WexaSyncError(
                no_such_external(kind, ref.external or "", listed.raws),
                hint=f"Make such a {kind.name} in Wexa Studio, or correct {{external: ...}}; then apply again.",
            )
        context.externals[ExternalName(task.address.project, ref.kind, ref.external or "")] = named[0]
