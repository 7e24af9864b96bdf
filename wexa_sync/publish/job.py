"""Read what a GitHub job says of itself: the repository, the event, the run, and the token that it was given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from wexa_sync.api.transport.url import normal_base_url
from wexa_sync.errors import PublishError, SettingsError
from wexa_sync.model import Secret
from wexa_sync.text.json import parse
from wexa_sync.text.patterns import pattern

_REPOSITORY = pattern(r"[\w.-]+/[\w.-]+", re.ASCII)
_COMMIT = pattern("[0-9a-f]{7,64}")
_ELSEWHERE = "A GitHub job sets it. Elsewhere set it by hand: docs/ci.md lists all variables."


class Job(Struct, frozen=True, kw_only=True):
    """Describe a run of a workflow. `event` is what happened, as GitHub describes it; empty where that is not known."""

    api_url: str
    graphql_url: str
    token: Secret
    repository: str
    run_url: str = ""
    run: int = 0
    commit: str = ""
    branch: str = ""
    event: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """Return the commit that people see: of a pull request its own newest one, not GitHub's trial of the merge."""
        about = self.event.get("pull_request")
        head = about.get("head") if isinstance(about, dict) else None
        sha = head.get("sha") if isinstance(head, dict) else None
        return sha if isinstance(sha, str) and _COMMIT.fullmatch(sha) else self.commit

    @property
    def pull_request(self) -> int:
        """Return the number of the pull request that the run is for; 0 for another event."""
        about = self.event.get("pull_request")
        number = about.get("number") if isinstance(about, dict) else None
        return number if isinstance(number, int) else 0


def job_of(env: Mapping[str, str]) -> Job:
    """Return the job that these variables describe. Raises PublishError that names what is missing."""
    for name in ("GITHUB_TOKEN", "GITHUB_REPOSITORY"):
        if not env.get(name):
            more = " A workflow has to pass it: GITHUB_TOKEN: ${{ github.token }}." if name == "GITHUB_TOKEN" else ""
            raise PublishError(f"{name} is not set, so GitHub can't be called", hint=_ELSEWHERE + more)
    repository = env["GITHUB_REPOSITORY"]
    if not _REPOSITORY.fullmatch(repository) or ".." in repository:
        raise PublishError("GITHUB_REPOSITORY is no OWNER/NAME", hint=_ELSEWHERE)
    token = env["GITHUB_TOKEN"].strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise PublishError("GITHUB_TOKEN holds characters that no token has", hint=_ELSEWHERE)
    api_url = address_of("GITHUB_API_URL", env.get("GITHUB_API_URL") or "https://api.github.com")
    run, server = env.get("GITHUB_RUN_ID", ""), env.get("GITHUB_SERVER_URL", "")
    return Job(
        api_url=api_url,
        graphql_url=address_of("GITHUB_GRAPHQL_URL", env.get("GITHUB_GRAPHQL_URL") or f"{api_url}/graphql"),
        token=Secret(template="GITHUB_TOKEN", value=token),
        repository=repository,
        run_url=f"{server}/{repository}/actions/runs/{run}" if run.isdigit() and server.startswith("https://") else "",
        run=int(run) if run.isascii() and run.isdigit() else 0,
        commit=commit if _COMMIT.fullmatch(commit := env.get("GITHUB_SHA", "")) else "",
        branch=env.get("GITHUB_REF_NAME", ""),
        event=_event(env.get("GITHUB_EVENT_PATH", "")),
    )


def address_of(name: str, url: str) -> str:
    """Return the address in a variable, in its one spelling. Raises PublishError for one that no token may go to."""
    try:
        return normal_base_url(url)
    except SettingsError:
        hint = f"Set {name} to an address such as https://api.github.com: plain http is for this machine only."
        raise PublishError(f"{name} is no https address that a token may go to", hint=hint) from None


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        event = parse(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise PublishError(f"GITHUB_EVENT_PATH names {path}, and that can't be read: {why}", hint=_ELSEWHERE) from None
    return event if isinstance(event, dict) else {}
