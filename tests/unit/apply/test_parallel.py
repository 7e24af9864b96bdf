"""How much an apply does at a time: so many requests, and few intents that are written and not sent yet."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.apply.conftest import RUN, SKILL
from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.api.transport.failures import not_begun
from wexa_sync.api.transport.responses import Call
from wexa_sync.model import Choice, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

SKILLS = "---\n".join(SKILL.replace("sum", f"sum-{n:02}").replace("Sum", f"Sum {n:02}") for n in range(24))


class Sent:
    """Count the requests under way, and the open intents beside them. The first wait until all slots are taken.

    Then `stop` stops, as an interrupt does, and no more is sent.
    """

    def __init__(
        self,
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        path: str,
        slots: int,
        stop: Cutoff | None = None,
    ) -> None:
        self.intents = self.most = self._now = 0
        self.order: list[str] = []
        lock, met, send = threading.Lock(), threading.Barrier(slots, stop.stop if stop else None, timeout=60), Api.send

        def watched(api: Api, call: Any) -> Any:
            if call.endpoint.path != path:
                return send(api, call)
            with lock:
                self.order.append(str(call.body.get("name")))
                first = len(self.order) <= slots
                self._now += 1
                self.most = max(self.most, self._now)
                self.intents = max(self.intents, len(desk.workspace.store.load().intents))
            try:
                if first:
                    met.wait()
                elif stop is not None:
                    raise not_begun(Call(method="POST", path=path), stop)
                return send(api, call)
            finally:
                with lock:
                    self._now -= 1

        monkeypatch.setattr(Api, "send", watched)


@pytest.mark.parametrize(("slots", "begun"), [(1, 1), (3, 4), (4, 6), (10, 15)])
def test_the_next_intents_are_written_before_a_slot_is_free_and_no_request_is_sent_beyond_the_slots(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch, slots: int, begun: int
) -> None:
    desk = small(remote, "project")
    (desk.folder / "skills.yaml").write_text(SKILLS, "utf-8")
    sent = Sent(desk, monkeypatch, "/skills/", slots)
    assert {each.status for each in desk.apply(parallelism=slots)} == {Status.APPLIED}
    assert (sent.most, sent.intents) == (slots, begun)
    assert slots > 1 or sent.order == [f"Sum {n:02}" for n in range(24)], "one after the other, in order"


def test_nothing_waits_for_a_slot_beside_a_run(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small(remote, "project", "skill", "flow")
    desk.apply()
    runs = [RUN.replace("name: run", f"name: run-{n}").replace("Do it", f"Do {n}") for n in range(8)]
    (desk.folder / "more.yaml").write_text("---\n".join([*runs, SKILLS]), "utf-8")
    sent = Sent(desk, monkeypatch, "/execute_flow", 8)
    desk.apply(parallelism=8)
    assert (sent.most, sent.intents) == (8, 8)


def test_what_waits_for_a_slot_when_an_interrupt_comes_was_never_begun(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small(remote, "project")
    (desk.folder / "skills.yaml").write_text(SKILLS, "utf-8")
    workspace = desk.opened(parallelism=8)
    Sent(desk, monkeypatch, "/skills/", 8, workspace.cutoff)
    report = engine.apply(engine.plan(desk.read(), workspace), workspace)
    assert Counter(each.status for each in report.outcomes) == {Status.APPLIED: 9, Status.SKIPPED: 16}
    assert {each.error for each in report.outcomes if each.status is Status.SKIPPED} == {"interrupted before it began"}
    assert report.interrupted
    assert desk.workspace.store.load().intents == {}


def test_a_run_that_is_not_sent_until_an_interrupt_was_never_begun(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small(remote, "project", "skill", "flow", "run")
    workspace, send = desk.workspace, Api.send

    def interrupted(api: Api, call: Any) -> Any:
        if call.endpoint.path == "/execute_flow":
            workspace.cutoff.stop()
            raise not_begun(Call(method="POST", path="/execute_flow"), workspace.cutoff)
        return send(api, call)

    monkeypatch.setattr(Api, "send", interrupted)
    report = engine.apply(engine.plan(desk.read(), workspace), workspace)
    assert {each.error for each in report.outcomes if each.status is not Status.APPLIED} == {
        "interrupted before it began"
    }
    assert desk.workspace.store.load().intents == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_interrupt_between_a_read_and_its_write_leaves_the_change_unbegun(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    desk = small(remote, "project", "skill", "flow", "schedule")
    desk.apply()
    file = desk.folder / "schedule.yaml"
    if method == "PUT":
        file.write_text(file.read_text("utf-8").replace("Digest", "Weekly"), "utf-8")
    else:
        file.unlink()
    workspace = desk.workspace

    def too_late(_api: Api, call: Any) -> Any:
        workspace.cutoff.stop()
        raise not_begun(Call(method=call.endpoint.method, path=call.endpoint.path), workspace.cutoff)

    monkeypatch.setattr(Api, "send", too_late)
    report = engine.apply(engine.plan(desk.read(), workspace, Choice(prune=True)), workspace)
    (left,) = [each for each in report.outcomes if each.status is not Status.APPLIED]
    assert (left.status, left.error) == (Status.SKIPPED, "interrupted before it began")
    assert report.interrupted
