"""Find the secrets of manifests in what is shown: the server has them in clear, and shows them to who may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from wexa_sync.api.ahead import together
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.compare.rows import recorded_cells, recorded_rows
from wexa_sync.executions.runs import perhaps_secret, sealed_in, secret_texts
from wexa_sync.kinds import runnable
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.sown import key_of
from wexa_sync.kinds.view import View
from wexa_sync.model import Intent, Path, Record
from wexa_sync.observe.views.fetch import Item
from wexa_sync.state.base import State


def secrets_among(api: Api, state: State, view: View, items: Sequence[Item]) -> frozenset[str]:
    """Return the texts that must not be shown, of the items themselves and of the runs that they may quote.

    The runs of a project are listed only where a manifest gave some run a secret.
    """
    held = _Held(state)
    found = {text for item in items for text in held.in_row(item)}
    if view.kind is not None:
        found.update(text for item in items for text in held.in_one(view.kind, item.raw))
    kinds = [kind for kind in runnable() if kind is not view.kind and held.sealed(kind)]
    projects = dict.fromkeys(item.spot.project_id for item in items if item.spot.project_id)

    def in_runs(place: tuple[Kind, str]) -> list[str]:
        kind, project = place
        return [text for raw in _runs(api, held, kind, project, items) for text in held.in_one(kind, raw)]

    return frozenset(found).union(*together(in_runs, product(kinds, projects), api.at_once))


def _runs(api: Api, held: _Held, kind: Kind, project: str, items: Sequence[Item]) -> Iterator[Raw]:
    """Yield the runs of a project; one that is quoted, and that the list shows without its inputs, is read."""
    quoted = {id for item in items for id in _texts(item.raw)}
    for raw in api.listed(kind, Ids(project=project)).items:
        id = kind.id_of(raw) or ""
        is_whole = all(path[0] in raw for path in held.sealed(kind))
        yield (raw if is_whole or id not in quoted else api.read(kind, Ids(project=project, id=id)) or raw)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, Mapping)):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inner)


class _Held:
    """Hold the specs that the state knows, by the ids of their resources."""

    def __init__(self, state: State) -> None:
        held: list[Record | Intent] = [*state.records.values(), *state.intents.values()]
        self._specs = {(each.address.kind, id): each.spec for each in state.records.values() for id in each.ids}
        self._seeds: dict[str, list[Record | Intent]] = {}
        for each in held:
            owner = state.records.get(each.address.owner_address or each.address)
            if owner is not None and recorded_cells(each):
                self._seeds.setdefault(owner.id, []).append(each)
        self._sealed: dict[str, dict[tuple[Path, str], None]] = {}
        for each in held:
            self._sealed.setdefault(each.address.kind, {}).update(dict.fromkeys(sealed_in(each.spec)))

    def in_row(self, item: Item) -> Iterator[str]:
        """Yield the secrets in a row of a table: the row is known by its id, and before that by its key."""
        for held in self._seeds.get(item.spot.owner_id, ()):
            by_id = {id: key for key, id in recorded_rows(held).items()}
            key = by_id.get(item.raw.get("_id")) or key_of(item.raw.get(held.spec.get("key")))
            yield from secret_texts(recorded_cells(held).get(key, {}), item.raw)

    def sealed(self, kind: Kind) -> list[Path]:
        """Return where manifests have a secret in a spec of that kind."""
        return [path for path, _ in self._sealed.get(kind.name, ())]

    def in_one(self, kind: Kind, raw: Raw) -> Iterator[str]:
        """Yield the secrets in a live resource and in its parts. One without a record may be an earlier one of ours."""
        spec = next((self._specs[kind.name, id] for id in kind.ids_of(raw) if (kind.name, id) in self._specs), None)
        yield from perhaps_secret(self._sealed.get(kind.name, ()), raw) if spec is None else secret_texts(spec, raw)
        for part in kind.embedded:
            for item in part.items(raw):
                yield from self.in_one(part.kind, item)
