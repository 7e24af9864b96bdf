"""Digests as people read and type them."""

from __future__ import annotations

import pytest

from wexa_sync.text.digests import digest_from, is_digest, short

DIGEST = "3f9a1c2b77d0e4a1" + 48 * "5"


def test_the_short_form_is_four_groups_of_four() -> None:
    assert short(DIGEST) == "3f9a-1c2b-77d0-e4a1"
    assert short("") == ""


@pytest.mark.parametrize("text", [DIGEST, short(DIGEST), " 3F9A 1C2B 77D0 E4A1\n", "3f9a1c2b77d0e4a1", DIGEST.upper()])
def test_both_forms_are_read_in_any_writing(text: str) -> None:
    assert is_digest(text, DIGEST)
    assert not is_digest(text, "4" + DIGEST[1:])
    assert not is_digest(text, "")


@pytest.mark.parametrize(
    "text", ["", "-", "3f9a", DIGEST + "0", DIGEST[:-1], "3f9a-1c2b-77d0-e4ag", "³f9a1c2b77d0e4a1"]
)
def test_what_is_no_digest_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="16 hex digits"):
        digest_from(text)
