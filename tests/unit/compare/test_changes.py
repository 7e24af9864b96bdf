"""Comparing: three sides, who changed what, removals; and that what is proposed has what is declared."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.compare.changes import edited, field_changes
from wexa_sync.compare.ids import Comparison
from wexa_sync.compare.parts import ignored, restrict, touches
from wexa_sync.compare.propose import as_applied, assumed, propose, whole
from wexa_sync.compare.same import hardened, is_as_expected, natural_key, same, spec_fingerprint
from wexa_sync.kinds.agent import AGENT, display_text
from wexa_sync.kinds.endpoint import Operation
from wexa_sync.kinds.execution import EXECUTION
from wexa_sync.kinds.project import PROJECT
from wexa_sync.kinds.schedule import SCHEDULE
from wexa_sync.model import Sealed, Secret
from wexa_sync.secrecy.seal import conceal, seal

COMPARISON = Comparison(id_of=lambda ref: ref.id, seal_key="key")
SEALED = Sealed(template="${secret:B}", fingerprint="00")
ONE = {"projectName": "Desk", "description": "one"}
TWO = {"projectName": "Desk", "description": "two"}
THREE = {"projectName": "Desk", "description": "three"}
TEXTS = st.text(min_size=1, max_size=5)
SPECS = st.fixed_dictionaries({"projectName": TEXTS}, optional={"description": TEXTS, "coworker_role": TEXTS})


@pytest.mark.parametrize(
    ("declared", "live", "applied", "by"),
    [
        (ONE, ONE, ONE, None),
        (TWO, ONE, ONE, "repository"),
        (ONE, TWO, ONE, "live"),
        (TWO, THREE, ONE, "both"),
        (TWO, ONE, None, "repository"),
        (ONE, {**ONE, "of_the_server": 1}, ONE, None),
    ],
)
def test_who_changed_it(declared: Any, live: Any, applied: Any, by: str | None) -> None:
    found = field_changes(PROJECT, declared, live, applied, COMPARISON)
    assert [change.changed_by for change in found] == ([by] if by else [])
    assert field_changes(PROJECT, declared, live, applied, COMPARISON, ["description"]) == ()


@pytest.mark.parametrize(("live", "by"), [("one", "repository"), ("three", "both")])
def test_a_secret_that_is_rotated_is_the_repositorys_change(live: str, by: str) -> None:
    applied, declared = ({"title": Secret(template="${secret:A}", value=value)} for value in ("one", "two"))
    (change,) = field_changes(AGENT, declared, {"title": live}, conceal(applied, COMPARISON.seal_key), COMPARISON)
    assert change.changed_by == by


def test_two_sealed_secrets_differ_as_a_whole() -> None:
    # A snapshot has a sealed secret on the live side, too.
    sent, live = (Sealed(template="", fingerprint=fingerprint) for fingerprint in ("00", "01"))
    (change,) = field_changes(AGENT, {"title": sent}, {"title": live}, {"title": sent}, COMPARISON)
    assert (change.path, change.before, change.after, change.changed_by) == (("title",), live, sent, "live")
    assert field_changes(AGENT, {"title": sent}, {"title": sent}, {"title": sent}, COMPARISON) == ()


def test_a_secret_that_is_as_it_was_is_no_part_of_an_edit_beside_it() -> None:
    key = Secret(template="${secret:A}", value="one")
    spec: dict[str, Any] = {
        "input_variables": {"key": key, "n": 1, "hooks": [{"key": key, "url": "a"}, {"url": "b"}]},
        "goal": "G",
    }
    now = {**spec, "input_variables": {"key": key, "n": 2, "hooks": [{"key": key, "url": "c"}, {"url": "b"}]}}
    found = edited(EXECUTION, now, conceal(spec, COMPARISON.seal_key), COMPARISON)
    assert [(change.path, change.before, change.after) for change in found] == [
        (("input_variables", "hooks", 0, "url"), "a", "c"),
        (("input_variables", "n"), 1, 2),
    ]
    rotated = {**now, "input_variables": {**now["input_variables"], "key": Secret(template="", value="two")}}
    found = edited(EXECUTION, rotated, conceal(spec, COMPARISON.seal_key), COMPARISON)
    assert ("input_variables", "key") in [change.path for change in found]


def test_a_removed_part_goes_back_to_its_defaults_and_what_the_server_filled_in_is_nobodys_change() -> None:
    live = {"title": "A", "llm": {"model": "azure/gpt-4o", "max_tokens": 10000, "temperature": 0.4}}
    (change,) = field_changes(AGENT, {"title": "A"}, live, {"title": "A", "llm": {"temperature": 0.4}}, COMPARISON)
    assert (change.path, change.before, change.after) == (("llm", "temperature"), 0.4, 0)
    assert change.changed_by == "repository"
    theirs = {"title": "A", "llm": {**live["llm"], "temperature": 0.9, "max_tokens": 7}}  # type: ignore[dict-item]
    (change,) = field_changes(AGENT, {"title": "A"}, theirs, {"title": "A", "llm": {"temperature": 0.4}}, COMPARISON)
    assert (change.path, change.changed_by) == (("llm", "temperature"), "both"), "max_tokens was never ours to remove"


@pytest.mark.parametrize(("live", "by"), [("", "repository"), ("typed in", "both")])
def test_a_field_that_is_declared_anew_was_sent_by_its_default_before(live: str, by: str) -> None:
    (change,) = field_changes(PROJECT, ONE, {**ONE, "description": live}, {"projectName": "Desk"}, COMPARISON)
    assert change.changed_by == by


def test_a_field_that_follows_from_another_is_nobodys_change_either() -> None:
    applied = {"role": "Sorts"}
    live = {"role": "Sorts", "role_description": "Sorts"}
    (change,) = field_changes(AGENT, {"role": "Sorts", "role_description": "By topic"}, live, applied, COMPARISON)
    assert change.changed_by == "repository"


def test_a_removed_part_that_held_a_secret_shows_none_of_it() -> None:
    live = {"title": "A", "llm": {"model": "sentinel", "max_tokens": 1, "temperature": 0}}
    applied = {"title": "A", "llm": {"model": Secret(template="${secret:A}", value="sentinel")}}
    (change,) = field_changes(AGENT, {"title": "A"}, live, applied, COMPARISON)
    assert "sentinel" not in repr(change)


def test_ignored_paths_hold_what_lies_inside_them() -> None:
    assert ignored(("prompt", "template"), ["prompt"])
    assert ignored(("triggers", 0), ["triggers"])
    assert not ignored(("prompts",), ["prompt"])
    # A change of the whole touches what is ignored inside it.
    assert touches(("prompt",), ["prompt.template"])
    assert touches(("prompt", "template"), ["prompt"])
    assert not touches(("prompt",), ["prompts.template"])


def test_live_is_hidden_where_the_manifest_has_a_secret() -> None:
    shown = restrict({"a": "sentinel", "b": 1}, {"a": Secret(template="${secret:A}", value="x")})
    assert "sentinel" not in repr(shown)
    assert list(shown) == ["a"]


@pytest.mark.parametrize("live", ["4711", 4711, 47.11, True, {"pin": 4711}, [4711, {"pin": "x"}]])
def test_whatever_the_server_makes_of_a_secret_is_sealed(live: Any) -> None:
    hidden = restrict({"a": live, "b": [live]}, {"a": Secret(template="${secret:A}", value="x"), "b": [SEALED, SEALED]})
    assert "4711" not in repr(hidden)
    assert "4711" not in json.dumps(seal(hidden, "key"))


def test_what_was_seen_live_has_one_fingerprint_and_another_once_the_secret_is_changed() -> None:
    for shape in ({"role": Secret(template="${secret:A}", value="x"), "title": "A"}, {"role": SEALED, "title": "A"}):
        of = partial(spec_fingerprint, AGENT, shape=shape, comparison=COMPARISON)
        expected = of({"role": "one", "title": "A"})
        for stored in (expected, hardened(expected, "key")):
            assert is_as_expected(of({"role": "one", "title": "A", "memory": 1}), stored, COMPARISON)
            assert not is_as_expected(of({"role": "two", "title": "A"}), stored, COMPARISON)
            assert not is_as_expected(of({"role": "one", "title": "B"}), stored, COMPARISON)


def test_a_key_knows_a_sealed_value_by_what_it_was_not_by_what_the_manifest_calls_it() -> None:
    one, other = (
        conceal({"title": Secret(template=name, value="x")}, "key") for name in ("${secret:A}", "${secret:B}")
    )
    assert natural_key(AGENT, one, ("title",), COMPARISON) == natural_key(AGENT, other, ("title",), COMPARISON)
    another = conceal({"title": Secret(template="${secret:A}", value="y")}, "key")
    assert natural_key(AGENT, one, ("title",), COMPARISON) != natural_key(AGENT, another, ("title",), COMPARISON)


@given(SPECS)
def test_nothing_differs_from_itself(spec: dict[str, Any]) -> None:
    assert field_changes(PROJECT, spec, spec, spec, COMPARISON) == ()


@given(SPECS, SPECS, st.none() | SPECS)
def test_what_is_proposed_has_what_is_declared(
    declared: dict[str, Any], live: dict[str, Any], applied: dict[str, Any] | None
) -> None:
    proposed = propose(PROJECT, declared, live, applied, COMPARISON)
    assert same(PROJECT, restrict(proposed, declared), declared, COMPARISON)


SCHEDULED = {"template": "Digest", "schedule": "2035-01-01T00:00:00Z"}
FORM = display_text("Digest")
SENT = {**SCHEDULED, "display_template": FORM, "goal": {"template": "Digest", "display_template": FORM}}


def test_what_followed_from_a_field_and_was_changed_live_is_seen_where_it_was_applied() -> None:
    applied = as_applied(SCHEDULE, SCHEDULED, SENT, COMPARISON)
    live = {**SENT, "goal": {**SENT["goal"], "template": "By hand"}}  # type: ignore[dict-item]
    (change,) = field_changes(SCHEDULE, SCHEDULED, live, applied, COMPARISON)
    assert (change.path, change.before, change.after) == (("goal", "template"), "By hand", "Digest")
    assert change.changed_by == "live"
    assert propose(SCHEDULE, SCHEDULED, live, applied, COMPARISON) == SENT
    assert field_changes(SCHEDULE, SCHEDULED, live, SCHEDULED, COMPARISON) == (), "what others had there is theirs"
    assert as_applied(SCHEDULE, SCHEDULED, live, COMPARISON)["goal"] == {"display_template": FORM}


def test_what_follows_from_a_field_that_changes_goes_with_it_and_is_not_shown() -> None:
    applied = as_applied(SCHEDULE, SCHEDULED, SENT, COMPARISON)
    declared = {**SCHEDULED, "template": "Another"}
    assert [change.path for change in field_changes(SCHEDULE, declared, SENT, applied, COMPARISON)] == [("template",)]
    assert propose(SCHEDULE, declared, SENT, applied, COMPARISON)["goal"]["template"] == "Another"


@pytest.mark.parametrize("form", [None, '[{"children": [{"text": "Di"}, {"text": "gest", "bold": true}]}]'])
def test_another_form_of_the_same_text_is_no_difference(form: str | None) -> None:
    applied = as_applied(SCHEDULE, SCHEDULED, SENT, COMPARISON)
    live = {**SENT, "display_template": form, "goal": {"template": "Digest", "display_template": form}}
    assert field_changes(SCHEDULE, SCHEDULED, live, applied, COMPARISON) == ()
    other = {**live, "display_template": display_text("By hand")}
    assert field_changes(SCHEDULE, SCHEDULED, other, applied, COMPARISON)[0].path == ("display_template",)


def test_what_follows_from_a_secret_is_sent_as_it_is_where_it_was_declared_before() -> None:
    secret = Secret(template="${secret:ROLE}", value="sentinel")
    applied = {"title": "A", "role": secret, "role_description": "mine"}
    live = {"title": "A", "role": "sentinel", "role_description": "mine"}
    declared = {"title": "A", "role": secret}
    (change,) = field_changes(AGENT, declared, live, applied, COMPARISON)
    assert change.path == ("role_description",)
    assert "sentinel" not in repr(change)
    sent = propose(AGENT, declared, live, applied, COMPARISON)
    assert sent["role_description"].reveal() == "sentinel"


def test_what_is_to_be_ignored_is_put_back_to_what_is_live_in_what_is_sent() -> None:
    declared = {"title": "A", "role": "R", "role_description": "ours", "memory": {"memory_type": "lt", "x": 1}}
    live = {"title": "B", "role": "R", "role_description": None, "memory": {"memory_type": "st"}}
    ignore = ["role_description", "memory.memory_type", "memory.x"]
    (change,) = field_changes(AGENT, declared, live, declared, COMPARISON, ignore)
    assert change.path == ("title",)
    sent = propose(AGENT, declared, live, declared, COMPARISON, ignore)
    assert sent == {**live, "title": "A", "prompt": sent.get("prompt")} or sent == {**live, "title": "A"}
    first = {"title": "A"}
    assert as_applied(AGENT, declared, sent, COMPARISON, first, ignore) == {"title": "A", "role": "R"}
    assert as_applied(AGENT, declared, sent, COMPARISON, {**first, "memory": {"x": 0}}, ignore)["memory"] == {"x": 0}


def test_what_an_update_must_say_of_a_field_that_reads_do_not_show_is_named() -> None:
    declared, live = {"title": "A", "role": "R", "prompt": {"template": "t"}}, {"title": "B", "context": None}
    proposed = propose(AGENT, declared, live, declared, COMPARISON)
    fields = AGENT.call(Operation.UPDATE).fields or ()
    found = {change.path: change.after for change in assumed(AGENT, declared, proposed, fields)}
    assert found[("memory",)] == {"memory_type": "lt"}
    assert ("context",) not in found, "a null for an empty list is known"
    assert ("conditions",) not in found, "the call does not take them"
    assert whole(AGENT, declared, proposed)["context"] == []
    assert "memory" not in proposed


def test_what_follows_from_an_ignored_field_follows_from_what_is_live() -> None:
    form = '[{"by": "hand"}]'
    live = {**SENT, "display_template": form, "goal": {"template": "Digest", "display_template": form}}
    applied = as_applied(SCHEDULE, SCHEDULED, SENT, COMPARISON)
    sent = propose(SCHEDULE, {**SCHEDULED, "template": "Another"}, live, applied, COMPARISON, ["display_template"])
    assert sent["display_template"] == sent["goal"]["display_template"] == form
    assert sent["goal"]["template"] == "Another"


def test_a_removed_field_that_reads_do_not_show_is_sent_by_its_default_where_another_was_applied() -> None:
    live, applied = {"title": "A"}, {"title": "A", "is_user_specific_task": True, "has_knowledge_base": False}
    (change,) = field_changes(AGENT, live, live, applied, COMPARISON)
    assert (change.path, change.before, change.after) == (("is_user_specific_task",), None, False)


def test_a_null_that_reads_show_for_a_text_goes_back_as_an_empty_text() -> None:
    # No default is written over it, nor what is declared where that is to be ignored.
    declared = {"title": "B", "role": "R", "role_description": "Ours", "memory": {"memory_type": ""}}
    prompt = {"template": "T", "display_template": None}
    live = {"title": "A", "role": "R", "role_description": None, "memory": {"memory_type": None}, "prompt": prompt}
    ignore = ["role_description", "prompt"]
    proposed = propose(AGENT, declared, live, declared, COMPARISON, ignore)
    sent = whole(AGENT, declared, proposed)
    assert (sent["role_description"], sent["memory"]["memory_type"]) == ("", "")
    assert sent["prompt"] == {"template": "T", "display_template": "", "variables": []}
    shown = assumed(AGENT, declared, proposed, ["role_description", "memory", "prompt"])
    assert [change.path for change in shown] == [("prompt", "variables")]
