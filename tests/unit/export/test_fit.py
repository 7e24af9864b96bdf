"""What no manifest may say is left to the live side, and said."""

from __future__ import annotations

from tests.unit.export.drafts import draft
from wexa_sync.export.fit import fitted
from wexa_sync.model import Ref, Secret


def test_the_api_key_in_a_live_text_is_left_where_it_is() -> None:
    key = Secret(template="", value="typed into the Studio")
    connector = Ref(kind="Connector", external="C")
    made, why = fitted(draft("Skill", "a", {"name": "a", "description": key, "connector_id": connector}))
    assert why == ""
    assert made.ignore == ("description",)
    assert made.spec.keys() == {"name", "description", "connector_id"}
    assert made.spec["description"] is not key
    assert "it holds the API key" in made.comments["spec", "description"][0]
