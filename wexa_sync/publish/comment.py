"""Keep one comment for each environment on a pull request, and read the plan that it showed when that was merged."""

from __future__ import annotations

from typing import Any

from wexa_sync.errors import PublishError
from wexa_sync.publish.github import GitHub
from wexa_sync.publish.posts import Place, login_of, ours, put
from wexa_sync.publish.sticky import Sticky

_RIGHT = "pull-requests"


def put_comment(github: GitHub, number: int, sticky: Sticky) -> str:
    """Write the comment on that pull request. Return its address; "" where a newer run has written there already."""
    return put(github, _comments(number), sticky)


def reviewed_plan(github: GitHub, number: int, sticky: Sticky) -> Sticky:
    """Return what the comment on a pull request says of the plan that was reviewed there.

    Raises PublishError where no comment of ours shows a plan.
    """
    found = ours(github, _comments(number), sticky, login_of(github))
    shown = sticky.read(found[0]["body"] if found else "")
    if not shown.digest:
        why = "its comment shows no plan" if found else f"it has no comment of wexa-sync for {sticky.name}"
        raise PublishError(f"pull request #{number} brought this commit, and {why}", hint=BY_HAND)
    return shown


BY_HAND = (
    "Nothing was reviewed, so nothing is applied. Plan by hand, review that, and pass its digest: "
    "`wexa-sync apply --expect DIGEST`, or the input `expect` of the workflow."
)


def _comments(number: int) -> Place:
    return Place(
        list=f"issues/{number}/comments",
        item="issues/comments",
        what=f"the comment on pull request #{number}",
        right=_RIGHT,
        more={},
    )


def merged_pull_request(github: GitHub, commit: str) -> int:
    """Return the number of the pull request whose merge made the commit. Raises PublishError where there is none."""
    branch = github.job.branch
    doing = f"say which pull request brought commit {commit[:7]}"
    found = [
        each for each in github.pages(f"commits/{commit}/pulls", doing=doing, right=_RIGHT) if _is_merged(each, branch)
    ]
    exact = [each for each in found if each.get("merge_commit_sha") == commit]
    numbers = sorted(int(each["number"]) for each in exact or found)
    if not numbers:
        raise PublishError(f"no merged pull request brought commit {commit[:7]}", hint=BY_HAND)
    return numbers[-1]


def _is_merged(pull: Any, branch: str) -> bool:
    base = pull.get("base")
    into = base.get("ref") if isinstance(base, dict) else None
    return bool(pull.get("merged_at")) and isinstance(pull.get("number"), int) and (not branch or into == branch)
