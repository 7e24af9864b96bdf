"""A kind whose update takes several calls: each for fields of its own, in order, proven and recorded one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    Live,
    Manifest,
    Observation,
    Outcome,
    Pair,
    Record,
    Source,
    Spec,
    Status,
    Target,
)
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Decision, Rules
from wexa_sync.state import Forget

if TYPE_CHECKING:
    from tests.unit.apply.conftest import Bench

RENAME = Endpoint(method="PUT", path="/rename/{project}", body={"toy": "{id}"}, fields=("projectName",))
EDIT = Endpoint(method="PATCH", path="/toy/{spec.projectName}/{id}", fields=("description",), partial=True)
PROMOTE = Endpoint(method="POST", path="/promote/{id}", fields=("coworker_role",))
TOY = Kind(
    name="Toy",
    schema="project.schema.json",
    display="projectName",
    identity=("projectName",),
    endpoints={
        Operation.READ: Endpoint(method="GET", path="/toy/{id}"),
        Operation.UPDATE: (RENAME, EDIT, PROMOTE),
    },
)
ADDRESS = Address(kind="Toy", name="toy", project="desk")
BEFORE = {"projectName": "One", "description": "one", "coworker_role": "helper"}


@pytest.fixture(autouse=True)
def kinds() -> Iterator[pytest.MonkeyPatch]:
    """Yield the kinds, the toy among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BY_NAME, "Toy", TOY)
        yield patch


class Shelf(Struct, dict=True):
    """Hold the server's side: one toy. `says` are the responses that it gives in place of the toy, by method."""

    toy: dict[str, Any] = field(default_factory=lambda: {"_id": "t", "theirs": 1, **BEFORE})
    says: dict[str, tuple[int, Any]] = field(default_factory=dict)
    ignores: frozenset[str] = frozenset()
    on_write: Callable[[], object] = lambda: None

    def __call__(self, method: str, _path: str, body: Any) -> tuple[int, Any]:
        """Answer as the API does."""
        if method != "GET":
            self.on_write()
            refused = self.says.get(method, (200, None))[0] >= 400
            if method not in self.ignores and not refused:
                self.toy |= {name: value for name, value in body.items() if name in BEFORE}
            if method in self.says:
                return self.says[method]
        return 200, self.shown

    @property
    def shown(self) -> dict[str, Any]:
        """Return the toy as reads show it."""
        return {**self.toy, "coworkerRole": self.toy["coworker_role"]}


def decided(shelf: Shelf, more: Spec, record: Record | None = None, key: str = "key", **rules: Any) -> Decision:
    """Return the decision on a manifest that adds `more` to the applied spec. None in `more` removes a field."""
    spec = {name: value for name, value in {**BEFORE, **more}.items() if value is not None}
    manifest = Manifest(address=ADDRESS, spec=spec, source=Source(file="m.yaml"))
    live = Live(id="t", fields=decode(TOY, shelf.shown))
    observation = Observation(
        target=Target(base_url="", org_id="o"),
        pairs={},
        depends_on={},
        ids={},
        externals={},
        missing_externals={},
        unmanaged={},
        user_id="u",
        lineage=key,
        serial=1,
        now=0.0,
    )
    pair = Pair(address=ADDRESS, manifest=manifest, live=live, record=record)
    return decide(pair, observation, Rules(adopt=True, **rules))


def updated(bench: Bench, shelf: Shelf, more: Spec) -> Outcome:
    """Return how an update to `more` ends, planned by what the state holds."""
    record = bench.store.load().records.get(ADDRESS)
    change = decided(shelf, more, record, bench.remember())
    assert isinstance(change, Change)
    assert change.action is Action.UPDATE
    (outcome,) = bench.apply(change).outcomes
    return outcome


@pytest.fixture
def shelf() -> Shelf:
    """Return a server with a toy as it was applied."""
    return Shelf()


@pytest.fixture
def toy(bench: Callable[..., Bench], shelf: Shelf) -> Bench:
    """Return a bench whose state has the toy."""
    made = bench(shelf)
    made.remember(Record(address=ADDRESS, id="t", spec=BEFORE))
    return made


def held(bench: Bench) -> Spec:
    """Return the spec that the state holds as applied."""
    return bench.store.load().records[ADDRESS].spec


ALL = {"projectName": "Two", "description": "two", "coworker_role": "chief"}
PROMOTED = ("POST", "/promote/t", {"coworker_role": "chief"})
RENAMED = ("PUT", "/rename/p", {"projectName": "Two", "toy": "t"})


@pytest.mark.parametrize(
    ("more", "sent"),
    [
        ({"projectName": "Two"}, [RENAMED]),
        ({"description": "two"}, [("PATCH", "/toy/One/t", {"description": "two"})]),
        ({"projectName": "Two", "coworker_role": "chief"}, [RENAMED, PROMOTED]),
        (ALL, [RENAMED, ("PATCH", "/toy/Two/t", {"description": "two"}), PROMOTED]),
    ],
    ids=["first", "second", "first and third", "all"],
)
def test_the_calls_are_those_of_the_fields_that_differ(toy: Bench, shelf: Shelf, more: Spec, sent: list[Any]) -> None:
    outcome = updated(toy, shelf, more)
    assert (outcome.status, outcome.error, outcome.attempts) == (Status.APPLIED, "", len(sent))
    assert toy.server.writes == sent
    assert held(toy) == {**BEFORE, **more}
    assert shelf.toy == {"_id": "t", "theirs": 1, **BEFORE, **more}
    left = decided(shelf, more, toy.store.load().records[ADDRESS])
    assert isinstance(left, Change)
    assert left.action is Action.NOOP


def test_a_response_that_shows_the_fields_of_its_call_is_proof(toy: Bench, shelf: Shelf) -> None:
    updated(toy, shelf, ALL)
    assert [method for method, *_ in toy.server.requests] == ["GET", "PUT", "PATCH", "POST"]


def test_a_bare_success_is_read_back_after_each_call(toy: Bench, shelf: Shelf) -> None:
    shelf.says = {"PUT": (200, {"message": "ok"}), "PATCH": (204, None), "POST": (200, [])}
    assert updated(toy, shelf, ALL).status is Status.APPLIED
    assert [method for method, *_ in toy.server.requests] == ["GET", "PUT", "GET", "PATCH", "GET", "POST", "GET"]


@pytest.mark.parametrize(
    ("calls", "status", "said"),
    [(0, Status.SKIPPED, "interrupted before it began"), (1, Status.FAILED, "not sent: it was interrupted")],
)
def test_an_update_that_is_interrupted_was_begun_once_a_call_is_sent(
    bench: Callable[..., Bench], shelf: Shelf, calls: int, status: Status, said: str
) -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if len(own.server.writes) == calls:  # with the read before the first call, or with that call
            own.cutoff.stop()
        return shelf(method, path, body)

    own = bench(answer)
    own.remember(Record(address=ADDRESS, id="t", spec=BEFORE))
    outcome = updated(own, shelf, ALL)
    assert outcome.status is status
    assert outcome.error.endswith(said)
    assert len(own.server.writes) == calls
    assert held(own) == {**BEFORE, **({"projectName": "Two"} if calls else {})}


@pytest.mark.parametrize(("calls", "status"), [(0, Status.SKIPPED), (1, Status.FAILED)])
def test_an_update_whose_response_is_cut_was_begun_once_a_call_is_sent(
    bench: Callable[..., Bench], shelf: Shelf, calls: int, status: Status
) -> None:
    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        if len(own.server.writes) == calls:
            own.cutoff.stop()
            own.cutoff.cut()
        return shelf(method, path, body)

    own = bench(answer)
    own.remember(Record(address=ADDRESS, id="t", spec=BEFORE))
    assert updated(own, shelf, ALL).status is status


def test_what_the_first_call_did_is_recorded_where_the_second_fails(toy: Bench, shelf: Shelf) -> None:
    shelf.says = {"PATCH": (400, {"message": "no"})}
    assert updated(toy, shelf, ALL).status is Status.FAILED
    assert held(toy) == {**BEFORE, "projectName": "Two"}
    left = decided(shelf, ALL, toy.store.load().records[ADDRESS])
    assert isinstance(left, Change)
    assert {(str(each.path[0]), each.changed_by) for each in left.fields} == {
        ("description", "repository"),
        ("coworker_role", "repository"),
    }
    shelf.says = {}
    toy.server.requests.clear()
    assert updated(toy, shelf, ALL).status is Status.APPLIED
    assert [path for _, path, _ in toy.server.writes] == ["/toy/Two/t", "/promote/t"]
    assert held(toy) == {**BEFORE, **ALL}


def test_what_two_calls_did_is_recorded_where_the_third_fails(toy: Bench, shelf: Shelf) -> None:
    shelf.says = {"POST": (400, {"message": "no"})}
    assert updated(toy, shelf, ALL).status is Status.FAILED
    assert held(toy) == {**BEFORE, "projectName": "Two", "description": "two"}


@pytest.mark.parametrize("adopted", [False, True])
def test_a_stop_between_two_calls_leaves_the_record_honest(toy: Bench, shelf: Shelf, adopted: bool) -> None:
    if adopted:
        with toy.store.session(toy.target) as session:
            session.write(Forget(ADDRESS))
    shelf.on_write = toy.cutoff.stop
    assert updated(toy, shelf, ALL).status is Status.FAILED
    assert [path for _, path, _ in toy.server.writes] == ["/rename/p"]
    assert held(toy) == {**({} if adopted else BEFORE), "projectName": "Two"}


@pytest.mark.parametrize("says", [{}, {"PUT": (200, {"message": "ok"})}], ids=["shown", "bare"])
def test_a_first_call_that_did_nothing_ends_the_update(toy: Bench, shelf: Shelf, says: dict[str, Any]) -> None:
    shelf.ignores, shelf.says = frozenset({"PUT"}), says
    outcome = updated(toy, shelf, ALL)
    assert outcome.status is Status.FAILED
    assert "projectName did not change" in outcome.error
    assert [path for _, path, _ in toy.server.writes] == ["/rename/p"]
    assert held(toy) == BEFORE


def test_a_second_call_that_undoes_the_first_is_seen(toy: Bench, shelf: Shelf) -> None:
    outcomes = []

    def undo() -> None:
        if len(toy.server.writes) == 2:
            shelf.toy["projectName"] = "One"

    shelf.on_write = undo
    outcomes.append(updated(toy, shelf, ALL))
    assert outcomes[0].status is Status.FAILED
    assert "projectName did not change" in outcomes[0].error


def test_what_is_no_longer_declared_stays_in_the_record_until_its_call_is_done(toy: Bench, shelf: Shelf) -> None:
    shelf.says = {"PATCH": (400, {"message": "no"})}
    assert updated(toy, shelf, {"projectName": "Two", "description": None}).status is Status.FAILED
    assert held(toy) == {**BEFORE, "projectName": "Two"}
    shelf.says = {}
    assert updated(toy, shelf, {"projectName": "Two", "description": None}).status is Status.APPLIED
    assert held(toy) == {"projectName": "Two", "coworker_role": "helper"}
    assert shelf.toy["description"] == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"status": "published"}, "can't change status once it is created"),
        ({"projectName": "Two", "status": "published"}, "can't change status once it is created"),
        ({"description": "two"}, "description differs, and the API has no documented call"),
        (ALL, "description differs, and the API has no documented call"),
    ],
)
def test_a_field_that_no_call_may_change_blocks(
    kinds: pytest.MonkeyPatch, shelf: Shelf, more: Spec, words: str
) -> None:
    secret = replace(
        TOY, endpoints={**TOY.endpoints, Operation.UPDATE: (RENAME, replace(EDIT, undocumented="toy.edit"), PROMOTE)}
    )
    kinds.setitem(BY_NAME, "Toy", secret)
    record = Record(address=ADDRESS, id="t", spec=BEFORE)
    found = decided(shelf, more, record)
    assert isinstance(found, Blocked)
    assert words in found.reason
    if "status" not in more:
        assert isinstance(decided(shelf, more, record, allowed=frozenset({"toy.edit"})), Change)
    assert isinstance(decided(shelf, {"projectName": "Two"}, record), Change)
