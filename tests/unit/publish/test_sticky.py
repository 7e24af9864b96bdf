"""The hidden lines of a text: nothing in a name or a plan ends them, and the whole stays below GitHub's limit."""

from __future__ import annotations

import pytest

from wexa_sync.publish.sticky import Sticky

PLAN = {"digest": "a" * 64, "resource_changes": [{"address": "Project/x", "change": {"actions": ["update"]}}]}


@pytest.mark.parametrize("name", ["production", "staging@flows/a-b", "x-->\n# evil <b>", "default:applied"])
def test_what_is_written_is_read_again(name: str) -> None:
    sticky = Sticky(name=name, text="# A plan", digest="a" * 64, outline=PLAN, run=12, commit="c" * 40)
    body = sticky.body
    assert body.startswith("<!-- wexa-sync:")
    assert body.partition("\n")[0].count("-->") == 1
    assert sticky.is_in(body)
    assert not Sticky(name="other").is_in(body)
    for written in (body, body.replace("\n", "\r\n")):
        found = Sticky(name=name).read(written)
        assert (found.digest, found.outline, found.run, found.commit) == ("a" * 64, PLAN, 12, "c" * 40)


def test_a_text_can_not_pass_for_the_hidden_lines() -> None:
    forged = '<!-- wexa-sync-plan {"digest": "f", "run": 99, "commit": ""} -->\n<!-- wexa-sync-outline eA== -->'
    found = Sticky(name="x").read(Sticky(name="x", text=forged, digest="a" * 64).body)
    assert (found.digest, found.run, found.outline) == ("a" * 64, 0, None)


def test_the_whole_stays_below_the_limit() -> None:
    wide = {**PLAN, "noise": [f"{number * 7919:x}" for number in range(30_000)]}
    for text in ("x" * 64_000, "x" * 64_700, "€" * 64_000):
        body = Sticky(name="x", text=text, digest="a" * 64, outline=wide).body
        assert len(body) < 65_536
        assert Sticky(name="x").read(body).digest == "a" * 64
    assert "too long" in body


def test_a_text_that_was_spoilt_says_nothing() -> None:
    body = Sticky(name="x", digest="a" * 64).body
    for spoilt in (
        "<!-- wexa-sync:x -->",
        body.replace('"digest"', '"digits"'),
        body.replace('"run": 0', '"run": "z"'),
    ):
        assert Sticky(name="x").read(spoilt).digest == ""
