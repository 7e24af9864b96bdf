"""GET each resource by its id, ten at a time, and compare: `python -m benchmarks.peers.one_by_one FOLDER IDS`.

IDS: what `wexa-sync state list` prints. Agents have no GET of their own: they come with their flow.
"""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import requests

from benchmarks.peers.manifests import as_sent, by_handle, holds, read, report

_PATHS = {"Project": "v1/project", "Skill": "skills", "AgentFlow": "agentflow", "Schedule": "schedule/coworker"}
_THREADS = 10


def main(folder: str, file: str) -> None:
    ids = dict(line.split("\t") for line in Path(file).read_text(encoding="utf-8").splitlines())
    manifests = list(read(folder))
    skills, names = by_handle(manifests, "Skill", "name"), by_handle(manifests, "AgentFlow", "name")
    flows = {(project, handle): ids[f"{project}/AgentFlow/{handle}"] for project, handle in names}
    differing = []
    with requests.Session() as session, ThreadPoolExecutor(_THREADS) as threads:
        session.headers["x-api-key"] = os.environ["WEXA_API_KEY"]
        found = threads.map(partial(get, session, ids), manifests)
        for manifest, live in zip(manifests, found, strict=True):
            if not holds(live, as_sent(manifest, skills, flows)):
                differing.append(address(manifest))
    report(differing)


def get(session: requests.Session, ids: dict[str, str], manifest: dict[str, Any]) -> Any:
    url = f"{os.environ['WEXA_BASE_URL']}/{_PATHS[manifest['kind']]}/{ids[address(manifest)]}"
    return session.get(url).json()


def address(manifest: dict[str, Any]) -> str:
    """Return the name of a manifest among all."""
    project, kind, name = manifest["metadata"].get("project"), manifest["kind"], manifest["metadata"]["name"]
    return f"{project}/{kind}/{name}" if project else f"{kind}/{name}"


if __name__ == "__main__":
    main(*sys.argv[1:])
