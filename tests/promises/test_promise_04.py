"""Promise 4: "Only recorded addresses are deleted"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from wexa_sync.model import Address, Choice, Outcome, Plan

if TYPE_CHECKING:
    from tests.conftest import Desk

SCHEDULE = Address.parse("support-desk/Schedule/new-year-digest")


def _stranger(desk: Desk) -> str:
    """Return a schedule made by hand in our project, on our flow, with our text at another time."""
    ids = {str(address): record.id for address, record in desk.workspace.store.load().records.items()}
    ours = desk.remote.raw("GET", f"/schedule/coworker/{ids[str(SCHEDULE)]}").json()
    ours = ours.get("data", ours)
    body = {name: ours[name] for name in ("template", "display_template", "goal", "schedule")}
    body["coworker_id"] = ids["support-desk/AgentFlow/triage"]
    project = ids["Project/support-desk"]
    made = desk.remote.raw("POST", "/schedule/coworker", body, projectID=project)
    assert made.status_code < 300, made.text
    return str(made.json().get("data", made.json())["_id"])


def test_prune_deletes_the_recorded_twin_and_no_other(
    desk: Desk, work: Callable[[Plan], list[str]], failures: Callable[[tuple[Outcome, ...]], list[str]]
) -> None:
    desk.apply()
    recorded = desk.workspace.store.load().records[SCHEDULE].id
    stranger = _stranger(desk)
    (desk.folder / "schedule.yaml").unlink()
    desk.remote.forget()
    plan = desk.plan(Choice(prune=True))
    assert work(plan) == [f"delete {SCHEDULE}"]
    assert failures(desk.apply(plan)) == []
    assert desk.remote.writes == [f"DELETE /schedule/coworker/{recorded}"]
    assert desk.remote.raw("GET", f"/schedule/coworker/{stranger}").status_code == 200


def test_a_lost_state_deletes_nothing(desk: Desk) -> None:
    desk.apply()
    for file in (desk.folder / ".wexa-sync").glob("*.json"):
        file.unlink()
    for file in desk.folder.glob("*.yaml"):
        if file.name != "project.yaml":
            file.unlink()
    desk.remote.forget()
    desk.apply(desk.plan(Choice(prune=True)))
    assert desk.remote.writes == []
