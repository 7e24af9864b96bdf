"""The workspace that a command works on: the API and the state, and whose they are."""

from __future__ import annotations

from dataclasses import dataclass, field

from wexa_sync.api.client import Api
from wexa_sync.api.cutoff import Cutoff
from wexa_sync.model import Options, Target
from wexa_sync.state.base import StateSession, StateStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What the steps that talk to the outside take.

    `session` is the right to change the state, where it is held already (`engine.locked`).
    """

    api: Api
    store: StateStore
    target: Target
    options: Options = field(default_factory=Options)
    cutoff: Cutoff = field(default_factory=Cutoff)
    session: StateSession | None = None
