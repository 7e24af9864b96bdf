"""Show what was written to a state: a line for each command that wrote, or JSON with every commit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wexa_sync.render.json import json_text
from wexa_sync.state.history import Saved, Session
from wexa_sync.text.visible import visible

_COUNTED = ("recorded", "forgotten", "begun")


def saves_text(sessions: Sequence[Session]) -> str:
    """Return a line for each command: when, its last commit, the serial, what it changed, and who ran it."""
    return "".join(f"{'  '.join(map(visible, _cells(each)))}\n" for each in sessions)


def _cells(session: Session) -> list[str]:
    last, count = session.last, len(session.commits)
    totals = {name: session.total(name) for name in _COUNTED}
    changed = ", ".join(f"{number} {name}" for name, number in totals.items() if number) or last.title
    commits = f"{count} commit{'' if count == 1 else 's'}"
    when = f"{last.time:%Y-%m-%d %H:%M:%S}Z"
    serial = f"serial {last.serial}" if last.serial >= 0 else "no serial"
    return [when, last.commit[:12], serial, changed, commits, last.by or "somebody"]


def saves_json(sessions: Sequence[Session]) -> str:
    """Return the commands with their commits as JSON."""
    return json_text([_session(each) for each in sessions])


def _session(session: Session) -> dict[str, Any]:
    totals = {name: session.total(name) for name in _COUNTED}
    head = {"by": session.last.by or None, "since": session.last.since or None}
    return {**_commit(session.last), **totals, **head, "commits": [_commit(each) for each in session.commits]}


def _commit(saved: Saved) -> dict[str, Any]:
    return {
        "commit": saved.commit,
        "time": saved.time.isoformat(),
        "title": saved.title,
        "serial": saved.serial if saved.serial >= 0 else None,
        **{name: getattr(saved, name) for name in _COUNTED},
    }
