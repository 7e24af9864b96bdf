"""Test the text of scripted faults: grammar, errors, the table, matching, files of faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wexa_sync.sandbox import FAULT_KINDS, Fault, FaultError, SandboxConfig, faults_in, read_fault, running
from wexa_sync.sandbox.faults.around import AROUND
from wexa_sync.sandbox.faults.spoil import SPOIL
from wexa_sync.sandbox.faults.table import METHODS

DOC = Path(__file__).parents[4] / "docs" / "sandbox.md"
SAMPLES = {
    "nth": ["2", "17"],
    "times": ["3", "forever"],
    "ms": ["0", "250"],
    "pid": ["4711"],
    "retry_after": ["3", "-1", "soon", "date+30", "date-3600"],
    "to": ["http://127.0.0.1:9", "https://elsewhere.example/there?a=b"],
    "status": ["200", "502"],
    "items": ["2"],
    "by": ["-4", "+1"],
    "lists": ["2"],
}


@st.composite
def faults(draw: st.DrawFn) -> Fault:
    """Return any fault that the table allows."""
    kind = draw(st.sampled_from(FAULT_KINDS))
    taken = draw(st.lists(st.sampled_from([each.name for each in kind.takes]), unique=True))
    return Fault(
        kind=kind,
        when=draw(st.sampled_from(kind.when)),
        status=draw(st.sampled_from([301, 302, 303, 307, 308, 400, 429, 503, 599]).filter(kind.statuses.__contains__))
        if kind.statuses
        else 0,
        method=draw(st.sampled_from(["", *METHODS])),
        path=draw(st.sampled_from(["", "/skills/", "/agentflow/*/skilled", "/**", "/a=b"])),
        values={name: draw(st.sampled_from(SAMPLES[name])) for name in taken},
    )


@given(faults())
def test_what_is_written_is_read_again(fault: Fault) -> None:
    assert read_fault(str(fault)) == fault


def test_a_fault_is_as_short_as_it_can_be_said() -> None:
    assert str(read_fault("  drop  before   POST /skills/ ")) == "drop POST /skills/"
    assert str(read_fault("503 nth=2 /skills/ GET after")) == "503 after GET /skills/ nth=2"
    assert str(read_fault("cut after")) == "cut"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "a fault is empty", "Write KIND [before|after] [METHOD] [/PATH] [NAME=VALUE ...], for example: drop"),
        ("dorp after POST", "there is no fault 'dorp'", "Did you mean 'drop'? The faults are: delay, kill, "),
        ("200", "there is no fault '200'", "400..599, 301..308"),
        ("304", "there is no fault '304'", "The faults are: "),
        ("400..599", "there is no fault '400..599'", "The faults are: "),
        ("drop afterwards", "'afterwards' is neither a time, a method nor a path", "Write KIND"),
        ("drop post /skills/", "'post' is not a method", "Write methods in capitals: POST"),
        ("drop skills", "'skills' is neither a time, a method nor a path", "a path begins with a slash"),
        ("drop /skills/?name=x", "'/skills/?name=x' has a query", "Only the path is matched"),
        ("drop GET POST", "'POST': the method is given twice", "write a second fault"),
        ("drop /a /b", "'/b': the path is given twice", "one of each"),
        ("drop before after", "'after': the time is given twice", "one of each"),
        ("drop nth=1 nth=2", "'nth=2': the nth is given twice", "one of each"),
        ("drop ms=5", "drop has no parameter 'ms'", "Its parameters are: nth, times."),
        ("503 after ms=5", "400..599 has no parameter 'ms'", "Its parameters are: retry_after, nth, times."),
        ("drop nth=0", "nth can't be '0'", "Write a count from 1."),
        ("drop times=always", "times can't be 'always'", "Write a count from 1, or `forever`."),
        ("delay ms=0.5", "ms can't be '0.5'", "Write a whole number of milliseconds."),
        ("302 to=elsewhere", "to can't be 'elsewhere'", "Write an http or https address."),
        ("echo status=600", "status can't be '600'", "Write a status, 200 to 599."),
        ("total by=0", "by can't be '0'", "Write a whole number other than 0."),
        ("short before", "short does not take 'before'", "short only happens after the work."),
    ],
)
def test_what_is_wrong_is_said_with_a_way_out(text: str, message: str, hint: str) -> None:
    with pytest.raises(FaultError) as caught:
        read_fault(text)
    assert str(caught.value) == message
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "matched", "others"),
    [
        ("drop", [("GET", "/"), ("POST", "/skills/")], []),
        ("drop POST", [("POST", "/skills/")], [("GET", "/skills/")]),
        ("drop /skills/", [("GET", "/skills/"), ("POST", "/skills/")], [("GET", "/skills"), ("GET", "/skills/x")]),
        ("drop /execute_flow/*", [("GET", "/execute_flow/x")], [("GET", "/execute_flow/x/pause")]),
        ("drop /agentflow/*/skilled", [("POST", "/agentflow/x.y/skilled")], [("POST", "/agentflow/x/y/skilled")]),
        ("drop /v1/**", [("GET", "/v1/project"), ("GET", "/v1/project/x")], [("GET", "/v2/project")]),
        ("drop /a.c", [("GET", "/a.c")], [("GET", "/abc")]),
    ],
)
def test_a_fault_matches_by_method_and_path(
    text: str, matched: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    fault = read_fault(text)
    assert all(fault.matches(*each) for each in matched)
    assert not any(fault.matches(*each) for each in others)


@pytest.mark.parametrize(
    ("text", "struck"),
    [
        ("drop", [1]),
        ("drop nth=3", [3]),
        ("drop times=2", [1, 2]),
        ("drop nth=2 times=2", [2, 3]),
        ("drop nth=4 times=forever", [4, 5, 6]),
    ],
)
def test_a_fault_strikes_so_many_requests_from_the_nth_on(text: str, struck: list[int]) -> None:
    assert [count for count in range(1, 7) if read_fault(text).strikes(count)] == struck


def test_a_file_has_one_fault_a_line(tmp_path: Path) -> None:
    file = tmp_path / "outage.txt"
    file.write_text("# An outage in the morning\n\n  503 GET /agentflows times=3\ndrop after POST /skills/\n")
    assert faults_in(file) == ["503 GET /agentflows times=3", "drop after POST /skills/"]


def test_a_wrong_file_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "outage.txt"
    file.write_text("drop\n# fine so far\ndorp\n")
    with pytest.raises(FaultError, match=r"outage\.txt:3: there is no fault 'dorp'") as caught:
        faults_in(file)
    assert "Did you mean 'drop'?" in caught.value.hint
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(FaultError, match=r"can't read the faults in .*outage\.txt: the file is not UTF-8 text"):
        faults_in(file)
    with pytest.raises(FaultError, match=r"can't read the faults in .*none\.txt: No such file"):
        faults_in(tmp_path / "none.txt")


def test_a_sandbox_does_not_start_with_a_wrong_fault() -> None:
    with pytest.raises(FaultError), running(SandboxConfig(data=":memory:", faults=["dorp"])):
        pass


def test_every_kind_has_one_effect() -> None:
    assert sorted([*AROUND, *SPOIL]) == sorted(kind.name for kind in FAULT_KINDS)


def test_the_page_lists_exactly_these_kinds() -> None:
    section = DOC.read_text(encoding="utf-8").partition("## Scripted faults")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [
        f"| `{kind.name}` | {', '.join(kind.when)} "
        f"| {', '.join(f'`{each.name}={each.default}`' for each in kind.parameters)} | {kind.meaning} |"
        for kind in FAULT_KINDS
    ]
