"""A note on a merge request of GitLab is kept as a comment on GitHub is."""

from __future__ import annotations

import pytest

from tests.github import TOKEN, Forge
from wexa_sync.errors import PublishError
from wexa_sync.publish.gitlab import GitLab, gitlab_job, put_note
from wexa_sync.publish.sticky import Sticky

PLAN = Sticky(name="default", text="first", digest="a" * 64, run=5)


def env(hub: Forge) -> dict[str, str]:
    """Return the variables of a job of a merge request."""
    known = {"CI_PROJECT_ID": "12", "CI_MERGE_REQUEST_IID": "7", "CI_PIPELINE_ID": "5"}
    return {**known, "GITLAB_TOKEN": TOKEN, "CI_API_V4_URL": hub.url}


def test_one_note_is_written_anew_in_its_place(hub: Forge) -> None:
    job, number = gitlab_job(env(hub))
    gitlab = GitLab(job, sleep=lambda _: None)
    hub.comment(7, PLAN.body, login="mallory")
    assert put_note(gitlab, number, PLAN)
    assert put_note(gitlab, number, Sticky(name="default", text="second", run=6))
    assert [each["body"] == PLAN.body for each in hub.comments[7]] == [True, False]
    assert "second" in hub.comments[7][1]["body"]
    assert put_note(gitlab, number, PLAN) == ""


def test_a_refusal_says_which_token_is_needed(hub: Forge) -> None:
    hub.refuse = {"POST .*": 401}
    job, number = gitlab_job(env(hub))
    with pytest.raises(PublishError, match="could not write the note on merge request !7: 401") as refused:
        put_note(GitLab(job, sleep=lambda _: None), number, PLAN)
    assert "the scope api" in refused.value.hint
    assert TOKEN not in str(refused.value) + repr(job)


@pytest.mark.parametrize("wrong", [{"GITLAB_TOKEN": ""}, {"CI_PROJECT_ID": "../x"}, {"CI_API_V4_URL": "http://x.y"}])
def test_what_is_missing_or_wrong_is_named(hub: Forge, wrong: dict[str, str]) -> None:
    with pytest.raises(PublishError, match="|".join(wrong)):
        gitlab_job({**env(hub), **wrong})
