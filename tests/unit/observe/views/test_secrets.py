"""A secret of a manifest is shown by no view, though the server has it in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from tests.conftest import Desk, copy_example, failures_of, opened, work_of
from wexa_sync import engine
from wexa_sync.model import Asked

SECRET = "hunter2-hunter2"
TABLE = """
apiVersion: wexa.ai/v1
kind: Table
metadata: {name: plans}
spec:
  table_name: Plans
  columns:
    - {column_id: code, column_name: Code, column_type: String}
    - {column_id: token, column_name: Token, column_type: String}
    - {column_id: pin, column_name: Pin, column_type: Number}
    - {column_id: more, column_name: More, column_type: Array}
  seed:
    key: code
    rows:
      - {code: a, token: "Bearer ${secret:TOKEN}", pin: "${secret:PIN}", more: ["${secret:TOKEN}"]}
      - {code: b, token: shown, pin: 7}
"""


def shown_rows(desk: Desk) -> dict[str, list[Any]]:
    """Return what a view shows of the rows, by their codes."""
    rows = [row.value for row in engine.get(desk.workspace, "row", Asked(filters={"table": "plans"})).rows]
    return {row["code"]: [row["token"], row["pin"]] for row in rows}


def test_no_view_of_a_row_shows_its_secret(tmp_path: Path) -> None:
    env = {"TOKEN": SECRET, "PIN": "8472"}
    with opened() as remote:
        desk = Desk(copy_example("seed", tmp_path / "desk"), remote)
        (desk.folder / "plans.yaml").write_text(TABLE, encoding="utf-8")
        assert failures_of(desk.apply(desk.plan(env=env))) == []
        hidden = {"a": ["(sensitive)", "(sensitive)"], "b": ["shown", 7]}
        assert shown_rows(desk) == hidden
        assert work_of(desk.plan(env=env)) == []
        (table,) = engine.get(desk.workspace, "table", Asked()).rows
        rows = engine.get(desk.workspace, "row", Asked()).rows
        path = f"/storage/{engine.get(desk.workspace, 'project', Asked()).rows[0].id}/{table.id}"
        # A server that makes a number of the text, and a person who renames the row.
        assert remote.raw("PUT", f"{path}/{rows[0].id}", {"code": "other", "token": "Bearer x-y-z", "pin": 8472}).ok
        assert shown_rows(desk) == {"other": ["(sensitive)", "(sensitive)"], "b": ["shown", 7]}
        assert SECRET not in (desk.folder / ".wexa-sync" / "state.json").read_text("utf-8")


def test_a_row_whose_insert_was_not_answered_shows_no_secret(tmp_path: Path) -> None:
    with opened() as remote:
        desk = Desk(copy_example("seed", tmp_path / "desk"), remote)
        (desk.folder / "plans.yaml").write_text(TABLE.partition("  seed:")[0], encoding="utf-8")
        desk.apply()
        (desk.folder / "plans.yaml").write_text(TABLE, encoding="utf-8")
        plan = desk.plan(env={"TOKEN": SECRET, "PIN": "8472"})
        remote.fault("drop after POST /storage/*/*", "403 GET /storage/*/* nth=2 times=forever")
        desk.apply(plan)
        remote.fault()
        assert desk.workspace.store.load().intents
        assert shown_rows(desk) == {"a": ["(sensitive)", "(sensitive)"], "b": ["shown", 7]}


def test_rows_that_were_recorded_without_their_secrets_are_recorded_anew(tmp_path: Path) -> None:
    with opened() as remote:
        desk = Desk(copy_example("seed", tmp_path / "desk"), remote)
        clear = TABLE.replace("${secret:TOKEN}", SECRET).replace("${secret:PIN}", "8472")
        (desk.folder / "plans.yaml").write_text(clear, encoding="utf-8")
        assert failures_of(desk.apply()) == []
        (desk.folder / "plans.yaml").write_text(TABLE, encoding="utf-8")
        plan = desk.plan(env={"TOKEN": SECRET, "PIN": "8472"})
        assert work_of(plan) == ["adopt onboarding/Table/plans/Seed/rows"]
        assert failures_of(desk.apply(plan)) == []
        assert shown_rows(desk)["a"] == ["(sensitive)", "(sensitive)"]


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
