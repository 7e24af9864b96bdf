"""Hide the secrets of the manifests wherever the server shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from wexa_sync.compare.same import hardened
from wexa_sync.model import Change, Observation, Plan, Sealed, Secret
from wexa_sync.secrecy.find import has_secret, secrets_in, texts_where_sealed
from wexa_sync.secrecy.hide import scrubber_of, veil
from wexa_sync.secrecy.redact import Mask, mask_plan
from wexa_sync.secrecy.seal import secret_fingerprint


def keep_secret(plan: Plan, observation: Observation) -> Plan:
    """Return the plan with a manifest's secrets hidden where the server shows them in fields that are not secret.

    The declared specs stay as they are: they are sent.
    """
    pairs = observation.pairs.values()
    specs = [pair.manifest.spec for pair in pairs if pair.manifest is not None]
    sent = [each.spec for pair in pairs for each in (pair.record, pair.intent) if each is not None]
    if not has_secret(*specs, *sent):  # most workspaces have none: one look at all of them
        return plan
    held = (found for spec in specs if has_secret(spec) for _, found in secrets_in(spec))
    known = [found for found in held if isinstance(found, Secret)]
    known += _sent_before(observation, {secret.reveal() for secret in known})
    if not known:
        return plan
    scrub = scrubber_of(known)
    masked = mask_plan(plan, Mask(text=scrub, value=lambda value, _: veil(value, lambda text: scrub(text) != text)))
    changes = zip(masked.changes, plan.changes, strict=True)
    return replace(masked, changes=tuple(_as_declared(change, was, plan.lineage) for change, was in changes))


def _sent_before(observation: Observation, known: Collection[str]) -> Iterator[Secret]:
    """Return the secrets that were sent and are live, though their manifest has another value there by now, or none.

    A text is one where its fingerprint is. What is `known` is left out: a fingerprint takes long.
    """
    for pair in observation.pairs.values():
        for sent in (pair.record, pair.intent):
            if sent is None or pair.live is None or not has_secret(sent.spec):
                continue
            sealed = (found for _, found in secrets_in(sent.spec) if isinstance(found, Sealed))
            templates = {found.fingerprint: found.template for found in sealed}
            for text in texts_where_sealed(sent.spec, pair.live.spec) if templates else ():
                mark = "" if text in known else secret_fingerprint(Secret(template="", value=text), observation.lineage)
                if mark in templates:
                    yield Secret(template=templates[mark], value=text)


def _as_declared(change: Change, was: Change, key: str) -> Change:
    shown = (change.before, change.fields) != (was.before, was.fields)
    # The expected fingerprint was made with the secrets in clear.
    expected = hardened(was.expected, key) if was.expected and shown else was.expected
    return replace(change, after=was.after, expected=expected)
