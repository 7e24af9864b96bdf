"""Find the process at the other end of a connection. Only Linux shows it, for connections within one machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ESTABLISHED = "01"


def process_at(port: int, *, connected_to: int) -> int | None:
    """Return the process whose connection goes from local `port` to our port `connected_to`, None if none is found."""
    sockets = {f"socket:[{inode}]" for table in _TABLES for inode in _inodes(Path(table), port, connected_to)}
    processes = sorted(int(folder.name) for folder in Path("/proc").glob("[0-9]*")) if sockets else ()
    return next((pid for pid in processes if any(file in sockets for file in _open_files(pid))), None)


def _inodes(table: Path, local: int, remote: int) -> Iterator[str]:
    """Yield the inodes of established connections between two ports. Addresses are written HEX-IP:HEX-PORT."""
    with suppress(OSError):  # not Linux, or no IPv6
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            here, there, state, inode = (line.split()[column] for column in (1, 2, 3, 9))
            ports = (int(here.rpartition(":")[2], 16), int(there.rpartition(":")[2], 16))
            if ports == (local, remote) and state == _ESTABLISHED:
                yield inode


def _open_files(pid: int) -> Iterator[str]:
    with suppress(OSError):  # the process has ended, or belongs to another user
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            yield str(entry.readlink())
