"""Measure a plan against a playbook of ansible-core that GETs the same pages, and compares nothing.

ansible-core is installed into an environment of its own, in the folder of the benchmark. Nothing is scaled: both are
measured at the same size.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, of_cpu, ratio
from benchmarks.processes import KEY, PYTHON, WEXA_SYNC, How, Usage, interleaved, sandbox
from benchmarks.recording import record, served
from benchmarks.workspaces import applied, resources


def measure(folder: Path, how: How) -> Iterator[Figure | Usage]:
    """Measure a plan of 1,000 resources, and a play of one task."""
    ansible = _installed(folder / "ansible")
    if ansible is None:
        return
    size = resources(40 if how.small else 1_000)
    commands: dict[str, tuple[str, ...]] = {"plan beside Ansible": (*WEXA_SYNC, "plan")}
    with sandbox(folder / "sandbox.db") as server:
        workspace = applied(folder / "workspace", size, server)
        recorded = record(server, commands, folder=workspace, file=folder / "recorded.json")
    (pages,) = recorded.asked.values()
    play = folder / "play.json"
    play.write_text(json.dumps(_playbook([f"{server.url}{page}" for page in pages])), encoding="utf-8")
    commands["ansible-playbook"] = (str(ansible), "-i", "localhost,", str(play))
    with served(recorded) as counted:
        env = server.env | {"LC_ALL": "C.UTF-8"}
        taken = interleaved(how, commands, folder=workspace, env=env, count=counted.count)
    yield from taken.values()
    plan, playbook = taken.values()
    name = f"no-op plan of {size.resources}"
    yield of_cpu(name, plan, playbook)
    yield ratio(name, plan.wall, playbook.wall, floor=playbook.name)


def _playbook(urls: list[str]) -> list[dict[str, object]]:
    """Return a play of one task; JSON is YAML too."""
    uri = {"url": "{{ item }}", "headers": {"x-api-key": KEY}, "return_content": True}
    task = {"name": "GET what is live", "ansible.builtin.uri": uri, "loop": urls}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    return [{**play, "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}, "tasks": [task]}]


def _installed(folder: Path) -> Path | None:
    """Return the path of ansible-playbook; None, and a word why, where ansible-core can't be installed."""
    subprocess.run([PYTHON, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "-q", "ansible-core"]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"ansible is left out: ansible-core can't be installed.\n{done.stderr}", file=sys.stderr)
        return None
    return folder / "bin" / "ansible-playbook"
