"""Name who holds a lock, in one form for every kind of lock, and wait for that holder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from wexa_sync.errors import StateLocked
from wexa_sync.text.json import members, parse


class Holder(Struct, frozen=True, kw_only=True):
    """Say who holds a lock; times are ISO 8601, UTC.

    `process` tells the process of that number from all others, where the lock itself does not end with its process.
    """

    owner: str
    pid: int
    host: str
    created: str
    expires: str
    process: str = ""

    @property
    def expired(self) -> bool:
        """True when the lease has run out."""
        return datetime.fromisoformat(self.expires).timestamp() <= time.time()

    @property
    def is_dead(self) -> bool:
        """True when it was a process of this machine, and that process has surely ended."""
        return self._is_of_this_machine and process_of(self.pid) != self.process

    @property
    def is_alive(self) -> bool:
        """True when it is a process of this machine that surely goes on."""
        return self._is_of_this_machine and process_of(self.pid) == self.process

    @property
    def _is_of_this_machine(self) -> bool:
        machine, _, began = self.process.rpartition(" ")
        if self.host != this_host():  # machines that were restored from one image may share all but their name
            return False
        return bool(began) and machine == process_of(os.getpid()).rpartition(" ")[0]


SOMEBODY = Holder(owner="another process", pid=0, host="", created="a moment ago", expires="it ends")

_SHAPE = {"owner": (str,), "pid": (int,), "host": (str,), "created": (str,), "expires": (str,)}


def ourselves(created: float, expires: float, *, process: str = "") -> Holder:
    """Return this process as a holder, from and until those moments in epoch seconds."""
    return Holder(
        owner=owner(), pid=os.getpid(), host=this_host(), created=_iso(created), expires=_iso(expires), process=process
    )


def holder_text(holder: Holder) -> bytes:
    """Return the text that a lock holds."""
    said = {name: value for name, value in asdict(holder).items() if name != "process" or value}
    return (json.dumps(said, sort_keys=True) + "\n").encode()


def read_holder(text: bytes) -> Holder | None:
    """Return the holder that the text of a lock names; None for a text that is empty, half written or not ours."""
    try:
        data = parse(text)
        holder = Holder(
            **members(data, _SHAPE | ({"process": (str,)} if isinstance(data, dict) and "process" in data else {}))
        )
        _ = holder.expired  # not every date is a moment: the year 1 is not, in some time zones
    except (ValueError, OverflowError):
        return None
    return holder


def process_of(pid: int) -> str:
    """Return the machine since its start, the process's container and the moment it began.

    Empty for a process that has ended, and where the system does not say.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = Path("/proc/self/ns/pid").readlink()
        about = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    state, *more = about.rpartition(")")[2].split()  # a program's name may hold anything
    return "" if state in "ZX" else f"{boot} {space} {more[18]}"


def alive_here(subject: object, holder: Holder) -> StateLocked:
    """Return the error of who would break the lock of a living process of this machine."""
    number = f" (kill {holder.pid})" if holder.pid else ""
    return StateLocked(
        f"{subject} is held by {holder.owner} since {holder.created}, and that process is alive here.",
        hint=f"Wait for it, or end it{number}: its lock goes with it.",
    )


class Wait:
    """Wait for a lock up to `timeout` seconds, with `poll` seconds between two tries.

    While it waits, `waits` gets what for, and for how many seconds at most.
    """

    def __init__(self, subject: object, *, timeout: float, poll: float, waits: Callable[[str, float], object]) -> None:
        self._subject = subject
        self._ends = time.monotonic() + timeout
        self._poll = poll
        self._waits = waits

    def for_(self, holder: Holder) -> None:
        """Wait until the next try. Raise StateLocked where there is no time left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise StateLocked(
                f"{self._subject} is locked by {holder.owner} since {holder.created}, until {holder.expires}.",
                hint="Wait until that run has ended. The lock of a killed process frees itself: on the same "
                "machine at once, elsewhere when it expires, or by `wexa-sync state unlock`.",
            )
        self._waits(f"the lock of {self._subject}, which {holder.owner} holds since {holder.created}", left)
        time.sleep(min(self._poll, left))


def this_host() -> str:
    """Return the name of this machine."""
    return os.uname().nodename


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")


def person() -> str:
    """Return who runs this process, and on which machine."""
    import getpass  # only a session needs it

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user often has no name
        user = f"uid-{os.getuid()}"
    return f"{user}@{this_host()}"


def owner() -> str:
    """Return the process, as a lock names it."""
    return f"{person()} pid {os.getpid()}"
