"""Test components of dashboards: taken over and deleted, never made, under every reading of their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Desk, copy_example, failures_of, work_of
from wexa_sync.model import Action, Choice

if TYPE_CHECKING:
    from tests.conftest import Remote

COMPONENT = "recruiting/DashboardComponent/runs"
MANIFEST = """\
apiVersion: wexa.ai/v1
kind: DashboardComponent
metadata: {name: runs}
spec: {title: Runs}
"""
READINGS = [
    {"dashboard": form, "deleted": deleted, "delete_answer": answer}
    for form, deleted, answer in (
        ("components", "404", "message"),
        ("components", "is_deleted", "null"),
        ("list", "404", "204"),
        ("list", "is_deleted", "object"),
        ("empty", "404", "message"),
    )
]


@contextmanager
def dashboard(
    tmp_path: Path, open_sandbox: Callable[..., AbstractContextManager[Remote]], **readings: str
) -> Iterator[Desk]:
    """Open a desk with an applied project that declares a component. Its dashboard is empty yet."""
    folder = copy_example("marketplace", tmp_path / "desk")
    project, _, _ = (folder / "hires.yaml").read_text("utf-8").partition("---\n")
    (folder / "hires.yaml").write_text(project, "utf-8")
    with open_sandbox(readings=readings) as remote:
        desk = Desk(folder, remote, settle=0.2)
        desk.apply()
        (folder / "runs.yaml").write_text(MANIFEST, "utf-8")
        yield desk


def refreshed(desk: Desk) -> str:
    """Let the server fill the dashboard, and return the project's id."""
    (project,) = (record.id for record in desk.workspace.store.load().records.values())
    desk.remote.raw("POST", f"/dashboard/refresh/{project}").raise_for_status()
    return project


def titles(desk: Desk, project: str) -> list[str]:
    """Return the titles of the components that are left."""
    found = desk.remote.raw("GET", f"/dashboard/{project}").json()
    items = found if isinstance(found, list) else found["components"]
    return [each["title"] for each in items if not each.get("is_deleted")]


@pytest.mark.parametrize("readings", READINGS, ids=lambda each: "-".join(each.values()))
def test_a_component_is_taken_over_and_deleted(
    tmp_path: Path, open_sandbox: Callable[..., AbstractContextManager[Remote]], readings: dict[str, str]
) -> None:
    with dashboard(tmp_path, open_sandbox, **readings) as desk:
        (blocked,) = desk.plan().blocked
        assert (str(blocked.address), blocked.reason) == (COMPONENT, "the API has no call to create it")
        assert "Wexa makes components by itself" in blocked.hint
        project = refreshed(desk)
        assert work_of(desk.plan(Choice(adopt=True))) == [f"adopt {COMPONENT}"]
        assert failures_of(desk.apply(desk.plan(Choice(adopt=True)))) == []
        assert work_of(desk.plan()) == []
        (desk.folder / "runs.yaml").unlink()
        assert [str(orphan) for orphan in desk.plan().orphans] == [COMPONENT]
        assert failures_of(desk.apply(desk.plan(Choice(prune=True)))) == []
        assert titles(desk, project) == ["Credits used", "Open tasks"]
        assert work_of(desk.plan()) == []


@pytest.mark.parametrize("fault", ["drop after", "drop before", "500 after"])
def test_a_lost_delete_deletes_one_and_no_other(
    tmp_path: Path, open_sandbox: Callable[..., AbstractContextManager[Remote]], fault: str
) -> None:
    with dashboard(tmp_path, open_sandbox) as desk:
        project = refreshed(desk)
        desk.apply(desk.plan(Choice(adopt=True)))
        (desk.folder / "runs.yaml").unlink()
        desk.remote.fault(f"{fault} DELETE /dashboard/component/**")
        desk.apply(desk.plan(Choice(prune=True)))
        desk.apply(desk.plan(Choice(prune=True)))
        assert titles(desk, project) == ["Credits used", "Open tasks"]
        assert work_of(desk.plan(Choice(prune=True))) == []


def test_components_of_nobody_keep_no_project(
    tmp_path: Path, open_sandbox: Callable[..., AbstractContextManager[Remote]]
) -> None:
    with dashboard(tmp_path, open_sandbox) as desk:
        refreshed(desk)
        for file in desk.folder.glob("*.yaml"):
            file.unlink()
        (desk.folder / "other.yaml").write_text(
            "apiVersion: wexa.ai/v1\nkind: Project\nmetadata: {name: other}\nspec: {projectName: Other}\n", "utf-8"
        )
        plan = desk.plan(Choice(prune=True))
        assert [str(each.address) for each in plan.work if each.action is Action.DELETE] == ["Project/recruiting"]
        assert failures_of(desk.apply(plan)) == []
