"""Keep one open issue while there is drift, and close it when there is none any more."""

from __future__ import annotations

from wexa_sync.publish.github import GitHub
from wexa_sync.publish.posts import Place, login_of, ours, put
from wexa_sync.publish.sticky import Sticky

LABEL = "wexa-sync"
_RIGHT = "issues"


def put_issue(github: GitHub, title: str, sticky: Sticky) -> str:
    """Open the issue, or write the open one anew. Return its address; "" where a newer run has written there."""
    return put(github, _issues(title), sticky)


def close_issue(github: GitHub, sticky: Sticky) -> list[int]:
    """Say in each open issue of ours that there is no drift any more, and close it. Return their numbers."""
    place, closed = _issues(""), []
    for issue in ours(github, place, sticky, login_of(github)):
        number = int(issue["number"])
        said = {"body": f"There is no drift any more.{f' [Log]({sticky.run_url})' if sticky.run_url else ''}"}
        doing = f"close issue #{number}"
        github.send("POST", f"issues/{number}/comments", said, doing=doing, right=_RIGHT)
        github.send(
            "PATCH", f"issues/{number}", {"state": "closed", "state_reason": "completed"}, doing=doing, right=_RIGHT
        )
        closed.append(number)
    return closed


def _issues(title: str) -> Place:
    return Place(
        list="issues",
        item="issues",
        query=f"&state=open&labels={LABEL}",
        what="the issue",
        right=_RIGHT,
        id="number",
        more={"title": title, "labels": [LABEL]} if title else {},
    )
