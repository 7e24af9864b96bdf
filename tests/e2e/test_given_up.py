"""What is in a project or flow that the state gave up is looked for all the same: it lives, and a schedule fires."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from wexa_sync import engine
from wexa_sync.model import Address, Choice, Outcome, Plan
from wexa_sync.state import Forget

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk
    from tests.e2e.conftest import Wire

PRUNE = Choice(prune=True)
PROJECT = Address.parse("Project/support-desk")
FLOW = Address.parse("support-desk/AgentFlow/triage")
DIGEST = Address.parse("support-desk/Schedule/new-year-digest")
Work = Callable[[Plan], list[str]]


def give_up(desk: Desk, *addresses: Address) -> None:
    """Take those out of the state."""
    with desk.workspace.store.session(desk.workspace.target) as session:
        session.write(*map(Forget, addresses))


def test_after_its_project_was_given_up_a_schedule_is_deleted_and_what_can_t_be_is_blocked(
    desk: Desk, cli: Cli, work: Work
) -> None:
    desk.apply()
    cli(desk.folder, "state", "rm", str(PROJECT))
    for file in desk.folder.glob("*.yaml"):
        file.unlink()
    found = work(engine.plan(engine.NOTHING, desk.workspace, PRUNE))
    assert f"delete {DIGEST}" in found
    forgotten = [line for line in found if line.startswith("forget ")]
    assert all("/Execution/" in line for line in forgotten), "nothing but runs leaves the state alone"
    assert sum("call to delete it" in line for line in found) == len(found) - len(forgotten) - 1
    cli(desk.folder, "destroy", "--auto-approve", code=3, env=desk.remote.env)
    assert [write.split("/")[1] for write in desk.remote.writes if write.startswith("DELETE")] == ["schedule"]
    assert FLOW in desk.workspace.store.load().records


def test_a_declared_project_that_was_given_up_and_renamed_is_found_by_what_is_in_it(
    desk: Desk, work: Work, failures: Callable[[tuple[Outcome, ...]], list[str]]
) -> None:
    desk.apply()
    id = desk.workspace.store.load().records[PROJECT].id
    give_up(desk, PROJECT)
    raw = desk.remote.raw
    theirs = {**raw("GET", f"/v1/project/{id}").json(), "coworker_role": "R", "projectName": "Renamed"}
    raw("PUT", "/v1/project", theirs, projectId=id).raise_for_status()
    (blocked,) = work(desk.plan())
    assert f"blocked {PROJECT}: Project 'Renamed' ({id}) is live already" in blocked
    assert failures(desk.apply(desk.plan(Choice(adopt=True)))) == []
    assert work(desk.plan()) == []
    assert desk.workspace.store.load().records[PROJECT].id == id


def test_what_was_in_a_project_that_is_really_gone_is_forgotten(desk: Desk, work: Work) -> None:
    desk.apply()
    id = desk.workspace.store.load().records[PROJECT].id
    give_up(desk, PROJECT)
    desk.remote.raw("DELETE", f"/v1/project/{id}").raise_for_status()
    assert {line.split()[0] for line in work(engine.plan(engine.NOTHING, desk.workspace, PRUNE))} == {"forget"}


@pytest.mark.parametrize("around", [(FLOW,), (FLOW, PROJECT)], ids=["flow", "flow and project"])
def test_agents_of_a_flow_that_was_given_up_are_not_gone(desk: Desk, work: Work, around: tuple[Address, ...]) -> None:
    desk.apply()
    give_up(desk, *around)
    found = work(engine.plan(engine.NOTHING, desk.workspace, PRUNE))
    agents = [line for line in found if f"{FLOW}/Agent/" in line]
    assert len(agents) == 3
    assert all(line.startswith("blocked") and "the API has no documented call to delete it" in line for line in agents)


def test_where_nothing_shows_the_project_nothing_is_forgotten(wire: Wire, desk: Desk, cli: Cli) -> None:
    desk.apply()
    give_up(desk, PROJECT, *(a for a in desk.workspace.store.load().records if a.kind in ("Skill", "AgentFlow")))
    (desk.folder / "schedule.yaml").unlink()
    for file in desk.folder.glob("*.yaml"):
        file.unlink()
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")
    hides = {"GET /schedule/coworker/*": lambda answer: {k: v for k, v in answer.items() if k != "projectID"}}
    wire.lies.update(hides)
    done = cli(desk.folder, "destroy", "--auto-approve", code=3, env=wire.env(desk))
    said = " ".join((done.stdout + done.stderr).split())
    assert f"{PROJECT} is no longer in the state, so wexa-sync can't see whether it is live" in said
    assert DIGEST in desk.workspace.store.load().records


def test_a_schedule_that_outlives_its_project_is_named_and_not_forgotten(wire: Wire, desk: Desk, cli: Cli) -> None:
    desk.apply()
    give_up(desk, *(each for each in desk.workspace.store.load().records if each != DIGEST))
    wire.lies["GET /v1/project"] = lambda _answer: {"projectList": []}
    for file in desk.folder.glob("*.yaml"):
        file.unlink()
    (desk.folder / "wexa-sync.yaml").write_text("settle: 0.5\n", "utf-8")
    done = cli(desk.folder, "destroy", "--auto-approve", code=3, env=wire.env(desk))
    assert f"`wexa-sync state rm {DIGEST}` forgets it as well" in " ".join((done.stdout + done.stderr).split())
    assert DIGEST in desk.workspace.store.load().records
