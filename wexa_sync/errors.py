"""The exception tree, the exit codes, and `Problem`.

WexaSyncError                     exit 1   message + hint; the only family the command line has to catch
├── UsageError                    exit 64  the command was called wrongly (flags, paths)
│   └── NothingDeclared                    the paths hold no manifest
├── InvalidManifests              exit 1   one or more Problems, each with its place
├── SettingsError                 exit 1   wexa-sync.yaml or the environment
│   └── InvalidSettings                    wexa-sync.yaml has Problems (InvalidManifests too, and shown as these)
├── StateError                    exit 1   the state file
│   ├── StateLocked                        another process is applying
│   └── StateDamaged                       the state file exists and can't be trusted
├── SnapshotDamaged               exit 1   the file is no snapshot, or not the one that was written
├── GitError                      exit 1   git is missing, or refused what was asked of it
├── PublishError                  exit 1   GitHub did not take a comment or an issue; the work itself is done
├── NotEnded                      exit 1   a run goes on
├── UnclearEnd                    exit 3   the status of a run does not say whether it ended well
├── NoSuchCall                    exit 1   the server lacks a call that only the vendor's SDK knows
├── Overtaken                     exit 1   another person changed something between plan and apply
├── PlanRefused                   exit 1   the plan is sound, but must not be applied (budgets, stale, nothing agreed)
│   ├── PlanBlocked               exit 3   --strict, and something is blocked
│   └── PlanMoved                 exit 5   the plan is not the one that was reviewed
└── ApiError                      exit 1   method, path, status
    ├── Unreachable                        surely not processed: refused, DNS, connect timeout
    ├── LostAnswer                         may have been processed: the response never came, or was cut
    ├── AuthRefused                        401, 403
    ├── NotFound                           404 (and 410)
    ├── Throttled                          429, surely not processed
    ├── Refused                            any other 4xx
    ├── Redirected                         3xx, never followed: may have been processed, as forms are answered so
    ├── ServerFault                        5xx and 408: may have been processed
    └── Nonsense                           a success status with a body that the API is not known to return
        └── NotAList                       a list was asked for, and the body holds none
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wexa_sync.model import Address, Source


class ExitCode(IntEnum):
    """Represent the exit status of the process (README, "Exit codes")."""

    DONE = 0
    FAILED = 1
    CHANGES_PENDING = 2
    NEEDS_A_PERSON = 3
    BLOCKED = 4
    MOVED = 5
    SURPRISE = 6
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


class Problem(Struct, frozen=True, kw_only=True):
    """Describe one fault in the input: what is wrong, where, and what to do.

    `path` is the field's path in its document (`spec.items[2].title`); empty for a fault of the whole document.
    """

    message: str
    source: Source
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.source}: {self.path}: " if self.path else f"{self.source}: "
        return where + self.message + (f"\n  hint: {self.hint}" if self.hint else "")


class Unfilled(str):
    """Represent a text in the place of a value that could not be read. The fault is reported already, and only once."""

    __slots__ = ()


def look_up(address: Address, ids: Sequence[str] = ()) -> str:
    """Return the hint for a doubt: whether the resource or run of that address is live. `ids` are those it may have."""
    id = ids[0] if len(ids) == 1 else "ID"
    return f"Look in Wexa Studio, then `wexa-sync resolve {address} --happened {id}` or `--did-not-happen`."


class WexaSyncError(Exception):
    """Report a failure that is shown to a person: what failed (`message`) and what to do next (`hint`).

    `may_be_processed` is true where the server may have done the work all the same.
    """

    exit_code = ExitCode.FAILED
    may_be_processed = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WexaSyncError):
    """Say that the command was called wrongly."""

    exit_code = ExitCode.USAGE


class UnknownEnvironment(UsageError):
    """Say that the environment that is named is not declared."""


class NothingDeclared(UsageError):
    """Say that the paths hold no manifest."""


class InvalidManifests(WexaSyncError):
    """Say that the manifests have problems. All are in `problems`, in file order."""

    where = "the manifests"

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(
            f"{count} problem{'' if count == 1 else 's'} in {self.where}; nothing was sent.",
            hint="Fix them and run `wexa-sync validate`: it needs no network.",
        )
        self.problems = tuple(problems)


class SettingsError(WexaSyncError):
    """Say that a setting is missing or can't be read."""


class InvalidSettings(InvalidManifests, SettingsError):
    """Say that the settings file has problems. All are in `problems`, in file order."""

    where = "the settings"


class StateError(WexaSyncError):
    """Say that the state can't be read, can't be written, or belongs to another workspace."""


class StateLocked(StateError):
    """Say that another process holds the state's lock."""


class StateDamaged(StateError):
    """Say that the state file exists, but its content is not what wexa-sync wrote."""


class SnapshotDamaged(WexaSyncError):
    """Say that the file is no snapshot, or not the one that was written."""


class GitError(WexaSyncError):
    """Say that git is missing, or refused."""


class PublishError(WexaSyncError):
    """Say that a comment or an issue could not be read or written.

    `status` is that of the response, None where none came.
    """

    def __init__(self, message: str, *, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class NotEnded(WexaSyncError):
    """Say that a run goes on: its end was not seen while there was time."""


class UnclearEnd(WexaSyncError):
    """Say that the status of a run does not say whether it ended well: a person has to look."""

    exit_code = ExitCode.NEEDS_A_PERSON


class PlanRefused(WexaSyncError):
    """Say that the plan must not be applied."""


class PlanBlocked(PlanRefused):
    """Say that a change is blocked, and `--strict` then applies nothing."""

    exit_code = ExitCode.NEEDS_A_PERSON


class PlanMoved(PlanRefused):
    """Say that the plan is not the one that was reviewed: its digest is another one."""

    exit_code = ExitCode.MOVED


class Surprise(PlanRefused):
    """Say that the plan has an operation that `--fail-on` names."""

    exit_code = ExitCode.SURPRISE


class NoSuchCall(WexaSyncError):
    """Say that the server lacks a call that only the vendor's SDK knows: trying again does not help."""


class Overtaken(WexaSyncError):
    """Say that another person changed something between plan and apply: nothing was sent."""


class ApiError(WexaSyncError):
    """Say that a call to the API failed. `why` is the message without the call."""

    def __init__(self, message: str, *, method: str, path: str, status: int | None = None, hint: str = "") -> None:
        super().__init__(f"{method} {path}: {message}", hint=hint)
        self.why = message
        self.method = method
        self.path = path
        self.status = status


class Unreachable(ApiError):
    """Say that the request never reached the server."""


class NotBegun(Unreachable):
    """Say that the request was never sent, since it was time to stop."""


class LostAnswer(ApiError):
    """Say that the request was sent, and no whole response came back."""

    may_be_processed = True


class AuthRefused(ApiError):
    """Say that the API key is wrong, or has no right to make this call."""


class NotFound(ApiError):
    """Say that the server has nothing at that path."""


class Throttled(ApiError):
    """Say that the server got too many requests. `retry_after` is in seconds, None where the server names none."""

    def __init__(self, message: str, *, method: str, path: str, retry_after: float | None = None) -> None:
        hint = "Run the command again later, or with a lower --parallelism."
        super().__init__(message, method=method, path=path, status=429, hint=hint)
        self.retry_after = retry_after


class Refused(ApiError):
    """Say that the server understood the request and refused it."""


class Redirected(ApiError):
    """Say that the server redirects, and the redirect is not followed.

    A form is answered so once it has been processed.
    """

    may_be_processed = True


class ServerFault(ApiError):
    """Say that the server failed, perhaps after it did the work.

    `retry_after` is in seconds, None where it names none.
    """

    may_be_processed = True
    retry_after: float | None = None


class Nonsense(ApiError):
    """Say that the status is a success, and the body is nothing that the API is known to return."""

    may_be_processed = True


class NotAList(Nonsense):
    """Say that the body holds no list of objects."""
