"""Find the process at the other end of a connection. Only Linux shows it, for connections within one machine."""

from __future__ import annotations

from pathlib import Path

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_ESTABLISHED = "01"


def process_at(port: int, *, connected_to: int) -> int | None:
    """Return the process whose connection goes from local `port` to our port `connected_to`, None if none is found."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port, connected_to)}
    return next((pid for pid in _processes() if sockets & _open_files(pid)), None) if sockets else None


def _inodes(local: int, remote: int) -> list[str]:
    """Return the inodes of established connections between two ports. Addresses are written HEX-IP:HEX-PORT."""
    found = []
    for table in _TABLES:
        for line in _lines(Path(table)):
            here, there, state, inode = (line.split()[column] for column in (1, 2, 3, 9))
            ports = (int(here.rpartition(":")[2], 16), int(there.rpartition(":")[2], 16))
            if ports == (local, remote) and state == _ESTABLISHED:
                found.append(inode)
    return found


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return []  # not Linux, or no IPv6


def _processes() -> list[int]:
    return sorted(int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def _open_files(pid: int) -> set[str]:
    found = set()
    try:
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            found.add(str(entry.readlink()))
    except OSError:
        pass  # the process has ended, or belongs to another user
    return found
