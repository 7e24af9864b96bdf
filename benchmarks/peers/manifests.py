"""Read manifests, and compare them with what is live: the part that both scripts share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

Names = dict[tuple[Any, str], str]
"""Names or ids by project and handle."""


def read(folder: str) -> Iterator[dict[str, Any]]:
    """Yield every manifest, parsed by libyaml."""
    for file in sorted(Path(folder).rglob("*.yaml")):
        with file.open(encoding="utf-8") as text:
            yield from yaml.load_all(text, Loader=yaml.CSafeLoader)


def as_sent(manifest: dict[str, Any], skills: Names, flows: Names) -> dict[str, Any]:
    """Return a spec as the API has it, with the names of skills and the ids of flows in place of their handles."""
    spec, project = dict(manifest["spec"]), manifest["metadata"].get("project")
    match manifest["kind"]:
        case "Project":
            spec["coworkerRole"] = spec.pop("coworker_role")
        case "Skill":
            spec["connector_name"] = spec.pop("connector_id")["external"]
        case "Schedule":
            spec["coworker_id"] = flows[project, spec["coworker_id"]]
            spec["schedule"] = int(spec["schedule"].timestamp())
        case "AgentFlow":
            spec["agents"] = [
                {key: value for key, value in agent.items() if key != "handle"}
                | {"skills": [{"name": skills[project, skill]} for skill in agent["skills"]]}
                for agent in spec["agents"]
            ]
    return spec


def by_handle(manifests: Iterable[dict[str, Any]], kind: str, field: str) -> Names:
    """Return a field of each manifest of a kind, by its project and handle."""
    return {
        (each["metadata"].get("project"), each["metadata"]["name"]): each["spec"][field]
        for each in manifests
        if each["kind"] == kind
    }


def holds(live: Any, declared: Any) -> bool:
    """True when what is live has all that is declared, and maybe more fields."""
    if isinstance(declared, dict):
        return isinstance(live, dict) and all(
            key in live and holds(live[key], value) for key, value in declared.items()
        )
    if isinstance(declared, list):
        return len(live) == len(declared) and all(map(holds, live, declared))
    return bool(live == declared)


def report(differing: list[str]) -> None:
    """Print what differs."""
    print("\n".join(f"differs: {name}" for name in differing) or "No changes.")
