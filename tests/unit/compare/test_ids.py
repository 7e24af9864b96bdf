"""A display name that leads nowhere: what is live is named, the nearest first."""

from __future__ import annotations

import pytest

from wexa_sync.compare.ids import no_such_external
from wexa_sync.kinds.connector import CONNECTOR

LIVE = ["Content creator", "Mail", "REST API"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("mail", "Mail"),
        ("MAIL", "Mail"),
        ("Mali", "Mail"),
        ("content-creator", "Content creator"),
        ("Content Creator", "Content creator"),
        ("rest api", "REST API"),
        ("Slack", ""),
    ],
)
def test_the_nearest_name_is_offered(name: str, meant: str) -> None:
    said = no_such_external(CONNECTOR, name, [{"name": each} for each in LIVE])
    assert ("Did you mean" in said) == bool(meant)
    assert f"Did you mean {meant!r}?" in said or not meant
    assert "'Content creator', 'Mail', 'REST API'" in said


def test_what_has_no_name_is_none_to_refer_to() -> None:
    said = no_such_external(CONNECTOR, "None", [{"name": None}, {}, {"name": {"a": 1}}])
    assert said == "no live Connector is called 'None'; there is none with a name"
    assert no_such_external(CONNECTOR, "Mail", []) == "no live Connector is called 'Mail'; there is none at all"


def test_no_other_name_is_offered_where_several_have_the_name() -> None:
    said = no_such_external(CONNECTOR, "Mail", [{"name": each} for each in ("Mail", "Mail", "Mails")])
    assert said == "2 live Connectors are called 'Mail'; refer to one by {id: ...}"
