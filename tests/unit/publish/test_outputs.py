"""What later steps of a job hear: of a plan what is to do, of a report what was done."""

from __future__ import annotations

from wexa_sync.publish.outputs import outputs_of

PLAN = {"summary": {"add": 2, "change": 1, "delete": 0, "run": 1, "adopt": 0, "noop": 5, "blocked": 1}}
REPORT = {
    "plan_digest": "d",
    "outcomes": [{"action": "create", "status": "applied"}, {"action": "run", "status": "failed"}],
}


def test_of_a_plan_what_is_to_do_counts() -> None:
    found = outputs_of({**PLAN, "digest": "a" * 64, "blocked": [{}]}, {})
    assert found == {
        "has-changes": "true",
        "adds": "2",
        "changes": "1",
        "deletes": "0",
        "runs": "1",
        "blocked": "1",
        "work": "4",
        "digest": "a" * 64,
    }


def test_of_a_report_what_was_done_counts() -> None:
    found = outputs_of(PLAN, REPORT)
    assert [found[name] for name in ("adds", "runs", "has-changes", "digest")] == ["1", "0", "true", "d"]


def test_what_only_stays_undone_is_a_change_and_no_work() -> None:
    for name in ("blocked", "orphans", "unmanaged"):
        found = outputs_of({"summary": {"noop": 3, "blocked": 1}, name: ["x"]}, {})
        assert (found["has-changes"], found["work"]) == ("true", "0")
    assert outputs_of({"summary": {"noop": 3}}, {})["has-changes"] == "false"
    assert outputs_of({}, {})["has-changes"] == "false"


def test_a_forged_digest_is_none() -> None:
    assert outputs_of({**PLAN, "digest": "ab\nadds=99"}, {})["digest"] == ""
    assert outputs_of({**PLAN, "digest": "ab\n"}, {})["digest"] == ""
