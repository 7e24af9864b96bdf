"""Run git in a repository: the one place that starts it. git's own settings and credential helpers apply."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wexa_sync.errors import GitError

_SPOKEN = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
"""What each call of git gets: messages that can be told apart, no question to a person, no lock taken by a look."""

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""What git sets for the hooks that it runs. It would send our calls to another repository than that of the folder."""


_PASSWORD = re.compile(r"(?<=://)[^/@\s]+(?=@)")
"""The user and the password in the address of a remote, which git repeats in its messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one call of git came to: its exit code, and the bytes that it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Return the output as text, without the line end."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository, named by any folder in it."""

    folder: Path

    def try_(
        self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> Ran:
        """Run git with these arguments, and return what came of it, whatever its exit code. `timeout` in seconds.

        Raises GitError where git is not installed, can't be started or takes longer than `timeout`.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        try:
            done = subprocess.run(  # noqa: S603  # the arguments are ours; names from a person stand behind `--`
                ["git", "-c", "core.quotePath=false", *args],  # noqa: S607  # the git that the person uses
                cwd=self.folder,
                input=stdin,
                capture_output=True,
                check=False,
                timeout=timeout,
                env=kept | _SPOKEN | dict(env or {}),
            )
        except FileNotFoundError:
            raise GitError("git is not installed", hint="Install it: `apt install git`.") from None
        except subprocess.TimeoutExpired:
            raise GitError(f"git {args[0]} took longer than {timeout:g} seconds", hint="Look at the remote.") from None
        except OSError as error:
            raise GitError(f"git can't be started: {error.strerror}", hint=f"Try `git {args[0]}` by hand.") from None
        err = _PASSWORD.sub("***", done.stderr.decode("utf-8", "replace").strip())
        return Ran(code=done.returncode, out=done.stdout, err=err)

    def run(
        self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> Ran:
        """Run git as `try_` does. Raises GitError, with git's own words, where its exit code is not 0."""
        ran = self.try_(*args, stdin=stdin, env=env, timeout=timeout)
        if ran.code:
            raise GitError(f"`git {args[0]}` failed: {ran.err or f'exit code {ran.code}'}", hint=_hint(ran.err))
        return ran

    def top(self) -> Path | None:
        """Return the top folder of the work tree; None outside of a repository."""
        ran = self.try_("rev-parse", "--show-toplevel")
        return None if ran.code else Path(ran.text)

    def commit(self, name: str = "HEAD") -> str | None:
        """Return the id of the commit that a branch, a tag, an id or a range's end names; None where there is none."""
        ran = self.try_("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        return None if ran.code else ran.text


def _hint(said: str) -> str:
    """Return the next step for a failure that git describes in these words."""
    if "not a git repository" in said:
        return "Run it inside the repository of the manifests."
    if "dubious ownership" in said:
        return "Another user owns the folder: `git config --global --add safe.directory FOLDER` trusts it."
    if any(word in said for word in ("Authentication failed", "could not read Username", "Permission denied")):
        return "git has no right to that remote: try `git ls-remote` by hand, and set up git's credentials."
    return "Run the same git command by hand to see more."
