"""Test that what an export writes and records is what is live, under every reading: the next plan is empty."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.conformance.test_every_reading import FEW, TABLES, TOGETHER, Desk, desk, named, shown
from wexa_sync import engine
from wexa_sync.errors import InvalidManifests, UsageError
from wexa_sync.export.result import Export
from wexa_sync.manifests.sources import Sources
from wexa_sync.model import Plan
from wexa_sync.state import FileStore
from wexa_sync.workspace import Workspace

RETIRED = b"""
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: retired, project: support-desk}
spec: {name: Retired, description: "", connector_id: {external: REST API}}
"""


def exported(workspace: Workspace, folder: Path, **more: Any) -> tuple[Export, Plan]:
    """Export all that is live into a folder with a state of its own, and plan what was written."""
    own = replace(workspace, store=FileStore(folder.with_suffix(".json")))
    found = engine.export(own, folder, adopt=True, partial=True, **more)
    return found, engine.plan(engine.read(Sources(paths=(folder,), root=folder)), own)


def texts(folder: Path) -> Mapping[str, bytes]:
    """Return the files below a folder."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def assert_empty_and_stable(live: Desk, tmp_path: Path, *, broken: bool = False) -> None:
    """Assert that an export comes to no change, and is the same the second time. `broken`: the chains of flows are."""
    found, plan = exported(live.workspace, tmp_path / "one")
    assert (found.odd, found.left, [each for each in found.unread if not each.guessed]) == ((), (), [])
    assert found.is_whole or broken, found.partial
    assert (shown(plan), plan.orphans, plan.unmanaged) == ([], (), ())
    assert found.recorded == len(found.written) + len([a for a in plan.ids if a.kind == "Database"])
    exported(live.workspace, tmp_path / "two")
    assert texts(tmp_path / "one") == texts(tmp_path / "two")


@pytest.mark.parametrize("readings", [{}, *FEW, *TOGETHER], ids=named)
def test_support_desk_comes_back(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings) as support:
        assert support.apply() == []
        broken = readings.get("unlinked_without_after_agent") == "yes"
        assert_empty_and_stable(support, tmp_path, broken=broken)


@pytest.mark.parametrize("readings", TABLES, ids=named)
def test_tables_come_back(tmp_path: Path, readings: Mapping[str, str]) -> None:
    with desk(tmp_path, readings, "tables") as recruiting:
        assert recruiting.apply() == []
        assert_empty_and_stable(recruiting, tmp_path)


def test_an_export_into_its_folder_changes_what_changed_live_and_names_what_is_gone(tmp_path: Path) -> None:
    with desk(tmp_path, {}) as support:
        assert support.apply() == []
        folder = tmp_path / "one"
        exported(support.workspace, folder)
        before = texts(folder)
        (folder / "README.md").write_bytes(b"ours")
        mine = before["schedules.yaml"].partition(b"\n")[2]
        (folder / "schedules.yaml").write_bytes(mine)
        (folder / "project.yaml").write_bytes(before["project.yaml"].replace(b"Reads tickets", b"Edited, and not live"))
        retired = before["project.yaml"].partition(b"\n")[0] + RETIRED
        (folder / "old.yaml").write_bytes(retired)
        found, _ = exported(support.workspace, folder, into=True)
        assert texts(folder) == {**before, "README.md": b"ours", "schedules.yaml": mine, "old.yaml": retired}
        assert [*found.declared.values(), *found.gone.values()] == ["schedules.yaml", "old.yaml"]


def test_manifests_that_would_not_be_valid_beside_others_are_not_written(tmp_path: Path) -> None:
    with desk(tmp_path, {}) as support:
        assert support.apply() == []
        folder = tmp_path / "mine"
        folder.mkdir()
        name = b"apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: ours}\nspec: {projectName: Support desk}\n"
        (folder / "project.yaml").write_bytes(name)
        own = replace(support.workspace, store=FileStore(tmp_path / "none.json"))
        with pytest.raises(UsageError, match="Project/support-desk has the same projectName as Project/ours"):
            engine.export(own, folder, into=True)
        assert texts(folder) == {"project.yaml": name}


@pytest.mark.parametrize("broken", [b"kind: [", b"apiVersion: wexa.ai/v1\nkind: Skill\nmetadata: {name: 7}\n"])
def test_nothing_is_written_beside_a_file_that_hides_what_it_declares(tmp_path: Path, broken: bytes) -> None:
    with desk(tmp_path, {}) as support:
        folder = tmp_path / "mine"
        folder.mkdir()
        (folder / "flow.yaml").write_bytes(broken)
        with pytest.raises(InvalidManifests) as refused:
            engine.export(support.workspace, folder, into=True)
        assert {Path(each.source.file).name for each in refused.value.problems} == {"flow.yaml"}
        assert texts(folder) == {"flow.yaml": broken}
