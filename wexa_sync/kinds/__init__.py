"""The kinds, one small file each. To add one: CONTRIBUTING.md, "Adding a kind"."""

from __future__ import annotations

from wexa_sync.kinds.agent import AGENT
from wexa_sync.kinds.agentflow import AGENTFLOW
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.connector import CONNECTOR
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.kinds.skill import SKILL

# In the order in which ids become known: what a kind refers to stands before it.
KINDS: tuple[Kind, ...] = (PROJECT, CONNECTOR, SKILL, AGENTFLOW, AGENT, SCHEDULE, EXECUTION)

BY_NAME = {kind.name: kind for kind in KINDS}
DECLARABLE = tuple(kind for kind in KINDS if kind.declarable and not kind.owner)
RUNNABLE = tuple(kind for kind in KINDS if kind.run is not None)
