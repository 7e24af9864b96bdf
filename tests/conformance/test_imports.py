"""Test that what an apply made is imported whole, by its names and by its ids, under several readings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conformance.desks import SECRETS
from tests.conformance.test_every_reading import FEW, TABLES, TOGETHER, Desk, desk, named, shown
from wexa_sync import engine
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Nature
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Action, Address, Desired, Record

CASES = [("support-desk", each) for each in ({}, *FEW[::4], *TOGETHER[:2])]
CASES += [("tables", each) for each in TABLES[:2]]


def desired_of(made: Desk) -> Desired:
    """Return what the desk declares."""
    return engine.read(Sources(paths=(made.folder,), root=made.folder, env=SECRETS))


def lose(made: Desk) -> dict[Address, Record]:
    """Apply the desk, remove its state, and return what was recorded."""
    assert made.apply() == []
    store = made.workspace.store
    records = dict(store.load().records)
    for file in store.files:
        if file.is_file():
            file.unlink()
    assert made.workspace.store.load().records == {}
    return records


def ids_of(records: Mapping[Address, Record]) -> dict[Address, str]:
    """Return the ids of what is no action: a run is another one each time that its list is read."""
    return {
        address: record.id for address, record in records.items() if BY_NAME[address.kind].nature is Nature.RESOURCE
    }


@pytest.mark.parametrize(
    ("example", "readings"), CASES, ids=lambda each: each if isinstance(each, str) else named(each)
)
def test_all_is_imported_by_names(tmp_path: Path, example: str, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, example) as made:
        records = lose(made)
        plan = engine.plan_to_import(desired_of(made), made.workspace)
        assert {change.action for change in plan.work} == {Action.ADOPT}
        assert plan.blocked == ()
        engine.apply(plan, made.workspace, limits=None)
        assert ids_of(made.workspace.store.load().records) == ids_of(records)
        assert shown(made.plan()) == []


@pytest.mark.parametrize(
    ("example", "readings"), CASES, ids=lambda each: each if isinstance(each, str) else named(each)
)
def test_each_is_imported_by_its_id(tmp_path: Path, example: str, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, example) as made:
        records, desired = lose(made), desired_of(made)
        for address in sorted(desired.manifests, key=lambda each: each.kind != "Project"):
            record = records.get(address)
            kind = BY_NAME[address.kind]
            if record is None or address.owner or kind.nature is Nature.ACTION or kind.implied_by:
                continue
            found = engine.import_one(address, record.id, desired, made.workspace)
            assert found[0].id == record.id
            assert engine.import_one(address, record.id, desired, made.workspace) == ()
        rest = {
            address
            for address in records
            if (kind := BY_NAME[address.kind]).nature is Nature.ACTION or kind.sown or kind.implied_by
        }
        assert {*records} - {*made.workspace.store.load().records} == rest
        plan = made.plan()
        assert {blocked.address for blocked in plan.blocked} <= rest
        assert {change.action for change in plan.work} <= {Action.ADOPT, Action.UPDATE}
        assert {change.address for change in plan.work} <= rest
