"""Pairing: what is live is given to an address by record, by an id that we chose, or by its natural key; never guessed."""
# ruff: noqa: E501  # a table is read in rows

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from wexa_sync.compare.ids import Comparison
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.agent import agent_id
from wexa_sync.kinds.spec.times import CLOCK_SKEW
from wexa_sync.model import Address, Intent, Lifecycle, Live, Manifest, Pair, Record, Ref, Secret, Source
from wexa_sync.observe.pair import Contents, pair
from wexa_sync.secrecy.seal import conceal, fingerprint

SENT = 2_000_000_000.0
KEY = "lineage"
FLOW = Ref(kind="AgentFlow", id="f1")
OTHER_FLOW = Ref(kind="AgentFlow", id="f2")
SPECS: dict[str, dict[str, Any]] = {
    "Skill": {"name": "Sum", "description": "one"},
    "Agent": {"title": "Sort", "role": "one"},
    "Schedule": {"coworker_id": FLOW, "template": "one", "schedule": "2035-06-01T07:00:00Z"},
    "Execution": {"agentflow_id": FLOW, "goal": "one"},
}
LATER: dict[str, Any] = {"schedule": "2036-06-01T07:00:00Z"}


def address(kind: str, name: str = "it") -> Address:
    return Address(kind=kind, name=name, project="desk", owner=("AgentFlow", "triage") if kind == "Agent" else None)


def manifest(kind: str, handle: str = "it", generation: int = 1, **more: Any) -> Manifest:
    spec = {**SPECS[kind], **more}
    return Manifest(address=address(kind, handle), spec=spec, source=Source(file="m.yaml"), generation=generation)


def taking(id: str, handle: str = "it") -> Manifest:
    return replace(manifest("Skill", handle), import_id=id)


def record(kind: str, id: str, name: str = "it", generation: int = 1, **more: Any) -> Record:
    return Record(address=address(kind, name), id=id, spec=SPECS[kind], generation=generation, **more)


def intent(kind: str, name: str = "it", spec: Mapping[str, Any] | None = None, **options: Any) -> Intent:
    sent = {**SPECS[kind], **(spec or {})}
    said = {"operation": "create", "time": SENT, "fingerprint": fingerprint(sent, KEY), **options}
    return Intent(address=address(kind, name), spec=conceal(sent, KEY), **said)


def live(kind: str, id: str, created_at: float | None = SENT, *, aliases: tuple[str, ...] = (), **more: Any) -> Live:
    return Live(id=id, fields={**SPECS[kind], "of_the_server": 1, **more}, created_at=created_at, aliases=aliases)


def paired(kind: str, *sides: Manifest | Record | Intent | Live, owner_id: str = "") -> dict[str, Pair]:
    """Return the pairs of a place by name."""
    place = Contents(
        kind=BY_NAME[kind],
        manifests={side.address: side for side in sides if isinstance(side, Manifest)},
        records={side.address: side for side in sides if isinstance(side, Record)},
        intents={side.address: side for side in sides if isinstance(side, Intent)},
        lives=[side for side in sides if isinstance(side, Live)],
        comparison=Comparison(id_of=lambda ref: ref.id, seal_key=KEY),
        owner_id=owner_id,
    )
    return {found.name: it for found, it in pair(place).items()}


def shown(found: Pair) -> str:
    """Return what was found: an id, `ours` where it is certain, or `one of` the candidates."""
    if found.candidates:
        assert found.live is None
        assert not found.certain
        return "one of " + " ".join(each.id for each in found.candidates)
    if found.live is None:
        assert not found.certain
        return "nothing"
    return f"{found.live.id} ours" if found.certain else found.live.id


S, E, A, K = "Schedule", "Execution", "Agent", "Skill"
OLD = SENT - CLOCK_SKEW - 1
# fmt: off
TABLE: list[tuple[str, tuple[Manifest | Record | Intent | Live, ...], str]] = [
    ("nothing live",                    (manifest(K),),                                                     "nothing"),
    ("by record",                       (manifest(K), record(K, "1"), live(K, "1")),                        "1"),
    ("by record, renamed since",        (manifest(K), record(K, "1"), live(K, "1", name="Else")),           "1"),
    ("by record, with a twin",          (manifest(K), record(K, "1"), live(K, "2"), live(K, "1")),          "1"),
    ("recorded only",                   (record(K, "1"), live(K, "1")),                                     "1"),
    ("recorded only, gone, a twin",     (record(K, "1"), live(K, "2")),                                     "nothing"),
    ("gone, another of its name",       (manifest(K), record(K, "1"), live(K, "2")),                        "2"),
    ("by name",                         (manifest(K), live(K, "1"), live(K, "2", name="Else")),             "1"),
    ("by name, two",                    (manifest(K), live(K, "1"), live(K, "2")),                          "one of 1 2"),
    ("by name, another differs",        (manifest(K), live(K, "1", description="two")),                     "1"),
    ("claimed by another",              (manifest(K), record(K, "1", "other"), live(K, "1")),               "nothing"),
    ("imported",                        (taking("2"), live(K, "1"), live(K, "2")),                          "2"),
    ("imported, renamed since",         (taking("1"), live(K, "1", name="Else")),                           "1"),
    ("imported, by another spelling",   (taking("b"), live(K, "1", aliases=("b",))),                        "1"),
    ("imported, in capitals",           (taking("A" * 24), live(K, "a" * 24)),                              "a" * 24),
    ("imported, not there",             (taking("3"), live(K, "1")),                                        "nothing"),
    ("imported, another's",             (taking("1"), record(K, "1", "other"), live(K, "1")),               "nothing"),
    ("imported, recorded",              (taking("1"), record(K, "1"), live(K, "1"), live(K, "2")),          "1"),
    ("imported, another recorded",      (taking("1"), record(K, "2"), live(K, "1"), live(K, "2")),          "2"),
    ("imported, awaited",               (taking("1"), intent(K), live(K, "2")),                             "2 ours"),
    ("a twin is imported",              (manifest(K), taking("1", "other"), live(K, "1"), live(K, "2")),    "2"),
    ("imported, not of its own id",     (replace(manifest(A), import_id="1"), live(A, agent_id("f1", "it")), live(A, "1")), "1"),
    ("ignored",                         (manifest(K), intent(K, settled=True, ignore=("1",)), live(K, "1")), "nothing"),
    ("ignored, another",                (manifest(K), intent(K, settled=True, ignore=("1",)), live(K, "1"), live(K, "2")), "2"),
    ("settled is not awaited",          (manifest(K), intent(K, settled=True), live(K, "1")),               "1"),
    ("settled, undeclared",             (intent(K, settled=True), live(K, "1")),                            "nothing"),
    ("awaited",                         (manifest(K), intent(K), live(K, "1")),                             "1 ours"),
    ("awaited, undeclared",             (intent(K), live(K, "1")),                                          "1 ours"),
    ("awaited, time not known",         (manifest(K), intent(K), live(K, "1", None)),                       "1 ours"),
    ("awaited, older",                  (manifest(K), intent(K), live(K, "1", OLD)),                        "1"),
    ("awaited, undeclared, older",      (intent(K), live(K, "1", OLD)),                                     "nothing"),
    ("awaited, one older",              (manifest(K), intent(K), live(K, "1", OLD), live(K, "2")),          "2 ours"),
    ("awaited, two",                    (manifest(K), intent(K), live(K, "1"), live(K, "2")),               "one of 1 2"),
    ("awaited, one ignored",            (manifest(K), intent(K, ignore=("1",)), live(K, "1"), live(K, "2")), "2 ours"),
    ("awaited, renamed since",          (manifest(K, name="New"), intent(K), live(K, "1")),                 "1 ours"),
    ("renamed since, not arrived",      (manifest(K, name="New"), intent(K), live(K, "1", name="New")),     "1"),
    ("awaited in place of one gone",    (manifest(K), record(K, "1"), intent(K), live(K, "2")),             "2 ours"),
    ("schedule: its time tells",        (manifest(S), live(S, "1", **LATER), live(S, "2")),                 "2"),
    ("schedule: another time",          (manifest(S), live(S, "1", **LATER)),                               "1"),
    ("schedule: two other times",       (manifest(S), live(S, "1", **LATER), live(S, "2", schedule="2037-01-01T00:00:00Z")), "one of 1 2"),
    ("schedule: another flow",          (manifest(S), live(S, "1", coworker_id=OTHER_FLOW)),                "nothing"),
    ("schedule: awaited, another time", (manifest(S), intent(S), live(S, "1", **LATER)),                    "1"),
    ("run",                             (manifest(E), live(E, "1"), live(E, "2", goal="two")),              "1"),
    ("run, inputs by default",          (manifest(E), live(E, "1", input_variables={})),                    "1"),
    ("run, other inputs",               (manifest(E), live(E, "1", input_variables={"x": 1})),              "nothing"),
    ("run, recorded",                   (manifest(E), record(E, "1"), live(E, "1"), live(E, "2")),          "1"),
    ("run, recorded, gone",             (manifest(E), record(E, "1"), live(E, "2")),                        "nothing"),
    ("run, raised",                     (manifest(E, generation=2), record(E, "1"), live(E, "1")),          "nothing"),
    ("run, raised, a newer one",        (manifest(E, generation=2), record(E, "1"), live(E, "1"), live(E, "2", SENT + 1)), "2"),
    ("run, raised, one of that second", (manifest(E, generation=2), record(E, "1"), live(E, "1"), live(E, "2")), "2"),
    ("run, raised, one, time not known", (manifest(E, generation=2), record(E, "1"), live(E, "1"), live(E, "2", None)), "2"),
    ("run, raised, the recorded one not listed", (manifest(E, generation=2), record(E, "1"), live(E, "2", OLD)), "2"),
    ("run, raised, two newer",          (manifest(E, generation=2), record(E, "1"), live(E, "1", OLD), live(E, "2"), live(E, "3")), "one of 2 3"),
    ("run, raised, an older one",       (manifest(E, generation=2), record(E, "1"), live(E, "1"), live(E, "2", SENT - 1)), "nothing"),
    ("run, raised, one noted before",   (manifest(E, generation=2), record(E, "1", others=("2",)), live(E, "1"), live(E, "2", None)), "nothing"),
    ("run, raised, the generation before", (manifest(E, generation=3), record(E, "2", generation=2, earlier=("1",)), live(E, "1"), live(E, "2")), "nothing"),
    ("run, raised, said to be another", (manifest(E, generation=2), record(E, "1"), intent(E, generation=2, settled=True, ignore=("2",)), live(E, "1"), live(E, "2")), "nothing"),
    ("run, by another spelling",        (manifest(E), record(E, "_1"), live(E, "1", aliases=("_1",))),      "_1"),
    ("run, by a spelling known before", (manifest(E), record(E, "1", aliases=("_1",)), live(E, "_1")),      "1"),
    ("run, raised, by another spelling", (manifest(E, generation=2), record(E, "_1"), live(E, "1", aliases=("_1",))), "nothing"),
    ("run, another's earlier one",      (manifest(E), record(E, "2", "other", generation=2, earlier=("1",)), live(E, "1"), live(E, "2")), "nothing"),
    ("run, another's, other spelling",  (manifest(E), record(E, "_1", "other"), live(E, "1", aliases=("_1",))), "nothing"),
    ("run, awaited, noted before",      (manifest(E), intent(E, before=("1",)), live(E, "1")),              "nothing"),
    ("run, awaited, noted by another spelling", (manifest(E), intent(E, before=("_1",)), live(E, "1", aliases=("_1",))), "nothing"),
    ("run, awaited, one noted before",  (manifest(E), intent(E, before=("1",)), live(E, "1"), live(E, "2")), "2 ours"),
    ("run, third one lost",             (manifest(E, generation=3), record(E, "2", generation=2, earlier=("1",)), intent(E, generation=3), live(E, "1"), live(E, "2")), "nothing"),
    ("run, third one lost, and found",  (manifest(E, generation=3), record(E, "2", generation=2, earlier=("1",)), intent(E, generation=3), live(E, "1"), live(E, "2"), live(E, "3")), "3 ours"),
    ("run, awaited, older than the one before", (manifest(E, generation=2), record(E, "1"), intent(E, generation=2), live(E, "1"), live(E, "2", SENT - 1)), "nothing"),
    ("run, raised, awaited",            (manifest(E, generation=2), record(E, "1"), intent(E, generation=2), live(E, "1", OLD), live(E, "2")), "2 ours"),
    ("run, awaited, edited since",      (manifest(E, goal="two"), intent(E), live(E, "1", goal="two")),         "nothing"),
    ("run, gone, no later one awaited", (record(E, "1"), intent(E, generation=1), live(E, "2")),             "nothing"),
    ("run, raised, not arrived",        (manifest(E, generation=2), record(E, "1"), intent(E, generation=2), live(E, "1")), "nothing"),
    ("run, raised, its start awaited",  (manifest(E), record(E, "1"), intent(E, operation="start"), live(E, "1"), live(E, "2")), "1"),
    ("run, undeclared, later awaited",  (record(E, "1"), intent(E, generation=2), live(E, "1", OLD), live(E, "2")), "2 ours"),
]
# fmt: on


@pytest.mark.parametrize(("sides", "what"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE])
def test_table(sides: tuple[Manifest | Record | Intent | Live, ...], what: str) -> None:
    named = next(side for side in sides if not isinstance(side, Live))
    assert shown(paired(named.address.kind, *sides)["it"]) == what


SECRET, ROTATED = (Secret(template="Bearer ${secret:T}", value=f"Bearer {value}") for value in ("hunter2", "hunter3"))
SHA = {"abc": "${env:SHA}", "Deploy abc": "Deploy ${env:SHA}"}


def with_templates(declared: Manifest, templates: Mapping[str, str]) -> Manifest:
    return replace(declared, templates=templates)


@pytest.mark.parametrize(
    ("sides", "ids"),
    [
        ((manifest(E, input_variables={"t": ROTATED}), live(E, "1", input_variables={"t": "Bearer hunter2"})), ["1"]),
        ((manifest(E, input_variables={"t": ROTATED}), live(E, "1", input_variables={"t": "hunter2"})), []),
        ((manifest(E, input_variables={"t": ROTATED}), live(E, "1", input_variables={"t": "Bearer x", "u": 1})), []),
        ((with_templates(manifest(E, goal="Deploy abc"), SHA), live(E, "1", goal="Deploy def")), ["1"]),
        ((with_templates(manifest(E, goal="Deploy abc"), SHA), live(E, "1", goal="Build def")), []),
        ((with_templates(manifest(E, goal="Deploy abc"), SHA), live(E, "1", goal="Deploy def", agentflow_id=OTHER_FLOW)), []),
        ((manifest(E, goal="Deploy abc"), live(E, "1", goal="Deploy def")), []),
        ((with_templates(manifest(E, input_variables={"c": ["abc", 1]}), SHA), live(E, "1", input_variables={"c": ["def", 1]})), ["1"]),
        ((with_templates(manifest(E, input_variables={"c": ["abc", 1]}), SHA), live(E, "1", input_variables={"c": ["def", 2]})), []),
        ((with_templates(manifest(E, goal="Deploy abc", generation=2), SHA), record(E, "1"), live(E, "1", SENT), live(E, "2", SENT + 1, goal="Deploy def")), ["2"]),
        ((with_templates(manifest(E, goal="Deploy abc", generation=2), SHA), record(E, "1"), live(E, "1", SENT), live(E, "2", SENT - 1, goal="Deploy def")), []),
        ((with_templates(manifest(E, goal="Deploy abc"), SHA), record(E, "1"), live(E, "2", SENT + 1, goal="Deploy def")), []),
        ((manifest(E, input_variables={"t": ROTATED}), intent(E, spec={"input_variables": {"t": SECRET}}), live(E, "1", input_variables={"t": "Bearer hunter2"})), ["1"]),
    ],
)  # fmt: skip
def test_a_run_whose_variables_changed_since_may_be_the_one_that_is_live(
    sides: tuple[Manifest | Record | Intent | Live, ...], ids: list[str]
) -> None:
    found = paired(E, *sides, live(E, "9", SENT + CLOCK_SKEW + 1, goal="of no interest"))["it"]
    assert [each.id for each in found.similar] == ids
    assert not (found.similar and found.absent), "what may be there is not surely absent"


@pytest.mark.parametrize(
    ("sides", "absent"),
    [
        ((intent(E), live(E, "1", SENT + CLOCK_SKEW + 1, goal="two")), True),
        ((intent(E), live(E, "1", SENT + CLOCK_SKEW, goal="two")), False),
        ((intent(E), live(E, "1", None, goal="two")), False),
        ((intent(E), live(E, "1"), live(E, "2", SENT + CLOCK_SKEW + 1, goal="two")), False),
        ((intent(E), live(E, "1"), live(E, "2"), live(E, "3", SENT + CLOCK_SKEW + 1, goal="two")), False),
        ((intent(E, settled=True), live(E, "1", SENT + CLOCK_SKEW + 1, goal="two")), False),
        ((manifest(E), live(E, "1", SENT + CLOCK_SKEW + 1, goal="two")), False),
    ],
)
def test_what_a_list_leaves_out_that_shows_what_is_much_younger_never_arrived(
    sides: tuple[Manifest | Intent | Live, ...], absent: bool
) -> None:
    assert paired(E, *sides)["it"].absent is absent


def test_one_live_thing_is_given_to_one_address_only() -> None:
    found = paired(E, manifest(E, "a"), manifest(E, "b"), live(E, "1"))
    assert [shown(each) for each in found.values()] == ["1", "nothing"]


def test_whose_answer_was_lost_comes_before_who_only_has_the_same_name() -> None:
    found = paired(E, manifest(E, "a"), manifest(E, "b"), intent(E, "b"), live(E, "1"))
    assert [shown(each) for each in found.values()] == ["nothing", "1 ours"]


def test_two_lost_answers_and_one_live_run_is_one_found() -> None:
    found = paired(E, intent(E, "a"), intent(E, "b"), live(E, "1"))
    assert [shown(each) for each in found.values()] == ["1 ours", "nothing"]


def test_a_secret_in_a_name_is_found_by_the_manifest_that_was_sent() -> None:
    secret = Secret(template="${secret:T}", value="hunter2")
    lost = intent(K, spec={"name": secret})
    assert shown(paired(K, manifest(K, name=secret), lost, live(K, "1", name="hunter2"))["it"]) == "1 ours"


CHOSEN = agent_id("flow", "it")


@pytest.mark.parametrize(
    ("sides", "what"),
    [
        ((manifest(A), live(A, CHOSEN)), f"{CHOSEN} ours"),
        ((manifest(A), live(A, CHOSEN, title="Renamed")), f"{CHOSEN} ours"),
        ((manifest(A), live(A, "1"), live(A, CHOSEN)), f"{CHOSEN} ours"),
        ((manifest(A), live(A, "1")), "1"),
        ((manifest(A), live(A, "1"), live(A, "2")), "one of 1 2"),
        ((manifest(A), record(A, "1"), live(A, "1"), live(A, CHOSEN)), "1"),
        ((manifest(A), record(A, CHOSEN, "other"), live(A, CHOSEN)), "nothing"),
        ((intent(A), live(A, CHOSEN)), f"{CHOSEN} ours"),
    ],
)
def test_an_agent_is_known_by_the_id_that_we_chose(
    sides: tuple[Manifest | Record | Intent | Live, ...], what: str
) -> None:
    assert shown(paired(A, *sides, owner_id="flow")["it"]) == what


def any_name(found: Manifest) -> Manifest:
    """Return the manifest with every field that its kind is known by under `ignore_changes`."""
    return replace(found, lifecycle=Lifecycle(ignore_changes=BY_NAME[found.address.kind].identity[-1:]))


@pytest.mark.parametrize(
    ("sides", "ids"),
    [
        ((any_name(manifest(A)), live(A, "1", title="")), ["1"]),
        ((any_name(manifest(A)), live(A, "1", title=""), live(A, "2", title="Renamed")), ["1", "2"]),
        ((any_name(manifest(A)), manifest(A, "other", title="Other"), live(A, "1", title="Other")), []),
        ((any_name(manifest(A)), live(A, "1", title=""), live(A, "2")), []),
        ((manifest(A), live(A, "1", title="")), []),
        ((any_name(manifest(A)), record(A, "9"), live(A, "1", title="")), []),
        ((any_name(manifest(A)), intent(A, settled=True, ignore=("1",)), live(A, "1", title="")), []),
        ((any_name(manifest(A)), intent(A), live(A, "1", title="")), []),
        ((any_name(manifest(K)), live(K, "1", name="")), []),
        ((any_name(manifest(S)), live(S, "1", template="two"), live(S, "2", coworker_id=OTHER_FLOW)), ["1"]),
    ],
)
def test_what_has_a_name_that_counts_for_nothing_may_be_live_under_another_in_its_owner(
    sides: tuple[Manifest | Record | Intent | Live, ...], ids: list[str]
) -> None:
    kind = sides[0].address.kind if isinstance(sides[0], Manifest) else ""
    assert [each.id for each in paired(kind, *sides, owner_id="flow" if kind == A else "")["it"].similar] == ids


def test_what_was_found_by_its_id_is_nobody_elses_by_name() -> None:
    found = paired(A, manifest(A), manifest(A, "twin"), live(A, CHOSEN), owner_id="flow")
    assert [shown(each) for each in found.values()] == [f"{CHOSEN} ours", "nothing"]


def test_in_a_flow_that_is_not_live_no_agent_is() -> None:
    assert shown(paired(A, manifest(A))["it"]) == "nothing"
