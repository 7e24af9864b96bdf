"""Read the live runs of the managed projects, with the addresses that the state knows them by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from wexa_sync.api.ahead import together
from wexa_sync.api.calls import Ids, Raw
from wexa_sync.api.client import Api
from wexa_sync.errors import NotEnded, UnclearEnd, UsageError, WexaSyncError
from wexa_sync.kinds import BY_NAME, runnable
from wexa_sync.kinds.base import Kind, Running
from wexa_sync.kinds.spec.times import moment
from wexa_sync.kinds.spec.wire import at_path
from wexa_sync.model import Address, Path, Record, Run, Sealed, Secret, Usage, is_commanded
from wexa_sync.secrecy.find import fits, leaves_of, parts, secrets_in
from wexa_sync.state.base import State
from wexa_sync.text.ids import ID_HINT, is_id
from wexa_sync.text.json import plain

GONE = "gone"
"""The status, by our own word, of a run that the server does not show: it was removed, or was made a moment ago."""


def running(run: Run) -> Running:
    """Return how runs of that kind run: their status words, their inbox, the moves."""
    return BY_NAME[run.kind].running


def list_runs(api: Api, state: State) -> list[Run]:
    """Return every run in the projects that the state manages, newest last as the server lists them."""
    ours = _Ours(state)
    projects = [(address.name, held.id) for address, held in sorted(state.records.items()) if address.kind == "Project"]

    def listed(place: tuple[str, str]) -> list[Run]:
        name, id = place  # the field's name
        return [ours.run(kind, raw, name, id) for kind in runnable() for raw in api.list(kind, Ids(project=id))]

    return [run for runs in together(listed, projects, api.at_once) for run in runs]


def read_whole(api: Api, state: State, run: Run) -> Run:
    """Return a run of which a list shows little, whole: what of it is secret is found out anew. Else as it is."""
    kind = BY_NAME[run.kind]
    raw = api.read(kind, Ids(project=run.project_id, id=run.id))
    return run if raw is None else _Ours(state).run(kind, raw, run.project, run.project_id)


def find_run(api: Api, state: State, name: str) -> Run:
    """Return the run of that address or id. Raise UsageError where there is none."""
    if not name:
        raise UsageError("give an address or an id", hint="`wexa-sync executions list` shows both.")
    address = Address.parse(name) if "/" in name else None
    if address is None and not is_id(name):
        raise UsageError(f"{name!a} is no address, and can't be an id", hint=ID_HINT)
    kinds = [kind for kind in runnable() if address is None or kind.name == address.kind]
    record = state.records.get(address) if address else None
    if address and (record is None or not kinds):
        raise UsageError(
            f"the state knows no execution {name}", hint="`wexa-sync executions list` shows what is live, with ids."
        )
    project = state.records.get(address.project_address) if address else None
    for kind in kinds:
        if raw := api.read(kind, Ids(id=record.id if record else name)):
            return _Ours(state).run(kind, raw, address.project if address else "", project.id if project else "")
    raise UsageError(f"there is no execution {name} on the server", hint="`wexa-sync executions list` shows all.")


def read_again(api: Api, run: Run) -> Run:
    """Return the run as it is now, without what it asks; GONE where the server does not show it."""
    raw = api.read(BY_NAME[run.kind], Ids(project=run.project_id, id=run.id))
    return replace(run, status=GONE) if raw is None else _shown(raw, run)


def once_more(run: Run) -> str:
    """Return how to have such a run again, with a space before; nothing for a run that the state does not know."""
    if run.address is None:
        return ""
    if is_commanded(run.address):
        return " `wexa-sync executions run` starts another one."
    return f" Raise metadata.generation of {run.address} to run it again."


def bad_end(run: Run, waited: str) -> WexaSyncError | None:
    """Return why a run that was waited for has no good end; None where it has. `waited`: how the wait ended."""
    words = running(run)
    if run.status in words.succeeded:
        return None
    if run.status in words.failed:
        why = f": {run.failure}" if run.failure else ""
        return WexaSyncError(
            f"the run ended as {run.status}{why}",
            hint=f"`wexa-sync executions show {run.name}` shows more.{once_more(run)}",
        )
    if run.status == GONE:
        return WexaSyncError(
            "the run is gone: the server does not show it any more",
            hint="Its project may have been deleted: `wexa-sync executions list` shows what is left."
            + _settled_by(run),
        )
    if words.is_unclear(run.status):
        return UnclearEnd(
            f"the run is {run.status!r}, and whether that is a good end is not known",
            hint=f"`wexa-sync executions show {run.name}` shows the run.{_settled_by(run)}",
        )
    return not_ended(run, waited)


def not_ended(run: Run, waited: str) -> NotEnded:
    """Return the error for a run that goes on. `waited`: how the wait ended."""
    shown = f"it is {run.status}, and " if run.status else ""
    return NotEnded(f"the run has not ended: {shown}the wait {waited}", hint=_way_on(run))


def _way_on(run: Run) -> str:
    """Return what a person does about a run that goes on."""
    words = running(run)
    if run.questions:
        return f"It waits for an answer: `wexa-sync executions show {run.name}` shows what it asks."
    if run.status in words.paused:
        return f"`wexa-sync executions resume {run.name}` lets it go on."
    hint = f"It goes on by itself: `wexa-sync executions wait {run.name}` waits for its end."
    if run.status in words.not_begun:
        return f"{hint} If nothing starts it there, set `start: explicit` for the next run."
    return hint


def _settled_by(run: Run) -> str:
    if not run.address:
        return ""
    well = f"If it ended well: `wexa-sync resolve {run.address} --happened {run.id}`"
    return f" {well}. If not:{once_more(run)}"


def secret_texts(applied: Any, live: Any) -> Iterator[str]:
    """Yield the values of a manifest's secrets: of a sealed one, the live value."""
    for path, secret in secrets_in(applied):
        if isinstance(secret, Secret):
            yield from parts(secret)
        else:
            for _, value in leaves_of(at_path(live, path), (str, int, float)):
                if isinstance(value, bool):
                    continue
                text = value if isinstance(value, str) else json.dumps(value)  # a server may make a number of it
                yield from parts(Secret(template=secret.template, value=text))


def perhaps_secret(places: Iterable[tuple[Path, str]], live: Any) -> Iterator[str]:
    """Yield the texts of a live object, which may be another one, that have the form of a secret's template there."""
    for path, template in places:
        if isinstance(value := at_path(live, path), str) and fits(template, value):
            yield from parts(Secret(template=template, value=value))


def sealed_in(applied: Any) -> Iterator[tuple[Path, str]]:
    """Return the places of the sealed values in a spec, with the template of each."""
    return ((path, found.template) for path, found in secrets_in(applied) if isinstance(found, Sealed))


class _Ours:
    """Hold what the state knows of runs, by id, so that a list of runs takes one look-up a run."""

    def __init__(self, state: State) -> None:
        kinds = {kind.name for kind in runnable()}
        held = [record for address, record in state.records.items() if address.kind in kinds]
        sent = [intent for address, intent in state.intents.items() if address.kind in kinds]
        self._records = {id: record for record in held for id in record.ids}
        self._earlier = {id: record.address for record in held for id in record.earlier}
        specs = [*(record.spec for record in held), *(intent.spec for intent in sent)]
        self._sealed = dict.fromkeys(place for spec in specs for place in sealed_in(spec))

    def run(self, kind: Kind, raw: Raw, project: str, project_id: str) -> Run:
        """Return a response as a Run, with what the state knows of it."""
        ids = [str(raw[name]) for name in kind.ids if raw.get(name)]
        record = next((self._records[id] for id in ids if id in self._records), None)
        earlier = next((self._earlier[id] for id in ids if id in self._earlier), None) if record is None else None
        address = record.address if record is not None else earlier
        return _shown(
            raw,
            Run(
                kind=kind.name,
                id=kind.id_of(raw) or "",
                status="",
                project=project or (address.project if address else ""),
                project_id=project_id,
                address=address,
                earlier=earlier is not None,
                hidden=tuple(self._hidden(raw, record)),
            ),
        )

    def _hidden(self, raw: Raw, record: Record | None) -> Iterator[str]:
        """Yield the values of a run that must not be shown. A run without a record may be an earlier or a lost one."""
        yield from secret_texts(record.spec, raw) if record is not None else perhaps_secret(self._sealed, raw)


def _shown(raw: Raw, run: Run) -> Run:
    """Return the run with what the response shows of it."""
    words = running(run)
    said, inputs = raw.get("conclusion"), raw.get(words.inputs)
    ended, target = raw.get(words.ended_at), raw.get(words.runs)
    names = (at_path(raw, path) for path in words.target_names)
    steps, usage = words.account(raw) if words.account is not None else ((), Usage())
    said = said.get("conclusion") if isinstance(said, Mapping) else said
    return replace(
        run,
        status=words.status_of(raw) or "unknown",
        project_id=raw["projectID"] if is_id(raw.get("projectID")) else run.project_id,
        goal=plain(raw.get(BY_NAME[run.kind].display) or ""),
        inputs=inputs if isinstance(inputs, Mapping) else {},
        result=said if isinstance(said, str) else "",
        failure=next((step.error for step in steps if step.error), ""),
        over=ended not in (None, "", 0),
        target=target if isinstance(target, str) else "",
        target_name=next((name for name in names if isinstance(name, str)), ""),
        created=moment(raw.get("created_at")),
        ended=moment(ended),
        usage=usage,
        steps=steps,
    )
