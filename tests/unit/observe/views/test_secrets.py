"""A secret of a manifest is shown by no view, though the server has it in clear."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.conftest import Desk, copy_example, opened
from wexa_sync import engine
from wexa_sync.model import Asked

SECRET = "hunter2-hunter2"


def test_no_view_of_a_run_shows_its_secret(tmp_path: Path) -> None:
    folder = copy_example("support-desk", tmp_path / "desk")
    file = folder / "execution.yaml"
    manifest = yaml.safe_load(file.read_text(encoding="utf-8"))
    manifest["spec"]["input_variables"] = {"token": "Bearer ${secret:TOKEN}"}
    manifest["spec"].pop("wait", None)
    file.write_text(yaml.safe_dump(manifest), encoding="utf-8")
    with opened(readings={"execution_items": "sparse"}, run_seconds=0.0) as remote:
        desk = Desk(folder, remote)
        assert remote.raw("POST", "/_sandbox/outcomes", {"outcome": "preview"}).ok
        desk.apply(desk.plan(env={"TOKEN": SECRET}))
        assert remote.raw("POST", "/_sandbox/clock", {"advance": 60}).ok
        item = engine.get(desk.workspace, "inbox", Asked()).rows[0]
        assert item.value["preview"]["preview_input"]["skill"]["input"]["content"]["token"] == "(sensitive)"
        run, task = (engine.get(desk.workspace, view, Asked()).rows[0] for view in ("execution", "task"))
        for view, name in (
            ("execution", ""),
            ("execution", run.id),
            ("execution", "support-desk/Execution/smoke-test"),
            ("task", task.id),
            ("inbox", item.id),
            ("monitor", ""),
        ):
            shown = str(engine.get(desk.workspace, view, Asked(name=name)))
            assert SECRET not in shown, view
        assert "(sensitive)" in str(engine.get(desk.workspace, "task", Asked(name=task.id)))
        assert SECRET in remote.raw("GET", f"/execute_flow/{run.id}").text
