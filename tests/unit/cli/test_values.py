"""Values that options take, checked before the command runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest

from wexa_sync.cli.values import AddressOrId, AddressType, Allowance, Named, NewFile, PlanFile, Seconds
from wexa_sync.errors import UsageError
from wexa_sync.model import Address

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Here


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("plan").write_text('{"format": "wexa-sync-plan"}', "utf-8")
    Path("notes").write_text("mine", "utf-8")
    Path("m.yaml").write_text("a: 1", "utf-8")
    Path("link.md").symlink_to("m.yaml")
    Path("empty").touch()
    Path("folder").mkdir()


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        (Named(), "a/b", Path("a/b")),
        (NewFile(), "notes", Path("notes")),
        (NewFile(), "new.yaml", Path("new.yaml")),
        (PlanFile(), "plan", Path("plan")),
        (PlanFile(), "empty", Path("empty")),
        (PlanFile(), "new", Path("new")),
        (Seconds(0), "1.5", 1.5),
        (Seconds(0), "5m", 300.0),
        (Seconds(0), "1h30m", 5400.0),
        (Seconds(0), " 90S ", 90.0),
        (Seconds(0), "1.5h", 5400.0),
        (Seconds(0), "250ms", 0.25),
        (Seconds(0), "1d", 86400.0),
        (Allowance(), "deletes=12", ("deletes", 12)),
        (Allowance(), "runs=0", ("executions", 0)),
        (AddressType(), "desk/Skill/sum", Address.parse("desk/Skill/sum")),
        (AddressOrId(), "desk/Execution/run", "desk/Execution/run"),
        (AddressOrId(), "67fdea40aac77be632954f0f", "67fdea40aac77be632954f0f"),
    ],
)
def test_a_value_is_taken(type_: Any, text: str, value: Any) -> None:
    assert type_.convert(text, None, None) == value


@pytest.mark.parametrize(
    ("type_", "text", "message"),
    [
        (Named(), "", "a path is empty"),
        (NewFile(), "none/new", "there is no folder none to write new in"),
        (NewFile(), "m.yaml", "m.yaml is YAML, as manifests and settings are, and is not overwritten"),
        (NewFile(), "link.md", "link.md is YAML, as manifests and settings are, and is not overwritten"),
        (NewFile(), "folder", "is a directory"),
        (PlanFile(), "notes", "notes is there and is no saved plan"),
        (Seconds(0), "nan", "'nan' is no time: write seconds, as 300, or 5m, 1h30m."),
        (Seconds(0), "inf", "'inf' is no time"),
        (Seconds(0), "5x", "'5x' is no time"),
        (Seconds(0), "5 m", "'5 m' is no time"),
        (Seconds(0), "m", "'m' is no time"),
        (Seconds(0), "-5m", "'-5m' is no time"),
        (Seconds(0), "٣m", "'٣m' is no time"),
        (Seconds(0, min_open=True), "0m", "0.0 is not in the range x>0"),
        (Allowance(), "creates=1", "'creates=1' names no budget: write deletes=N, updates=N, executions=N, runs=N"),
        (Allowance(), "deletes", "'deletes' has no number of deletes: write deletes=12, say"),
        (Allowance(), "deletes=-1", "has no number of deletes"),
        (Allowance(), "deletes=٣", "has no number of deletes"),
        (Allowance(), "deletes=1234567890", "has no number of deletes"),
    ],
)
def test_a_value_is_refused(type_: Any, text: str, message: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        type_.convert(text, None, None)
    assert message in caught.value.message


@pytest.mark.parametrize("type_", [AddressType(), AddressOrId()], ids=["address", "address or id"])
def test_an_address_that_is_none_is_a_wrong_use(type_: Any) -> None:
    with pytest.raises(UsageError) as caught:
        type_.convert("desk/Skill/", None, None)
    assert caught.value.hint == "`wexa-sync state list` shows addresses."


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("get", "flow", ""), "'[NAME]': the value is empty"),
        (("get", "flow", "--project", ""), "'--project': the value is empty"),
        (("tasks", "show", " "), "'ID': the value is empty"),
        (("inbox", "answer", "", "--approve"), "'ID': the value is empty"),
        (("dashboard", "refresh", ""), "'PROJECT': the value is empty"),
        (("executions", "watch", ""), "'[ADDRESS|ID]': the value is empty"),
        (("executions", "run", "triage", "--goal", " \n"), "'--goal': the value is empty"),
        (("executions", "list", "--status", "failed", "--status", ""), "'--status': the value is empty"),
        (("get", "flow", "--filter", "kind=a", "--filter", "kind=b"), "--filter gives 'kind' twice"),
        (("executions", "answer", "x", "--input", "a=1", "--input", "a=2"), "--input gives 'a' twice"),
    ],
)
def test_an_empty_text_means_nothing_and_no_name_has_two_values(here: Here, words: tuple[str, ...], fault: str) -> None:
    _, said = here.run(*words, code=64)
    assert fault in said
