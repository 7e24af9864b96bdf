"""Test that a plan after an apply is empty for connectors under every reading, and that no config is seen anywhere.

The client never learns which reading holds. Each case applies examples/channels and changes the status.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conformance.desks import SECRETS
from tests.conformance.test_every_reading import CONVERGING, Desk, desk, in_threes, named, shown
from wexa_sync.render.json import plan_json
from wexa_sync.render.view.plan import plan_view
from wexa_sync.sandbox.readings import connectors

FEW = in_threes([{reading.name: value} for reading in connectors.READINGS for value in reading.values[1:]])
TOGETHER = [
    {reading.name: chance.choice(reading.values) for reading in (*CONVERGING, *connectors.READINGS)}
    for chance in (random.Random(seed) for seed in range(3))  # noqa: S311  # a fixed choice, not a secret
]
LINE = "channels/Connector/support-line"


@pytest.mark.parametrize("readings", [{}, *FEW, *TOGETHER], ids=named)
def test_a_connector_converges_and_its_skills_are_not_doubled(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, example="channels") as channels:
        assert channels.apply() == []
        assert shown(channels.plan()) == []
        ids = {str(address): record.id for address, record in channels.workspace.store.load().records.items()}
        live = channels.live("Skill", ids["Project/channels"])
        by_line = [skill["name"] for skill in live if skill["connector_id"] == ids[LINE]]
        assert sorted(set(by_line)) == sorted(by_line)
        assert {"Support line - Start a chat", "Answer a message"} <= set(by_line)
        set_status(channels, "inactive")
        assert shown(channels.plan()) == [f"update {LINE}"]
        assert channels.apply() == []
        assert shown(channels.plan()) == []
        state = (tmp_path / "state.json").read_text("utf-8")
        assert SECRETS["WHATSAPP_PIN"] not in state + plan_json(plan_view(channels.plan()))
        assert "desk@example.com" not in state, "no text of config is kept, be it a secret or not"
        assert json.loads(state)["records"]


def set_status(channels: Desk, status: str) -> None:
    """Declare another status of the connector."""
    manifest = channels.folder / "connector.yaml"
    manifest.write_text(manifest.read_text("utf-8").replace("status: ready", f"status: {status}"), "utf-8")
