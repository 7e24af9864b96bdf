"""Lists that can't be read, or are cut: nothing is made that could not be found again, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from wexa_sync.model import Status

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

LISTS = {
    "GET /skills/": "skills",
    "GET /agentflows": "agentflows",
    "GET /schedules/coworker": "schedules",
    "GET *execution_flows": "data",
}


@pytest.fixture
def lied(desk: Desk, wire: Wire) -> Desk:
    """Return the desk, whose server is behind a wire."""
    server = replace(desk.remote.server, base_url=wire.url)
    return replace(desk, remote=replace(desk.remote, server=server), settle=0.2)


@pytest.mark.parametrize("path", LISTS)
def test_where_a_list_of_a_new_project_can_not_be_read_nothing_is_made_in_it(
    lied: Desk, wire: Wire, cli: Cli, path: str
) -> None:
    def renamed(body: Any) -> Any:
        return {"rows": body[LISTS[path]], "columns": []}

    wire.lies[path.replace("GET *", "GET /*/")] = renamed
    words, env = ("apply", "--auto-approve"), wire.env(lied)
    failed = cli(lied.folder, *words, code=1, env=env)
    assert "it was created, but none of its parts: GET /" in " ".join(failed.stdout.split())
    assert "expected a list" in " ".join(failed.stdout.split())
    assert [asked for asked, _ in wire.sent] == ["POST /v1/project"]
    again = cli(lied.folder, *words, code=1, env=env)
    assert "expected a list" in " ".join(again.stderr.split()), "now the plan sees it"
    assert [asked for asked, _ in wire.sent] == ["POST /v1/project"]
    wire.lies.clear()
    cli(lied.folder, *words, env=env)
    assert cli(lied.folder, "plan", env=env).last == "No changes."
    assert len([asked for asked, _ in wire.sent if asked == "POST /v1/project"]) == 1


def test_a_list_of_skills_whose_name_filter_is_ignored_blocks_what_it_may_hide(
    lied: Desk, wire: Wire, work: Callable[[Any], list[str]]
) -> None:
    lied.apply()
    file = lied.folder / "skills.yaml"
    text = file.read_text("utf-8")
    file.write_text(
        text + "---\n" + text.partition("---")[0].replace("summarise", "other").replace("Summarise", "Other"), "utf-8"
    )
    wire.lies["GET /skills/"] = lambda body: {**body, "total_count": 9}
    (line,) = work(lied.plan())
    assert line.startswith("create support-desk/Skill/other"), line
    everything = lied.remote.raw("GET", "/skills/", projectID=project_of(lied)).json()
    wire.lies["GET /skills/"] = lambda _body: {**everything, "total_count": 9}
    (line,) = work(lied.plan())
    assert line.startswith(
        "blocked support-desk/Skill/other: it may be there already: GET /skills/: Skill 'Other ticket'"
    )


def project_of(desk: Desk) -> str:
    return next(r.id for a, r in desk.workspace.store.load().records.items() if a.kind == "Project")


def test_a_person_says_that_what_a_cut_list_may_hide_is_not_there(lied: Desk, wire: Wire, cli: Cli) -> None:
    lied.apply()
    (lied.folder / "again.yaml").write_text(SECOND_RUN, "utf-8")
    wire.lies["GET /*/execution_flows"] = lambda body: {**body, "total": 400}
    env = wire.env(lied)
    blocked = " ".join(cli(lied.folder, "plan", env=env).stdout.split())
    assert "it may be there already: the list shows 1 Executions, and leaves out others" in blocked
    assert "wexa-sync resolve support-desk/Execution/second --happened ID` or `--did-not-happen" in blocked
    wire.sent.clear()
    cli(lied.folder, "apply", "--auto-approve", code=4, env=env)
    assert wire.sent == []
    cli(lied.folder, "resolve", "support-desk/Execution/second", "--did-not-happen", env=env)
    cli(lied.folder, "apply", "--auto-approve", env=env)
    assert [asked for asked, _ in wire.sent].count("POST /execute_flow") == 1
    assert cli(lied.folder, "plan", env=env).last == "No changes."


def test_a_cut_list_of_connectors_does_not_keep_those_that_it_shows_from_use(lied: Desk, wire: Wire) -> None:
    wire.lies["GET /connectors/*"] = lambda body: {"connectors": body, "total": 99}
    assert {outcome.status for outcome in lied.apply()} == {Status.APPLIED}
    skills = lied.folder / "skills.yaml"
    skills.write_text(skills.read_text("utf-8") + NOWHERE, "utf-8")
    (blocked,) = lied.plan().blocked
    assert "no live Connector is called 'Nowhere'" in blocked.reason
    assert "Connectors, and leaves out others" in blocked.reason


SECOND_RUN = """apiVersion: wexa.ai/v1
kind: Execution
metadata: {name: second}
spec: {agentflow_id: triage, goal: Another.}
"""
NOWHERE = """---
apiVersion: wexa.ai/v1
kind: Skill
metadata: {name: nowhere}
spec: {name: Nowhere, description: D, connector_id: {external: Nowhere}}
"""


@pytest.mark.parametrize("also", ["cut", "replaced"])
def test_what_is_gone_has_drifted_whatever_a_list_leaves_out_or_has_in_its_place(
    lied: Desk, wire: Wire, cli: Cli, also: str
) -> None:
    lied.apply()
    (lied.folder / "wexa-sync.yaml").write_text("settle: 0.2\n", "utf-8")
    records = lied.workspace.store.load().records
    gone = next(record.id for address, record in records.items() if address.name == "summarise" and not address.owner)
    everything = lied.remote.raw("GET", "/skills/", projectID=project_of(lied)).json()
    others = [skill for skill in everything["skills"] if skill["_id"] != gone]
    new = [{**skill, "_id": "d" * 24} for skill in everything["skills"] if skill["_id"] == gone]
    shown = {"skills": [*others, *new]} if also == "replaced" else {"skills": others, "total_count": 9}
    wire.lies["GET /skills/"] = lambda _body: {**everything, **shown}
    wire.refuse[f"GET /skills/{gone}"] = 404
    said = " ".join(cli(lied.folder, "drift", env=wire.env(lied), code=2).stdout.split())
    name = f"; of its name, and not applied: {'d' * 24}" if also == "replaced" else ""
    assert f'- support-desk/Skill/summarise "Summarise ticket" (removed on the live side{name})' in said
