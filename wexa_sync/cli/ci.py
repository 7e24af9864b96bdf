"""`wexa-sync ci comment|issue|reviewed|outputs`: what a job on GitHub needs around plan, apply and drift."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from wexa_sync.cli import options
from wexa_sync.cli.groups import Commands
from wexa_sync.cli.streams import without_key
from wexa_sync.cli.values import Named, NewFile

if TYPE_CHECKING:
    from wexa_sync.publish.github import GitHub
    from wexa_sync.publish.sticky import Sticky

Command = TypeVar("Command", bound=Callable[..., Any])

_NO_TEXT = "**wexa-sync ended without a result.** The log of the run says why."


@click.group("ci", cls=Commands)
def command() -> None:
    """Tell a pull request or an issue on GitHub what a job came to. Reads the variables that GitHub sets."""


_markdown = options.option(
    "--markdown", type=Named(), metavar="FILE", help="What to write: a file of `--output markdown=FILE`."
)
_plan = options.option("--plan", "plan_file", type=Named(), metavar="FILE", help="The JSON of the plan of that run.")
_report = options.option("--report", "report_file", type=Named(), metavar="FILE", help="The JSON of an apply's report.")


@command.command("comment")
@options.environment
@_markdown
@_plan
@options.option("--pull-request", type=click.IntRange(1), metavar="N", help="The pull request to write on.")
@options.option("--applied", is_flag=True, help="Write of an apply, beside the comment with the plan.")
def comment(
    environment: str | None,
    markdown: Path | None,
    plan_file: Path | None,
    pull_request: int | None,
    applied: bool,
) -> None:
    """Write one comment for each environment on the pull request, and write it anew in its place at the next run.

    Without --pull-request: that of the event or, on a branch, the one whose merge made the commit. In a job of GitLab,
    it is a note on the merge request.
    """
    from wexa_sync.cli.terminal import note
    from wexa_sync.publish.comment import merged_pull_request, put_comment

    if os.environ.get("GITLAB_CI"):
        note(f"Written: {_note(environment, markdown, plan_file) or 'a newer pipeline has done so already'}.")
        return
    github = _github()
    number = pull_request or github.job.pull_request or merged_pull_request(github, github.job.commit)
    address = put_comment(github, number, _sticky(github, environment, markdown, plan_file, applied=applied))
    note(f"The comment is at {address}" if address else "A newer run has written the comment already.")


@command.command("issue")
@options.environment
@_markdown
@options.option("--gone", is_flag=True, help="There is no drift any more: close the issue.")
def issue(environment: str | None, markdown: Path | None, gone: bool) -> None:
    """Open one issue for each environment while there is drift, write it anew, and close it at the end."""
    from wexa_sync.cli.terminal import note
    from wexa_sync.publish.issue import close_issue, put_issue

    github = _github()
    sticky = _sticky(github, environment, markdown)
    if gone:
        closed = close_issue(github, sticky)
        note("".join(f"Closed issue #{number}.\n" for number in closed).strip() or "There is no issue to close.")
        return
    where = f" ({sticky.name})" if sticky.name != _ALONE else ""
    address = put_issue(github, f"The workspace was changed outside of the repository{where}", sticky)
    note(f"The issue is at {address}" if address else "A newer run has written the issue already.")


@command.command("reviewed")
@options.environment
@options.option("--out", type=NewFile(), metavar="FILE", help="Save what the comment says of that plan.")
def reviewed(environment: str | None, out: Path | None) -> None:
    """Print the digest that the comment of the merged pull request shows: for `apply --expect`.

    The file of --out is for `apply --reviewed`. It is not written where the comment had no room for it.
    """
    import json

    from wexa_sync.cli.terminal import note, show_data
    from wexa_sync.publish.comment import merged_pull_request, reviewed_plan

    github = _github()
    number = merged_pull_request(github, github.job.commit)
    shown = reviewed_plan(github, number, _sticky(github, environment))
    note(f"The plan was reviewed in pull request #{number}.")
    if out is not None and shown.outline is not None:
        out.write_text(json.dumps(shown.outline), encoding="utf-8")
    show_data(f"{shown.digest}\n")


@command.command("outputs")
@_plan
@_report
def outputs(plan_file: Path | None, report_file: Path | None) -> None:
    """Print what later steps of a job ask for, as NAME=VALUE: append it to the file in GITHUB_OUTPUT."""
    from wexa_sync.cli.terminal import show_data
    from wexa_sync.publish.outputs import outputs_of

    found = outputs_of(_data(plan_file), _data(report_file))
    show_data("".join(f"{name}={value}\n" for name, value in found.items()))


_ALONE = "default"


def _github() -> GitHub:
    from wexa_sync.publish.github import GitHub
    from wexa_sync.publish.job import job_of

    return GitHub(job_of(os.environ))


def _note(environment: str | None, markdown: Path | None, plan_file: Path | None) -> str:
    from wexa_sync.publish.gitlab import GitLab, gitlab_job, put_note

    job, number = gitlab_job(os.environ)
    gitlab = GitLab(job)
    return put_note(gitlab, number, _sticky(gitlab, environment, markdown, plan_file))


def _sticky(
    github: GitHub,
    environment: str | None,
    markdown: Path | None = None,
    plan_file: Path | None = None,
    *,
    applied: bool = False,
) -> Sticky:
    """Return the text to write. Two folders of one repository have a text each."""
    from wexa_sync.plan.reviewed import outline
    from wexa_sync.publish.sticky import Sticky

    folder = _below(os.environ.get("GITHUB_WORKSPACE") or os.environ.get("CI_PROJECT_DIR", ""))
    plan = _data(plan_file)
    digest = str(plan.get("digest") or "")
    return Sticky(
        name=f"{environment or _ALONE}{f'@{folder}' if folder else ''}{':applied' if applied else ''}",
        text=_text(markdown),
        digest=digest,
        outline=outline(plan) if digest else None,
        run=github.job.run,
        commit=github.job.head,
        run_url=github.job.run_url,
    )


def _below(workspace: str) -> str:
    here = os.path.realpath(".")
    inside = os.path.relpath(here, os.path.realpath(workspace)) if workspace else "."
    return "" if inside == "." or inside.startswith("..") else inside


def _text(file: Path | None) -> str:
    try:
        return without_key((file.read_text(encoding="utf-8") if file else "").strip()) or _NO_TEXT
    except FileNotFoundError:
        return _NO_TEXT


def _data(file: Path | None) -> Mapping[str, Any]:
    """Return the JSON in a file; of a command that failed before it wrote one, nothing."""
    from wexa_sync.errors import UsageError
    from wexa_sync.text.json import parse

    if file is None or not file.exists():
        return {}
    try:
        data = parse(file.read_bytes())
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise UsageError(f"{file} is no JSON of a plan or a report", hint="Pass a file of `--output json=FILE`.")
    return data
