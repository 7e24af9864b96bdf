"""What a job says of itself, and what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wexa_sync.errors import PublishError
from wexa_sync.publish.job import job_of

ENV = {"GITHUB_TOKEN": "t-123", "GITHUB_REPOSITORY": "desk/flows", "GITHUB_SERVER_URL": "https://github.com"}


def test_a_job_is_read_from_the_variables_and_the_event(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "b" * 40}}}), "utf-8")
    job = job_of({**ENV, "GITHUB_EVENT_PATH": str(event), "GITHUB_RUN_ID": "42", "GITHUB_SHA": "a" * 40})
    assert (job.pull_request, job.head, job.run) == (7, "b" * 40, 42)
    assert job.run_url == "https://github.com/desk/flows/actions/runs/42"
    assert job.api_url == "https://api.github.com"
    assert "t-123" not in repr(job)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"GITHUB_TOKEN": ""}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "a b"}, "characters that no token has"),
        ({"GITHUB_REPOSITORY": "../x"}, "no OWNER/NAME"),
        ({"GITHUB_API_URL": "http://github.example"}, "no https address"),
        ({"GITHUB_EVENT_PATH": "/nowhere.json"}, "can't be read: No such file"),
    ],
)
def test_what_is_missing_or_wrong_is_named(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(PublishError, match=said) as error:
        job_of({**ENV, **wrong})
    assert error.value.hint
