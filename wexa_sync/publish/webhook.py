"""Tell a webhook what a command came to. The work is done by then: a webhook that fails is a warning, no more."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from wexa_sync.publish.session import open_session

_TIMEOUT = (5, 10)
_LONGEST = 20.0
"""Seconds for all of it: a name may take long to resolve, and a response may come a byte at a time."""

_SLACK = ("hooks.slack.com", "hooks.slack-gov.com")


class Message(Struct, frozen=True, kw_only=True):
    """Hold what to tell: `summary` in one line, `lines` below it, `counts` by name.

    `event` names the command's outcome.
    """

    event: str
    environment: str
    title: str
    summary: str
    counts: Mapping[str, int]
    lines: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the message as Slack shows it: nothing in it mentions a person or is a link."""
        body = "\n".join((self.title, self.summary, *(f"• {line}" for line in self.lines)))
        return body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def payload(self, url: str) -> dict[str, Any]:
        """Return the JSON for a webhook: of Slack the text alone, which is in every other one too."""
        if urlsplit(url).hostname in _SLACK:
            return {"text": self.text}
        return {
            "text": self.text,
            "event": self.event,
            "environment": self.environment or None,
            "summary": self.summary,
            "counts": dict(self.counts),
            "lines": list(self.lines),
        }


def send(url: str, message: Message, *, longest: float = _LONGEST) -> str:
    """Send the message once. Return why it did not arrive; empty where it did. The URL is a secret, and not shown.

    It takes no more than `longest` seconds.
    """
    host, found = urlsplit(url).hostname or "", list[str]()
    sender = Thread(
        target=lambda: found.append(_sent(url, host, message)), daemon=True
    )  # the process ends all the same
    sender.start()
    sender.join(longest)
    return found[0] if found else f"{host} was not told: no response in {longest:g} seconds"


def _sent(url: str, host: str, message: Message) -> str:
    import requests

    with open_session(url) as session:
        try:
            with session.post(
                url, json=message.payload(url), timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as response:
                status = response.status_code
        except (requests.RequestException, OSError, ValueError) as error:
            return f"{host} was not told: no response ({type(error).__name__})"
    return "" if 200 <= status < 300 else f"{host} was not told: it answered {status}"
