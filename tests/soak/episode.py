"""Run one episode: a new sandbox, a new repository, and steps that a seed chooses, with comparisons in between.

Between two settled points every step may meet faults. Then the faults end. A person answers all questions, and plans
and applies while there is work. After that everything must be as declared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random

from msgspec import Struct, field
from msgspec.structs import replace

from tests.soak import edits, luck, meetings
from tests.soak.checks import Checks
from tests.soak.live import Live
from tests.soak.person import Person
from tests.soak.server import Server
from tests.soak.tool import Ended, Tool
from tests.soak.world import World, run_key
from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Outcome, Plan

STEPS = 40
"""The number of an episode's operations, besides those that begin and end it."""

_ROUNDS = 15


class Diverged(Exception):
    """Report that the server's data differs from the model."""


class Episode(Struct, dict=True):
    """Hold an episode. `counts` counts each operation; `done` lists the steps in order."""

    seed: str
    folder: Path
    steps: int = STEPS
    tell: Callable[[str], None] = lambda _line: None
    counts: Counter[str] = field(default_factory=Counter)
    done: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)  # noqa: S311  # a repeatable choice, not a secret
        readings = luck.readings(self.chance)
        put = readings.get("agentflow_put") != "absent" and self.chance.random() < 0.4
        self.server = Server(self.folder / "sandbox.db", readings)
        self.tool = Tool(self.folder / "desk", self.server, frozenset({"agentflow.update"} if put else ()))
        self.world = World(chance=self.chance, folder=self.tool.folder, allowed=put)
        self.live = Live(self.server, self.world)
        self.checks = Checks(self.world, self.live, self.tool)
        self.person = Person(self.world, self.live, self.tool)
        self.saved = False
        self.ahead = 0.0
        self.said(f"readings {readings} put {put}")

    def run(self) -> None:
        """Run all steps. Raises Diverged."""
        self.tool.prepare()
        self.server.start()
        try:
            self.server.raw("POST", "/_sandbox/outcomes", {"match": {"goal_contains": " fails"}, "outcome": "failed"})
            for kind in ("Project", "Skill", "Skill", "AgentFlow", "AgentFlow", "Schedule", "Execution", "Execution"):
                self._try([partial(edits.add, kind=kind)])
            for _ in range(self.steps):
                self.step()
            self.settle(prune=True)
        finally:
            self.counts["server died"] += self.server.deaths
            self.server.stop()

    def said(self, line: str) -> None:
        """Note a step."""
        self.done.append(line)
        self.tell(line)

    def step(self) -> None:
        """Run a random operation."""
        operations = [
            (self._try_edit, 30),
            (self._live_edit, 12),
            (self._apply, 28),
            (self._settle, 14),
            (self._odd, 10),
        ]
        (operation,) = self.chance.choices([each for each, _ in operations], [weight for _, weight in operations])
        operation()
        self.note_runs()

    def _try(self, operations: Sequence[Callable[[World], str | None]]) -> None:
        """Edit the repository by the first of these operations, in random order, that finds something to do."""
        for operation in self.chance.sample(operations, len(operations)):
            if said := operation(self.world):
                self.counts["edit"] += 1
                self.said(said)
                self.world.write()
                return

    def _try_edit(self) -> None:
        choices: list[Callable[[World], str | None]] = [
            *[edits.add] * 2,
            *[edits.edit] * 3,
            edits.append_agent,
            edits.protect,
            edits.remove,
            partial(edits.put_back, names=self.live.names()),
            edits.ask_for_the_impossible,
            partial(edits.add_soon, now=self.server.now),
        ]
        for _ in range(self.chance.randint(1, 4)):
            self._try(choices)

    def _live_edit(self) -> None:
        doubts = {str(address) for address, intent in self.tool.state.intents.items() if not intent.settled}
        twins = not doubts and self.server.readings.get("duplicate_names") != "refused"
        operations: list[Callable[[], str | None]] = [
            *[lambda: self.live.edit(but=doubts)] * 4,
            self.live.rename_flow,
            self.live.delete_schedule,
            *[lambda: self.live.make_foreign(twins=twins)] * 3,
            lambda: self.live.delete_project() if self.chance.random() < 0.3 else None,
        ]
        said = next((said for each in self.chance.sample(operations, len(operations)) if (said := each())), None)
        if said:
            self.counts["live edit"] += 1
            self.said(said)

    def _odd(self) -> None:
        alone: list[Callable[[], None]] = [self._plan, self._save_plan, self._restart, self._clock]
        self.chance.choice(alone + [partial(each, self) for each in meetings.MEETINGS])()

    def only_add_or_edit(self) -> None:
        """Edit the repository without removing anything."""
        self._try([edits.add, edits.edit, edits.append_agent, edits.protect])

    def must(self, right: bool, otherwise: str) -> None:
        """Raise Diverged unless `right`."""
        if not right:
            raise Diverged(otherwise)

    def _apply(self) -> None:
        """Apply under faults, usually after a few edits."""
        if self.chance.random() < 0.7:
            self._try_edit()
        self.disturbed(prune=self.chance.random() < 0.15)

    def disturbed(self, *, prune: bool = False) -> None:
        """Apply under random faults."""
        process = self.chance.random() < 0.3
        found = luck.faults(self.chance, process=process) if self.chance.random() < 0.85 else []
        targets = [self.chance.choice([*self.world.docs])] if self.chance.random() < 0.1 and self.world.docs else []
        self.said(f"apply {'as a process ' if process else ''}prune={prune} targets={targets} faults={found}")
        for fault in found:
            self.server.raw("POST", "/_sandbox/faults", {"fault": fault})
        self.world.note_attempt()
        with self.server.watched():
            if process:
                more = [*["--prune"] * prune, *(word for target in targets for word in ("--target", target))]
                self.ended(self.tool.run("apply", "--auto-approve", "--force", *more))
            else:
                hasty = replace(self.tool, read_timeout=1)  # so that a hang ends soon
                self.inside(lambda: hasty.apply(hasty.plan(prune=prune, targets=targets)))
        self.counts["apply as a process" if process else "apply"] += 1
        self.calm()

    def ended(self, ended: Ended) -> None:
        """Note the exit code of a process. Raise Diverged where it is not a documented one."""
        self.said(f"  exit {ended.code}")
        self.counts["killed"] += ended.code == -9
        if ended.code not in (0, 1, 3, 4, 64, -9):
            raise Diverged(f"exit {ended.code}: {ended.stderr}")

    def inside(self, work: Callable[[], list[Outcome]]) -> None:
        """Do the work in this process. The only error it may raise is a WexaSyncError."""
        try:
            bad = work()
        except WexaSyncError as error:
            self.said(f"  {type(error).__name__}: {error}")
        else:
            self.said(f"  {[f'{o.change.address} {o.status.value}' for o in bad]}")

    def calm(self) -> None:
        """Count and remove the faults."""
        self.server.start()
        for each in self.server.raw("GET", "/_sandbox/faults")["faults"]:
            self.counts["faults"] += each["struck"]
        self.server.raw("DELETE", "/_sandbox/faults")

    def _plan(self) -> None:
        self.server.raw("DELETE", "/_sandbox/requests")
        self.inside(self._plan_alone)
        self.counts["plan"] += 1
        self.said("plan")
        if writes := [r for r in self.server.raw("GET", "/_sandbox/requests")["requests"] if r["method"] != "GET"]:
            raise Diverged(f"a plan wrote: {writes}")

    def _plan_alone(self) -> list[Outcome]:
        self.tool.plan(prune=True, adopt=True)
        return []

    def _save_plan(self) -> None:
        """Save a plan, or apply the saved one: exactly as reviewed, or not at all."""
        self.counts["saved plan"] += 1
        if self.saved:
            self.said("apply the saved plan")
            self.ended(self.tool.run("apply", "change.plan", "--auto-approve", "--force"))
        else:
            self.world.note_attempt()
            self.said("save a plan")
            self.ended(self.tool.run("plan", "--out", "change.plan"))
        self.saved = not self.saved and (self.tool.folder / "change.plan").exists()

    def _restart(self) -> None:
        kill = self.chance.random() < 0.5
        self.said(f"restart the server, kill={kill}")
        self.counts["server restart"] += 1
        self.server.stop(kill=kill)
        self.server.start()

    def _clock(self) -> None:
        """Move the server's clock forward, by less than clocks may differ."""
        seconds = self.chance.choice((1, 10, 60))
        if self.ahead + seconds < 500:
            self.ahead += seconds
            self.counts["clock"] += 1
            self.said(f"clock +{seconds}")
            self.server.raw("POST", "/_sandbox/clock", {"advance": seconds})

    def _settle(self) -> None:
        self.settle(prune=self.chance.random() < 0.4)

    def settle(self, *, prune: bool) -> None:
        """Settle: end the faults, answer all questions, apply until nothing is left to do, and compare."""
        self.said(f"settle prune={prune}")
        self.counts["settled"] += 1
        self.calm()
        unmanaged = self.person.what_keeps_projects()
        for _ in range(_ROUNDS):
            try:
                plan = self.tool.plan(prune=prune)
                if said := self.person.answers(plan):
                    self.counts["asked a person"] += 1
                    self.said(f"  {said}")
                    continue
                self._blocked(plan)
                if not plan.work and not self.world.wrong:
                    break
                if plan.work:
                    self._apply_calmly(plan)
                else:
                    self.said(f"  take back {[*self.world.wrong]}")
                    self.world.take_back()
                    self.world.write()
            except WexaSyncError as error:
                raise Diverged(f"{type(error).__name__} without any fault: {error} ({error.hint})") from error
        else:
            raise Diverged(f"it does not settle: {[str(c.action) + ' ' + str(c.address) for c in plan.work]}")
        self.note_runs()
        wrong = [*self.checks.differences(), *(self.person.left_by_pruning(unmanaged) if prune else ())]
        if wrong:
            raise Diverged("\n".join(wrong))
        self.world.ids = self.tool.ids
        self.world.returned.clear()

    def _blocked(self, plan: Plan) -> None:
        """Check that exactly the model's impossible edits are blocked, and runs that wait for them."""
        blocked = {str(each.address): each for each in plan.blocked}
        declared = {*self.world.docs, *self.world.wrong}
        extra = [
            f"{each.address}: {each.wanted}, {each.reason}"
            for address, each in blocked.items()
            if address not in self.world.wrong
            and not (self.world.wrong and each.wanted == "run")
            and not (each.wanted == "delete" and not any(d == address or address.startswith(f"{d}/") for d in declared))
        ]
        missing = [address for address in self.world.wrong if address not in blocked]
        if extra or missing:
            raise Diverged(f"blocked without need: {extra}; not blocked: {missing}")

    def _apply_calmly(self, plan: Plan) -> None:
        self.world.note_attempt()
        bad = [o for o in self.tool.apply(plan) if not self.person.bears(o)]
        if bad:
            raise Diverged(f"without any fault: {[f'{o.change.address} {o.status.value} {o.error}' for o in bad]}")

    def note_runs(self) -> None:
        """Note the runs that the state records: they must never run again."""
        live = {thing.run: thing for thing in self.server.things("execution")}
        handles = {id: handle for handle, id in self.live.projects().items()}
        for address, record in self.tool.state.records.items():
            if address.kind == "Execution" and (run := live.get(record.id)):
                key = run_key(handles.get(run.project, ""), run.body["goal"], run.body["input_variables"])
                self.world.ran.setdefault((str(address), record.generation), (run.run, run.project, key))
