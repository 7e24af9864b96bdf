"""The exception tree, the exit codes, and `Problem`.

WexaSyncError                     exit 1   message + hint; the only family the command line has to catch
├── UsageError                    exit 64  the call itself is wrong (flags, paths)
│   └── NothingDeclared                    there is no manifest there
├── InvalidManifests              exit 1   one or more Problems, each with its place
├── SettingsError                 exit 1   wexa-sync.yaml or the environment
│   └── InvalidSettings                    wexa-sync.yaml has Problems (InvalidManifests too, and shown as these)
├── StateError                    exit 1   the state file
│   ├── StateLocked                        somebody else is applying
│   └── StateDamaged                       it is there and can't be trusted
├── UnclearEnd                    exit 3   a run shows a status that does not say whether it came to a good end
├── NoSuchCall                    exit 1   the server lacks a call that only the vendor's SDK knows
├── PlanRefused                   exit 1   the plan is sound, but must not be applied (budgets, stale, nothing agreed)
│   └── PlanBlocked               exit 3   --strict, and something is blocked
└── ApiError                      exit 1   method, path, status
    ├── Unreachable                        surely not processed: refused, DNS, connect timeout
    ├── LostAnswer                         may have been processed: the answer never came, or was cut
    ├── AuthRefused                        401, 403
    ├── NotFound                           404 (and 410)
    ├── Throttled                          429, surely not processed
    ├── Refused                            any other 4xx
    ├── Redirected                         3xx, never followed: may have been processed, as forms are answered so
    ├── ServerFault                        5xx and 408: may have been processed
    └── Nonsense                           answered with success, but not with what the API is known to answer
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wexa_sync.model import Source


class ExitCode(IntEnum):
    """What the process answers its caller with (README, "Exit codes")."""

    DONE = 0
    FAILED = 1
    CHANGES_PENDING = 2
    NEEDS_A_PERSON = 3
    BLOCKED = 4
    USAGE = 64
    INTERRUPTED = 130
    TERMINATED = 143


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault in the input: what, where, and what to do.

    `path` is the field's path in its document (`spec.items[2].title`), empty where the whole document is meant.
    """

    message: str
    source: Source
    path: str = ""
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.source}: {self.path}: " if self.path else f"{self.source}: "
        return where + self.message + (f"\n  hint: {self.hint}" if self.hint else "")


class Unfilled(str):
    """What stands where a value could not be had and that was reported: nobody needs to complain about it again."""

    __slots__ = ()


class WexaSyncError(Exception):
    """Every failure that is told to a person: what failed (`message`) and what to do next (`hint`)."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(WexaSyncError):
    """The command was called in a way it can't be."""

    exit_code = ExitCode.USAGE


class NothingDeclared(UsageError):
    """There is no manifest where some were expected."""


class InvalidManifests(WexaSyncError):
    """The manifests have problems; all of them are in `problems`, in file order."""

    where = "the manifests"

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = len(problems)
        super().__init__(
            f"{count} problem{'' if count == 1 else 's'} in {self.where}; nothing was sent.",
            hint="Fix them and run `wexa-sync validate`: it needs no network.",
        )
        self.problems = tuple(problems)


class SettingsError(WexaSyncError):
    """A setting is missing or can't be read."""


class InvalidSettings(InvalidManifests, SettingsError):
    """The settings file has problems; all of them are in `problems`, in file order."""

    where = "the settings"


class StateError(WexaSyncError):
    """The state can't be read, written or used here."""


class StateLocked(StateError):
    """Another process holds the state's lock."""


class StateDamaged(StateError):
    """The state file is there, but is not what wexa-sync wrote."""


class UnclearEnd(WexaSyncError):
    """A run shows a status that does not say whether it came to a good end: a person has to look."""

    exit_code = ExitCode.NEEDS_A_PERSON


class PlanRefused(WexaSyncError):
    """The plan must not be applied as it is."""


class PlanBlocked(PlanRefused):
    """`--strict`: something that is wanted can't be done by the API, so nothing is."""

    exit_code = ExitCode.NEEDS_A_PERSON


class NoSuchCall(WexaSyncError):
    """The server lacks a call that only the vendor's SDK knows: the change can't be made there, now or later."""


class ApiError(WexaSyncError):
    """A call to the API that did not end as it should. `processed` says whether the server may have done the work."""

    may_be_processed = False

    def __init__(self, message: str, *, method: str, path: str, status: int | None = None, hint: str = "") -> None:
        super().__init__(f"{method} {path}: {message}", hint=hint)
        self.method = method
        self.path = path
        self.status = status


class Unreachable(ApiError):
    """The request never reached the server."""


class LostAnswer(ApiError):
    """The request was sent, and no whole answer came back."""

    may_be_processed = True


class AuthRefused(ApiError):
    """The key is wrong, or may not do this."""


class NotFound(ApiError):
    """There is no such thing there."""


class Throttled(ApiError):
    """Too many requests; `retry_after` is in seconds where the server said so."""

    def __init__(self, message: str, *, method: str, path: str, retry_after: float | None = None) -> None:
        super().__init__(
            message, method=method, path=path, status=429, hint="Run it again later, or with a lower --parallelism."
        )
        self.retry_after = retry_after


class Refused(ApiError):
    """The server understood the request and refused it."""


class Redirected(ApiError):
    """The server points elsewhere, and nobody followed. Forms are answered so when they have been processed."""

    may_be_processed = True


class ServerFault(ApiError):
    """The server failed; what it did before that is not known. `retry_after` is in seconds where it said so."""

    may_be_processed = True
    retry_after: float | None = None


class Nonsense(ApiError):
    """A success status with a body that is not what the API is known to answer."""

    may_be_processed = True
