"""`${...}` in values: what is filled in, what is refused, and where variables come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync.model import Secret
from wexa_sync.variables import Unfilled, Variables

if TYPE_CHECKING:
    pass

KEY = "sentinel-api-key-7f3a"
VARIABLES = Variables(
    {"region": "eu", "count": 3, "on": True, "rate": 0.5, "nested": "${var:region}", "": "x"},
    {"HOME": "/root", "EMPTY": "", "TOKEN": "hush", "WEXA_API_KEY": KEY},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${var:region}", "eu"),
        ("${var:count}", 3),
        ("${var:on}", True),
        ("${var:rate}", 0.5),
        ("${var:nested}", "${var:region}"),
        ("x-${var:region}-${var:count}-${var:on}-${var:rate}", "x-eu-3-true-0.5"),
        ("${env:HOME}", "/root"),
        ("${env:EMPTY}", ""),
        ("$${var:region}", "${var:region}"),
        ("$$${var:region} $${", "$${var:region} ${"),
        ("${other} ${OTHER:x} ${", "${other} ${OTHER:x} ${"),
        ("${ var:region}", "${ var:region}"),
    ],
)
def test_what_is_filled_in(text: str, value: Any) -> None:
    found, faults = VARIABLES.fill(text)
    assert faults == []
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "template", "value"),
    [
        ("${secret:TOKEN}", "${secret:TOKEN}", "hush"),
        ("Bearer ${secret:TOKEN}, ${var:region} $${", "Bearer ${secret:TOKEN}, eu ${", "Bearer hush, eu ${"),
    ],
)
def test_a_text_with_a_secret_is_one(text: str, template: str, value: str) -> None:
    found, faults = VARIABLES.fill(text)
    assert faults == []
    assert isinstance(found, Secret)
    assert (found.template, found.reveal()) == (template, value)
    assert value not in repr(found)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("${var:regoin}", "${var:regoin} is not defined", "Did you mean 'region'?"),
        ("${var:zzzzzzz}", "${var:zzzzzzz} is not defined", "--var zzzzzzz=VALUE"),
        ("${env:NOPE_NOPE}", "${env:NOPE_NOPE} is not defined", "environment variable NOPE_NOPE"),
        ("${secret:NOPE_NOPE}", "${secret:NOPE_NOPE} is not defined", "to the secret's value"),
        ("${secret:EMPTY}", "${secret:EMPTY} is empty", "environment variable EMPTY"),
        ("${env:}", "${env:} is no variable", "${env:NAME}"),
        ("${var:}", "${var:} is no variable", "${var:NAME}"),
        ("${var:a b}", "${var:a b} is no variable", "${var:NAME}"),
        ("${var:region", "${var:region is no variable", "a literal ${ is written $${"),
        ("${var:region\n}", "${var:region is no variable", "${var:NAME}"),
        ("${env:WEXA_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${secret:WEXA_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${secret:WEXA_SYNC_API_KEY}", "the API key must not stand in a manifest", "another value"),
        ("${var:" + "x" * 9999, "${var:" + "x" * 51 + "... is no variable", "${var:NAME}"),
        ("${var:" + "x" * 9999 + "}", "${var:" + "x" * 51 + "... is not defined", "--var xxx"),
    ],
    ids=lambda it: ascii(it)[:40],
)
def test_what_cant_be_filled_in(text: str, message: str, hint: str) -> None:
    value, (fault,) = VARIABLES.fill(text)
    assert isinstance(value, Unfilled)
    assert fault.message == message
    assert hint in fault.hint
    assert len(fault.hint) < 200


@pytest.mark.parametrize("text", ["${env:COPY}", "Bearer ${secret:COPY}", "${var:copy}", "x ${var:copy}"])
def test_the_api_key_under_another_name_is_refused_too(text: str) -> None:
    _, (fault,) = Variables({"copy": KEY}, {"COPY": KEY, "WEXA_API_KEY": KEY}).fill(text)
    assert fault.message == "the API key must not stand in a manifest"


def test_a_key_that_is_no_secret_is_met_by_chance() -> None:
    assert Variables({"on": True, "x": "x"}, {"WEXA_API_KEY": "x"}).fill("${var:x} ${var:on}") == ("x true", [])


def test_the_api_key_is_not_what_somebody_may_have_meant() -> None:
    _, (fault,) = Variables({}, {"WEXA_API_KEY": KEY}).fill("${secret:WEXA_APIKEY}")
    assert "Set the environment variable WEXA_APIKEY" in fault.hint


@pytest.mark.parametrize("text", ["${env:ODD}", "${secret:ODD}", "${var:odd}", "x ${var:odd}"])
def test_values_are_utf8(text: str) -> None:
    odd = b"caf\xe9".decode("utf-8", "surrogateescape")
    value, (fault,) = Variables({"odd": odd}, {"ODD": odd}).fill(text)
    assert isinstance(value, Unfilled)
    assert "not UTF-8" in fault.message


def test_every_fault_of_a_text_is_told_once_and_not_too_many() -> None:
    _, faults = VARIABLES.fill("${var:a} ${env:b} ${var:a} ${var:region} ${secret:c}")
    assert [fault.message.split(" ")[0] for fault in faults] == ["${var:a}", "${env:b}", "${secret:c}"]
    _, faults = VARIABLES.fill("".join(f"${{var:x{n}}}" for n in range(100_000)))
    assert len(faults) == 20
    _, faults = VARIABLES.fill("${var:none}" * 100_000)
    assert len(faults) == 1
