"""Compare the server's data with the model at a settled point. Every difference is a divergence."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from tests.soak.items import as_it_must_be
from tests.soak.live import KINDS, NAMES, Live, essence, handle_of
from tests.soak.server import Thing
from tests.soak.tool import Tool
from tests.soak.world import World, epoch, generation, run_key


class Checks(Struct, frozen=True):
    """Report each difference as a line."""

    world: World
    live: Live
    tool: Tool

    def differences(self) -> list[str]:
        """Return all differences."""
        return [*self._state(), *self._resources(), *self._foreign(), *self._runs(), *self._schedules_fired()]

    def _state(self) -> Iterator[str]:
        state = self.tool.state
        yield from (f"an intent is open: {i.address}" for i in state.intents.values() if not i.settled)
        ids = self.tool.ids
        for address in [*self.world.docs, *self._agents()]:
            if address not in ids:
                yield f"{address} is declared and not in the state"
        yield from (f"{id} is recorded {n} times" for id, n in Counter(ids.values()).items() if n > 1)
        taken = {*self.world.foreign, *self.world.foreign_agents}
        yield from (f"{address} is recorded as {id}, which is not ours" for address, id in ids.items() if id in taken)

    def _agents(self) -> Iterator[str]:
        for address in self.world.of("AgentFlow"):
            yield from (f"{address}/Agent/{each['handle']}" for each in self.world.docs[address]["spec"]["agents"])

    def _resources(self) -> Iterator[str]:
        ids, known = self.tool.ids, {id: handle for handle, id in self.live.projects().items()}
        seen: Counter[str] = Counter()
        for kind, name in KINDS.items():
            for thing in self.live.ours(name):
                within = known.get(thing.project, "?") + "/" if kind != "Project" else ""
                address = f"{within}{kind}/{handle_of(thing)}"
                seen[address] += 1
                if seen[address] > 1:
                    yield f"{address} is live {seen[address]} times"
                if address in self.world.docs:
                    if ids.get(address) != thing.id:
                        yield f"{address} is live as {thing.id} and recorded as {ids.get(address)}"
                    yield from (f"{address}: {wrong}" for wrong in self._spec(address, thing, ids))
                elif address not in self.world.removed:
                    yield f"{address} is live, and nobody declared or made it: {thing.body}"
                elif address not in ids and address not in self.world.lost:
                    yield f"{address} is live, declared no longer, and lost from the state"
        for address, doc in self.world.docs.items():
            if doc["kind"] in KINDS and not seen[address] and not self._is_over(address):
                yield f"{address} is declared and not live"

    def _is_over(self, address: str) -> bool:
        """True when a schedule need not be live: it fired, or its time is so near that it counts as fired."""
        return address in self.world.soon

    def _spec(self, address: str, thing: Thing, ids: dict[str, str]) -> Iterator[str]:
        """Compare declared and live fields one by one, without code of wexa-sync."""
        spec, body, project = self.world.docs[address]["spec"], thing.body, address.partition("/")[0]
        wanted: dict[str, Any] = {
            name: value
            for name, value in spec.items()
            if name in ("name", "projectName", "description", "role", "template")
        }
        found = {name: body.get(name) for name in wanted}
        match thing.kind:
            case "project":
                if "coworker_role" in spec:
                    wanted["role"], found["role"] = spec["coworker_role"], body["coworkerRole"]
            case "skill":
                names = {each.id: each.body["name"] for each in self.live.server.things("connector")}
                wanted["connector"], found["connector"] = spec["connector_id"]["external"], names[body["connector_id"]]
            case "schedule":
                wanted["flow"], found["flow"] = (
                    ids.get(f"{project}/AgentFlow/{spec['coworker_id']}"),
                    body["coworker_id"],
                )
                wanted["time"], found["time"] = epoch(spec["schedule"]), body["schedule"]
                wanted["goal"], found["goal"] = spec["template"], body["goal"]["template"]
            case "agentflow":
                agents = [each for each in body["agents"] if each["_id"] not in self.world.foreign_agents]
                declared = [self._agent(address, each, project, ids) for each in spec["agents"]]
                wanted["agents"], found["agents"] = declared, [_flat(each) for each in agents]
                for want, have in zip(declared, found["agents"] or (), strict=False):
                    for name in have.keys() - want.keys():
                        del have[name]
        yield from (
            f"{name} is {found[name]!r}, declared {value!r}" for name, value in wanted.items() if found[name] != value
        )

    def _agent(self, flow: str, agent: dict[str, Any], project: str, ids: dict[str, str]) -> dict[str, Any]:
        wanted = {
            "_id": ids.get(f"{flow}/Agent/{agent['handle']}"),
            "title": agent["title"],
            "role": agent["role"],
            "prompt": agent["prompt"]["template"],
        }
        if "skills" in agent:
            wanted["skills"] = sorted(str(ids.get(f"{project}/Skill/{name}")) for name in agent["skills"])
        if "triggers" in agent:
            wanted["triggers"] = as_it_must_be(self.world, wanted["_id"], agent["triggers"])
        if "llm" in agent:
            wanted["temperature"] = agent["llm"]["temperature"]
        return wanted

    def _foreign(self) -> Iterator[str]:
        live = {thing.id: thing for kind in NAMES for thing in self.live.server.things(kind)}
        for id, body in self.world.foreign.items():
            if id not in live:
                # A project's runs are deleted with it, also those of others.
                if "agentflow_id" not in body or body["projectID"] in live:
                    yield f"what somebody else made is gone: {body}"
            elif essence(live[id]) != body:
                yield f"what somebody else made was changed: {body} -> {essence(live[id])}"
        for agent, flow in self.world.foreign_agents.items():
            if flow in live and agent not in {each["_id"] for each in live[flow].body["agents"]}:
                yield f"an agent of somebody else is gone from {live[flow].body['name']}"

    def _runs(self) -> Iterator[str]:
        """Check that each declared generation ran once, and that no other run exists."""
        world, records = self.world, {str(a): r for a, r in self.tool.state.records.items()}
        handles = {id: handle for handle, id in self.live.projects().items()}
        runs = [t for t in self.live.ours("execution") if t.body["executed_by"]["type"] == "manual"]
        for address in world.of("Execution"):
            wanted = generation(world.docs[address])
            record = records.get(address)
            if record is not None and record.generation != wanted:
                yield f"{address} ran as generation {record.generation}, declared is {wanted}"
            if record is not None and not record.started:
                yield f"{address} is recorded and not started"
            yield from self._declared_run(address, wanted, record.id if record else "", runs)
        counts = Counter(run_key(handles.get(t.project, "?"), t.body["goal"], t.body["input_variables"]) for t in runs)
        live = {run.run for run in runs}
        least = Counter(key for id, _, key in world.ran.values() if id in live)
        for key in {*counts, *least}:
            if not least[key] <= counts[key] <= len(world.attempted[key]):
                yield f"{key} ran {counts[key]} times, and should have {least[key]} to {len(world.attempted[key])}"
        yield from (f"run {t.id} is still ready" for t in runs if t.body["status"] == "ready" and self._stands(t))
        charged = Counter((t.body["execution_id"], t.body["agent_id"]) for t in self.live.server.things("credit"))
        yield from (f"run {run} worked {n} times" for (run, _), n in charged.items() if n > 1)

    def _declared_run(self, address: str, wanted: int, id: str, runs: list[Thing]) -> Iterator[str]:
        before = self.world.ran.get((address, wanted))
        projects = set(self.live.projects().values())
        if before is not None and before[0] != id and before[1] in projects:
            yield f"{address} generation {wanted} ran as {before[0]}, and is recorded as {id}"
        found = [run for run in runs if run.run == id]
        if not found and (before is None or before[1] in projects):
            yield f"{address} is recorded as {id}, and there is no such run"
        for run in found:
            self.world.ran[address, wanted] = (id, run.project, self.world.key(address))
            if run.body["goal"] != self.world.docs[address]["spec"]["goal"]:
                yield f"{address} ran with the goal {run.body['goal']!r}"

    def _stands(self, run: Thing) -> bool:
        # A run whose start was lost before its generation was raised must never be started.
        return run.run in self.tool.ids.values() and self._phase(run) == "ready"

    def _phase(self, run: Thing) -> str:
        time.sleep(0.1)  # a run is ready for half of that time
        return str(self.live.server.raw("GET", f"/execute_flow/{run.run}")["status"])

    def _schedules_fired(self) -> Iterator[str]:
        runs = [t for t in self.live.ours("execution") if t.body["executed_by"]["type"] == "schedule"]
        for template, count in Counter(t.body["goal"] for t in runs).items():
            if count > len(self.world.fires[template]):
                yield f"the schedule {template!r} fired {count} times, declared for {len(self.world.fires[template])}"


def _flat(agent: dict[str, Any]) -> dict[str, Any]:
    """Return a live agent with the names that `_agent` uses."""
    more = {"prompt": agent["prompt"]["template"], "temperature": agent["llm"]["temperature"]}
    return {**agent, **more, "skills": sorted(agent["skills"])}
