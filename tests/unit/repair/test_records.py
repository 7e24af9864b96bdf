"""An address is given up with the intent that is settled, and not while it is in doubt."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from wexa_sync.errors import UsageError
from wexa_sync.model import Address, Intent, Record
from wexa_sync.repair.records import forgotten
from wexa_sync.state.base import Forget, Intend, Remember, State

SKILL = Address.parse("desk/Skill/sum")
RECORD = Record(address=SKILL, id="i", spec={})
INTENT = Intent(address=SKILL, operation="update", time=1.0, spec={}, fingerprint="f", settled=True)


def test_a_record_goes_alone() -> None:
    state = State().after(Remember(RECORD))
    entry = forgotten(state, SKILL)
    assert entry == Forget(SKILL)
    assert state.after(entry).records == {}


def test_what_was_said_of_an_earlier_attempt_goes_with_it() -> None:
    state = State().after(Remember(RECORD), Intend(INTENT))
    after = state.after(forgotten(state, SKILL))
    assert (after.records, after.intents) == ({}, {})


def test_a_doubt_is_not_forgotten() -> None:
    state = State().after(Remember(RECORD), Intend(replace(INTENT, settled=False)))
    with pytest.raises(UsageError, match="desk/Skill/sum is in doubt") as caught:
        forgotten(state, SKILL)
    assert caught.value.hint.endswith("`wexa-sync resolve desk/Skill/sum`.")
