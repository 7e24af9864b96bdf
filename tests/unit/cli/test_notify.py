"""What a webhook is told of a view."""

from __future__ import annotations

import pytest

from wexa_sync.cli import notify
from wexa_sync.errors import StateError
from wexa_sync.publish import webhook
from wexa_sync.publish.webhook import Message
from wexa_sync.render.view.problems import problems_view


def test_a_failure_names_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Message] = []

    def send(_url: str, message: Message) -> str:
        sent.append(message)
        return ""

    monkeypatch.setattr(webhook, "send", send)
    for environment in ("production", ""):
        notify.tell("https://example.com/", problems_view(StateError("the state is gone")), environment)
    assert [(each.title, each.environment) for each in sent] == [
        ("wexa-sync failed in production", "production"),
        ("wexa-sync failed", ""),
    ]
