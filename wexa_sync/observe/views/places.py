"""Say where a view has to be read: in which projects, for which owners there, and with which filters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.api.ahead import together
from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.errors import UsageError
from wexa_sync.kinds.endpoint import Scope
from wexa_sync.kinds.view import View
from wexa_sync.kinds.views import ROOT, views
from wexa_sync.model import Asked
from wexa_sync.observe.views.names import NotThere, id_in, id_of, matching, name_in
from wexa_sync.state.base import State
from wexa_sync.text.suggest import did_you_mean, named


class Spot(Struct, frozen=True, kw_only=True):
    """Describe one place to read a view at.

    `project` and `owner` are what people call them; `filters`: with ids for names. `shown`: what a list shows of the
    owner.
    """

    project_id: str = ""
    project: str = ""
    owner_id: str = ""
    owner: str = ""
    shown: Mapping[str, Any] = {}
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> Ids:
        """Return the ids for a call at this place."""
        return Ids(project=self.project_id, owner=self.owner_id)


def check(view: View, asked: Asked) -> None:
    """Raise UsageError for a filter that the view does not have, for one that is missing, and for a name in vain."""
    known = [*view.filters, *([view.within] if view.within else [])]
    for name in asked.filters:
        if name not in known and not view.open:
            there = f"It has: {named(known, 10)}." if known else "It has none."
            raise UsageError(f"{view.name} has no filter {name!a}", hint=did_you_mean(name, known, there))
    if view.scope is Scope.ORGANISATION and asked.project:
        raise UsageError(f"{view.name} is of the organisation, not of a project", hint="Leave --project out.")
    missing = [name for name, filter_ in view.filters.items() if filter_.required and name not in asked.filters]
    if missing:
        raise UsageError(f"{view.name} needs a {missing[0]}", hint=f"Add --filter {missing[0]}=VALUE.")
    if asked.name and not view.is_list:
        raise UsageError(f"{view.name} is one object, without a NAME", hint=f"Leave {asked.name!a} out.")


def places_of(api: Api, state: State, view: View, asked: Asked) -> list[Spot]:
    """Return every place to read: the organisation, the projects, or the owners in them.

    A project that lacks what a filter names is left out; where all lack it, UsageError is raised.
    """
    if view.scope is Scope.ORGANISATION:
        return [Spot(filters=asked.filters)]

    def within(project: Spot) -> list[Spot] | NotThere:
        try:
            with_ids = replace(project, filters=dict(_with_ids(api, state, view, asked, project)))
            return [*_owners(api, view, with_ids)] if view.within else [with_ids]
        except NotThere as error:
            return error

    found = together(within, _projects(api, state, asked.project), api.at_once)
    spots = [spot for each in found if not isinstance(each, NotThere) for spot in each]
    missed = [each for each in found if isinstance(each, NotThere)]
    if missed and not spots:
        raise missed[-1]
    return spots


def _projects(api: Api, state: State, word: str) -> list[Spot]:
    """Return the project that is meant by a handle, a name or an id; every live project for an empty word."""
    root = views()[ROOT]
    assert root.kind is not None
    records = {address.name: record for address, record in state.records.items() if address.kind == root.kind.name}
    if word in records:
        return [Spot(project_id=records[word].id, project=word)]
    live = api.listed(root.kind, Ids()).items
    if word:
        live = [matching(root, word, live, records)]
    return [Spot(project_id=id_in(root, raw), project=name_in(root, raw)) for raw in live]


def _with_ids(api: Api, state: State, view: View, asked: Asked, project: Spot) -> Iterator[tuple[str, str]]:
    """Yield the filters, with an id in the place of a name."""
    for name, word in asked.filters.items():
        names = view.filters[name].names if name in view.filters else view.within if name == view.within else ""
        yield name, id_of(api, state, views()[names], word, project.ids) if names else word


def _owners(api: Api, view: View, project: Spot) -> Iterator[Spot]:
    owner = views()[view.within]
    assert owner.kind is not None, f"{owner.name} is no kind, and owns nothing"
    wanted = project.filters.get(view.within)
    for raw in api.listed(owner.kind, project.ids).items:
        if (id := id_in(owner, raw)) and wanted in (None, id):
            yield replace(project, owner_id=id, owner=name_in(owner, raw), shown=raw)
