"""Model what the repository declares, what has run, and what is not ours.

Each display name begins with its handle, and no handle is used twice. So objects on the server are known by name,
without the ids that wexa-sync records.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

import yaml
from msgspec import Struct, field

Doc = dict[str, Any]
MOST = {"Project": 2, "Skill": 3, "AgentFlow": 3, "Schedule": 3, "Execution": 4}
"""The most resources of a kind in a project."""
FIELDS = {
    "Project": "projectName",
    "Skill": "name",
    "AgentFlow": "name",
    "Schedule": "template",
    "Execution": "goal",
}
"""The field with the display name of a kind."""

_FAR = 2_000_000_000  # epoch seconds: so late that no schedule fires in a soak


def address_of(doc: Doc) -> str:
    """Return the address of a document."""
    within = "" if doc["kind"] == "Project" else f"{doc['metadata']['project']}/"
    return f"{within}{doc['kind']}/{doc['metadata']['name']}"


def run_key(project: str, goal: str, inputs: Any) -> str:
    """Return the key that tells a run from others on the server. `project` is a handle."""
    return json.dumps([project, goal, inputs or {}], sort_keys=True)


class World(Struct):
    """Hold the model. `ids` and `ran` are as of the last settled point.

    `wrong` holds edits that the API can't make, by address, each with its undo. `attempted` holds the runs that an
    apply may have made, by key; `ran` those that it surely made, with id and project. `lost` holds resources that are
    live, no longer declared, and not in the state. `soon` holds schedules that fire during the soak. `returned` holds
    resources that are declared again and must be matched by name; the name stays until then.
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
        """Return a handle that was never used."""
        self.number += 1
        return f"{letter}{self.number}"

    def text(self, handle: str) -> str:
        """Return a display name for a handle, different each time."""
        self.number += 1
        return f"{handle} {self.chance.choice(('é', 'NO', '12:30', '{}', '#x', 'plain'))} {self.number}"

    def of(self, kind: str, project: str = "") -> list[str]:
        """Return the declared addresses of a kind, of one project if named."""
        return [
            address
            for address, doc in self.docs.items()
            if doc["kind"] == kind and (not project or doc["metadata"].get("project") == project)
        ]

    def sound(self, kind: str) -> list[str]:
        """Return the declared addresses of a kind that may be edited: neither they nor their parts are in `wrong`."""
        known = [a for a in self.of(kind) if a not in self.returned]
        return [a for a in known if not any(w == a or w.startswith(f"{a}/") for w in self.wrong)]

    def write(self) -> None:
        """Write the documents to a random number of files, in random order."""
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
        """Note that an apply begins: every run and schedule declared now may be created."""
        for address in self.of("Execution"):
            self.attempted[self.key(address)].add((address, generation(self.docs[address])))
        for address in self.of("Schedule"):
            spec = self.docs[address]["spec"]
            self.fires[spec["template"]].add(epoch(spec["schedule"]))

    def key(self, address: str) -> str:
        """Return the key of a declared run."""
        doc = self.docs[address]
        return run_key(doc["metadata"]["project"], doc["spec"]["goal"], doc["spec"].get("input_variables"))

    def take_back(self) -> None:
        """Undo the edits that the API can't make, the last one first."""
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
        """Return a project with room for one more of a kind, None if there is none."""
        projects = [self.docs[a]["metadata"]["name"] for a in self.of("Project")]
        free = [each for each in projects if len(self.of(kind, each)) < MOST[kind]]
        return self.chance.choice(free) if free else None


def generation(doc: Doc) -> int:
    """Return the declared generation."""
    return int(doc["metadata"].get("generation", 1))


def epoch(time: str) -> int:
    """Return a manifest's time as epoch seconds."""
    return int(datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp())


def moment(at: float) -> str:
    """Return epoch seconds as a manifest's time."""
    return datetime.fromtimestamp(int(at), timezone.utc).isoformat().replace("+00:00", "Z")


def far(world: World) -> str:
    """Return a time that no soak reaches."""
    return moment(_FAR + world.chance.randint(0, 10**8))
