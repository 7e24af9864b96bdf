"""One issue while the workspace differs: opened, written anew, closed."""

from __future__ import annotations

from tests.github import Forge
from wexa_sync.publish.github import GitHub
from wexa_sync.publish.issue import close_issue, put_issue
from wexa_sync.publish.sticky import Sticky

NIGHT = Sticky(name="production", text="one field", run=1)


def test_one_issue_is_opened_written_anew_and_closed(hub: Forge, github: GitHub) -> None:
    hub.open_issue({"title": "mine", "body": NIGHT.body}, login="mallory")
    address = put_issue(github, "It differs", NIGHT)
    hub.issues[1] |= {"title": "Ours to look at", "labels": ["wexa-sync", "on call"]}
    again = Sticky(name="production", text="two fields", run=2)
    assert put_issue(github, "It differs", again) == address
    put_issue(github, "It differs", Sticky(name="staging", run=2))
    assert [each["body"] for each in hub.issues[1:]] == [again.body, Sticky(name="staging", run=2).body]
    assert hub.issues[1]["labels"] == ["wexa-sync", "on call"], "a person's labels stay"
    assert hub.issues[1]["title"] == "Ours to look at"
    assert hub.issues[2]["labels"] == ["wexa-sync"]
    assert close_issue(github, again) == [2]
    assert [each["state"] for each in hub.issues] == ["open", "closed", "open"]
    assert hub.comments[2][0]["body"] == "There is no drift any more."
    assert close_issue(github, again) == []
    put_issue(github, "It differs", NIGHT)
    assert [each["state"] for each in hub.issues] == ["open", "closed", "open", "open"]


def test_of_two_that_were_opened_at_once_one_stays_open(hub: Forge, github: GitHub) -> None:
    def other(asked: str) -> None:
        if asked == "POST /issues":
            hub.open_issue({"title": "It differs", "body": NIGHT.body})

    hub.before = other
    put_issue(github, "It differs", Sticky(name="production", text="later", run=2))
    assert [each["state"] for each in hub.issues] == ["open", "closed"]
    assert "later" in hub.issues[0]["body"]
