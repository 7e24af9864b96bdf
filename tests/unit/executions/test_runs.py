"""Which values of a run are secret: those of its manifest, or what stands live where a manifest has one."""

from __future__ import annotations

from wexa_sync.executions.runs import perhaps_secret, sealed_in, secret_texts
from wexa_sync.model import Sealed, Secret


def test_secrets_are_found_in_the_manifest_or_in_what_is_live() -> None:
    sealed = Sealed(template="${secret:A}", fingerprint="f")
    applied = {"goal": Secret(template="${secret:B}", value="bbb"), "input_variables": {"list": ["x", sealed]}}
    live = {"goal": "g", "input_variables": {"list": ["x", "aaa"], "other": "x"}}
    assert list(dict.fromkeys(secret_texts(applied, live))) == ["bbb", "aaa"]
    assert list(secret_texts({"input_variables": {"list": [sealed]}}, {})) == []


def test_a_secret_is_found_without_what_stands_around_it_and_where_a_run_only_may_be_ours() -> None:
    sealed = Sealed(template="Bearer ${secret:A}", fingerprint="f")
    assert list(secret_texts([Secret(template="Bearer ${secret:B}", value="Bearer bbb")], [])) == ["Bearer bbb", "bbb"]
    assert list(perhaps_secret(sealed_in({"a": sealed}), {"a": "Bearer aaa"})) == ["Bearer aaa", "aaa"]
    assert list(perhaps_secret(sealed_in({"a": sealed}), {"a": "something else"})) == []
    assert list(secret_texts({"a": sealed}, {"a": "something else"})) == ["something else"]
