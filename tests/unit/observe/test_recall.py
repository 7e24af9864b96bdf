"""A text that is not set here is taken to be as it was sent; so is each secret, where none is to be known."""

from __future__ import annotations

from wexa_sync.model import Address, Desired, Manifest, Record, Sealed, Secret, Source, Unset
from wexa_sync.observe.recall import with_recalled, without_secrets
from wexa_sync.state.base import State

DESK = Address(kind="Project", name="desk")
SENT = Sealed(template="", fingerprint="f" * 64)


def desired(value: Secret, *, unset: bool) -> Desired:
    """Return one manifest whose description is that value."""
    manifest = Manifest(address=DESK, spec={"description": value}, source=Source(file="m.yaml"))
    return Desired(manifests={DESK: manifest}, depends_on={DESK: frozenset()}, unset=unset)


STATE = State(records={DESK: Record(address=DESK, id="p1", spec={"description": SENT})})


def test_what_is_not_set_is_as_it_was_sent() -> None:
    found = with_recalled(desired(Unset(template=""), unset=True), STATE)
    assert found.manifests[DESK].spec == {"description": SENT}


def test_a_clear_text_that_no_read_shows_is_as_it_was_sent_where_no_secret_is_to_be_known() -> None:
    # The manifest names no variable, so that it says of itself that nothing in it is unset.
    found = without_secrets(desired(Secret(template="", value="hush"), unset=False))
    assert with_recalled(found, STATE).manifests[DESK].spec == {"description": SENT}


def test_a_secret_that_is_known_stays_what_it_is() -> None:
    wanted = desired(Secret(template="", value="hush"), unset=False)
    assert with_recalled(wanted, STATE) == wanted
