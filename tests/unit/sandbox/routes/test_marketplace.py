"""Test the marketplace: searched, cut and hired from."""

from __future__ import annotations

import pytest

from wexa_sync.sandbox import ORG_ID

from ..client import NOWHERE, Client
from ..observe_shop import RECRUITER, hire


def test_the_marketplace_is_searched_and_cut(api: Client) -> None:
    def names(search_key: str, limit: int) -> list[str]:
        found = api.get("/public/marketplace/coworkers", search_key=search_key, limit=limit)
        return [each["name"] for each in found["coworkers"]]

    assert names("", 2) == ["AI Recruiter", "Support Writer"]
    assert names("INVOICE", 2) == ["Invoice Reader"]
    assert api.get(f"/public/marketplace/coworker/{RECRUITER}")["name"] == "AI Recruiter"
    assert api.get(f"/marketplace/coworker/update/{RECRUITER}/check")["update_available"] is False
    assert api.send("GET", "/public/marketplace/coworkers", search_key="").status_code == 422


def test_a_hire_copies_a_working_flow_and_costs_its_price(api: Client) -> None:
    flow = hire(api).json()
    (agent,) = flow["agents"]
    assert (flow["marketplace_id"], len(agent["skills"])) == (RECRUITER, 1)
    charged = api.get("/customer/credit_history", organization_id=ORG_ID, limit=1)["data"][0]
    assert (charged["operation"], charged["credits_consumed"]) == ("marketplace_purchase", 25.0)
    assert api.get(f"/agentflow/{flow['_id']}")["marketplace_id"] == RECRUITER


@pytest.mark.parametrize(("coworker", "organization"), [(NOWHERE, ORG_ID), (RECRUITER, NOWHERE)])
def test_nothing_is_hired_for_or_from_nobody(api: Client, coworker: str, organization: str) -> None:
    status, _ = api.refused("POST", f"/marketplace/coworker/{coworker}/purchase", {}, organization_id=organization)
    assert status == 404
