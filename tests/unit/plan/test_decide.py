"""The decision table, row by row: what is declared, live and recorded on the left, what is decided on the right."""
# ruff: noqa: E501  # a table is read in rows

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.kinds.execution import RUNNING
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    ExternalName,
    Intent,
    Lifecycle,
    Live,
    Manifest,
    Observation,
    Pair,
    Record,
    Ref,
    Source,
    Spec,
    Target,
)
from wexa_sync.plan.decide import decide
from wexa_sync.plan.decision import Decision, Orphan, Rules

NOW = 2_000_000_000.0  # 2033
CONNECTOR = Ref(kind="Connector", id="c1")
FLOW = Ref(kind="AgentFlow", id="f1")
SPECS: dict[str, dict[str, Any]] = {
    "Project": {"projectName": "Desk", "description": "one", "coworker_role": "helper"},
    "Skill": {"name": "Sum", "description": "one", "connector_id": CONNECTOR},
    "AgentFlow": {"name": "Triage", "description": "one"},
    "Agent": {"title": "Sort", "role": "one"},
    "Schedule": {"coworker_id": FLOW, "template": "one", "schedule": "2035-06-01T07:00:00Z"},
    "Execution": {"agentflow_id": FLOW, "goal": "one"},
}
OTHER: dict[str, dict[str, Any]] = {
    "Project": {"description": "two"},
    "Skill": {"description": "two"},
    "AgentFlow": {"description": "two"},
    "Agent": {"role": "two"},
    "Schedule": {"template": "two"},
    "Execution": {"goal": "two"},
}
PAST = {"schedule": "2030-01-01T00:00:00Z"}
SOON = {"schedule": int(NOW) + 300}
PRUNE, ADOPT = Rules(prune=True), Rules(adopt=True)
RETAIN, PROTECT = Lifecycle(retain=True), Lifecycle(prevent_destroy=True)


def address(kind: str) -> Address:
    if kind == "Project":
        return Address(kind=kind, name="desk")
    owner = ("AgentFlow", "triage") if kind == "Agent" else None
    return Address(kind=kind, name="it", project="desk", owner=owner)


def spec(kind: str, more: Spec | None = None) -> Spec:
    return {**SPECS[kind], **(more or {})}


def manifest(kind: str, more: Spec | None = None, **options: Any) -> Manifest:
    return Manifest(address=address(kind), spec=spec(kind, more), source=Source(file="m.yaml"), **options)


def live(kind: str, more: Spec | None = None, id: str = "l1", status: str | None = None) -> Live:
    return Live(id=id, fields={**spec(kind, more), "of_the_server": 1}, status=status)


def record(kind: str, more: Spec | None = None, **options: Any) -> Record:
    return Record(address=address(kind), id="l1", spec=spec(kind, more), **options)


def intent(kind: str, **options: Any) -> Intent:
    said = {"operation": "create", "time": NOW - 5, "spec": spec(kind), "fingerprint": "f"}
    return Intent(address=address(kind), **{**said, **options})


def around(pair: Pair, *others: Pair, missing: bool = False) -> Observation:
    return Observation(
        target=Target(base_url="http://127.0.0.1", org_id="o"),
        pairs={found.address: found for found in (pair, *others)},
        depends_on={},
        ids={},
        externals={},
        missing_externals={
            ExternalName("desk", kind, "Gone"): f"no {kind} is called Gone"
            for kind in ("Connector", "Skill")
            if missing
        },
        unmanaged={},
        user_id="u",
        lineage="key",
        serial=1,
        now=NOW,
    )


def words(decision: Decision) -> tuple[str, str]:
    """Return the action and the reason of a decision."""
    match decision:
        case Change():
            return decision.action.value, decision.reason
        case Blocked():
            return f"blocked {decision.wanted}", decision.reason
        case Orphan():
            return "orphan", ""
    return "nothing", ""


def soon(**options: Any) -> Intent:
    return replace(intent("Schedule", **options), spec=spec("Schedule", SOON))


def row(kind: str, **sides: Any) -> Pair:
    return Pair(address=address(kind), **sides)


S, E = "Schedule", "Execution"
TWO = (live(S, id="l1"), live(S, id="l2"))
EXTERNAL = {"connector_id": Ref(kind="Connector", external="Gone")}
GONE = {"skills": [Ref(kind="Skill", external="Gone")]}
OPEN = record(E, started=True, ended=False)
STARTED = {"record": record(E, started=False), "intent": intent(E, operation="start", id="l1")}

TAKING = manifest(S, import_id="l1")

# fmt: off
RESOURCES: list[tuple[str, Pair, Rules, str, str]] = [
    ("declared",                row(S, manifest=manifest(S)),                                   Rules(), "create", ""),
    ("its answer was lost",     row(S, manifest=manifest(S), intent=intent(S)),                 Rules(), "create", "did not arrive"),
    ("removed outside",         row(S, manifest=manifest(S), record=record(S)),                 Rules(), "create", "removed outside"),
    ("fired",                   row(S, manifest=manifest(S, PAST), record=record(S, PAST)),     Rules(), "no-op", "it fired"),
    ("fired, by another clock", row(S, manifest=manifest(S, SOON), record=record(S, SOON)),     Rules(), "no-op", "it fired"),
    ("sent, and may have fired", row(S, manifest=manifest(S, SOON), intent=soon()),             Rules(), "blocked create", "it may have fired"),
    ("a person says it did not", row(S, manifest=manifest(S, SOON), intent=soon(settled=True)), Rules(), "create", "did not arrive"),
    ("fired, a new time soon",  row(S, manifest=manifest(S, SOON), record=record(S, PAST)),     Rules(), "create", "a new time"),
    ("fired, a new time",       row(S, manifest=manifest(S), record=record(S, PAST)),           Rules(), "create", "a new time"),
    ("never made, too late",    row(S, manifest=manifest(S, PAST)),                             Rules(), "blocked create", "time has passed"),
    ("two of its key",          row(S, manifest=manifest(S), candidates=TWO),                   Rules(), "blocked adopt", "l1, l2"),
    ("two of its key, --adopt", row(S, manifest=manifest(S), candidates=TWO),                   ADOPT,   "blocked adopt", "l1, l2"),
    ("live, not ours",          row(S, manifest=manifest(S), live=live(S)),                     Rules(), "blocked adopt", "live already"),
    ("live, not ours, differs", row(S, manifest=manifest(S), live=live(S, OTHER[S])),           Rules(), "blocked adopt", "differ"),
    ("--adopt",                 row(S, manifest=manifest(S), live=live(S)),                     ADOPT,   "adopt", "adopted"),
    ("imported",                row(S, manifest=TAKING, live=live(S)),                          Rules(), "adopt", "adopted: metadata.import names l1"),
    ("imported, differs",       row(S, manifest=TAKING, live=live(S, OTHER[S])),                Rules(), "update", "adopted: metadata.import names l1"),
    ("imported, recorded",      row(S, manifest=TAKING, live=live(S), record=record(S)),        Rules(), "no-op", ""),
    ("imported, another recorded", row(S, manifest=TAKING, live=live(S, id="l2"), record=replace(record(S), id="l2")), ADOPT, "blocked adopt", "names l1, and l2 is recorded"),
    ("imported, a stray",       row(S, manifest=TAKING, stray="l1 is a flow"),                  ADOPT,   "blocked adopt", "l1 is a flow"),
    ("imported, removed",       row(S, manifest=TAKING, record=record(S)),                      Rules(), "blocked create", "l1, which metadata.import names, was removed"),
    ("imported, fired",         row(S, manifest=replace(TAKING, spec=spec(S, PAST)), record=record(S, PAST)), Rules(), "no-op", "it fired"),
    ("imported, in doubt",      row(S, manifest=TAKING, intent=intent(S)),                      ADOPT,   "blocked adopt", "the response was lost"),
    ("imported, found",         row(S, manifest=TAKING, intent=intent(S), live=live(S), certain=True), Rules(), "adopt", "found: an earlier apply made it"),
    ("--adopt, differs",        row(S, manifest=manifest(S), live=live(S, OTHER[S])),           ADOPT,   "update", "adopted"),
    ("surely ours",             row(S, manifest=manifest(S), live=live(S), certain=True),       Rules(), "adopt", "found"),
    ("stale record",            row(S, manifest=manifest(S), live=live(S, id="l9"), record=record(S)), Rules(), "blocked adopt", "l9"),
    ("equal",                   row(S, manifest=manifest(S), live=live(S), record=record(S)),   Rules(), "no-op", ""),
    ("different",               row(S, manifest=manifest(S, OTHER[S]), live=live(S), record=record(S)), Rules(), "update", ""),
    ("ignored",                 row(S, manifest=manifest(S, OTHER[S], lifecycle=Lifecycle(ignore_changes=("template",))),
                                    live=live(S), record=record(S)),                            Rules(), "no-op", ""),
    ("immutable",               row(S, manifest=manifest(S, {"coworker_id": Ref(kind="AgentFlow", id="f2")}), live=live(S),
                                    record=record(S)),                                          Rules(), "blocked update", "coworker_id"),
    ("orphan",                  row(S, live=live(S), record=record(S)),                         Rules(), "orphan", ""),
    ("--prune",                 row(S, live=live(S), record=record(S)),                         PRUNE,   "delete", ""),
    ("protected",               row(S, live=live(S), record=record(S, lifecycle=PROTECT)),      PRUNE,   "blocked delete", "prevent_destroy"),
    ("protected, no --prune",   row(S, live=live(S), record=record(S, lifecycle=PROTECT)),      Rules(), "orphan", ""),
    ("retained",                row(S, live=live(S), record=record(S, lifecycle=RETAIN)),       PRUNE,   "forget", "retained"),
    ("gone",                    row(S, record=record(S)),                                       Rules(), "forget", "it is gone"),
    ("intended, never arrived", row(S, intent=intent(S)),                                       Rules(), "forget", "never arrived"),
    ("lost, undeclared since",  row(S, live=live(S), intent=intent(S), certain=True),           Rules(), "adopt", "found"),
    ("lost, two of its key",    row(S, intent=intent(S), candidates=TWO),                       PRUNE,   "blocked adopt", "l1, l2"),
    ("not ours",                row(S, live=live(S)),                                           Rules(), "nothing", ""),
    ("not ours, --prune",       row(S, live=live(S)),                                           PRUNE,   "nothing", ""),
]
CAPABILITIES: list[tuple[str, Pair, Rules, str, str]] = [
    ("skill update",    row("Skill", manifest=manifest("Skill", OTHER["Skill"]), live=live("Skill"), record=record("Skill")),
                        Rules(), "blocked update", "description"),
    ("skill delete",    row("Skill", live=live("Skill"), record=record("Skill")),               PRUNE, "blocked delete", "no call"),
    ("flow delete",     row("AgentFlow", live=live("AgentFlow"), record=record("AgentFlow")),   PRUNE, "blocked delete", "no documented"),
    ("agent delete",    row("Agent", live=live("Agent"), record=record("Agent")),               PRUNE, "blocked delete", "no documented"),
    ("flow update",     row("AgentFlow", manifest=manifest("AgentFlow", OTHER["AgentFlow"]), live=live("AgentFlow"),
                            record=record("AgentFlow")),                                        Rules(), "blocked update", "no documented call"),
    ("flow update allowed", row("AgentFlow", manifest=manifest("AgentFlow", OTHER["AgentFlow"]), live=live("AgentFlow"),
                            record=record("AgentFlow")), Rules(allowed=frozenset({"agentflow.update"})), "update", ""),
    ("agent update",    row("Agent", manifest=manifest("Agent", OTHER["Agent"]), live=live("Agent"), record=record("Agent")),
                        Rules(), "update", "reads don't show"),
    ("project delete",  row("Project", live=live("Project"), record=record("Project")),         PRUNE, "delete", ""),
    ("no such connector", row("Skill", manifest=manifest("Skill", EXTERNAL)),                   Rules(), "blocked create", "called Gone"),
    ("no such skill",   row("Agent", manifest=manifest("Agent", GONE), live=live("Agent"), record=record("Agent")),
                        Rules(), "blocked update", "called Gone"),
]
RUNS: list[tuple[str, Pair, Rules, str, str]] = [
    ("declared",            row(E, manifest=manifest(E)),                                       Rules(), "run", ""),
    ("ran",                 row(E, manifest=manifest(E), record=record(E, started=True)),       Rules(), "no-op", "it ran"),
    ("created, not started", row(E, manifest=manifest(E), record=record(E, started=False)),     Rules(), "run", "not started yet"),
    ("waited for, not ended", row(E, manifest=manifest(E), record=record(E, started=True, ended=False)), Rules(), "run", "end was not seen"),
    ("waited for, begun",   row(E, manifest=manifest(E), live=live(E, status="running"), record=OPEN), Rules(), "run", "it is running; apply waits for its end"),
    ("waited for, asking",  row(E, manifest=manifest(E), live=live(E, status="waiting"), record=OPEN), Rules(), "run", "it is waiting; apply waits for its end"),
    ("waited for, went well", row(E, manifest=manifest(E), live=live(E, status="completed"), record=OPEN), Rules(), "run", "it is completed; apply notes that"),
    ("waited for, failed",  row(E, manifest=manifest(E), live=live(E, status="canceled"), record=OPEN), Rules(), "run", "it is canceled; apply notes that, and fails"),
    ("waited for, who knows", row(E, manifest=manifest(E), live=live(E, status="finished"), record=OPEN), Rules(), "run", "it is finished; if that is an end, apply asks"),
    ("waited for, then edited", row(E, manifest=manifest(E, OTHER[E]), record=record(E, started=True, ended=False)), Rules(), "run", "end was not seen"),
    ("its end was seen",    row(E, manifest=manifest(E), record=record(E, started=True, ended=True)), Rules(), "no-op", "it ran"),
    ("told to start, queued", row(E, manifest=manifest(E), live=live(E, status="queued"), **STARTED), Rules(), "blocked run", "still queued"),
    ("edited after it ran", row(E, manifest=manifest(E, OTHER[E]), record=record(E, started=True)), Rules(), "blocked update", "can't be changed"),
    ("generation raised",   row(E, manifest=manifest(E, generation=2), record=record(E, started=True)), Rules(), "run", "generation 2"),
    ("raised and edited",   row(E, manifest=manifest(E, OTHER[E], generation=2), record=record(E)), Rules(), "run", "generation 2"),
    ("generation lowered",  row(E, manifest=manifest(E), record=record(E, generation=2)),       Rules(), "blocked run", "generation 2 ran"),
    ("answer lost",         row(E, manifest=manifest(E), intent=intent(E)),                     Rules(), "blocked run", "response was lost"),
    ("surely never arrived", row(E, manifest=manifest(E), intent=intent(E), absent=True),       Rules(), "run", ""),
    ("a person settled it", row(E, manifest=manifest(E), intent=intent(E, settled=True)),       Rules(), "run", ""),
    ("answer lost, not surely it", row(E, manifest=manifest(E), intent=intent(E), live=live(E)), Rules(), "blocked run", "response was lost"),
    ("lost and found",      row(E, manifest=manifest(E), intent=intent(E), live=live(E), certain=True), Rules(), "run", "found"),
    ("found, edited since", row(E, manifest=manifest(E, OTHER[E]), intent=intent(E), live=live(E), certain=True), Rules(), "run", "found"),
    ("found, raised since", row(E, manifest=manifest(E, generation=2), intent=intent(E), live=live(E), certain=True), Rules(), "run", "found"),
    ("later one lost",      row(E, manifest=manifest(E, generation=2), record=record(E), intent=intent(E, generation=2)),
                                                                                                Rules(), "blocked run", "response was lost"),
    ("later one lost, lowered", row(E, manifest=manifest(E), record=record(E), intent=intent(E, generation=2)), Rules(), "blocked run", "response was lost"),
    ("start lost",          row(E, manifest=manifest(E), live=live(E, status="ready"), **STARTED), Rules(), "blocked run", "still ready"),
    ("start lost, it is gone", row(E, manifest=manifest(E), **STARTED),                         Rules(), "blocked run", "its start was sent"),
    ("start lost, it runs", row(E, manifest=manifest(E), live=live(E, status="running"), **STARTED), Rules(), "run", "start was sent before"),
    ("start lost, raised",  row(E, manifest=manifest(E, generation=2), **STARTED),              Rules(), "blocked run", "its start was sent"),
    ("start lost, undeclared", row(E, **STARTED),                                               Rules(), "blocked run", "its start was sent"),
    ("start lost, undeclared, --prune", row(E, **STARTED),                                      PRUNE,   "blocked run", "its start was sent"),
    ("start lost, undeclared, it runs, orphan", row(E, live=live(E, status="running"), **STARTED), Rules(), "adopt", "found"),
    ("start lost, undeclared, it runs", row(E, live=live(E, status="running"), **STARTED),      PRUNE,   "forget", "can't be deleted"),
    ("state was lost",      row(E, manifest=manifest(E), live=live(E)),                         Rules(), "blocked adopt", "live already"),
    ("state was lost, --adopt", row(E, manifest=manifest(E), live=live(E)),                     ADOPT,   "adopt", "adopted"),
    ("undeclared",          row(E, record=record(E)),                                           Rules(), "orphan", ""),
    ("undeclared, --prune", row(E, record=record(E)),                                           PRUNE,   "forget", "can't be deleted"),
    ("undeclared, never arrived", row(E, intent=intent(E), absent=True),                        Rules(), "forget", "never arrived"),
    ("undeclared, settled", row(E, intent=intent(E, settled=True)),                             Rules(), "forget", "never arrived"),
    ("undeclared, later one lost", row(E, record=record(E), intent=intent(E, generation=2)),    PRUNE,   "blocked run", "response was lost"),
    ("undeclared, lost",    row(E, intent=intent(E)),                                           PRUNE,   "blocked run", "response was lost"),
    ("undeclared, found",   row(E, intent=intent(E), live=live(E), certain=True),               Rules(), "adopt", "found"),
    ("not ours",            row(E, live=live(E)),                                               PRUNE,   "nothing", ""),
]
# fmt: on
TABLE = [*RESOURCES, *CAPABILITIES, *RUNS]


@pytest.mark.parametrize(
    ("pair", "rules", "what", "why"), [r[1:] for r in TABLE], ids=[f"{r[1].address.kind}: {r[0]}" for r in TABLE]
)
def test_table(pair: Pair, rules: Rules, what: str, why: str) -> None:
    found, reason = words(decide(pair, around(pair, missing=True), rules))
    assert found == what
    assert why in reason
    assert bool(why) == bool(reason)


def test_every_blocked_row_says_what_to_do() -> None:
    decisions = [decide(pair, around(pair, missing=True), rules) for _, pair, rules, _, _ in TABLE]
    blocked = [found for found in decisions if isinstance(found, Blocked)]
    assert blocked
    assert all(found.reason and found.hint for found in blocked)


@pytest.mark.parametrize(
    ("declared", "then"),
    [
        (None, "(it is left as it is)"),
        (manifest(E), "(the next apply starts it)"),
        (manifest(E, generation=2), "(it is left as it is; the next apply runs generation 2)"),
    ],
    ids=["undeclared", "declared", "raised"],
)
def test_the_question_about_a_start_says_what_comes_of_a_no(declared: Manifest | None, then: str) -> None:
    pair = row(E, manifest=declared, **STARTED)
    found = decide(pair, around(pair), Rules())
    assert isinstance(found, Blocked)
    assert found.hint.endswith(f"`--did-not-happen` {then}.")


@pytest.mark.parametrize(
    "declared",
    [None, manifest(E, OTHER[E]), manifest(E, OTHER[E], generation=3)],
    ids=["undeclared", "edited", "raised"],
)
def test_a_run_whose_answer_was_lost_is_recorded_as_it_was_sent(declared: Manifest | None) -> None:
    pair = row(E, manifest=declared, intent=intent(E, generation=2), live=live(E), certain=True)
    found = decide(pair, around(pair), Rules())
    assert isinstance(found, Change)
    assert (found.id, found.after, found.generation) == ("l1", SPECS[E], 2)


def test_an_agent_taken_out_of_a_flow_that_stays_is_said_without_prune() -> None:
    pair = row("Agent", live=live("Agent"), record=record("Agent"))
    flow = Address(kind="AgentFlow", name="triage", project="desk")
    declared = Manifest(address=flow, spec=SPECS["AgentFlow"], source=Source(file="m.yaml"))
    found = decide(pair, around(pair, Pair(address=flow, manifest=declared)), Rules())
    assert words(found)[0] == "blocked delete"


def test_an_update_names_its_fields_and_what_it_saw() -> None:
    pair = row(S, manifest=manifest(S, OTHER[S]), live=live(S), record=record(S))
    found = decide(pair, around(pair), Rules())
    assert isinstance(found, Change)
    assert [(f.path, f.before, f.after, f.changed_by) for f in found.fields] == [
        (("template",), "one", "two", "repository")
    ]
    assert found.expected
    assert found.before == SPECS[S]
    assert found.id == "l1"


@pytest.mark.parametrize(
    ("what", "sides", "rules"),
    [
        ("update", {"manifest": manifest(S, OTHER[S]), "record": record(S)}, Rules()),
        ("delete", {"record": record(S)}, PRUNE),
        ("forget", {"record": record(S, lifecycle=RETAIN)}, Rules()),
    ],
)
def test_a_change_that_is_no_outcome_of_an_open_intent_settles_only_what_a_person_settled(
    what: str, sides: dict[str, Any], rules: Rules
) -> None:
    for settled in (False, True):
        pair = row(S, live=live(S), intent=intent(S, settled=settled), **sides)
        found = decide(pair, around(pair), rules)
        assert isinstance(found, Change)
        assert (found.action.value, bool(found.settles)) == (what, settled)


OPTIONS = st.sampled_from(sorted(SPECS))
SETTINGS = st.sampled_from([Lifecycle(), RETAIN, PROTECT, Lifecycle(ignore_changes=("template",))])


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    kind, flag = draw(OPTIONS), st.booleans()
    edit = OTHER[kind] if draw(flag) else None
    number = draw(st.integers(1, 2))
    return row(
        kind,
        manifest=manifest(kind, edit, lifecycle=draw(SETTINGS), generation=number) if draw(flag) else None,
        live=live(kind, id=draw(st.sampled_from(["l1", "l9"]))) if draw(flag) else None,
        record=record(kind, lifecycle=draw(SETTINGS), started=draw(st.sampled_from([None, True, False])))
        if draw(flag)
        else None,
        intent=intent(kind, settled=draw(flag)) if draw(flag) else None,
        candidates=(live(kind), live(kind, id="l2")) if draw(flag) else (),
    )


@given(pairs(), st.builds(Rules, prune=st.booleans(), adopt=st.booleans()), st.booleans())
def test_every_combination_has_an_answer_and_keeps_the_promises(pair: Pair, rules: Rules, missing: bool) -> None:
    found = decide(pair, around(pair, missing=missing), rules)
    what, _ = words(found)
    if what == "delete":  # only what is recorded is deleted, and only where one prunes
        assert pair.record is not None
        assert rules.prune
        assert not pair.record.lifecycle.prevent_destroy
    if what == "update":
        assert isinstance(found, Change)
        assert found.fields
    if what == "run" and pair.record is not None and pair.manifest is not None:  # never twice
        assert pair.record.started is False or pair.manifest.generation > pair.record.generation
    if what == "run" and pair.intent is not None and not pair.intent.settled:  # it may have been sent
        assert pair.record is not None
        assert pair.record.generation >= pair.intent.generation


@st.composite
def in_doubt(draw: st.DrawFn) -> Pair:
    """Return a pair with an open intent, and with the manifest, record and live object given."""
    pair, flag = draw(pairs()), st.booleans()
    kind = pair.address.kind
    operation = draw(st.sampled_from(["create", "start"])) if kind == E else "create"
    sent = intent(kind, operation=operation, generation=draw(st.integers(1, 3)))
    status = draw(st.sampled_from([None, "ready", "pending", "running", "completed", "whatever"]))
    there = replace(pair.live, status=status) if pair.live is not None else None
    record_ = replace(pair.record, generation=draw(st.integers(1, 3))) if pair.record is not None else None
    absent = there is None and not pair.candidates and draw(flag)
    # What is live, not recorded and not declared is paired only where it is surely what was sent.
    found = there is not None and pair.manifest is None and (record_ is None or record_.id != there.id)
    return replace(pair, intent=sent, live=there, record=record_, certain=found or draw(flag), absent=absent)


@given(in_doubt(), st.builds(Rules, prune=st.booleans(), adopt=st.booleans()))
def test_no_change_names_an_open_intent_but_one_that_is_its_outcome(pair: Pair, rules: Rules) -> None:
    found, sent = decide(pair, around(pair), rules), pair.intent
    assert sent is not None
    if not isinstance(found, Change) or found.settles != sent.mark:
        return
    assert found.action is not Action.NOOP
    if sent.operation == "start":  # it began
        assert pair.live is not None
        assert pair.live.status not in (None, *RUNNING.not_begun)
    elif pair.address.kind == E:  # it is found, or surely not there, or recorded already
        recorded = pair.record is not None and pair.record.generation >= sent.generation
        assert pair.absent or recorded or (pair.certain and pair.live is not None)
    else:  # it is found, or not there after some looks, or a person takes over what is
        assert pair.certain or rules.adopt or (pair.live is None and not pair.candidates)
