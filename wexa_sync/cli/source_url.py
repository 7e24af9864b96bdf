"""Say where people read the files of a repository: by an option, or by what a CI system says of its commit."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

_COMMITS = ("{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/blob/{GITHUB_SHA}", "{CI_PROJECT_URL}/-/blob/{CI_COMMIT_SHA}")
"""Where a commit's files are read on GitHub (Gitea and Forgejo set the same variables) and on GitLab."""


def source_url(env: Mapping[str, str], folder: Path) -> str:
    """Return the URL of a folder at the commit that a CI job checked out; empty outside of CI and of a repository."""
    inside = in_repository(folder)
    for pattern in _COMMITS:
        if inside is not None and all(env.get(name) for name in re.findall(r"{(\w+)}", pattern)):
            return f"{pattern.format_map(env)}/{quote(inside)}".removesuffix("/")
    return ""


def in_repository(folder: Path) -> str | None:
    """Return the way from the repository's top to a folder, `a/b/`, empty at the top; None outside of a repository."""
    folder = folder.absolute()
    root = next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)
    return None if root is None else "".join(f"{part}/" for part in folder.relative_to(root).parts)


def way_to(folder: Path, page: Path) -> str:
    """Return the relative URL of a folder, for a page in that file."""
    way = os.path.relpath(folder.absolute(), page.absolute().parent).replace(os.sep, "/")
    return "" if way == "." else f"{quote(way)}/"
