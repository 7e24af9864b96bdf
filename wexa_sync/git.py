"""Run git in a repository: the one place that starts it. git's own settings and credential helpers apply."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.errors import GitError

_SPOKEN = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
"""What each call of git gets: messages that can be told apart, no question to a person, no lock taken by a look."""

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR")
"""What git sets for the hooks that it runs. It would send our calls to another repository than that of the folder."""

_ALONE = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "-c", "maintenance.auto=false")
"""What a repository of our own, that lasts as long as a command, is spared."""

_NO_ROOM = re.compile(
    r"No space left|out of diskspace|(unable|failed|could not) to write|quota exceeded", re.IGNORECASE
)
"""What git says of its own files, as in a temporary repository, where they can't be written."""

_PASSWORD = re.compile(r"(?<=://)[^/@\s]+(?=@)")
"""The user and the password in the address of a remote, which git repeats in its messages."""


class Ran(Struct, frozen=True, kw_only=True):
    """Hold what one call of git came to: its exit code, and the bytes that it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Return the output as text, without the line end."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


class Repository(Struct, frozen=True):
    """Describe a git repository, named by any folder in it.

    `options` stand before the command of each call, and `env` is added to its environment. `held` is what git keeps
    open, so that a lock on the folder lasts until git has ended, also where this process was killed before.
    """

    folder: Path
    options: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    held: tuple[int, ...] = ()

    def try_(
        self, *args: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, timeout: float | None = None
    ) -> Ran:
        """Run git with these arguments, and return what came of it, whatever its exit code. `timeout` in seconds.

        Raises GitError where git is not installed, can't be started or takes longer than `timeout`.
        """
        kept = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        try:
            done = subprocess.run(  # noqa: S603  # the arguments are ours; names from a person stand behind `--`
                ["git", "-c", "core.quotePath=false", *self.options, *args],  # noqa: S607  # the git that the person uses
                cwd=self.folder,
                input=stdin,
                capture_output=True,
                check=False,
                timeout=timeout,
                pass_fds=self.held,
                env={**kept, **_SPOKEN, **self.env, **(env or {})},
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

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the id of the commit at which the histories of two commits part; None where they share none."""
        ran = self.try_("merge-base", one, other)
        return None if ran.code else ran.text

    def is_shallow(self) -> bool:
        """True when the history is cut off: a checkout in CI has few commits, or one."""
        return self.run("rev-parse", "--is-shallow-repository").text == "true"

    def beside(self, place: Path) -> Repository:
        """Make an empty, bare repository at `place`, and return it with the remotes and credentials of this one.

        The settings of this repository count there too, wherever they come from, without a value of them being read
        here. Nothing is written to this repository, and none of its hooks runs.
        """
        form = self.try_("rev-parse", "--show-object-format")
        if "dubious ownership" in form.err:
            raise GitError(f"git does not trust {self.folder}", hint=_hint(form.err))
        form_of = () if form.code else (f"--object-format={form.text}",)
        self.run("init", "-q", "--bare", "--template=", *form_of, "--", str(place))
        here = replace(self, folder=self.top() or self.folder)  # where a relative address of a remote begins
        made = replace(here, env={**self.env, "GIT_DIR": str(place)}, options=(*self.options, *_ALONE))
        for file in here._sources():
            if file not in made._sources():
                made = replace(made, options=(*made.options, "-c", f"include.path={file}"))
        return made

    def _sources(self) -> list[str]:
        """Return the files that the settings come from, each once."""
        said = self.run("config", "--list", "--show-origin", "--name-only", "-z").text.split("\0")[::2]
        files = (text.removeprefix("file:") for text in said if text.startswith("file:"))
        return list(dict.fromkeys(str(self.folder / file) for file in files))

    def write_out(self, commit: str, folder: Path, paths: Iterable[Path]) -> None:
        """Write the files of a commit at or below these paths into a folder, as a checkout would write them.

        The paths start from the top folder, in which this must be. The folder gets a `.git` of its own that holds
        nothing of the repository.
        """
        (folder / ".git").mkdir()
        own = {"GIT_INDEX_FILE": str(folder / ".git" / "index")}
        self.run("read-tree", commit, env=own)
        names = [str(path) for path in paths]
        files = self.run("--literal-pathspecs", "ls-files", "-z", "--", *names, env=own).out
        self.run("checkout-index", "-z", "--stdin", f"--prefix={folder}/", stdin=files, env=own)


def _hint(said: str) -> str:
    """Return the next step for a failure that git describes in these words."""
    if _NO_ROOM.search(said):
        return "Check who may write there and the room on its disk. TMPDIR names another folder for temporary files."
    if "not a git repository" in said:
        return "Run it inside the repository of the manifests."
    if "does not appear to be a git repository" in said:
        return "`git remote -v` lists the remotes that git knows here; `git remote add origin ADDRESS` adds one."
    if "dubious ownership" in said:
        return "Another user owns the folder: `git config --global --add safe.directory FOLDER` trusts it."
    if any(word in said for word in ("Authentication failed", "could not read Username", "Permission denied")):
        return "git has no right to that remote: try `git ls-remote` by hand, and set up git's credentials."
    return "Run the same git command by hand to see more."
