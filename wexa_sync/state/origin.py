"""Find out where an apply comes from: who runs it, and the commit of the manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from wexa_sync.errors import GitError
from wexa_sync.git import Repository
from wexa_sync.model import Origin
from wexa_sync.state.holder import person
from wexa_sync.text.patterns import pattern

_ACTORS = {
    "GITHUB_ACTOR": "GitHub Actions",
    "GITLAB_USER_LOGIN": "GitLab CI",
    "BITBUCKET_STEP_TRIGGERER_UUID": "Bitbucket Pipelines",
    "BUILD_REQUESTEDFOR": "Azure Pipelines",
}
"""The variables in which a CI service names the person who started the job."""

_COMMITS = ("GITHUB_SHA", "CI_COMMIT_SHA", "BITBUCKET_COMMIT", "BUILD_SOURCEVERSION")

_PATIENCE = 10.0

_SPECIAL, _ESCAPED = pattern(r"([*?\[\\])"), r"\\\1"
"""What git reads as a pattern in a path, and how it reads the character itself."""


def origin_of(folder: Path, env: Mapping[str, str], *, leave: Sequence[Path] = (), environment: str = "") -> Origin:
    """Return the origin of an apply of the manifests in `folder`.

    Changes of the files in `leave`, and of what is named like one with more behind it, count for nothing. Where there
    is no repository, a variable of the CI service may name the commit.
    """
    commit, dirty = "", False
    with suppress(GitError):
        commit, dirty = _commit(Repository(folder), leave)
    return Origin(
        who=next((f"{env[name]} ({ci})" for name, ci in _ACTORS.items() if env.get(name)), "") or person(),
        commit=commit or next((env[name] for name in _COMMITS if env.get(name)), ""),
        dirty=dirty,
        environment=environment,
    )


def _commit(repository: Repository, leave: Sequence[Path]) -> tuple[str, bool]:
    """Return the commit that is checked out, and whether the folder differs from it."""
    commit = repository.commit()
    if commit is None:
        return "", False
    top = repository.folder.resolve()
    inside = [str(each.resolve().relative_to(top)) for each in leave if each.resolve().is_relative_to(top)]
    left = [f":(exclude){_SPECIAL.sub(_ESCAPED, each)}*" for each in inside]
    ran = repository.try_("status", "--porcelain", "--", ".", *left, timeout=_PATIENCE)
    return commit, ran.code != 0 or bool(ran.out)
