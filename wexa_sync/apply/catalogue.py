"""Fill in what a create has to send, and a catalogue of the API knows."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any

from wexa_sync.api.calls import Raw
from wexa_sync.api.paging import collect
from wexa_sync.apply.steps import Http, replace_hint
from wexa_sync.apply.task import Task
from wexa_sync.errors import ApiError, WexaSyncError
from wexa_sync.kinds.origin import Catalogue
from wexa_sync.model import Secret
from wexa_sync.text.suggest import did_you_mean, named


def filled_in(task: Task, body: dict[str, Any]) -> Generator[Http, Any, dict[str, Any]]:
    """Return the body of a create with what the catalogue says of its type where the manifest says nothing.

    Raise WexaSyncError where a field that no create lacks is neither in the manifest nor in the catalogue.
    """
    catalogue = task.kind.catalogue
    if catalogue is None or not _lacking(catalogue.fields, body) or isinstance(body.get(catalogue.key), Secret):
        return body
    try:
        types = yield from _types(task, catalogue)
    except ApiError as error:
        if not (lacking := _lacking(catalogue.required, body)):
            return body
        raise replace_hint(error, f"The catalogue has what the create needs. {_declare(lacking)}") from None
    found = [each for each in types if each.get(catalogue.key) == body[catalogue.key]]
    filled = {**_shared(catalogue, found), **body}
    if lacking := _lacking(catalogue.required, filled):
        raise _unknown(task, catalogue, types, found, lacking)
    return filled


def _types(task: Task, catalogue: Catalogue) -> Generator[Http, Any, Sequence[Raw]]:
    """Return the types of the catalogue: asked for once in an apply."""
    context, place = task.context, (task.kind.name, task.place.project)
    if place not in context.types:
        listing, values = catalogue.listing, context.api.values(task.place)

        def read() -> Sequence[Raw]:
            what = f"GET {values.path(listing.endpoint.path)}"
            get = partial(context.api.get, listing.endpoint, values)
            return collect(lambda query, keep: keep(get(query)), listing.paging, keys=listing.keys, what=what).items

        context.types[place] = yield Http(read, lookup=("catalogue", *place))
    return context.types[place]


def _shared(catalogue: Catalogue, found: Sequence[Raw]) -> dict[str, Any]:
    """Return those fields that the found types have, and have in common."""
    first, *others = found or [{}]
    names = [name for name in catalogue.fields if first.get(name) is not None]
    return {name: first[name] for name in names if all(each.get(name) == first[name] for each in others)}


def _lacking(names: Sequence[str], body: Mapping[str, Any]) -> list[str]:
    return [name for name in names if body.get(name) is None]


def _declare(lacking: Sequence[str]) -> str:
    return f"Apply again, or write {' and '.join(lacking)} into the manifest."


def _unknown(
    task: Task, catalogue: Catalogue, types: Sequence[Raw], found: Sequence[Raw], lacking: Sequence[str]
) -> WexaSyncError:
    """Return the error of a type that the catalogue does not have, or has several times, or says too little of."""
    key, noun, wanted = catalogue.key, task.kind.name, str(task.declared.get(catalogue.key))
    known = sorted({text for each in types if isinstance(text := each.get(key), str)})
    hint = _declare(lacking)
    if not found:
        what = f"the catalogue has no {noun} of {key} {wanted!r}"
        hint = f"{did_you_mean(wanted, known, f'It has: {named(known, most=20)}.')} {hint}"
    elif len(found) > 1:
        what = f"the catalogue has {len(found)} {noun}s of {key} {wanted!r}, and their {' and '.join(lacking)} differ"
    else:
        what = f"the catalogue does not say {' and '.join(lacking)} of {key} {wanted!r}"
    return WexaSyncError(what, hint=hint)
