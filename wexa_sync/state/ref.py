"""Read and move refs of a git remote. A move names where the ref was before; several happen at once, or none.

Objects are made in a repository of our own, which lasts as long as the process: the person's repository and work tree
stay as they are. The remote, and git's credentials for it, are those of the person's repository.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import GitError, StateError
from wexa_sync.git import Ran, Repository
from wexa_sync.state.disk import MAX_BYTES
from wexa_sync.state.holder import owner
from wexa_sync.text.patterns import pattern
from wexa_sync.text.scratch import Scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wexa_sync.model import GitPlace

PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0)
"""Seconds between the tries of a push whose outcome is not known, in the middle of an apply."""

_LONGEST = 120.0
"""Seconds that one call of git may take. No connection that lives takes nearly as long."""

_ALL = 2**31 - 1
"""The depth of a whole history for git, also of one that was fetched in part before."""

_NO_RIGHT = pattern(
    r"error: 40[13]|Authentication failed|could not read (Username|Password)|[Pp]ermission .*denied|not authorized|"
    r"access denied|unpacker error|[Ww]rite access"
)
"""What a remote says to who may not write. git speaks of "access rights" at every connection by ssh that is lost."""

_NO_REPOSITORY = (
    "This folder is in no git repository: `git init` makes one, and `git remote add origin ADDRESS` names its remote. "
    "Or keep the state in a file: --state FILE, or `state: FILE` in wexa-sync.yaml."
)

_RACE = pattern(r"cannot lock ref|[Uu]nable to create|failed to update ref|stale info")
"""What git says where another push is at the same ref at the same time: nothing was moved."""


class Move(Struct, frozen=True):
    """Describe a ref, the commit that it must be at, and the commit that it goes to. None: no ref of that name."""

    ref: str
    old: str | None
    new: str | None


class Moved(StateError):
    """Say that a ref is not where a move begins. `tips` holds where the refs are; nothing was moved."""

    def __init__(self, tips: Mapping[str, str]) -> None:
        super().__init__("a ref was moved by others")
        self.tips = tips


class InDoubt(StateError):
    """Say that it is not known whether a push arrived: the connection is gone, also for a look."""


class Remote:
    """Represent the refs of one state on its remote."""

    def __init__(
        self,
        place: GitPlace,
        *,
        pauses: Sequence[float] = PAUSES,
        waits: Callable[[str, float], object] = lambda _what, _left: None,
    ) -> None:
        self.place = place
        self._pauses = pauses
        self._waits = waits

    @cached_property
    def _git(self) -> Repository:
        self._scratch = Scratch()  # it goes with this object
        made = Repository(self.place.folder).beside(self._scratch.folder / "git")
        return replace(made, held=self._scratch.held)

    @cached_property
    def _committer(self) -> str:
        """Return the person that git knows, or this process."""
        person = self._git.try_("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        known = re.match(r"[^<>\n]+ <[^<>\n]+>", person.text)
        return known[0] if known and not person.code else f"{re.sub('[<>]', '', owner())} <wexa-sync@localhost>"

    def tips(self) -> dict[str, str]:
        """Return where the refs of the state and of its lock are now."""
        place = self.place
        with self._told("read"):
            lines = self._git.run("ls-remote", "--", place.remote, place.ref, place.lock, timeout=_LONGEST).text
        found = dict(line.split("\t")[::-1] for line in lines.splitlines())
        return {ref: found[ref] for ref in (place.ref, place.lock) if ref in found}  # it matches the ends of names

    def fetch(self, ref: str, *, deep: bool = False) -> str | None:
        """Fetch the commit that the ref is at, `deep` with all before it, and return its id; None for no such ref."""
        depth = f"--depth={_ALL if deep else 1}"
        only = ("-q", "--no-tags", "--no-filter", "--refmap=", "--no-write-fetch-head", "--recurse-submodules=no")
        with self._told("read"):
            try:
                self._git.run("fetch", *only, depth, "--", self.place.remote, f"+{ref}:refs/seen", timeout=_LONGEST)
            except GitError as error:
                if "couldn't find remote ref" in error.message and ref not in self.tips():
                    return None
                raise
            return self._git.commit("refs/seen")

    def commit(self, parent: str | None, message: str, files: Mapping[str, bytes | None]) -> str:
        """Make a commit with the files of its parent and these ones, and return its id. None drops a file or folder."""
        said = message.encode()
        lines = [b"reset refs/next\ncommit refs/next\nmark :1\n"]
        lines.append(f"committer {self._committer} {time.time():.0f} +0000\ndata {len(said)}\n".encode() + said)
        lines.append(f"\nfrom {parent}\n".encode() if parent else b"\n")
        for name, data in files.items():
            if data is None:
                lines.append(f"D {name}\n".encode())
            else:
                lines += [f"M 100644 inline {name}\ndata {len(data)}\n".encode(), data, b"\n"]
        with self._told("write"):
            made = self._git.run(
                "fast-import", "--quiet", "--force", "--done", stdin=b"".join((*lines, b"get-mark :1\ndone\n"))
            )
        return made.text

    def message(self, commit: str) -> bytes:
        """Return the message of a commit that was fetched."""
        with self._told("read"):
            return self._git.run("cat-file", "commit", commit).out.partition(b"\n\n")[2]

    def names(self, commit: str) -> set[str]:
        """Return the names at the top of a commit that was fetched."""
        with self._told("read"):
            return {*self._git.run("ls-tree", "--name-only", "-z", "--full-tree", commit).text.split("\0")} - {""}

    def files(self, commit: str, *under: str) -> dict[str, bytes]:
        """Return the files of a commit that was fetched, or those in these folders, in the order of their names."""
        with self._told("read"):
            listed = self._git.run("ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", *under).text
            names, size = {}, 0
            for line in listed.split("\0")[:-1]:
                about, _, name = line.partition("\t")
                _, kind, id, length = about.split()
                if kind == "blob":
                    names[name], size = id, size + int(length)
            if size > MAX_BYTES:
                raise StateError(
                    f"{self.place} holds more than {MAX_BYTES // 1024 // 1024} MiB, as no state does.",
                    hint="Name another ref: --state git:REMOTE#REF.",
                )
            out = self._git.run("cat-file", "--batch", stdin="".join(f"{id}\n" for id in names.values()).encode()).out
        return dict(zip(names, _blobs(out), strict=True))

    def log(self, commit: str, form: str, *choice: str) -> list[str]:
        """Return a text of that form for a commit that was fetched and for each one before it, the newest first."""
        with self._told("read"):
            text = self._git.run("log", "-z", f"--format={form}", commit, *choice).text
        return [each for each in text.split("\0") if each]

    def named(self, name: str) -> str | None:
        """Return the id of the fetched commit with that id or the begin of one; None where there is none."""
        return self._git.commit(name)

    def push(self, *moves: Move, patient: bool = False) -> None:
        """Make the moves, all or none. Raise Moved where others moved a ref, InDoubt, or StateError.

        With `patient`, a remote that can't be reached is tried again for a while. So is, always, a push that lost a
        race against another one, where the refs are back at their places: the other took a lock and gave it back.
        """
        for number, pause in enumerate((*self._pauses, None)):
            ran = self._pushed(moves)
            if ran is not None and ran.code == 0:
                return
            tips = self._tips_if_told()
            if tips is not None:
                if all(tips.get(move.ref) == move.new for move in moves):  # it arrived, and its response did not
                    return
                if any(tips.get(move.ref) != move.old for move in moves):
                    raise Moved(tips)
            if ran is not None and (error := self._refusal(ran)):
                raise error
            raced = ran is not None and _RACE.search(_all_said(ran)) is not None
            if pause is None or not (patient or raced):
                break
            why = "another push was quicker" if raced else "a push had no response"
            self._waits(f"{self.place}, as {why}", sum(self._pauses[number:]))
            time.sleep(pause)
        said = f": {ran.err.rstrip('.')}" if ran is not None else ", which gave no response in time"
        raise InDoubt(
            f"Can't write {self.place}{said}.",
            hint="Look at the connection to the remote, then run the same command again: it continues from what was "
            "done, also where the last write arrived.",
        )

    def _pushed(self, moves: Sequence[Move]) -> Ran | None:
        """Push once. Return None where it took too long."""
        leases = (f"--force-with-lease={move.ref}:{move.old or ''}" for move in moves)
        to = (f"{move.new or ''}:{move.ref}" for move in moves)
        how = ("-q", "--porcelain", "--no-verify", "--recurse-submodules=no", "--no-follow-tags")
        both = ("--atomic",) if len(moves) > 1 else ()
        try:
            return self._git.try_("push", *how, *both, *leases, "--", self.place.remote, *to, timeout=_LONGEST)
        except GitError:
            return None

    def _tips_if_told(self) -> dict[str, str] | None:
        """Return where the refs are after a push that failed; None where that can't be told now."""
        try:
            return self.tips()
        except StateError:
            return None

    def _refusal(self, ran: Ran) -> StateError | None:
        """Return the error of a push that the remote refused for good; None for one that may work the next time."""
        said = _all_said(ran)
        if "--atomic" in said:
            hint = "The remote can't move two refs at once, which the lock needs. Keep the state in a file there."
        elif "remote rejected" in said and not _RACE.search(said):
            hint = (
                f"The remote has a rule against it: exempt {self.place.ref} and {self.place.lock}, or choose refs "
                "outside of its rules, as refs/wexa-sync/... is outside of those for branches. Where the server takes "
                "no other refs than branches, name one: refs/heads/NAME."
            )
        elif _NO_RIGHT.search(said):
            hint = (
                "git has no right to write there. In GitHub Actions the job needs `permissions: contents: write`; "
                f"elsewhere try `git push {self.place.remote} HEAD:refs/wexa-sync/try` by hand."
            )
        else:
            return None
        return StateError(f"Can't write {self.place}: the remote refused it: {_short(said)}.", hint=hint)

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        """Raise a failure of git as a StateError that names the state."""
        try:
            yield
        except GitError as error:
            lost = "does not appear to be a git repository" in error.message
            hint = _NO_REPOSITORY if lost and Repository(self.place.folder).top() is None else error.hint
            raise StateError(f"Can't {doing} {self.place}: {error.message.rstrip('.')}.", hint=hint) from None


def _blobs(out: bytes) -> Iterator[bytes]:
    """Yield the contents in the output of `cat-file --batch`."""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        size = int(out[at:end].rsplit(b" ", 1)[1])
        yield out[end + 1 : end + 1 + size]
        at = end + size + 2


def _all_said(ran: Ran) -> str:
    """Return what git wrote to both of its outputs."""
    return "\n".join(part for part in (ran.err, ran.text) if part)


def _short(said: str) -> str:
    """Return what git said on one line."""
    lines = dict.fromkeys(line.removeprefix("remote:").strip() for line in said.splitlines())
    shown = (" ".join(line.split()) for line in lines if line and not line.startswith(("Done", "To ")))
    return "; ".join(shown)[:400].rstrip(".")
