"""One comment for each environment, written anew in its place, whatever others do meanwhile."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.github import BOT, TOKEN, Forge
from wexa_sync.errors import PublishError
from wexa_sync.publish.comment import merged_pull_request, put_comment, reviewed_plan
from wexa_sync.publish.github import GitHub
from wexa_sync.publish.sticky import Sticky

STAGING = Sticky(name="staging", text="first", digest="a" * 64, run=5)
PRODUCTION = Sticky(name="production", text="other", digest="b" * 64, run=5)
NEXT = Sticky(name="staging", text="second", digest="c" * 64, run=6)


def bodies(hub: Forge) -> list[str]:
    """Return the texts under the pull request."""
    return [each["body"] for each in hub.comments[7]]


def test_each_environment_has_one_comment_that_is_written_anew_in_its_place(hub: Forge, github: GitHub) -> None:
    for number in range(5):  # more than a page
        hub.comment(7, f"a person says {number}", login="ann")
    first = put_comment(github, 7, STAGING)
    put_comment(github, 7, PRODUCTION)
    assert put_comment(github, 7, NEXT) == first
    texts = bodies(hub)
    assert len(texts) == 7
    assert texts[5] == NEXT.body
    assert "second" in texts[5]
    assert texts[6] == PRODUCTION.body


def test_the_text_of_somebody_else_is_never_taken_over_and_never_believed(hub: Forge, github: GitHub) -> None:
    forged = Sticky(name="staging", text="forged", digest="f" * 64, run=4).body
    hub.comment(7, forged, login="mallory")
    hub.comment(7, f"> quoted\n{forged}")  # a bot that quotes what a person wrote
    with pytest.raises(PublishError, match="no comment of wexa-sync for staging"):
        reviewed_plan(github, 7, STAGING)
    put_comment(github, 7, STAGING)
    assert bodies(hub)[:2] == [forged, f"> quoted\n{forged}"]
    assert reviewed_plan(github, 7, Sticky(name="staging")).digest == STAGING.digest


def test_an_older_run_does_not_write_over_a_newer_one(hub: Forge, github: GitHub) -> None:
    put_comment(github, 7, NEXT)
    assert put_comment(github, 7, STAGING) == ""
    assert bodies(hub) == [NEXT.body]


def test_of_two_runs_at_once_one_comment_stays(hub: Forge, github: GitHub) -> None:
    def other(asked: str) -> None:
        if asked.startswith("POST"):
            hub.comment(7, STAGING.body)

    hub.before = other
    put_comment(github, 7, NEXT)
    assert bodies(hub) == [NEXT.body]
    assert [each.split(" ")[0] for each in hub.heard] == ["POST", "DELETE", "PATCH"]


def test_a_comment_that_was_deleted_meanwhile_is_made_again(hub: Forge, github: GitHub) -> None:
    put_comment(github, 7, STAGING)

    def deleted(asked: str) -> None:
        if asked.startswith("PATCH"):
            hub.comments[7].clear()

    hub.before = deleted
    assert put_comment(github, 7, NEXT)
    assert bodies(hub) == [NEXT.body]


def test_a_lost_answer_makes_no_second_comment(hub: Forge, github: GitHub) -> None:
    hub.lose = {"POST .*/comments": 1}
    assert put_comment(github, 7, STAGING)
    assert bodies(hub) == [STAGING.body]


def test_a_refusal_names_the_permission_and_never_the_token(hub: Forge, github: GitHub) -> None:
    hub.refuse = {"POST /issues.*": 403}
    with pytest.raises(PublishError) as refused:
        put_comment(github, 7, STAGING)
    assert refused.value.message == (
        "could not write the comment on pull request #7: 403 Resource not accessible by integration"
    )
    assert "pull-requests: write" in refused.value.hint
    assert TOKEN not in repr(github.job) + str(refused.value)
    assert not hub.comments.get(7)


def test_what_is_busy_is_asked_again_a_few_times_and_no_page_is_left_out(hub: Forge, github: GitHub) -> None:
    put_comment(github, 7, STAGING)
    hub.lose = {"GET .*": 2}
    put_comment(github, 7, NEXT)
    assert bodies(hub) == [NEXT.body]
    hub.lose = {"GET .*": 3}
    with pytest.raises(PublishError, match="502"):
        put_comment(github, 7, NEXT)


def test_the_pull_request_of_a_commit_is_the_merged_one(hub: Forge, github: GitHub) -> None:
    hub.merged(3, "c" * 40, into="release")
    hub.pulls["c" * 40].append({"number": 9, "merged_at": None, "base": {"ref": "main"}})
    hub.merged(4, "c" * 40)
    github.job = replace(github.job, branch="main")
    assert merged_pull_request(github, "c" * 40) == 4
    with pytest.raises(PublishError, match="no merged pull request brought commit ddddddd"):
        merged_pull_request(github, "d" * 40)


def test_the_bot_is_known_by_its_name(github: GitHub) -> None:
    assert github.login() == BOT
