"""Executions as they are live: those of the managed projects, with the addresses that the state knows them by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wexa_sync.api.client import Api, Raw, Scoped
from wexa_sync.errors import UsageError
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.kinds.wire import decode
from wexa_sync.model import Address
from wexa_sync.state.base import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One live execution. `address` where the state holds it; `raw` is the server's whole answer."""

    id: str
    status: str
    goal: str
    project: str
    address: Address | None
    raw: Raw

    @property
    def result(self) -> str:
        """The text of its conclusion; empty where there is none yet."""
        said = self.raw.get("conclusion")
        said = said.get("conclusion") if isinstance(said, dict) else said
        return said if isinstance(said, str) else ""


def list_runs(api: Api, state: State) -> list[Run]:
    """Every execution in the projects that the state manages, newest last as the server lists them."""
    return [
        _run(raw, project.name, state)
        for project, record in sorted(state.records.items())
        if project.kind == "Project"
        for raw in api.list(EXECUTION, Scoped(project=record.id))
    ]


def find_run(api: Api, state: State, name: str) -> Run:
    """The execution of that address or id. Raises UsageError where there is none."""
    address = Address.parse(name) if "/" in name else None
    record = state.records.get(address) if address else None
    if address and (record is None or address.kind != EXECUTION.name):
        raise UsageError(
            f"the state knows no execution {name}", hint="`wexa-sync executions list` shows what is live, with ids."
        )
    raw = api.read(EXECUTION, Scoped(id=record.id if record else name))
    if raw is None:
        raise UsageError(f"there is no execution {name} on the server", hint="`wexa-sync executions list` shows all.")
    return _run(raw, address.project if address else "", state)


def _run(raw: Raw, project: str, state: State) -> Run:
    ids = {str(raw[name]) for name in EXECUTION.ids if raw.get(name)}
    address = next((a for a, record in state.records.items() if a.kind == EXECUTION.name and record.id in ids), None)
    spec: Any = decode(EXECUTION, raw)
    return Run(
        id=EXECUTION.id_of(raw) or "",
        status=str(raw.get("status", "unknown")),
        goal=str(spec.get("goal", "")),
        project=project or (address.project if address else ""),
        address=address,
        raw=raw,
    )
