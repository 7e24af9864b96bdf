"""Links lead to the commit that a CI job checked out, or to the files themselves."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from wexa_sync.cli.source_url import source_url, way_to
from wexa_sync.cli.values import WebAddress

GITHUB = {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/desk", "GITHUB_SHA": "0a1b2c"}
GITLAB = {"CI_PROJECT_URL": "https://gitlab.com/acme/desk", "CI_COMMIT_SHA": "0a1b2c"}


def test_a_job_says_where_its_commit_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "desk" / "wexa sync"
    folder.mkdir(parents=True)
    assert source_url(GITHUB, folder) == "", "no repository: nobody knows what the folder is called in it"
    (tmp_path / "desk" / ".git").mkdir()
    assert source_url(GITHUB, folder) == "https://github.com/acme/desk/blob/0a1b2c/wexa%20sync"
    assert source_url(GITHUB, folder.parent) == "https://github.com/acme/desk/blob/0a1b2c"
    assert source_url(GITLAB, folder.parent) == "https://gitlab.com/acme/desk/-/blob/0a1b2c"
    assert source_url({**GITHUB, "GITHUB_SHA": ""}, folder) == ""
    assert source_url({}, folder) == ""


def test_a_page_in_another_folder_knows_the_way_back(tmp_path: Path) -> None:
    assert way_to(tmp_path, tmp_path / "plan.html") == ""
    assert way_to(tmp_path, tmp_path / "out" / "html" / "plan.html") == "../../"
    assert way_to(tmp_path / "my desk", tmp_path / "plan.html") == "my%20desk/"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x/y", "https://", "//x/y", "https://a b/", "plan.html"])
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(click.BadParameter):
        WebAddress().convert(url, None, None)


def test_a_web_address_is_taken_as_it_is() -> None:
    url = "https://git.example.com/acme/desk/src/commit/0a1b2c?x=1"
    assert WebAddress().convert(url, None, None) == url
