"""`resolve` and `executions`, as processes against the sandbox: a run whose answer was lost, and what a person says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import Cli, Done

Wexa = Callable[..., "Done"]


@pytest.fixture
def wexa(applied: Path, cli: Cli) -> Wexa:
    """Return a function that runs the command line in the support desk, which is applied to the sandbox."""

    def start(*words: str, code: int = 0) -> Done:
        return cli(applied, *words, "--sandbox", code=code)

    return start


def runs(wexa: Wexa) -> list[dict[str, str]]:
    """Return what `executions list` prints."""
    found: list[dict[str, str]] = json.loads(wexa("executions", "list", "--format", "json").stdout)
    return found


def lose_the_run(wexa: Wexa) -> str:
    """Forget the record of the run, as a deleted state would; the run stays live. Answers its address."""
    (run,) = runs(wexa)
    assert run["address"] is not None
    wexa("state", "rm", run["address"])
    return run["address"]


def test_a_run_is_listed_and_shown_with_its_result(wexa: Wexa) -> None:
    (run,) = runs(wexa)
    assert run["id"] in wexa("executions", "show", run["address"]).stdout
    by_id = wexa("executions", "show", run["id"], "--format", "json")
    assert json.loads(by_id.stdout)["address"] == run["address"]


def test_a_person_says_that_it_happened_and_its_end_is_all_that_is_looked_for(wexa: Wexa) -> None:
    (run,) = runs(wexa)
    address = lose_the_run(wexa)
    wexa("plan", "--strict", code=3)
    wexa("resolve", address, "--happened", run["id"])
    assert "it was started before, and its end was not seen" in wexa("plan", "--detailed-exitcode", code=2).stdout
    wexa("apply", "--auto-approve")
    wexa("plan", "--detailed-exitcode")
    assert len(runs(wexa)) == 1


def test_a_person_says_that_it_did_not_happen_and_it_is_run(wexa: Wexa) -> None:
    address = lose_the_run(wexa)
    wexa("resolve", address, "--did-not-happen")
    assert "1 to run" in wexa("plan").stdout
    wexa("apply", "--auto-approve")
    assert len(runs(wexa)) == 2


def test_what_can_not_be_resolved_is_said(wexa: Wexa) -> None:
    address = lose_the_run(wexa)
    for words, said in (
        (("--happened", "nothing-there"), "no Execution is live under the id nothing-there"),
        ((), "say one of the two"),
        (("--happened", "x", "--did-not-happen"), "say one of the two"),
    ):
        assert said in " ".join(wexa("resolve", address, *words, code=64).stderr.split())


def test_what_is_in_no_doubt_is_not_resolved(wexa: Wexa) -> None:
    assert "nothing to resolve" in wexa("resolve", "Project/support-desk", "--did-not-happen", code=64).stderr
    wexa("executions", "show", "support-desk/Execution/none", code=64)
