"""The model: what the repository declares, what has run, what is not ours.

Each display name begins with its handle, and no handle is given twice: so the truth on the server is known by name,
without the ids that wexa-sync remembers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

import yaml

Doc = dict[str, Any]
MOST = {"Project": 2, "Skill": 3, "AgentFlow": 3, "Schedule": 3, "Execution": 4}
"""How many of a kind a project holds."""
FIELDS = {
    "Project": "projectName",
    "Skill": "name",
    "AgentFlow": "name",
    "Schedule": "template",
    "Execution": "goal",
}
"""The field that a kind is known by."""

_FAR = 2_000_000_000  # epoch seconds: no schedule of then fires in a soak


def address_of(doc: Doc) -> str:
    """The address of a document."""
    within = "" if doc["kind"] == "Project" else f"{doc['metadata']['project']}/"
    return f"{within}{doc['kind']}/{doc['metadata']['name']}"


def run_key(project: str, goal: str, inputs: Any) -> str:
    """What tells a run from others on the server; `project` by its handle."""
    return json.dumps([project, goal, inputs or {}], sort_keys=True)


@dataclass(slots=True)
class World:
    """Everything the soak believes. `ids` and `ran` are as of the last settled point.

    `wrong`: what was asked for and the API can't do, by address, with how a person takes it back. `attempted`: the runs
    that an apply may have made, by key; `ran`: those that it surely made, with their id and project. `lost`: what is
    live, declared no longer, and not in the state. `soon`: schedules that fire during the soak. `returned`: declared
    again, and to be found by its name, which must stay until it is.
    """

    chance: Random
    folder: Path
    allowed: bool
    docs: dict[str, Doc] = field(default_factory=dict)
    removed: dict[str, Doc] = field(default_factory=dict)
    wrong: dict[str, Callable[[], None]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    attempted: defaultdict[str, set[tuple[str, int]]] = field(default_factory=lambda: defaultdict(set))
    ran: dict[tuple[str, int], tuple[str, str, str]] = field(default_factory=dict)  # -> run's id, project's id, key
    fires: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))  # template -> times declared
    foreign: dict[str, dict[str, Any]] = field(default_factory=dict)
    foreign_agents: dict[str, str] = field(default_factory=dict)  # -> the flow's id
    their_keys: dict[tuple[str, str, str], Any] = field(default_factory=dict)  # (agent's id, item, key) -> value
    lost: set[str] = field(default_factory=set)
    soon: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    number: int = 0

    def fresh(self, letter: str) -> str:
        """A handle that nothing had before."""
        self.number += 1
        return f"{letter}{self.number}"

    def text(self, handle: str) -> str:
        """A display name of that handle, different each time."""
        self.number += 1
        return f"{handle} {self.chance.choice(('é', 'NO', '12:30', '{}', '#x', 'plain'))} {self.number}"

    def of(self, kind: str, project: str = "") -> list[str]:
        """Declared addresses of a kind, of one project where named."""
        return [
            address
            for address, doc in self.docs.items()
            if doc["kind"] == kind and (not project or doc["metadata"].get("project") == project)
        ]

    def sound(self, kind: str) -> list[str]:
        """Declared addresses of a kind that may be edited: nothing is wrong with them, nor with what is in them."""
        known = [a for a in self.of(kind) if a not in self.returned]
        return [a for a in known if not any(w == a or w.startswith(f"{a}/") for w in self.wrong)]

    def write(self) -> None:
        """Put it into files: as many as chance wants, in an order that means nothing."""
        for old in self.folder.glob("part-*.yaml"):
            old.unlink()
        docs = list(self.docs.values())
        self.chance.shuffle(docs)
        parts = self.chance.randint(1, 3)
        for part in range(parts):
            if chosen := docs[part::parts]:
                text = yaml.safe_dump_all(chosen, allow_unicode=True, sort_keys=False)
                (self.folder / f"part-{part}.yaml").write_text(text, encoding="utf-8")

    def note_attempt(self) -> None:
        """An apply begins: whatever is declared now may come to be."""
        for address in self.of("Execution"):
            self.attempted[self.key(address)].add((address, generation(self.docs[address])))
        for address in self.of("Schedule"):
            spec = self.docs[address]["spec"]
            self.fires[spec["template"]].add(epoch(spec["schedule"]))

    def key(self, address: str) -> str:
        """The key of the run that is declared there."""
        doc = self.docs[address]
        return run_key(doc["metadata"]["project"], doc["spec"]["goal"], doc["spec"].get("input_variables"))

    def take_back(self) -> None:
        """Undo what the API can't do, the last first."""
        while self.wrong:
            _, undo = self.wrong.popitem()
            undo()

    def declare(self, kind: str, project: str, handle: str, spec: Doc, **metadata: Any) -> str:
        """Add a document."""
        within = {} if kind == "Project" else {"project": project}
        named = {"name": handle, **within, **metadata}
        doc = {"apiVersion": "wexa.ai/v1", "kind": kind, "metadata": named, "spec": spec}
        self.docs[address_of(doc)] = doc
        return f"declare {address_of(doc)}"

    def room(self, kind: str) -> str | None:
        """A project that has room for one more of that kind."""
        projects = [self.docs[a]["metadata"]["name"] for a in self.of("Project")]
        free = [each for each in projects if len(self.of(kind, each)) < MOST[kind]]
        return self.chance.choice(free) if free else None


def generation(doc: Doc) -> int:
    """Which run of it is declared."""
    return int(doc["metadata"].get("generation", 1))


def epoch(time: str) -> int:
    """Epoch seconds of a time in a manifest."""
    return int(datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp())


def moment(at: float) -> str:
    """A time as manifests have it."""
    return datetime.fromtimestamp(int(at), timezone.utc).isoformat().replace("+00:00", "Z")


def far(world: World) -> str:
    """A time that is not reached."""
    return moment(_FAR + world.chance.randint(0, 10**8))
