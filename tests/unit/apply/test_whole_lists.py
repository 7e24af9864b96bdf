"""A list that is only written whole: ours is changed in it, others' items stay, and it has one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from wexa_sync.compare.ids import comparison_in
from wexa_sync.compare.same import spec_fingerprint
from wexa_sync.compare.sides import live_fingerprint
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind, Part
from wexa_sync.kinds.endpoint import Endpoint, Listing, Operation, Scope, Shape
from wexa_sync.kinds.spec.wire import decode
from wexa_sync.model import Action, Address, Change, FieldChange, Intent, Outcome, Record, Report, Status

if TYPE_CHECKING:
    from tests.unit.apply.conftest import Bench

WRITE = Endpoint(method="PUT", path="/triggers/{owner}/{owner.category}", replaces="triggers")
TRIGGER = Kind(
    name="Trigger",
    schema="project.schema.json",
    display="projectName",
    identity=("projectName",),
    new_id=lambda owner, handle: f"{owner}-{handle}",
    endpoints={Operation.CREATE: WRITE, Operation.UPDATE: WRITE, Operation.DELETE: WRITE},
)
HUB = Kind(
    name="Hub",
    schema="project.schema.json",
    parts=(Part(field="triggers", kind=TRIGGER),),
    endpoints={Operation.READ: Endpoint(method="GET", path="/hub/{id}")},
)
ADDRESS = Address(kind="Hub", name="hub", project="desk")
THEIRS: list[dict[str, Any]] = [
    {"_id": "x", "projectName": "Theirs", "n": 1.0, "yes": True, "deep": {"ä": [1, {"b": None}, "\u2028"]}, "": ""},
    {"_id": "y", "is_deleted": True, "projectName": None},
    {"_id": "z", "token": "key-of-a-test", "updated_at": 5},
]
OURS = {"_id": "h-mine", "projectName": "Mine", "description": "one", "hidden": [1, 2]}


def mine(name: str = "mine") -> Address:
    """Return the address of a trigger of ours."""
    return Address(kind="Trigger", name=name, project="desk", owner=("Hub", "hub"))


@pytest.fixture(autouse=True)
def kinds() -> Iterator[pytest.MonkeyPatch]:
    """Yield the kinds, these two among them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(BY_NAME, "Hub", HUB)
        patch.setitem(BY_NAME, "Trigger", TRIGGER)
        yield patch


class Shelf(Struct, dict=True):
    """Hold the server's side: one hub. `keeps` makes of a list that was sent what the server has then."""

    triggers: Any = field(default_factory=lambda: [*THEIRS])
    keeps: Callable[[list[Any]], Any] = lambda sent: sent
    refuses: Callable[[str, int], int] = lambda _method, _count: 0
    writes: int = 0
    reads: int = 0
    gone_after: int = 99
    lists_apart: bool = False

    def __call__(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        """Answer as the API does. A fault that is refused with 5xx has been done all the same."""
        self.writes += method == "PUT"
        self.reads += method == "GET"
        if self.reads > self.gone_after:
            self.triggers = [*THEIRS]
        refused = self.refuses(method, self.writes)
        if refused and refused < 500:
            return refused, {"message": "no"}
        if method == "PUT":
            self.triggers = self.keeps(body if isinstance(body, list) else body["triggers"])
        if refused:
            return refused, {"message": "no"}
        if method == "GET" and path.startswith("/triggers"):
            return 200, {"triggers": self.triggers}
        hub = {"_id": "h", "category": "whats app", "projectID": "p", "triggers": self.triggers}
        if self.lists_apart or self.triggers is ...:
            del hub["triggers"]
        return 200, hub if method == "GET" else {"connector_id": "h"}


@pytest.fixture
def shelf() -> Shelf:
    """Return a server whose hub has triggers of others."""
    return Shelf()


@pytest.fixture
def hub(bench: Callable[..., Bench], shelf: Shelf) -> Bench:
    """Return a bench with that server, and with a record of a trigger of ours."""
    made = bench(shelf)
    made.remember(Record(address=mine(), id="h-mine", spec={"projectName": "Mine", "description": "one"}))
    return made


def applied(hub: Bench, *changes: Change) -> Report:
    """Apply the changes, and return the report."""
    return hub.apply(*changes, ids={ADDRESS: "h"})


def making(name: str = "new") -> Change:
    """Return a trigger that is to be made."""
    return Change(action=Action.CREATE, address=mine(name), after={"projectName": name, "description": "one"})


def changing(hub: Bench, action: Action) -> Change:
    """Return a change of our trigger, which the server has."""
    live = decode(TRIGGER, OURS)
    comparison = comparison_in("desk", {}, {}, hub.remember())
    before = {"projectName": "Mine", "description": "one"}
    if action is Action.DELETE:
        expected = spec_fingerprint(TRIGGER, live, before, comparison)
        return Change(action=action, address=mine(), id="h-mine", before=before, expected=expected)
    after = {**before, "description": "two"}
    return Change(
        action=action,
        address=mine(),
        id="h-mine",
        before=before,
        after=after,
        fields=(FieldChange(path=("description",), before="one", after="two", changed_by="repository"),),
        expected=live_fingerprint(TRIGGER, after, live, before, comparison),
    )


def outcome(hub: Bench, *changes: Change) -> Outcome:
    """Apply a change, and return its outcome."""
    (found,) = applied(hub, *changes).outcomes
    return found


def lists(hub: Bench) -> list[Any]:
    """Return the lists that were written."""
    return [body["triggers"] for _, _, body in hub.server.writes]


def same(one: Any, other: Any) -> bool:
    """True when two values are the same JSON."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


NEW = {"projectName": "new", "description": "one", "coworker_role": "", "_id": "h-new"}


def test_a_new_one_comes_at_the_end_and_the_others_stay_as_they_are(hub: Bench, shelf: Shelf) -> None:
    made = outcome(hub, making())
    assert (made.status, made.error, made.id, made.attempts) == (Status.APPLIED, "", "h-new", 1)
    assert [path for _, path, _ in hub.server.writes] == ["/triggers/h/whats%20app"]
    assert same(lists(hub), [[*THEIRS, NEW]])
    assert same(shelf.triggers, [*THEIRS, NEW])
    state = hub.store.load()
    assert state.records[mine("new")].id == "h-new"
    assert state.intents == {}


def test_a_change_is_laid_over_what_the_item_holds(hub: Bench, shelf: Shelf) -> None:
    shelf.triggers = [THEIRS[0], OURS, *THEIRS[1:]]
    made = outcome(hub, changing(hub, Action.UPDATE))
    assert (made.status, made.error) == (Status.APPLIED, "")
    assert same(lists(hub), [[THEIRS[0], {**OURS, "description": "two", "coworker_role": ""}, *THEIRS[1:]]])
    assert hub.store.load().records[mine()].spec["description"] == "two"


@pytest.mark.parametrize("others", [THEIRS, []], ids=["others", "alone"])
def test_what_is_deleted_is_left_out(hub: Bench, shelf: Shelf, others: list[Any]) -> None:
    shelf.triggers = [OURS, *others]
    made = outcome(hub, changing(hub, Action.DELETE))
    assert (made.status, made.error) == (Status.APPLIED, "")
    assert same(lists(hub), [others])
    assert mine() not in hub.store.load().records


@pytest.mark.parametrize("gone", [THEIRS, [], None])
def test_what_is_gone_is_not_written_to_be_deleted(hub: Bench, shelf: Shelf, gone: Any) -> None:
    shelf.triggers = gone
    assert outcome(hub, changing(hub, Action.DELETE)).status is Status.APPLIED
    assert hub.server.writes == []


@pytest.mark.parametrize(("action", "status"), [(Action.UPDATE, Status.FAILED), (Action.DELETE, Status.APPLIED)])
def test_what_goes_right_before_the_write_is_not_put_back(
    hub: Bench, shelf: Shelf, action: Action, status: Status
) -> None:
    shelf.triggers, shelf.gone_after = [OURS, *THEIRS], 1
    assert outcome(hub, changing(hub, action)).status is status
    assert hub.server.writes == []


def test_a_null_is_an_empty_list(hub: Bench, shelf: Shelf) -> None:
    shelf.triggers = None
    assert outcome(hub, making()).status is Status.APPLIED
    assert same(lists(hub), [[NEW]])


@pytest.mark.parametrize("shown", [..., "three", {"a": 1}, [{"name": "without an id"}], [1]], ids=repr)
def test_a_list_that_can_not_be_read_is_never_written(hub: Bench, shelf: Shelf, shown: Any) -> None:
    shelf.triggers = shown
    made = outcome(hub, making())
    assert made.status is Status.FAILED
    assert made.hint
    assert hub.server.writes == []
    assert hub.store.load().intents == {}, "nothing was sent, and nothing is in doubt"


def test_what_others_wrote_since_the_plan_is_read_before_the_write(hub: Bench, shelf: Shelf) -> None:
    shelf.triggers = [OURS]
    change = changing(hub, Action.UPDATE)
    shelf.triggers = [*THEIRS, OURS]
    assert outcome(hub, change).status is Status.APPLIED
    assert [item["_id"] for item in shelf.triggers] == ["x", "y", "z", "h-mine"]


def test_one_writes_at_a_time(hub: Bench, shelf: Shelf) -> None:
    """Eight at once: without turns, each would write the list without those of the others."""
    shelf.triggers = [OURS, *THEIRS]
    changes = [changing(hub, Action.UPDATE), *(making(f"new-{number}") for number in range(7))]
    assert {each.status for each in applied(hub, *changes).outcomes} == {Status.APPLIED}
    names = {item["_id"] for item in shelf.triggers}
    assert names == {"x", "y", "z", "h-mine", *(f"h-new-{number}" for number in range(7))}
    assert [len(written) for written in lists(hub)] == sorted(len(written) for written in lists(hub))


@pytest.mark.parametrize("action", [Action.CREATE, Action.UPDATE, Action.DELETE])
@pytest.mark.parametrize(
    "lose",
    [
        lambda sent: [item for item in sent if item["_id"] != "x"],
        lambda sent: [{**item, "n": 1} if item["_id"] == "x" else item for item in sent],
        lambda sent: [{key: item[key] for key in item if key != "deep"} for item in sent],
        lambda sent: [{**item, "yes": 1} if item["_id"] == "x" else item for item in sent],
    ],
    ids=["item", "number", "key", "type"],
)
def test_what_others_lost_by_the_write_fails_the_change(
    hub: Bench, shelf: Shelf, action: Action, lose: Callable[[Any], Any]
) -> None:
    shelf.keeps = lose
    if action is not Action.CREATE:
        shelf.triggers = [OURS, *THEIRS]
    made = outcome(hub, making() if action is Action.CREATE else changing(hub, action))
    assert made.status is Status.FAILED
    assert "Trigger 'Theirs'" in made.error
    assert made.hint
    state = hub.store.load()
    assert state.intents == {}
    assert (mine("new") in state.records) is (action is Action.CREATE), "it was made, and is known"


def test_what_the_server_alone_says_may_move(hub: Bench, shelf: Shelf) -> None:
    shelf.keeps = lambda sent: [{**item, "updated_at": 9, "more": 1} for item in reversed(sent)]
    assert outcome(hub, making()).status is Status.APPLIED


def test_a_create_whose_answer_is_lost_is_found_in_the_list(hub: Bench, shelf: Shelf) -> None:
    shelf.refuses = lambda method, _count: 500 if method == "PUT" else 0
    made = outcome(hub, making())
    assert (made.status, made.id) == (Status.APPLIED, "h-new")
    assert "found on the server" in made.warnings[0]
    assert shelf.writes == 1, "a list that is written whole is sent once"


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE])
def test_a_write_whose_answer_is_lost_is_not_repeated(hub: Bench, shelf: Shelf, action: Action) -> None:
    shelf.triggers = [OURS, *THEIRS]
    shelf.refuses = lambda method, _count: 500 if method == "PUT" else 0
    assert outcome(hub, changing(hub, action)).status is Status.FAILED
    assert shelf.writes == 1
    assert mine() in hub.store.load().records


def test_a_list_that_can_not_be_read_back_leaves_a_doubt(hub: Bench, shelf: Shelf) -> None:
    shelf.refuses = lambda method, count: 403 if method == "GET" and count else 0
    made = outcome(hub, making())
    assert made.status is Status.UNKNOWN
    assert "can't be read back" in made.error
    intent = hub.store.load().intents[mine("new")]
    assert isinstance(intent, Intent)
    assert (intent.id, intent.settled) == ("h-new", False)


def test_a_refused_write_leaves_no_doubt(hub: Bench, shelf: Shelf) -> None:
    shelf.refuses = lambda method, _count: 400 if method == "PUT" else 0
    assert outcome(hub, making()).status is Status.FAILED
    assert hub.store.load().intents == {}


def test_what_reads_hide_of_others_is_not_written_over(hub: Bench, shelf: Shelf, kinds: pytest.MonkeyPatch) -> None:
    hides = replace(TRIGGER, schema="connector-like.schema.json")
    fields = TRIGGER.fields
    secret = replace(fields, fields={**fields.fields, "pin": replace(fields.fields["status"], write_only=True)})
    kinds.setattr(Kind, "fields", property(lambda kind: secret if kind is hides else fields))
    kinds.setitem(BY_NAME, "Trigger", hides)
    kinds.setitem(BY_NAME, "Hub", replace(HUB, parts=(Part(field="triggers", kind=hides),)))
    made = outcome(hub, making())
    assert made.status is Status.FAILED
    assert "pin" in made.error
    assert hub.server.writes == []
    assert hub.store.load().intents == {}
    shelf.triggers = []
    assert outcome(hub, making()).status is Status.APPLIED


def test_what_reads_mask_of_ours_is_not_sent_back(hub: Bench, shelf: Shelf, kinds: pytest.MonkeyPatch) -> None:
    fields = TRIGGER.fields
    masked = {"pin": replace(fields.fields["status"], name="pin", wire_name="pin", write_only=True)}
    kinds.setattr(Kind, "fields", property(lambda _kind: replace(fields, fields={**fields.fields, **masked})))
    shelf.triggers = [{**OURS, "pin": "****"}]
    assert outcome(hub, changing(hub, Action.UPDATE)).status is Status.APPLIED
    assert same(lists(hub), [[{**OURS, "description": "two", "coworker_role": ""}]])


@pytest.mark.parametrize("more", [{}, {"keys": ("triggers",)}])
def test_a_list_of_its_own_is_read_by_its_own_call(
    hub: Bench, shelf: Shelf, kinds: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    shelf.lists_apart, shelf.triggers = True, [THEIRS[0], THEIRS[2]]
    endpoint = Endpoint(method="GET", path="/triggers/{owner}")
    write = replace(WRITE, shape=Shape.LIST)
    listed = replace(
        TRIGGER,
        listing=Listing(endpoint=endpoint, scope=Scope.OWNER, **more),
        endpoints=dict.fromkeys(TRIGGER.endpoints, write),
    )
    kinds.setitem(BY_NAME, "Trigger", listed)
    kinds.setitem(BY_NAME, "Hub", replace(HUB, parts=(Part(field="triggers", kind=listed),)))
    made = outcome(hub, making())
    assert (made.status, made.error) == (Status.APPLIED, "")
    assert same([body for _, _, body in hub.server.writes], [[THEIRS[0], THEIRS[2], NEW]])
