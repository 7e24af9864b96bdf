"""What a person says of a doubt: which addresses there is one about, and what is written then."""
# ruff: noqa: E501  # a table is read in rows

from __future__ import annotations

from typing import Any

import pytest

from wexa_sync.errors import UsageError
from wexa_sync.model import (
    Address,
    Intent,
    Lifecycle,
    Live,
    Manifest,
    Observation,
    Pair,
    Record,
    Sealed,
    Secret,
    Source,
    Target,
)
from wexa_sync.repair.resolve import did_not_happen, doubtful, happened, live_ids, require_possible, resolved
from wexa_sync.secrecy.seal import fingerprint
from wexa_sync.state.base import Intend, Remember, Settle, State

KEY = "key"
SKILL = Address(kind="Skill", name="it", project="desk")
RUN = Address(kind="Execution", name="it", project="desk")
SENT, DECLARED = {"name": "sent"}, {"name": "declared"}
PROTECTED = Lifecycle(prevent_destroy=True)


def manifest(address: Address, generation: int = 1, spec: Any = None) -> Manifest:
    source = Source(file="m.yaml")
    return Manifest(address=address, spec=spec or DECLARED, source=source, lifecycle=PROTECTED, generation=generation)


def intent(address: Address, **more: Any) -> Intent:
    said = {"operation": "create", "time": 5.0, "spec": SENT, "fingerprint": "f", "generation": 2, **more}
    return Intent(address=address, **said)


def live(id: str = "l1") -> Live:
    return Live(id=id, fields={})


def record(address: Address, id: str = "l1", **more: Any) -> Record:
    return Record(address=address, id=id, spec={}, **more)


def seen(*pairs: Pair) -> Observation:
    return Observation(
        target=Target(base_url="", org_id=""), pairs={each.address: each for each in pairs}, depends_on={}, ids={},
        externals={}, missing_externals={}, unmanaged={}, user_id="u", lineage=KEY, serial=1, now=9.0,
    )  # fmt: skip


# fmt: off
DOUBTS: list[tuple[str, Pair, bool]] = [
    ("sent, not answered",          Pair(address=SKILL, intent=intent(SKILL)),                                          True),
    ("told to start, not answered", Pair(address=RUN, record=record(RUN), intent=intent(RUN, operation="start")),       True),
    ("live, not recorded",          Pair(address=SKILL, manifest=manifest(SKILL), live=live()),                         True),
    ("one of several",              Pair(address=SKILL, manifest=manifest(SKILL), candidates=(live(), live("l2"))),     True),
    ("recorded, another is live",   Pair(address=SKILL, manifest=manifest(SKILL), record=record(SKILL), live=live("l2")), True),
    ("recorded, gone, one of several", Pair(address=SKILL, manifest=manifest(SKILL), record=record(SKILL),
                                            candidates=(live("l2"), live("l3"))),                                       True),
    ("recorded and live",           Pair(address=SKILL, manifest=manifest(SKILL), record=record(SKILL), live=live()),   False),
    ("recorded and gone",           Pair(address=SKILL, manifest=manifest(SKILL), record=record(SKILL)),                False),
    ("declared",                    Pair(address=SKILL, manifest=manifest(SKILL)),                                      False),
    ("settled",                     Pair(address=SKILL, manifest=manifest(SKILL), intent=intent(SKILL, settled=True)),  False),
]
# fmt: on


@pytest.mark.parametrize(("pair", "is_one"), [row[1:] for row in DOUBTS], ids=[row[0] for row in DOUBTS])
def test_what_there_is_a_doubt_about(pair: Pair, is_one: bool) -> None:
    if is_one:
        assert doubtful(pair.address, seen(pair)) is pair
        return
    with pytest.raises(UsageError, match="no doubt") as caught:
        doubtful(pair.address, seen(pair))
    assert caught.value.hint


def test_what_nobody_knows_is_no_doubt() -> None:
    with pytest.raises(UsageError, match="neither declared nor in the state"):
        doubtful(SKILL, seen())


def said(entry: Any) -> dict[str, Any]:
    """Return the main fields of a record."""
    assert isinstance(entry, Remember)
    it = entry.record
    return {"id": it.id, "spec": it.spec, "generation": it.generation, "started": it.started, "kept": it.lifecycle}


# fmt: off
HAPPENED: list[tuple[str, Pair, dict[str, Any]]] = [
    ("sent, undeclared since", Pair(address=SKILL, intent=intent(SKILL)),
        {"spec": SENT, "generation": 2, "started": None, "kept": Lifecycle()}),
    ("sent, edited since", Pair(address=SKILL, manifest=manifest(SKILL), intent=intent(SKILL)),
        {"spec": SENT, "generation": 2, "started": None, "kept": PROTECTED}),
    ("live before us", Pair(address=SKILL, manifest=manifest(SKILL), live=live()),
        {"spec": DECLARED, "generation": 1, "started": None, "kept": PROTECTED}),
    ("said no before, and found now", Pair(address=SKILL, manifest=manifest(SKILL), live=live(), intent=intent(SKILL, settled=True)),
        {"spec": DECLARED, "generation": 1, "started": None, "kept": PROTECTED}),
    ("a run, sent", Pair(address=RUN, manifest=manifest(RUN, 3), intent=intent(RUN)),
        {"spec": SENT, "generation": 2, "started": False, "kept": PROTECTED}),
    ("a run, told to start", Pair(address=RUN, record=record(RUN), intent=intent(RUN, operation="start")),
        {"spec": SENT, "generation": 2, "started": True, "kept": Lifecycle()}),
    ("a run, the state was lost", Pair(address=RUN, manifest=manifest(RUN, 3), live=live()),
        {"spec": DECLARED, "generation": 3, "started": True, "kept": PROTECTED}),
]
# fmt: on


@pytest.mark.parametrize(("pair", "wanted"), [row[1:] for row in HAPPENED], ids=[row[0] for row in HAPPENED])
def test_it_happened(pair: Pair, wanted: dict[str, Any]) -> None:
    assert said(happened(pair, ("x1",), KEY)) == {"id": "x1", **wanted}


def test_it_happened_with_a_secret() -> None:
    spec = {"name": Secret(template="${secret:T}", value="hunter2")}
    entry = happened(Pair(address=SKILL, manifest=manifest(SKILL, spec=spec), live=live()), ("x1",), KEY)
    assert isinstance(said(entry)["spec"]["name"], Sealed)


def test_a_start_that_did_not_happen_leaves_the_record() -> None:
    pair = Pair(address=RUN, record=record(RUN), intent=intent(RUN, operation="start"))
    assert did_not_happen(pair, KEY, 9.0) == Settle(RUN, "start 2 5.0")


def test_what_did_not_happen_rules_out_what_is_live_now_and_was_before() -> None:
    pair = Pair(address=SKILL, intent=intent(SKILL, ignore=("l0",)), candidates=(live("l2"), live("l1")))
    assert did_not_happen(pair, KEY, 9.0) == Intend(intent(SKILL, settled=True, ignore=("l0", "l1", "l2")))


class _Lagging:
    """Show nothing yet: a list that lags behind. And hold the lineage of a state, as its session does."""

    lineage = KEY

    def read(self, *_asked: object) -> None:
        return None


def test_what_the_lists_showed_is_live_whatever_a_later_read_shows() -> None:
    found = Live(id="l2", aliases=("l2-long",), fields={})
    both = seen(Pair(address=SKILL, intent=intent(SKILL), candidates=(live(), found)))
    assert live_ids(SKILL, "l2-long", both, _Lagging()) == ("l2", "l2-long")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="no Skill is live under the id l3"):
        live_ids(SKILL, "l3", both, _Lagging())  # type: ignore[arg-type]


def test_the_id_that_the_api_gave_to_what_was_sent_is_not_looked_for() -> None:
    file = Address(kind="File", name="it", project="desk")
    sent = seen(Pair(address=file, intent=intent(file, operation="start", id="f1")))
    entry, said = resolved(file, sent, _Lagging(), _Lagging(), "f1")  # type: ignore[arg-type]
    assert isinstance(entry, Remember)
    assert (entry.record.id, said) == ("f1", "is live as f1")
    with pytest.raises(UsageError, match="no File is live under the id f2"):
        resolved(file, sent, _Lagging(), _Lagging(), "f2")  # type: ignore[arg-type]


def test_what_is_live_and_another_one_is_ruled_out_without_an_intent_too() -> None:
    declared = manifest(SKILL)
    entry = did_not_happen(Pair(address=SKILL, manifest=declared, live=live()), KEY, 9.0)
    assert entry == Intend(
        Intent(
            address=SKILL, operation="create", time=9.0, spec=DECLARED, fingerprint=fingerprint(DECLARED, KEY),
            generation=1, settled=True, ignore=("l1",),
        )
    )  # fmt: skip


OTHER = Address(kind="Execution", name="other", project="desk")
THIRD = record(RUN, "two", generation=2, started=True, aliases=("_two",), earlier=("one", "_one"))
OPEN = intent(RUN, generation=3, before=("theirs", "_theirs"))
# fmt: off
NAMED: list[tuple[str, Pair, tuple[str, ...], str]] = [
    ("a new one",                   Pair(address=RUN, record=THIRD, intent=OPEN),                       ("new", "_new"), ""),
    ("the generation before",       Pair(address=RUN, record=THIRD, intent=OPEN),                       ("two",),        "two is the run of an earlier generation"),
    ("by its other spelling",       Pair(address=RUN, record=THIRD, intent=OPEN),                       ("x", "_two"),   "an earlier generation"),
    ("the first generation",        Pair(address=RUN, record=THIRD, intent=OPEN),                       ("_one",),       "an earlier generation"),
    ("it stood there before",       Pair(address=RUN, record=THIRD, intent=OPEN),                       ("x", "_theirs"), "x was there before the run"),
    ("another address's",           Pair(address=RUN, record=THIRD, intent=OPEN),                       ("o",),          "o is desk/Execution/other"),
    ("another's earlier one",       Pair(address=RUN, record=THIRD, intent=OPEN),                       ("_o0",),        "_o0 is desk/Execution/other"),
    ("its start was lost",          Pair(address=RUN, record=THIRD, intent=intent(RUN, operation="start")), ("two",),    ""),
    ("of an earlier one's start",   Pair(address=RUN, record=THIRD, intent=intent(RUN, operation="start")), ("one",),    "an earlier generation"),
    ("raised, and live already",    Pair(address=RUN, record=THIRD, manifest=manifest(RUN, 3), live=live("new")), ("two",), "an earlier generation"),
    ("raised, a new one",           Pair(address=RUN, record=THIRD, manifest=manifest(RUN, 3), live=live("new")), ("new",), ""),
    ("a resource made again",       Pair(address=SKILL, record=record(SKILL), intent=intent(SKILL)),    ("l1",),         ""),
]
# fmt: on


@pytest.mark.parametrize(("pair", "ids", "why"), [row[1:] for row in NAMED], ids=[row[0] for row in NAMED])
def test_a_run_that_is_known_or_was_there_before_is_not_the_one_in_doubt(
    pair: Pair, ids: tuple[str, ...], why: str
) -> None:
    owners = (
        State()
        .after(*(Remember(each) for each in (pair.record, record(OTHER, "o", earlier=("_o0",), started=True)) if each))
        .owners
    )
    if not why:
        require_possible(pair, ids, owners)
        return
    with pytest.raises(UsageError, match=why) as caught:
        require_possible(pair, ids, owners)
    assert "--did-not-happen" in caught.value.hint
