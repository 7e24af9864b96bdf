"""Say what run a command asks for, and by which address the state knows it.

The address follows from what is asked: the same command asks for the same address. So a command that was cut off is
found again by itself, and one that came to its end asks for the next generation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.errors import UsageError
from wexa_sync.kinds import BY_NAME, runnable
from wexa_sync.kinds.base import Kind
from wexa_sync.model import Address, Desired, Manifest, Record, Ref, Run, Secret, Source, is_commanded
from wexa_sync.state.base import Entry, Forget, Remember, State
from wexa_sync.text.ids import is_id
from wexa_sync.text.suggest import did_you_mean

KEEP: Final = 100
"""How many runs of commands the state keeps, so that a list of runs knows them by address."""


class Wanted(Struct, frozen=True, kw_only=True):
    """Describe a run that a command asks for: of `target`, in the project of that handle."""

    kind: Kind
    project: str
    target: Ref
    goal: Any
    inputs: Mapping[str, Any]

    @property
    def address(self) -> Address:
        """Return the address of the run. A secret counts by the name of its variable."""
        asked = [self.kind.name, str(self.target), _spelt(self.goal), sorted(map(_spelt, self.inputs.items()))]
        digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        return Address(project=self.project, kind=self.kind.name, name=f"run-{digest[:12]}")

    @property
    def spec(self) -> dict[str, Any]:
        """Return the spec, as a manifest would have it."""
        run = self.kind.running
        inputs = {run.inputs: dict(self.inputs)} if self.inputs else {}
        return {run.runs: self.target, self.kind.display: self.goal, **inputs}

    def as_run(self) -> Run:
        """Return the run as it is shown before it is sent: each secret by the name of its variable."""
        inputs = {name: _spelt(value) for name, value in self.inputs.items()}
        return Run(
            kind=self.kind.name,
            id="",
            status="",
            project=self.project,
            address=self.address,
            goal=str(_spelt(self.goal)),
            inputs=inputs,
        )

    def desired(self, state: State) -> Desired:
        """Return the manifests of the run and of what it needs: these are taken as they were last applied."""
        needs = {address for address in (self.address.project_address, self.target.address) if address is not None}
        manifests = {address: _as_applied(state.records[address]) for address in needs}
        manifests[self.address] = Manifest(
            address=self.address, spec=self.spec, source=Source(file=""), generation=generation(state, self.address)
        )
        return Desired(manifests=manifests, depends_on={self.address: frozenset(needs)})

    def around(self, state: State) -> State:
        """Return the part of the state that says something of the run: what it needs, and all runs in the project."""
        needs = {self.address.project_address, self.target.address}

        def counts(address: Address) -> bool:
            return address in needs or (address.project == self.project and BY_NAME[address.kind].run is not None)

        return State(
            target=state.target,
            lineage=state.lineage,
            serial=state.serial,
            records={address: record for address, record in state.records.items() if counts(address)},
            intents={address: intent for address, intent in state.intents.items() if counts(address)},
        )


def wanted(state: State, name: str, *, project: str, goal: Any, inputs: Mapping[str, Any]) -> Wanted:
    """Return the run of what is called `name`: an address, a handle, or a live one's id or name in a managed project.

    Raises UsageError where that is not clear.
    """
    (kind,) = runnable()
    ref = kind.fields.at((kind.running.runs,)).ref
    found = _recorded(state, name, ref, project)
    if found is not None:
        return Wanted(
            kind=kind, project=found.project, target=Ref(kind=ref, address=found), goal=goal, inputs=dict(inputs)
        )
    target = Ref(kind=ref, id=name) if _looks_like_an_id(name) else Ref(kind=ref, external=name)
    return Wanted(kind=kind, project=_project(state, name, ref, project), target=target, goal=goal, inputs=dict(inputs))


def _recorded(state: State, name: str, kind: str, project: str) -> Address | None:
    """Return the managed resource that is meant; None where the name is that of a live one."""
    if "/" in name:
        address = Address.parse(name)
        if address.kind != kind or address not in state.records or project not in ("", address.project):
            known = [str(each) for each in state.records if each.kind == kind]
            raise UsageError(
                f"the state knows no {kind} {name}",
                hint=did_you_mean(name, known, "`wexa-sync state list` shows what is managed."),
            )
        return address
    named = [each for each in sorted(state.records) if (each.kind, each.name) == (kind, name)]
    named = [each for each in named if project in ("", each.project)]
    if len(named) > 1:
        raise UsageError(f"several are called {name}: {', '.join(map(str, named))}", hint="Name one by its address.")
    return named[0] if named else None


def _project(state: State, name: str, kind: str, project: str) -> str:
    """Return the handle of the project in which a live resource is to be looked for."""
    managed = [address.name for address in sorted(state.records) if address.kind == "Project"]
    if project in managed or (not project and len(managed) == 1):
        return project or managed[0]
    if project:
        hint = did_you_mean(project, managed, f"Managed are: {', '.join(managed) or 'none'}.")
        raise UsageError(f"the state knows no project {project}", hint=hint)
    handles = [each.name for each in state.records if each.kind == kind]
    hint = did_you_mean(name, handles, f"For one that is live, name its project: --project {' or '.join(managed)}.")
    if not managed:
        hint = "Apply the manifests first: the runs of a project need its record."
    raise UsageError(f"the state knows no {kind} {name}", hint=hint)


def require_there(api: Api, asked: Wanted, project: str) -> None:
    """Raise UsageError where what is to be run is named by an id that nothing in the project of that id has."""
    target = asked.target
    if target.id is None:
        return
    raw = api.read(BY_NAME[target.kind], Ids(project=project, id=target.id))
    if raw is None or raw.get("projectID") not in (None, "", project):
        raise UsageError(
            f"there is no {target.kind} {target.id} in {asked.address.project_address}",
            hint="Look for its id in Wexa Studio, or name it by its handle.",
        )


def _looks_like_an_id(name: str) -> bool:
    return is_id(name) and len(name) == 24 and all(sign in "0123456789abcdef" for sign in name.lower())


def generation(state: State, address: Address) -> int:
    """Return the generation that a command asks for: the one in doubt, or begun, or else a new one."""
    record, intent = state.records.get(address), state.intents.get(address)
    if intent is not None:
        return intent.generation
    if record is None:
        return 1
    return record.generation + (1 if record.started else 0)


def is_begun(state: State, address: Address) -> bool:
    """True where something may have been sent for the run, and not all of it is done."""
    record, intent = state.records.get(address), state.intents.get(address)
    return (intent is not None and not intent.settled) or (record is not None and not record.started)


def not_told(state: State, address: Address) -> Record | None:
    """Return the run that an earlier command started and could not report any more; None where there is none."""
    record = state.records.get(address)
    return (
        record if record is not None and record.started and not record.ended and not is_begun(state, address) else None
    )


def told(state: State, address: Address) -> list[Entry]:
    """Return what to write once the command has said what became of its run. The oldest of many runs are forgotten."""
    record = state.records.get(address)
    if record is None or not record.started:
        return []
    old = [each for each in state.records.values() if is_commanded(each.address) and each.ended]
    old.sort(key=lambda each: (each.made_at or 0.0, each.address), reverse=True)
    gone = (each.address for each in old[KEEP - 1 :] if each.address != address and each.address not in state.intents)
    return [Remember(replace(record, ended=True)), *map(Forget, gone)]


def _as_applied(record: Record) -> Manifest:
    return Manifest(address=record.address, spec=record.spec, source=Source(file=""), lifecycle=record.lifecycle)


def _spelt(value: Any) -> Any:
    """Return a value as the command line has it: of a secret, its template."""
    if isinstance(value, tuple):
        return [*map(_spelt, value)]
    return value.template if isinstance(value, Secret) else value
