"""Check data by a JSON Schema: each fault in words for people, with a hint. The only user of jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from wexa_sync.errors import Unfilled
from wexa_sync.kinds.spec.fields import kinds_referred_to
from wexa_sync.kinds.spec.schema import Schema, bundled
from wexa_sync.manifests.schema_fast import glance, shape
from wexa_sync.manifests.schema_messages import Fault, explain
from wexa_sync.manifests.values import stand_ins

if TYPE_CHECKING:
    from jsonschema import ValidationError as Error
    from jsonschema.protocols import Validator


_MOST = 1_000


def schema_faults(name: str, data: Any) -> list[Fault]:
    """Return every fault of `data` by the schema of that file name, each once and without a Secret's value.

    At most a thousand: the others are reported once those are fixed.
    """
    if glance(name)(data):
        return []
    return list(dict.fromkeys(islice(_faults(name, stand_ins(data)), _MOST)))


def _faults(name: str, data: Any) -> Iterator[Fault]:
    for outer in _validator(name).iter_errors(data):
        for error in _inner(outer):
            if not isinstance(error.instance, Unfilled):
                path = tuple(error.absolute_path)
                schema: Schema = error.schema if isinstance(error.schema, dict) else {}
                yield from explain(str(error.validator), error.validator_value, error.instance, schema, path)


def _inner(error: Error) -> Sequence[Error]:
    """Return, for a failed `anyOf`, the errors of the one branch that accepts the value's type.

    A reference is reported as one error.
    """
    if not error.context or (isinstance(error.schema, dict) and kinds_referred_to(error.schema)):
        return [error]
    forms: dict[Any, list[Error]] = {}
    for inner in error.context:
        forms.setdefault(inner.relative_schema_path[0], []).append(inner)
    meant = [form for form in forms.values() if not any(it.validator == "type" and not it.path for it in form)]
    return meant[0] if len(meant) == 1 else [error]


@cache
def _validator(name: str) -> Validator:
    from jsonschema import Draft202012Validator, ValidationError  # slow to import
    from jsonschema.validators import extend  # as above

    def pattern(_validator: Any, wanted: str, instance: Any, _schema: Schema) -> Iterator[Error]:
        if isinstance(instance, str) and not shape(wanted).search(instance):
            yield ValidationError("wrong form")

    # JSON Schema takes 4.0 for a whole number; who counts with it must not.
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int)
    made: Callable[[Schema], Validator] = extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": pattern}, type_checker=types
    )
    return made(bundled(name))
