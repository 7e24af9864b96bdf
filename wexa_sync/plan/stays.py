"""Note what a plan lists of resources that stay as they are, beside what their records say, and list them again. Pure.

A row for each, in the order of the plan: the place of its record among all, the place of its file among the manifests'
files, line and column there, what it waits for, the paths of what is recorded and not declared, and the reason. It is
JSON in a text, which is taken apart by those who list the resources alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wexa_sync.compare.parts import part_of, without
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.kinds.spec.fields import is_read, select
from wexa_sync.kinds.spec.wire import references
from wexa_sync.model import Action, Change, Path, Record, Source
from wexa_sync.secrecy.find import has_secret
from wexa_sync.state.base import State


def noted(changes: Iterable[Change], state: State, files: Sequence[str]) -> str:
    """Return the note of these changes, each of which does nothing; empty where no note can say what a read shows.

    That is where a place is in none of the files, and where a read calls what is referred to by another name.
    """
    if _calls_otherwise(state):
        return ""
    at = {address: place for place, address in enumerate(sorted(state.records))}
    names, rows = {file: place for place, file in enumerate(files)}, list[list[Any]]()
    for change in changes:
        source, record = change.source, state.records[change.address]
        if source is None or source.file not in names:
            return ""
        waits, beyond = [at[each] for each in change.depends_on], [*_beyond(record.spec, change.after)]
        place = names[source.file], source.line, source.column
        rows.append([at[change.address], *place, waits, beyond, change.reason])
    return json.dumps(rows, separators=(",", ":"))


def _calls_otherwise(state: State) -> bool:
    """True when a record refers by an id, or by the display name of something that has an address."""
    records = state.records.items()
    called = {(a.project, a.kind, str(record.spec.get(BY_NAME[a.kind].display))) for a, record in records}
    return any(
        ref.address is None and (ref.external is None or (a.project, ref.kind, ref.external) in called)
        for a, record in records
        for _, ref in references(record.spec)
    )


def _beyond(recorded: Any, declared: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the paths of what is recorded and not declared."""
    if not isinstance(recorded, Mapping) or not isinstance(declared, Mapping):
        return
    for name, item in recorded.items():
        if name in declared:
            yield from _beyond(item, declared[name], (*path, name))
        else:
            yield (*path, name)


def listed(note: str, state: State, files: Sequence[str]) -> tuple[Change, ...]:
    """Return the changes that were noted. Secrets in them are sealed."""
    addresses = sorted(state.records)

    def change(place: int, file: int, line: int, column: int, waits: list[int], beyond: list[Any], why: str) -> Change:
        record = state.records[addresses[place]]
        after: Any = record.spec
        for path in beyond:
            after = without(after, tuple(path))
        return Change(
            action=Action.NOOP,
            address=record.address,
            before=_before(record, after),
            after=after,
            reason=why,
            id=record.id,
            source=Source(file=files[file], line=line, column=column),
            depends_on=tuple(addresses[each] for each in waits),
            lifecycle=record.lifecycle,
            generation=record.generation,
        )

    return tuple(change(*row) for row in json.loads(note))


def are_saved_alike(changes: Iterable[Change]) -> bool:
    """True when a saved plan has these changes as they are, and no more.

    Of a secret, it has forms that no record has; of an action that something waits for, the id by which it is live.
    """
    changes = tuple(changes)
    waits = (BY_NAME[each.kind].nature is Nature.ACTION for change in changes for each in change.depends_on)
    return not any(waits) and not has_secret(*(change.after for change in changes))


def _before(record: Record, after: Any) -> Any:
    """Return what is live of the declared fields, where all that is live is as recorded. Of an action nothing is."""
    kind = BY_NAME[record.address.kind]
    return None if kind.nature is Nature.ACTION else part_of(kind, shown(record), after)


def shown(record: Record) -> dict[str, Any]:
    """Return what a read shows of a resource that is live as it is recorded."""
    found: dict[str, Any] = select(dict(record.spec), BY_NAME[record.address.kind].fields, is_read)
    return found
