"""Updates of a kind with write-only and read-only fields, against a little server that masks, echoes or hides them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.kinds.connection import CONNECTION
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.manifests.values import refer
from wexa_sync.model import (
    Action,
    Address,
    Change,
    Live,
    Manifest,
    Observation,
    Pair,
    Record,
    Sealed,
    Source,
    Spec,
    Status,
    Target,
)
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Rules
from wexa_sync.secrecy.seal import conceal

if TYPE_CHECKING:
    from tests.unit.apply.conftest import Bench

ADDRESS = Address(project="desk", kind="Connection", name="mail")
OLD, NEW = "pin-of-last-year", "pin-of-this-year"
APPLIED = {"name": "A", "type": "mail", "config": {"pin": OLD}, "server": {"host": "h", "password": OLD}}
WHOLE = Endpoint(method="PUT", path="/connections/{id}")
PARTIAL = Endpoint(method="PATCH", path="/connections/{id}", partial=True)


class Vault:
    """Represent the server's side: one connection, and `shows`, which makes of it what reads show."""

    def __init__(self, shows: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.holds: dict[str, Any] = {"_id": "c", "status": "up", **APPLIED}
        self.shows = shows

    def __call__(self, method: str, _path: str, body: Any) -> tuple[int, Any]:
        """Answer as the API does."""
        if method != "GET":
            self.holds |= body
        return 200, self.shows(self.holds)


def masking(holds: dict[str, Any]) -> dict[str, Any]:
    """Return a read with masks."""
    return {**holds, "config": "****", "server": {**holds["server"], "password": "****"}}


def echoing(holds: dict[str, Any]) -> dict[str, Any]:
    """Return a read with everything in clear."""
    return holds


def hiding(holds: dict[str, Any]) -> dict[str, Any]:
    """Return a read without what is write-only."""
    server = {name: value for name, value in holds["server"].items() if name != "password"}
    return {**{name: value for name, value in holds.items() if name != "config"}, "server": server}


SERVERS = [masking, echoing, hiding]


@pytest.fixture(autouse=True)
def kind() -> Iterator[Callable[[Endpoint], None]]:
    """Add the kind, whose update is that call."""
    with pytest.MonkeyPatch.context() as patch:

        def add(update: Endpoint) -> None:
            endpoints = {**CONNECTION.endpoints, Operation.UPDATE: update}
            patch.setitem(BY_NAME, "Connection", Kind(name="Connection", schema=CONNECTION.schema, endpoints=endpoints))

        add(WHOLE)
        yield add


def declared(more: Spec) -> Spec:
    """Return the spec of a manifest that says `more` than what was applied."""
    spec: Spec = refer({**APPLIED, **more}, CONNECTION.fields, "desk", [])
    return spec


def planned(bench: Bench, vault: Vault, more: Spec) -> Change:
    """Return the change that is planned for that manifest, by what the state holds and the server shows."""
    record = bench.store.load().records[ADDRESS]
    observation = Observation(
        target=Target(base_url="", org_id="o"),
        pairs={},
        depends_on={},
        ids={},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage=bench.remember(),
        serial=1,
        now=0.0,
    )
    live = Live(id="c", fields=decode(CONNECTION, vault.shows(vault.holds)))
    manifest = Manifest(address=ADDRESS, spec=declared(more), source=Source(file="m.yaml"))
    change = decide(Pair(address=ADDRESS, manifest=manifest, live=live, record=record), observation, Rules())
    assert isinstance(change, Change)
    return change


def applied_to(bench: Callable[..., Bench], shows: Callable[..., Any]) -> tuple[Bench, Vault]:
    """Return a bench whose state and whose server have what was applied."""
    vault = Vault(shows)
    made = bench(vault)
    lineage = made.remember(Record(address=ADDRESS, id="c", spec={}))  # a state that is never written gets another one
    made.remember(Record(address=ADDRESS, id="c", spec=conceal(declared({}), lineage)))
    return made, vault


def update(bench: Bench, vault: Vault, more: Spec) -> Any:
    """Apply the manifest. Give the one body that was sent."""
    change = planned(bench, vault, more)
    assert change.action is Action.UPDATE
    (outcome,) = bench.apply(change).outcomes
    assert (outcome.status, outcome.error) == (Status.APPLIED, "")
    ((_, _, body),) = bench.server.writes
    assert planned(bench, vault, more).action is Action.NOOP, "and then there is nothing to do"
    return body


@pytest.mark.parametrize("shows", SERVERS)
def test_a_replacing_call_sends_the_declared_values_and_never_a_mask(
    bench: Callable[..., Bench], shows: Callable[..., Any]
) -> None:
    body = update(*applied_to(bench, shows), {"name": "B"})
    assert body == {**APPLIED, "name": "B"}


@pytest.mark.parametrize("shows", SERVERS)
@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ({"name": "B"}, {"name": "B"}),
        ({"config": {"pin": NEW}}, {"config": {"pin": NEW}}),
        ({"name": "B", "config": {"pin": NEW}}, {"name": "B", "config": {"pin": NEW}}),
        ({"server": {"host": "h", "password": NEW}}, {"server": {"host": "h", "password": NEW}}),
    ],
)
def test_a_partial_call_sends_a_write_only_value_where_it_changes(
    bench: Callable[..., Bench],
    kind: Callable[[Endpoint], None],
    shows: Callable[..., Any],
    more: Spec,
    sent: Spec,
) -> None:
    kind(PARTIAL)
    assert update(*applied_to(bench, shows), more) == sent


@pytest.mark.parametrize("shows", SERVERS)
def test_nothing_is_planned_where_somebody_changed_what_no_read_shows(
    bench: Callable[..., Bench], shows: Callable[..., Any]
) -> None:
    made, vault = applied_to(bench, shows)
    vault.holds |= {"config": {"pin": "of a person"}, "status": "down"}
    assert planned(made, vault, {}).action is Action.NOOP


def test_the_state_holds_a_fingerprint_of_it(bench: Callable[..., Bench]) -> None:
    made, vault = applied_to(bench, masking)
    update(made, vault, {"config": {"pin": NEW}})
    spec = made.store.load().records[ADDRESS].spec
    assert isinstance(spec["config"]["pin"], Sealed)
    assert isinstance(spec["server"]["password"], Sealed)
