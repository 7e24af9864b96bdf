"""Act as the person at the desk, who answers wexa-sync's questions with the truth."""

from __future__ import annotations

from msgspec import Struct

from tests.soak.live import KINDS, Live
from tests.soak.server import Thing
from tests.soak.tool import Tool
from tests.soak.world import World, far, generation
from wexa_sync.model import Blocked, Outcome, Plan, Status


class Person(Struct, frozen=True):
    """Look into Wexa Studio (the server's data file), and answer with the truth."""

    world: World
    live: Live
    tool: Tool

    def answers(self, plan: Plan) -> str:
        """Answer the first question of a plan. Return the answer, an empty text if there is no question."""
        for blocked in plan.blocked:
            address = str(blocked.address)
            if blocked.wanted == "run" and "was lost" in blocked.reason:
                start = "its start" in blocked.reason
                id = self._started(address) if start else self._known_run(address) or self._lost_run(address)
            elif blocked.wanted == "adopt":
                id = self._true_id(blocked)
                if id and self.world.chance.random() < 0.5 and "have the same" not in blocked.reason:
                    return self._adopt(address)
            elif "its time has" in blocked.reason and address in self.world.soon:
                self._give_time(address)
                return f"{address} gets a time to come"
            else:
                continue
            self.tool.resolve(address, id)
            return f"{address}: {blocked.reason}: {'happened as ' + id if id else 'did not happen'}"
        return ""

    def _adopt(self, address: str) -> str:
        plan = self.tool.plan(adopt=True, targets=[address])
        taken = {str(change.address) for change in plan.work}
        bad = self.tool.apply(plan) if taken == {address} else None
        if bad is None:
            self.tool.resolve(address, self._id_of(address))
        assert not bad, bad
        return f"{address} is adopted"

    def _give_time(self, address: str) -> None:
        self.world.docs[address]["spec"]["schedule"] = far(self.world)
        self.world.soon.discard(address)
        self.world.write()

    def _true_id(self, blocked: Blocked) -> str | None:
        return self._id_of(str(blocked.address))

    def _id_of(self, address: str) -> str | None:
        if "/Execution/" in address:
            return self._ran(address, generation(self.world.docs[address]))
        if "/Agent/" in address:
            return None
        found = self.live.at(address)
        assert len(found) < 2, f"{address} is live {len(found)} times: {[thing.id for thing in found]}"
        return found[0].id if found else None

    def _started(self, address: str) -> str | None:
        id = self.tool.ids[address]
        status = self.live.server.raw("GET", f"/execute_flow/{id}")["status"]
        return id if status.lower() not in ("ready", "pending", "queued") else None

    def _known_run(self, address: str) -> str | None:
        """Return the run that an earlier state recorded."""
        intents = {str(a): each for a, each in self.tool.state.intents.items()}
        doc = self.world.docs.get(address)
        number = intents[address].generation if address in intents else generation(doc) if doc else 1
        return self._ran(address, number)

    def _ran(self, address: str, number: int) -> str | None:
        ran = self.world.ran.get((address, number))
        live = {thing.run for thing in self.live.server.things("execution")}
        return ran[0] if ran and ran[0] in live else None

    def _lost_run(self, address: str) -> str | None:
        """Return the run that was sent without an answer: one of ours that no record has."""
        intents = {str(a): each for a, each in self.tool.state.intents.items()}
        spec = intents[address].spec if address in intents else self.world.docs[address]["spec"]
        known = {id for id, *_ in self.world.ran.values()} | set(self.tool.ids.values())
        project = self.live.projects().get(address.partition("/")[0])
        found = [run for run in self.live.ours("execution") if run.run not in known and run.project == project]
        found = [run for run in found if self._is(run, spec["goal"], spec.get("input_variables", {}))]
        twins = len([a for a in self.world.of("Execution") if self.world.key(a) == self.world.key(address)])
        assert len(found) <= max(1, twins), f"{address} ran {len(found)} times: {[run.id for run in found]}"
        return found[0].run if found else None

    @staticmethod
    def _is(run: Thing, goal: object, inputs: object) -> bool:
        ours = run.body["executed_by"]["type"] == "manual"
        return bool(ours and run.body["goal"] == goal and run.body["input_variables"] == inputs)

    def bears(self, outcome: Outcome) -> bool:
        """True when a failure is expected: a run scripted to fail, or a schedule whose time has passed."""
        change, address = outcome.change, str(outcome.change.address)
        if outcome.status in (Status.FAILED, Status.UNKNOWN) and address in self.world.soon:
            self._give_time(address)
            return True
        fails = " fails" in str((change.after or {}).get("goal", ""))
        return outcome.status is Status.FAILED and fails and "failed" in outcome.error

    def what_keeps_projects(self) -> dict[str, bool]:
        """Return, for each live project no longer declared, whether its contents must keep it from being pruned."""
        recorded = {str(a): r for a, r in self.tool.state.records.items()}
        ids = {record.id for record in recorded.values()}
        kept = {}
        for handle, id in self.live.projects().items():
            address = f"Project/{handle}"
            if address in self.world.docs or address not in recorded:
                continue
            things = [t for kind in KINDS.values() for t in self.live.server.things(kind) if t.project == id]
            inside = [t.id for t in things] + [a["_id"] for t in things for a in t.body.get("agents", ())]
            retained = any(a.startswith(f"{handle}/") and r.lifecycle.retain for a, r in recorded.items())
            kept[id] = retained or any(thing not in ids for thing in inside)
        return kept

    def left_by_pruning(self, kept: dict[str, bool]) -> list[str]:
        """Return the projects that a prune wrongly left or deleted, and the schedules that it left."""
        live = {thing.id for thing in self.live.server.things("project")}
        words = {True: "live", False: "gone"}
        wrong = [f"project {id} is {words[id in live]}" for id, keep in kept.items() if (id in live) != keep]
        recorded = self.tool.ids
        left = [a for a in recorded if "/Schedule/" in a and a not in self.world.docs]
        return wrong + [f"{a} is recorded and not pruned" for a in left]
