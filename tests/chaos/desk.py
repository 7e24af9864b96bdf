"""Give the stories a small desk: manifests as values, applies under faults, and the server's own data."""

from __future__ import annotations

import copy
import re
import shutil
from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct, field

from wexa_sync.model import Intent
from wexa_sync.state import FileStore

from .bench import Bench, Ended, json_of
from .person import Person
from .scenarios import FAST, seed_foreign
from .world import Thing, at_odds, things, world

GOAL = "Sort the tickets."
"""The goal of every run of the stories: it is the same for all generations of a run and for others' runs."""

Doc = dict[str, Any]


def document(kind: str, name: str, spec: Doc, **metadata: Any) -> Doc:
    """Return a manifest."""
    return {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec}


def small_desk() -> dict[str, Doc]:
    """Return the manifests that most stories start from, by file and name."""
    agent = {"handle": "sort", "title": "Sorter", "role": "Sorts", "prompt": {"template": "Sort it."}}
    mail = {"name": "Sort", "description": "Sorts", "connector_id": {"external": "Mail"}}
    flow = {"name": "Triage", "description": "Sorts", "role": "Sorter", "agents": [agent]}
    return {
        "project": document("Project", "desk", {"projectName": "Desk", "description": "A desk"}),
        "skill": document("Skill", "sort", mail),
        "flow": document("AgentFlow", "triage", flow),
        "schedule": document(
            "Schedule",
            "spring",
            {"coworker_id": "triage", "template": "Greet all.", "schedule": "2035-03-21T06:00:00Z"},
        ),
        "run": document("Execution", "check", {"agentflow_id": "triage", "goal": GOAL}),
    }


class Witness(Person, kw_only=True):
    """Act for a person who remembers. `mine`: the run of each generation in any state; `others`: others' runs."""

    mine: dict[tuple[str, int], str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    @property
    def state(self) -> Path:
        """Return the state's file."""
        return self.folder / ".wexa-sync/state.json"

    def run(self, *words: str) -> Ended:
        """Run a command, and remember the runs in the state after it."""
        done = Person.run(self, *words)
        for address, record in FileStore(self.state).load().records.items():
            if address.kind == "Execution":
                self.mine.setdefault((str(address), record.generation), record.id)
        return done

    def plan(self) -> Ended:
        """Plan; if a hint asks for a `state mv` of a renamed handle, do that and plan again."""
        done = Person.plan(self)
        hints = " ".join(each["hint"] for each in json_of(done.stdout).get("blocked", ()))
        if moved := re.search(r"`wexa-sync state mv (\S+) (\S+)`", hints):
            self.run("state", "mv", *moved.groups())
            return Person.plan(self)
        return done

    def truth(self, address: str, reason: str) -> tuple[str, ...]:
        """Return the flags of `resolve` that tell the truth."""
        if "/Execution/" not in address or "its start was sent" in reason:
            return Person.truth(self, address, reason)
        if id := self.mine.get((address, self.asked_for(address))):
            return ("--happened", id)
        seen = {*self.mine.values(), *self.others}
        new = [run for run in runs(self.data) if not seen & {run.id, run.alias}]
        return ("--happened", new[0].alias) if new else ("--did-not-happen",)

    def asked_for(self, address: str) -> int:
        """Return the generation that is in doubt, else the declared one."""
        intents = {str(at): intent for at, intent in FileStore(self.state).load().intents.items()}
        if address in intents:
            return intents[address].generation
        declared = [doc for doc in declared_in(self.folder) if doc["kind"] == "Execution"]
        named = [doc["metadata"] for doc in declared if doc["metadata"]["name"] == address.rpartition("/")[2]]
        return int(named[0].get("generation", 1)) if named else 1


def declared_in(folder: Path) -> list[Doc]:
    """Return the manifests of a folder."""
    files = [file for file in sorted(folder.rglob("*.yaml")) if file.name != "wexa-sync.yaml"]
    return [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]


def runs(data: Path) -> list[Thing]:
    """Return every run of the goal, also those of others."""
    return [thing for thing in things(data) if thing.kind == "execution" and thing.body["goal"] == GOAL]


class Desk(Struct, dict=True):
    """Hold one desk at a bench. `docs` are the manifests by file; `wrong` lists failures, and must stay empty."""

    bench: Bench
    place: Path
    readings: dict[str, str] = field(default_factory=dict)
    docs: dict[str, Doc] = field(default_factory=small_desk)
    wrong: list[str] = field(default_factory=list)
    theirs: Counter[str] = field(default_factory=Counter)
    struck: bool = True  # True when the last apply's fault struck
    hidden: bool = True  # True when the server does not show the result of the last apply's requests

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True)
        (self.folder / "wexa-sync.yaml").write_text(FAST, encoding="utf-8")
        self.bench.start(self.data, readings=self.readings)
        self.write()

    @property
    def folder(self) -> Path:
        """Return the folder of the manifests."""
        return self.place / "desk"

    @property
    def data(self) -> Path:
        """Return the server's data file."""
        return self.place / "sandbox.db"

    @property
    def state(self) -> Path:
        """Return the state's file."""
        return self.folder / ".wexa-sync/state.json"

    @cached_property
    def person(self) -> Witness:
        """Return the person who works here."""
        return Witness(bench=self.bench, folder=self.folder, data=self.data, words=())

    def write(self) -> None:
        """Write the manifests to their files; remove the other manifest files."""
        for old in self.folder.rglob("*.yaml"):
            if old.name != "wexa-sync.yaml":
                old.unlink()
        for name, doc in self.docs.items():
            file = self.folder / f"{name}.yaml"
            file.parent.mkdir(exist_ok=True)
            file.write_text(yaml.safe_dump(doc, sort_keys=False), encoding="utf-8")

    def generation(self, number: int, name: str = "run") -> None:
        """Declare a generation of the run."""
        self.docs[name]["metadata"]["generation"] = number
        self.write()

    def apply(self, *words: str, fault: str = "", code: int | None = None) -> Ended:
        """Apply under a fault; restart the server if it died. `code` is the only right exit code."""
        self.hidden = self.hidden if not fault else "stale" in fault or " before" in fault
        for each in fault.split(" + ") if fault else ():
            self.bench.ask("POST", "/_sandbox/faults", {"fault": each})
        done = self.person.run("apply", "--auto-approve", "--force", *words)
        self.struck = True
        if not self.bench.serving:
            self.bench.stop()
            self.bench.start(self.data, readings=self.readings)
        elif fault:
            self.struck = any(each["struck"] for each in self.bench.ask("GET", "/_sandbox/faults")["faults"])
            if "stale" not in fault or not self.struck:  # so that the fault strikes no other apply
                self.bench.ask("DELETE", "/_sandbox/faults")
        self.check(code is None or done.code == code, f"exit {done.code} where {code} is right: {done.shown}")
        return done

    def well(self, *words: str) -> None:
        """Apply without faults, and let the runs end."""
        self.apply(*words, code=0)
        self.bench.rest()

    def check(self, right: bool, otherwise: str) -> None:
        """Note `otherwise` as wrong unless `right`."""
        if not right:
            self.wrong.append(otherwise)

    @property
    def ran(self) -> int:
        """Return how often we ran the goal."""
        return sum(run.id not in self.person.others for run in runs(self.data))

    def somebody_runs(self) -> None:
        """Start an equal run as somebody else."""
        before = {run.id for run in runs(self.data)}
        (flow,) = [thing for thing in things(self.data) if thing.title == "agentflow Triage"]
        run = {"agentflow_id": flow.id, "goal": GOAL, "input_variables": {}, "projectID": flow.project}
        self.bench.ask("POST", "/execute_flow", {**run, "executed_by": "somebody"}, projectID=flow.project)
        new = [run for run in runs(self.data) if run.id not in before]
        self.person.others |= {id for run in new for id in (run.id, run.alias)}

    def strangers(self) -> None:
        """Add objects of somebody else beside ours. No command may change them."""
        seed_foreign(self.bench, "")
        self.bench.rest()
        self.theirs = self._theirs()

    def _theirs(self) -> Counter[str]:
        return Counter({line: count for line, count in world(self.data).items() if "heir " in line.partition("[")[0]})

    @property
    def intents(self) -> dict[str, Intent]:
        """Return the state's open intents by address."""
        return {str(a): intent for a, intent in FileStore(self.state).load().intents.items() if not intent.settled}

    def held(self, address: str, times: int = 2, *words: str) -> None:
        """Apply several times: check that the doubt stays, nothing runs, and the exit code reports the doubt.

        If the server shows the result, the next apply settles the doubt, so nothing is checked.
        """
        before, count = self.intents.get(address), self.ran
        for _ in range(times if before and self.hidden else 0):
            self.apply(*words, code=3)
            self.check(self.intents.get(address) == before, f"the doubt about {address} is gone: {self.said}")
            self.check(self.ran == count, f"a run was sent while {address} is in doubt: {self.said}")

    def answer(self) -> None:
        """Let the person answer all questions of a plan, and apply nothing."""
        for each in json_of(self.person.plan().stdout).get("blocked", ()):
            if "wexa-sync resolve" in each["hint"]:
                self.person.resolve(each)

    @property
    def addresses(self) -> set[str]:
        """Return the addresses in the state."""
        return {str(address) for address in FileStore(self.state).load().records}

    @property
    def said(self) -> str:
        """Return the output of the last command without JSON output."""
        spoken = [done for done in self.person.said if "json" not in done.words] or self.person.said
        return spoken[-1].shown

    def live(self, title: str) -> list[Thing]:
        """Return the live objects with that kind and name."""
        return [thing for thing in things(self.data) if thing.title == title]

    def backup(self) -> Path:
        """Copy the state to a backup."""
        return Path(shutil.copytree(self.state.parent, self.place / "backup", dirs_exist_ok=True))

    def restore(self) -> None:
        """Restore the state from the backup. Without a backup, delete the state."""
        shutil.rmtree(self.state.parent, ignore_errors=True)
        if (self.place / "backup").exists():
            shutil.copytree(self.place / "backup", self.state.parent)

    def ends(self, ran: int, *words: str) -> None:
        """Let the person finish; check that each object exists once, `ran` runs exist, and others' are unchanged."""
        self.person.words = words
        self.check(self.person.goes_on(), f"it does not end: {self.said}")
        self.bench.rest()
        self.check(self.ran == ran, f"it ran {self.ran} times where {ran} is right: {self.said}")
        started = [run for run in runs(self.data) if run.inner.get("told", 0) > 1]
        self.check(not started, f"started more than once: {[run.alias for run in started]}")
        titles = Counter(thing.title for thing in things(self.data) if "heir " not in thing.title)
        twice = [title for title, count in titles.items() if count > 1 and title != f"execution {GOAL}"]
        self.wrong += [f"it is there {titles[title]} times: {title}" for title in twice if title.split()[0] in _OURS]
        self.wrong += at_odds(self.state, self.data)
        for doc in self.docs.values():
            named = [
                address for address in self.addresses if address.endswith(f"{doc['kind']}/{doc['metadata']['name']}")
            ]
            self.check(bool(named), f"{doc['kind']}/{doc['metadata']['name']} is declared, and not in the state")
        self.unhurt()

    def unhurt(self) -> None:
        """Check that no object of others was touched, and that no command misbehaved."""
        if self.theirs:
            self.check(self._theirs() == self.theirs, f"others' things were touched: {self._theirs() - self.theirs}")
        self.wrong += self.person.faults


_OURS = ("project", "skill", "agentflow", "schedule")


def edited(docs: dict[str, Doc], name: str) -> Doc:
    """Replace a manifest by a copy, and return the copy's spec to edit."""
    docs[name] = copy.deepcopy(docs[name])
    spec: Doc = docs[name]["spec"]
    return spec
