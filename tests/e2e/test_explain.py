"""`explain` says of each resource what the plan says, and of each field why it is a difference or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.errors import UsageError
from wexa_sync.model import Address, Blocked, Change, Explanation, Plan, Standing
from wexa_sync.render.explain_json import explanation_json
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.explain import explanation_text
from wexa_sync.render.view.explain import explanation_view

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

CLASSIFY = "support-desk/AgentFlow/triage/Agent/classify"
SKILL = "support-desk/Skill/summarise"


def explained(desk: Desk, address: str, **env: str) -> Explanation:
    return engine.explain(Address.parse(address), desk.read(env), desk.workspace)


def fields(desk: Desk, address: str, **env: str) -> dict[str, Any]:
    """Return the fields of an explanation as its JSON has them, by path."""
    found = json.loads(explanation_json(explanation_view(explained(desk, address, **env))))
    return {field.pop("path"): field for field in found["fields"]}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def change_live(desk: Desk, **values: str) -> None:
    """Change the agent `classify` on the live side."""
    records = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    flow, project = records["support-desk/AgentFlow/triage"], records["Project/support-desk"]
    agents = desk.remote.raw("GET", f"/agentflow/{flow}").json()["agents"]
    agent = next(each for each in agents if each["_id"] == records[CLASSIFY]) | values
    agent["skills"] = [each["_id"] for each in agent["skills"]]
    path = f"/agentflow/{flow}/update/skilled/{records[CLASSIFY]}"
    desk.remote.raw("POST", path, agent, projectID=project).raise_for_status()


def agrees(plan: Plan, found: Explanation) -> None:
    """Check that an explanation says what the plan says."""
    every: tuple[Change | Blocked, ...] = (*plan.changes, *plan.blocked)
    assert found.found == next((each for each in every if each.address == found.address), None)
    assert bool(found.left) == (found.address in plan.orphans)
    differing = found.found.fields if found.found is not None else ()
    apart = [field.path for field in found.fields if field.standing in (Standing.CHANGES, Standing.DIFFERS)]
    if isinstance(found.found, Change) and found.declared and found.live:
        for change in differing:
            size = len(change.path)
            assert any(path[:size] == change.path or path == change.path[: len(path)] for path in apart), change.path
        assert bool(apart) == bool(differing)
    lines = explanation_text(explanation_view(found), Layout()).splitlines()
    assert [line for line in lines if len(line) > 80 and len(line.split()) > 1] == []  # a path may be as long as it is


def test_it_says_of_everything_what_the_plan_says(desk: Desk) -> None:
    def all_agree() -> None:
        plan, desired = desk.plan(), desk.read()
        addresses = {*desired.manifests, *plan.orphans, *(change.address for change in plan)}
        for address in addresses:
            agrees(plan, engine.explain(address, desired, desk.workspace))

    all_agree()
    desk.apply()
    all_agree()
    edit(desk.folder / "triage.yaml", "role: Sorts tickets by urgency", "role: Sorts")
    edit(desk.folder / "triage.yaml", "name: Ticket triage", "name: Triage")
    edit(desk.folder / "skills.yaml", "three sentences", "two sentences")
    (desk.folder / "schedule.yaml").unlink()
    all_agree()
    shutil.rmtree(desk.folder / ".wexa-sync")
    all_agree()


def test_each_side_of_a_field_is_shown_with_its_place(desk: Desk) -> None:
    desk.apply()
    change_live(desk, title="By hand")
    edit(desk.folder / "triage.yaml", "role: Sorts tickets by urgency", "role: Sorts")
    found = fields(desk, CLASSIFY)
    source = {"file": "triage.yaml", "line": 12, "layer": "manifest"}
    assert found["role"] | {"source": None} == {
        "desired": "Sorts",
        "applied": "Sorts tickets by urgency",
        "live": "Sorts tickets by urgency",
        "sensitive": [],
        "standing": "changes",
        "why": "the manifest changed since the last apply",
        "source": None,
    }
    assert Path(found["role"]["source"].pop("file")).name == source.pop("file")
    assert found["role"]["source"] == source
    assert found["title"]["live"] == "By hand"
    assert (found["title"]["standing"], found["title"]["why"]) == (
        "changes",
        "the live side changed since the last apply",
    )
    assert (found["role_description"]["standing"], found["role_description"]["why"]) == ("equal", "follows from role")


def test_what_is_ignored_says_so(desk: Desk) -> None:
    lifecycle = "  lifecycle: {ignore_changes: [agents.title]}\n"
    edit(desk.folder / "triage.yaml", "  name: triage\n", f"  name: triage\n{lifecycle}")
    desk.apply()
    change_live(desk, title="By hand")
    title = fields(desk, CLASSIFY)["title"]
    assert (title["standing"], title["live"]) == ("hidden", "By hand")
    assert "ignore_changes" in title["why"]


def test_a_default_has_its_own_place(desk: Desk, cli: Cli) -> None:
    (desk.folder / "wexa-sync.defaults.yaml").write_text("Agent:\n  llm: {model: azure/gpt-4o}\n", "utf-8")
    done = cli(desk.folder, "explain", CLASSIFY, "--format", "json", env=desk.remote.env)
    (model,) = (field for field in json.loads(done.stdout)["fields"] if field["path"] == "llm.model")
    assert model["source"] == {"file": "wexa-sync.defaults.yaml", "line": 2, "layer": "defaults"}
    assert "(wexa-sync.defaults.yaml:2, defaults)" in cli(desk.folder, "explain", CLASSIFY, env=desk.remote.env).stdout
    assert desk.remote.writes == []


def test_a_secret_is_hidden_on_every_side(desk: Desk) -> None:
    edit(desk.folder / "triage.yaml", "role: Sorts tickets by urgency", "role: Sorts by ${secret:TOKEN}")
    workspace = desk.workspace
    workspace.api.sign_in()
    engine.apply(engine.plan(desk.read({"TOKEN": "hush-91c2"}), workspace), workspace, limits=None)
    found = fields(desk, CLASSIFY, TOKEN="hush-91c2")["role"]
    assert (found["desired"], found["applied"], found["live"]) == (None, None, None)
    assert found["sensitive"] == ["desired", "applied", "live"]
    assert (found["standing"], found["why"]) == ("hidden", "secret: compared by its fingerprint")
    for env in ({"TOKEN": "hush-91c2"}, {"TOKEN": "another"}, {}):
        view = explanation_view(explained(desk, CLASSIFY, **env))
        assert "hush-91c2" not in explanation_json(view) + explanation_text(view, Layout())


def test_what_a_rule_over_all_resources_decides_is_told_apart(desk: Desk) -> None:
    edit(desk.folder / "skills.yaml", "{external: Content creator}", "{external: Nowhere}")
    found = explanation_view(explained(desk, CLASSIFY.replace("classify", "summarise")))
    assert found.decision == "blocked (create)"
    assert found.by_itself == "create: it is declared, and not there"


def test_an_address_that_nobody_has(desk: Desk) -> None:
    with pytest.raises(UsageError, match="neither declared nor managed") as error:
        explained(desk, "support-desk/Skill/summaris")
    assert error.value.hint == f"Did you mean {SKILL!r}?"
