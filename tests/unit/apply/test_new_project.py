"""What a new project needs to be read: all at the same time, and never more requests at once than are allowed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from wexa_sync import engine
from wexa_sync.api.client import Api
from wexa_sync.api.transport.failures import not_begun
from wexa_sync.api.transport.responses import Call
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

LISTS = {"AgentFlow", "Connector", "Schedule", "Skill"}


class Watched:
    """Represent the lists of projects, of which each waits until `together` of them are asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, together: int) -> None:
        self.asked: list[str] = []
        self.most = self._now = 0
        self._lock, self._all = threading.Lock(), threading.Barrier(together, timeout=60)
        listed = Api.listed

        def watched(api: Api, kind: Kind, *given: Any) -> Any:
            return listed(api, kind, *given) if kind is PROJECT else self._one(kind, lambda: listed(api, kind, *given))

        monkeypatch.setattr(Api, "listed", watched)

    def _one(self, kind: Kind, read: Callable[[], Any]) -> Any:
        with self._lock:
            self.asked.append(kind.name)
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            self._all.wait()
            return read()
        finally:
            with self._lock:
                self._now -= 1


@pytest.mark.parametrize(("parallelism", "together"), [(10, 4), (4, 4), (2, 2), (1, 1)])
def test_the_lists_of_a_new_project_are_read_at_the_same_time(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch, parallelism: int, together: int
) -> None:
    desk = small(remote, "project", "skill", "flow", "schedule")
    lists = Watched(monkeypatch, together)
    assert {each.status for each in desk.apply(parallelism=parallelism)} == {Status.APPLIED}
    assert sorted(lists.asked) == sorted(LISTS)
    assert lists.most == together


def test_a_project_is_made_though_an_interrupt_comes_before_its_lists_are_asked_for(
    small: Callable[..., Desk], remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = small(remote, "project", "skill", "flow")
    workspace, listed = desk.workspace, Api.listed

    def interrupted(api: Api, kind: Kind, *given: Any) -> Any:
        if kind is PROJECT:
            return listed(api, kind, *given)
        workspace.cutoff.stop()
        raise not_begun(Call(method="GET", path="/"), workspace.cutoff)

    monkeypatch.setattr(Api, "listed", interrupted)
    report = engine.apply(engine.plan(desk.read(), workspace), workspace)
    assert Counter(each.status for each in report.outcomes) == {Status.APPLIED: 1, Status.SKIPPED: 3}
    assert {each.error for each in report.outcomes if each.status is Status.SKIPPED} == {"interrupted before it began"}
