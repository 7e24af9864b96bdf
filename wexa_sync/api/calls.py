"""Name a call to the API, and fill the placeholders of its endpoint: nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec import Struct, field

from wexa_sync.api.transport.body import Multipart
from wexa_sync.api.transport.url import segment
from wexa_sync.errors import ApiError, LostAnswer, NotFound, Throttled, Unreachable, WexaSyncError
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Shape, Template
from wexa_sync.kinds.sown import ROWS
from wexa_sync.model import Address, Secret
from wexa_sync.text.patterns import pattern

Raw = dict[str, Any]

_PLACE = pattern(r"\{([a-z]+)(?:\.(\w+))?\}")


class Ids(Struct, frozen=True, kw_only=True):
    """Hold the ids that an endpoint's placeholders are filled with. Empty where not known; a path that needs one fails.

    `before` and `branch`: what a part that is created is put behind.
    """

    project: str = ""
    owner: str = ""
    id: str = ""
    before: str = ""
    branch: str = ""

    @classmethod
    def within(cls, kind: Kind, project: str) -> Ids:
        """Return the ids for a list of that kind in the project of that id; none for what may lie in any project."""
        return cls(project=project) if kind.in_project else cls()

    @classmethod
    def at(cls, address: Address, known: Mapping[Address, str], id: str = "") -> Ids:
        """Return the ids for a call about what stands at an address, those around it as far as they are `known`.

        What may lie in any project is sought in none.
        """
        owner = address.owner_address
        project = known.get(address.project_address, "") if BY_NAME[address.kind].in_project else ""
        return cls(project=project, owner=known.get(owner, "") if owner else "", id=id)


class Call(Struct, frozen=True, kw_only=True):
    """Describe a request ready to be sent by any thread: nothing in it depends on anything else any more.

    `{spec.NAME}` is filled from `spec`, as the API has it, and `{owner.NAME}` from `owner`, as the server shows it.
    """

    endpoint: Endpoint
    ids: Ids
    body: Mapping[str, Any] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)
    owner: Mapping[str, Any] = field(default_factory=dict)
    repeatable: bool = True


class Values(Struct, frozen=True, kw_only=True):
    """Hold what stands for the placeholders of one call."""

    ids: Mapping[str, str]
    objects: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def path(self, text: str) -> str:
        """Return a path in which each value is one segment. Raise WexaSyncError where a value is missing."""
        return _PLACE.sub(lambda place: segment(self._value(place)), text)

    def query(self, template: Mapping[str, str]) -> dict[str, str]:
        """Return a query with the values, without what comes to nothing where a value was to stand."""
        return {name: text for name, text in self.filled(template).items() if text or not template[name]}

    def filled(self, template: Template) -> Any:
        """Return a copy of a text, or of what texts stand in, with the values."""
        if isinstance(template, str):
            return _PLACE.sub(self._value, template)
        if isinstance(template, Mapping):
            return {name: self.filled(inner) for name, inner in template.items()}
        return [self.filled(inner) for inner in template]

    def _value(self, place: re.Match[str]) -> str:
        whose, name = place.groups()
        if name is None:
            return self.ids[whose]
        found = self.objects.get(whose, {}).get(name)
        if isinstance(found, Secret) or not isinstance(found, (str, int)) or isinstance(found, bool) or found == "":
            what = "a secret" if isinstance(found, Secret) else "no text"
            raise WexaSyncError(
                f"the call names {whose}.{name} in its address or its body, and that is {what} here",
                hint=f"Write a plain text in {name}.",
            )
        return str(found)


@contextmanager
def admitted(endpoint: Endpoint) -> Iterator[None]:
    """Add to an error of the server that the path is a guess, where it is one."""
    try:
        yield
    except ApiError as error:
        guess = f"This path is known only from {endpoint.known_from}; the vendor may have moved it."
        surely_heard = not isinstance(error, (Unreachable, LostAnswer, Throttled))
        if endpoint.known_from and surely_heard and not error.hint.startswith(guess):
            error.hint = guess if isinstance(error, NotFound) else f"{guess} {error.hint}"
        raise


def body_of(call: Call, endpoint: Endpoint, values: Values) -> Any:
    """Return the body of a call that writes, in the shape that the endpoint takes; None for a call without one."""
    fixed = values.filled(endpoint.body)
    if endpoint.method == "DELETE":
        if fixed and _is_empty(fixed):
            raise WexaSyncError(
                f"{endpoint.method} {endpoint.path} would name nothing to delete, and might be taken for all of it",
                hint="Nothing was sent. `wexa-sync plan` shows what is there.",
            )
        return fixed or None
    if endpoint.shape is Shape.NONE:
        return None
    if endpoint.shape is Shape.ROWS:
        return call.body[ROWS]
    body = {**fixed, **{endpoint.names.get(name, name): value for name, value in call.body.items()}}
    if endpoint.shape is Shape.LIST:
        return body[endpoint.replaces] if endpoint.replaces else [body]
    if endpoint.shape is Shape.MULTIPART:
        files = {name: (values.filled(text), body.pop(name)) for name, text in endpoint.files.items() if name in body}
        return Multipart(fields=body, files=files)
    return body


def _is_empty(value: Any) -> bool:
    """True when an id, or a list of ids, is empty anywhere in the value."""
    if isinstance(value, Mapping):
        value = [*value.values()]
    return not value or (isinstance(value, list) and any(map(_is_empty, value)))
