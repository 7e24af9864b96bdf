"""Hide the secrets of the manifests wherever the server shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from wexa_sync.compare.same import hardened
from wexa_sync.model import Change, FieldChange, Observation, Plan, Secret
from wexa_sync.secrecy.find import Scrub, parts, scrubber, sealed_of, secrets_of, texts_where_sealed, veiled
from wexa_sync.secrecy.seal import secret_fingerprint


def keep_secret(plan: Plan, observation: Observation) -> Plan:
    """The plan without the secrets of its manifests where the server shows them at places that are not secret."""
    specs = [pair.manifest.spec for pair in observation.pairs.values() if pair.manifest is not None]
    known = [secret for spec in specs for secret in secrets_of(spec)]
    known += _sent_before(observation, {secret.reveal() for secret in known})
    if not known:
        return plan
    scrub = scrubber(part for secret in known for part in parts(secret))
    return replace(
        plan,
        changes=tuple(_without_secrets(change, scrub, plan.lineage) for change in plan.changes),
        blocked=tuple(
            replace(
                each,
                reason=scrub(each.reason),
                hint=scrub(each.hint),
                fields=_veiled_fields(each.fields, scrub),
            )
            for each in plan.blocked
        ),
    )


def _sent_before(observation: Observation, known: Collection[str]) -> Iterator[Secret]:
    """Return the secrets that were sent and are live, though their manifest has another value there by now, or none.

    A text is one where its fingerprint is. What is `known` is left out: a fingerprint takes long.
    """
    for pair in observation.pairs.values():
        for sent in (pair.record, pair.intent):
            if sent is None or pair.live is None:
                continue
            templates = {sealed.fingerprint: sealed.template for sealed in sealed_of(sent.spec)}
            for text in texts_where_sealed(sent.spec, pair.live.spec) if templates else ():
                mark = "" if text in known else secret_fingerprint(Secret(template="", value=text), observation.lineage)
                if mark in templates:
                    yield Secret(template=templates[mark], value=text)


def _without_secrets(change: Change, scrub: Scrub, key: str) -> Change:
    before, fields = veiled(change.before, scrub), _veiled_fields(change.fields, scrub)
    shown = (before, fields) != (change.before, change.fields)
    return replace(
        change,
        before=before,
        fields=fields,
        reason=scrub(change.reason),
        # What was expected was hashed with them in clear.
        expected=hardened(change.expected, key) if change.expected and shown else change.expected,
    )


def _veiled_fields(fields: Iterable[FieldChange], scrub: Scrub) -> tuple[FieldChange, ...]:
    return tuple(
        replace(field, before=veiled(field.before, scrub), after=veiled(field.after, scrub)) for field in fields
    )
