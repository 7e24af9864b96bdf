"""A plan says before an apply what goes over the organisation's plan, and what its runs may cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import Desk


def test_quota_and_prices_come_from_the_server(desk: Desk) -> None:
    desk.remote.raw("POST", "/_sandbox/quota", {"number_of_coworkers": 0, "number_of_agents_per_coworker": 2})
    warnings = " ".join(desk.plan().warnings)
    assert "makes 1 more of what Wexa counts as number_of_coworkers, and the organisation has room for 0" in warnings
    assert "support-desk/AgentFlow/triage would have 3 Agents, and the organisation's plan allows 2" in warnings
    assert "may cost" not in warnings, "no run of the flow is known yet"
    desk.apply()  # a warning stops nothing
    assert desk.plan().warnings == ()
    run = desk.folder / "execution.yaml"
    run.write_text(run.read_text("utf-8").replace("name: smoke-test", "name: smoke-test\n  generation: 2"), "utf-8")
    (said,) = desk.plan().warnings
    assert said.startswith("This plan spends credits: 1 run may cost about ")
    desk.remote.forget()
    desk.plan()
    assert [each["path"] for each in desk.remote.requests].count("/customer") == 1
