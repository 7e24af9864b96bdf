"""Hold a run of an execution and the questions it asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from wexa_sync.model.address import Address
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.model.spec import Spec


class Question(Struct, frozen=True, kw_only=True):
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


class Usage(Struct, frozen=True, kw_only=True):
    """Say what a run or a step of it took, as far as the server says: seconds, tokens, the price in its own unit."""

    seconds: float | None = None
    tokens: int | None = None
    price: float | None = None


class Entry(Struct, frozen=True, kw_only=True):
    """Describe one thing that an agent noted in a run. `type` is the API's word: observation, plan or output."""

    type: str
    summary: str = ""
    error: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """Hold what one agent did in a run. An agent that did nothing yet has no status. `started` is in epoch seconds."""

    id: str
    title: str = ""
    status: str = ""
    model: str = ""
    started: float | None = None
    usage: Usage = Usage()
    error: str = ""
    output: Any = None
    entries: tuple[Entry, ...] = ()


class Run(PartlyShown, frozen=True, kw_only=True):
    """Hold a live run of an action of that `kind`. `address` is None where the state does not hold the run.

    `earlier`: the address has a later run by now, an earlier generation of which this is. `project` is the handle, and
    `project_id` the server's id. `target` is the id of what is run. `failure` is the error that the run reports.
    `over`: the server names the time of its end. `created` and `ended` are epoch seconds, None where nobody knows.
    `hidden` are values that the manifest calls secret: show none of them.
    """

    UNSHOWN = frozenset({"hidden"})

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
    earlier: bool = False
    target: str = ""
    target_name: str = ""
    created: float | None = None
    ended: float | None = None
    usage: Usage = Usage()
    steps: tuple[Step, ...] = ()
    questions: tuple[Question, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the run on the command line: its address, else its id."""
        return self.id if self.earlier or self.address is None else str(self.address)

    @property
    def seconds(self) -> float | None:
        """Return for how long the run has run, or did: from its start to its end, else what it says itself."""
        if self.created is not None and self.ended is not None:
            return max(self.ended - self.created, 0.0)
        return self.usage.seconds
