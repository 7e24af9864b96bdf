"""A response that is doubted says why in words, whatever JSON stands where an id belongs."""

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.api.account import customer
from wexa_sync.api.calls import Ids
from wexa_sync.api.checks import misfit, require_about
from wexa_sync.errors import Nonsense, Refused
from wexa_sync.kinds.skill import SKILL
from wexa_sync.kinds.trigger import TRIGGER

ID, OTHER = "6b0715306954c577d89ebf4a", "6b0715306954c577d89ebf4b"
NO_ID: list[Any] = [5, True, [], [ID], {"_id": {"a": None}}, {"_id": OTHER, "name": "Mail"}, "a b", OTHER]


def about(shown: Any) -> None:
    assert TRIGGER.listing is not None
    require_about(TRIGGER.listing, {"connector_id": shown, "triggers": []}, Ids(owner=ID), "/triggers")


@pytest.mark.parametrize("shown", [None, "", ID, {"_id": ID, "name": "Mail"}])
def test_a_list_may_name_its_owner_by_id_or_whole(shown: Any) -> None:
    about(shown)


@pytest.mark.parametrize("shown", NO_ID, ids=repr)
def test_a_list_of_another_owner_is_doubted_in_words(shown: Any) -> None:
    with pytest.raises(Nonsense) as caught:
        about(shown)
    other = OTHER if OTHER in str(shown) else "something that is no id"
    assert caught.value.message == f"GET /triggers: connector_id is {other}, not {ID}"


@pytest.mark.parametrize("shown", [5, True, [ID], {"_id": OTHER}, "a b"], ids=repr)
def test_a_response_with_what_is_no_id_is_doubted_in_words(shown: Any) -> None:
    assert misfit(SKILL, {"_id": shown}, Ids(), ID) == f"expected Skill {ID}, got something that is no id"


class Answering:
    """Represent an API that answers every request with the same body."""

    def __init__(self, body: Any) -> None:
        self.body = body

    def request(self, *_: Any, **__: Any) -> Any:
        return self


def test_the_account_of_another_organisation_is_refused_in_words() -> None:
    for shown in (5, [ID], {"name": None}):
        with pytest.raises(Refused, match="it belongs to something that is no id"):
            customer(Answering({"organization_id": shown}), ID, "u")  # type: ignore[arg-type]
    with pytest.raises(Refused, match=f"it belongs to {OTHER}"):
        customer(Answering({"organization_id": {"_id": OTHER}}), ID, "u")  # type: ignore[arg-type]
    customer(Answering({"organization_id": {"_id": ID}}), ID, "u")  # type: ignore[arg-type]
