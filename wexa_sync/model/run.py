"""Hold a run of an execution and the questions it asks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wexa_sync.model.address import Address
from wexa_sync.model.spec import Spec

COMMANDED: Final = re.compile(r"run-[0-9a-f]{12}\Z")
"""The handle of a run that a command asked for. No manifest may have such a handle."""


def is_commanded(address: Address) -> bool:
    """True for the address of a run that a command asked for: no manifest declares it, and none is to."""
    return address.owner is None and COMMANDED.match(address.name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Hold a question of a waiting run. `type` is the API's word; `inputs` are the values that the answer may set.

    `asker` is the title of the part of the flow that asks. `about` has further texts, by name. `given` is the part of
    the inbox item that the answer sends back.
    """

    id: str
    type: str
    summary: str = ""
    asker: str = ""
    asker_id: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: Spec = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Hold a live run of an action of that `kind`. `address` is None where the state does not hold the run.

    `project` is the handle, and `project_id` the server's id. `failure` is the error that the run reports. `over`: the
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
