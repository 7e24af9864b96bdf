"""Find what a person names: by its id, by its name, or by its handle in the state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.errors import UsageError
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.view import View
from wexa_sync.state.base import State
from wexa_sync.text.ids import is_id
from wexa_sync.text.suggest import did_you_mean, named


class NotThere(UsageError):
    """Say that nothing has that name, in the place that was looked at."""


def id_in(view: View, raw: Mapping[str, Any]) -> str:
    """Return the id of an item; empty where it has none."""
    return next((str(raw[key]) for key in view.ids if is_id(raw.get(key))), "")


def name_in(view: View, raw: Mapping[str, Any]) -> str:
    """Return what people call an item; empty where it has no name."""
    return next((found for key in view.display if isinstance(found := raw.get(key), str) and found), "")


def matching(view: View, word: str, live: Sequence[Raw], handles: Iterable[str] = ()) -> Raw:
    """Return the one item of that id or that name. Raise UsageError where there is none, or more than one.

    `handles` are known too, and named as choices.
    """
    found = [raw for raw in live if word in [raw.get(key) for key in view.ids]]
    found = found or [raw for raw in live if word in [raw.get(key) for key in view.display]]
    if len(found) == 1:
        return found[0]
    if found:
        ids = [id_in(view, raw) or "?" for raw in found]
        raise UsageError(f"{len(found)} have the name {word!r}", hint=f"Give the id of one: {named(ids)}.")
    names = [*dict.fromkeys([*handles, *(name_in(view, raw) or id_in(view, raw) for raw in live)])]
    there = f"There are: {named([repr(name) for name in names if name], 10)}." if names else "There is none at all."
    raise NotThere(f"there is no {view.item or view.name} {word!r}", hint=did_you_mean(word, names, there))


def recorded(state: State, kind: Kind, word: str, project_id: str) -> str:
    """Return the id that the state has for a handle of that kind in the project; empty where it has none."""
    for address, record in state.records.items():
        if address.kind == kind.name and address.name == word:
            home = state.records.get(address.project_address)
            if home is not None and home.id == project_id:
                return record.id
    return ""


def id_of(api: Api, state: State, view: View, word: str, ids: Ids) -> str:
    """Return the id of what is called so in that project: its id, its handle, or its name."""
    assert view.kind is not None, f"{view.name} is no kind: it has no handles"
    if found := recorded(state, view.kind, word, ids.project):
        return found
    return id_in(view, matching(view, word, api.listed(view.kind, ids).items))
