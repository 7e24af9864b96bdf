"""Nothing secret and nothing that a terminal would obey gets out, whatever is put in."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.errors import InvalidManifests, Problem, WexaSyncError
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    FieldChange,
    Outcome,
    Plan,
    Ref,
    Report,
    Sealed,
    Secret,
    Source,
    Status,
    Target,
)
from wexa_sync.render.json import plan_json, report_json
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.text.problems import problems_text
from wexa_sync.render.text.report import report_text
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view
from wexa_sync.secrecy.hide import SENSITIVE
from wexa_sync.secrecy.redact import redact_plan, redact_report

SENTINEL = 'S3nt"inel\\/välue'
SKILL = Address(kind="Skill", name="summarise", project="desk")

# Every character that a terminal obeys, hides, or takes as a reason to turn the line around, and ordinary ones.
hostile = st.text(
    st.one_of(
        st.sampled_from("\x1b\x9b\x07\x00\x7f\x85\r\n\t\u202e\u2066\u200b\u2028\ufeff\ud800\U000e0041 →a["),
        st.characters(),
    ),
    max_size=40,
)
secret = st.builds(
    lambda before, after: Secret(template=f"{before}${{secret:TOKEN}}{after}", value=f"{before}{SENTINEL}{after}"),
    st.sampled_from(["", "Bearer "]),
    st.sampled_from(["", ";"]),
)
sealed = st.just(Sealed(template="${secret:TOKEN}", fingerprint="00ff"))
ref = st.one_of(
    st.builds(lambda name: Ref(kind="Connector", external=name), hostile),
    st.builds(lambda name: Ref(kind="Connector", id=name), hostile),
    st.just(Ref(kind="Skill", address=SKILL)),
)
leaf = st.one_of(st.none(), st.booleans(), st.integers(), hostile, hostile.map(lambda t: t * 9), secret, sealed, ref)
value = st.recursive(
    leaf,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(hostile, inner, max_size=3)),
    max_leaves=8,
)
spec = st.dictionaries(hostile, value, max_size=4)
# What a server may answer: the value itself, where the manifest has only a Secret.
echo = st.one_of(hostile, st.just(SENTINEL), hostile.map(lambda text: f"{text} Bearer {SENTINEL} {text}"))
field = st.builds(
    lambda path, before, after, by: FieldChange(path=tuple(path), before=before, after=after, changed_by=by),
    st.lists(st.one_of(hostile, st.integers(0, 3)), min_size=1, max_size=3),
    st.one_of(value, echo),
    value,
    st.sampled_from(["repository", "live", "both"]),
)
address = st.builds(lambda name: Address(kind="Skill", name=name, project="desk"), hostile)
source = st.builds(lambda file: Source(file=file), hostile)


def change_of(change: Change) -> Change:
    """Return the change, with a Secret in it that holds the sentinel."""
    known = Secret(template="${secret:TOKEN}", value=SENTINEL)
    return Change(
        action=change.action,
        address=change.address,
        before=change.before,
        after={**(change.after or {}), "token": known},
        fields=change.fields,
        reason=change.reason,
        id=change.id,
        source=change.source,
    )


change = st.builds(
    Change,
    action=st.sampled_from(Action),
    address=address,
    before=st.one_of(st.none(), st.dictionaries(hostile, st.one_of(value, echo), max_size=3)),
    after=st.one_of(st.none(), spec),
    fields=st.lists(field, max_size=3).map(tuple),
    reason=echo,
    id=st.one_of(st.none(), echo),
    source=st.one_of(st.none(), source),
).map(change_of)
fields = st.lists(field, max_size=2).map(tuple)
blocked = st.builds(Blocked, address=address, wanted=echo, reason=echo, hint=echo, source=source, fields=fields)
plans = st.builds(
    Plan,
    target=st.builds(Target, base_url=hostile, org_id=hostile),
    lineage=st.just("lineage"),
    serial=st.just(1),
    changes=st.lists(change, min_size=1, max_size=3).map(tuple),
    blocked=st.lists(blocked, max_size=2).map(tuple),
    orphans=st.lists(address, max_size=2).map(tuple),
    warnings=st.lists(echo, max_size=2).map(tuple),
    digest=hostile,
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    plan = draw(plans)
    outcomes = tuple(
        Outcome(
            change=change,
            status=draw(st.sampled_from(Status)),
            id=draw(st.one_of(st.none(), echo)),
            error=draw(echo),
            hint=draw(echo),
            warnings=(draw(echo),),
            seconds=1.0,
        )
        for change in plan.changes
    )
    return Report(plan=plan, outcomes=outcomes, started=0, ended=1, interrupted=draw(st.booleans()))


def assert_clean(text: str) -> None:
    for spelling in (SENTINEL, json.dumps(SENTINEL)[1:-1], "inel\\/v", "inel\\\\/v"):
        assert spelling not in text
    bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    bad += [
        c for c in text if "\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" or c in "\u200b\u200e\u200f\ufeff"
    ]
    assert bad == []
    text.encode()  # a lone surrogate would fail here, as it would in a pipe


@given(plans)
def test_a_plan_is_safe_in_every_form(plan: Plan) -> None:
    view = plan_view(plan)
    for level in Level:
        assert_clean(plan_text(view, Layout(level=level)))
    assert_clean(plan_json(view))
    json.loads(plan_json(view))
    assert SENTINEL not in repr(view)
    assert SENTINEL not in repr(redact_plan(plan))


@given(reports())
def test_a_report_is_safe_in_every_form(report: Report) -> None:
    view = report_view(report)
    assert_clean(report_text(view, Layout()))
    assert_clean(report_json(view))
    json.loads(report_json(view))
    assert SENTINEL not in repr(view)
    assert SENTINEL not in repr(redact_report(report))


@given(hostile, hostile, hostile)
def test_an_error_is_safe(message: str, hint: str, file: str) -> None:
    problem = Problem(message=message, hint=hint, path=file, source=Source(file=file))
    for error in (WexaSyncError(message, hint=hint), InvalidManifests([problem])):
        assert_clean(problems_text(problems_view(error), Layout()))


def redacted(before: Any, after: Any, **more: Any) -> Change:
    change = Change(action=Action.UPDATE, address=SKILL, before=before, after=after, **more)
    plan = Plan(target=Target(base_url="b", org_id="o"), lineage="l", serial=1, changes=(change,))
    return redact_plan(plan).changes[0]


def token(value: str = "new-token", template: str = "${secret:TOKEN}") -> Secret:
    return Secret(template=template, value=value)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"key": "old"}, {"key": token()}, {"key": SENSITIVE}, id="the live value of what is hidden"),
        pytest.param({"key": None, "b": 1}, {"key": token()}, {"key": None, "b": 1}, id="nothing is no secret"),
        pytest.param({"key": {"a": "old"}}, {"key": token()}, {"key": SENSITIVE}, id="an object where a secret is now"),
        pytest.param({"key": "old"}, {"key": {"a": token()}}, {"key": SENSITIVE}, id="a text where an object is now"),
        pytest.param({"key": ["old"]}, {"key": {"a": token()}}, {"key": SENSITIVE}, id="a list where an object is now"),
        pytest.param({"key": {"a": "x"}}, {"key": [token()]}, {"key": SENSITIVE}, id="an object where a list is now"),
        pytest.param(
            {"all": [{"v": "old", "n": 1}, {"v": "old2"}]},
            {"all": [{"v": "plain"}, {"v": token()}]},
            {"all": [{"v": SENSITIVE, "n": 1}, {"v": SENSITIVE}]},
            id="lists may be in another order",
        ),
        pytest.param({"a": "see new-token!"}, {"b": token()}, {"a": "see (sensitive)!"}, id="a known value elsewhere"),
        pytest.param(
            {"a": "see new-token!"},
            {"b": token("Bearer new-token of x", "Bearer ${secret:TOKEN} of ${env:X}")},
            {"a": "see (sensitive)!"},
            id="the secret part of a known value",
        ),
        pytest.param({"a": "x y"}, {"b": token("x", "no match")}, {"a": "x y"}, id="too short to hunt"),
        pytest.param(
            {"a": Ref(kind="C", external="new-token"), "b": Ref(kind="C", id="1")},
            {"c": token()},
            {"a": Ref(kind="C", external="(sensitive)"), "b": Ref(kind="C", id="1")},
            id="in a reference",
        ),
    ],
)
def test_what_is_hidden_of_the_live_side(before: Any, after: Any, expected: Any) -> None:
    assert redacted(before, after).before == expected


def test_a_secret_hides_the_fields_at_above_and_below_it() -> None:
    def field(*path: str | int, before: Any) -> FieldChange:
        return FieldChange(path=path, before=before, after=None, changed_by="live")

    fields = (
        field("h", before=[{"key": "old", "n": 1}]),
        field("h", 0, "key", before="old"),
        field("h", 0, "key", "inner", before="old"),
        field("h", 0, "n", before=1),
    )
    after = {"h": [{"key": Sealed(template="${secret:T}", fingerprint="00"), "n": 2}]}
    assert [field.before for field in redacted(None, after, fields=fields).fields] == [
        [{"key": SENSITIVE, "n": 1}],
        SENSITIVE,
        SENSITIVE,
        1,
    ]


def test_a_secret_in_a_field_alone_hides_the_specs_too() -> None:
    field = FieldChange(path=("key",), before="old", after=token(), changed_by="repository")
    change = redacted({"key": "old"}, {"key": "new"}, fields=(field,))
    assert (change.before, change.after) == ({"key": SENSITIVE}, {"key": SENSITIVE})


@pytest.mark.parametrize("spell", [str, lambda text: json.dumps(text)[1:-1], lambda text: text.replace('"', "%22")])
def test_a_servers_error_may_spell_the_secret_its_own_way(spell: Callable[[str], str]) -> None:
    change = Change(action=Action.CREATE, address=SKILL, after={"key": token('to"ken')})
    plan = Plan(target=Target(base_url="b", org_id="o"), lineage="l", serial=1, changes=(change,))
    outcome = Outcome(change=change, status=Status.FAILED, error="400 " + spell('to"ken') + " is wrong")
    report = Report(plan=plan, outcomes=(outcome,), started=0, ended=0)
    assert redact_report(report).outcomes[0].error == "400 (sensitive) is wrong"
