"""Whatever a reading shows of the workspace: after an apply nothing is unmanaged, and what is added by hand is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
from msgspec.structs import replace

from tests.conformance.test_every_reading import FEW, TABLES, TOGETHER, Desk, desk, named, shown
from wexa_sync import engine
from wexa_sync.export.printed import printed
from wexa_sync.manifests.sources import Sources
from wexa_sync.state import FileStore


def unmanaged(found: Desk) -> list[str]:
    """Return what no record knows, by kind and name."""
    return [f"{each.thing.kind.name} {each.thing.name}" for each in engine.unmanaged(found.workspace).strangers]


@pytest.mark.parametrize("readings", [{}, *FEW[::2], *TOGETHER[::3]], ids=named)
def test_what_was_applied_is_known_and_what_was_added_is_not(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings) as support:
        assert support.apply() == []
        assert unmanaged(support) == []
        records = {address: record.id for address, record in support.workspace.store.load().records.items()}
        project = next(id for address, id in records.items() if address == "Project/support-desk")
        body = {"name": "Stray", "description": "d", "role": "r", "projectID": project}
        url = f"{support.workspace.target.base_url}/agentflow/"
        sent = requests.post(url, json=body, params={"projectID": project}, headers={"x-api-key": "any"}, timeout=60)
        sent.raise_for_status()
        assert unmanaged(support) == ["AgentFlow Stray"]


@pytest.mark.parametrize("readings", TABLES, ids=named)
def test_tables_and_columns_that_were_applied_are_known(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, "tables") as recruiting:
        assert recruiting.apply() == []
        assert unmanaged(recruiting) == []


@pytest.mark.parametrize("readings", [{}, *FEW[1::3], *TOGETHER[1::4]], ids=named)
def test_the_manifests_that_are_printed_take_over_all_of_it(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings) as support:
        assert support.apply() == []
        lost = replace(support.workspace, store=FileStore(tmp_path / "lost.json"))
        folder = tmp_path / "printed"
        folder.mkdir()
        (folder / "all.yaml").write_text(printed(engine.unmanaged(lost)), "utf-8")
        desired = engine.read(Sources(paths=(folder,), root=folder))
        plan = engine.plan(desired, lost)
        assert shown(plan) == [f"adopt {change.address}" for change in plan.work]
        assert len(plan.work) == len(desired.manifests)
