"""Kinds are registered once each, by name, in the order in which ids become known."""

from __future__ import annotations

import pytest

from wexa_sync.kinds import BY_NAME, KINDS, register
from wexa_sync.kinds.base import Kind


def test_every_kind_of_the_package_is_registered_in_its_order() -> None:
    assert tuple(BY_NAME.values()) == KINDS


def test_a_name_that_is_taken_is_refused_and_a_kind_may_be_registered_again() -> None:
    register(*KINDS)
    with pytest.raises(ValueError, match="there is a kind Skill already"):
        register(Kind(name="Skill"))
    assert tuple(BY_NAME.values()) == KINDS
