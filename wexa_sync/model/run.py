"""Hold a run of an execution and the questions it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wexa_sync.model.address import Address
from wexa_sync.model.spec import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Hold a question of a waiting run. `type` is the API's word; `inputs` are the values that the answer may set.

    `about` tells more, by name. `given` is what the API showed and takes back.
    """

    id: str
    type: str
    summary: str = ""
    agent: str = ""
    agent_id: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: Spec = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Hold a live run of an action of that `kind`. `address` where the state holds it.

    `project` is the handle, and `project_id` the server's id. `failure` is what its agents say went wrong. `over`: the
    server names the time of its end. `hidden` are values that the manifest calls secret: show none of them.
    """

    kind: str
    id: str
    status: str
    project: str = ""
    project_id: str = ""
    address: Address | None = None
    goal: str = ""
    inputs: Spec = field(default_factory=dict)
    result: str = ""
    failure: str = ""
    over: bool = False
    questions: tuple[Question, ...] = ()
    hidden: tuple[str, ...] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """Return the name of the run on the command line: its address, else its id."""
        return str(self.address or self.id)
