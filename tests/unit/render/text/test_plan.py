"""What the text says, beyond how the golden samples look."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len

from wexa_sync.errors import StateLocked
from wexa_sync.model import (
    Action,
    Address,
    Blocked,
    Change,
    FieldChange,
    Outcome,
    Plan,
    Report,
    Source,
    Status,
    Target,
)
from wexa_sync.render.layout import Layout, Level
from wexa_sync.render.text.page import Page
from wexa_sync.render.text.plan import plan_text
from wexa_sync.render.text.problems import problems_text
from wexa_sync.render.text.report import report_text
from wexa_sync.render.view.plan import SYMBOLS, plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view

TARGET = Target(base_url="https://a.b", org_id="o")


def skill(name: str = "s", project: str = "desk") -> Address:
    return Address(kind="Skill", name=name, project=project)


def at(name: str, action: Action) -> Address:
    return Address(kind="Execution" if action is Action.RUN else "Skill", name=name, project="desk")


def plan(*changes: Change, **more: Any) -> Plan:
    return Plan(target=TARGET, lineage="l", serial=1, changes=changes, **more)


def text(made: Plan, **options: Any) -> str:
    return plan_text(plan_view(made), Layout(**options))


def report(
    *ends: tuple[Action, Status], interrupted: bool = False, doubts: tuple[Address, ...] = (), **more: Any
) -> str:
    outcomes = tuple(
        Outcome(change=Change(action=action, address=at(f"s{number}", action)), status=status)
        for number, (action, status) in enumerate(ends)
    )
    made = Report(plan=plan(**more), outcomes=outcomes, started=0, ended=1, interrupted=interrupted, doubts=doubts)
    return report_text(report_view(made), Layout())


BLOCKED = Blocked(
    address=skill(), wanted="update", reason="no call", hint="do it by hand", source=Source(file="a.yaml")
)


@pytest.mark.parametrize(
    ("actions", "blocked", "last"),
    [
        ([], 0, "No changes."),
        ([Action.NOOP], 0, "No changes."),
        ([], 2, "Plan: 0 to add, 0 to change, 0 to delete, 0 to run, 2 blocked."),
        (
            [Action.CREATE] * 3 + [Action.UPDATE, Action.RUN],
            0,
            "Plan: 3 to add, 1 to change, 0 to delete, 1 to run.",
        ),
        (
            [Action.ADOPT] * 2 + [Action.FORGET, Action.DELETE],
            1,
            "Plan: 0 to add, 0 to change, 1 to delete, 0 to run, 2 to adopt, 1 to forget, 1 blocked.",
        ),
    ],
)
def test_the_last_line_of_a_plan(actions: list[Action], blocked: int, last: str) -> None:
    made = plan(*(Change(action=action, address=skill()) for action in actions), blocked=(BLOCKED,) * blocked)
    assert text(made, width=40).splitlines()[-1] == last
    assert text(made).endswith(f"{last}\n")


@pytest.mark.parametrize(
    ("ends", "line"),
    [
        ([], "Apply complete! Resources: 0 added, 0 changed, 0 deleted. Executions: 0 started."),
        (
            [(Action.CREATE, Status.APPLIED)] * 3 + [(Action.UPDATE, Status.APPLIED), (Action.RUN, Status.APPLIED)],
            "Apply complete! Resources: 3 added, 1 changed, 0 deleted. Executions: 1 started.",
        ),
        (
            [(Action.ADOPT, Status.APPLIED), (Action.FORGET, Status.APPLIED), (Action.NOOP, Status.APPLIED)],
            "Apply complete! Resources: 0 added, 0 changed, 0 deleted, 1 adopted, 1 forgotten. Executions: 0 started.",
        ),
        (
            [(Action.CREATE, Status.APPLIED)] * 3
            + [(Action.CREATE, Status.FAILED)]
            + [(Action.CREATE, Status.SKIPPED)] * 2
            + [(Action.RUN, Status.UNKNOWN), (Action.UPDATE, Status.CONFLICT)],
            "Apply incomplete: 3 done, 1 failed, 2 skipped, 1 unknown, 1 conflict.",
        ),
        ([(Action.CREATE, Status.FAILED)], "Apply incomplete: 0 done, 1 failed."),
        ([(Action.NOOP, Status.FAILED)], "Apply incomplete: 0 done, 1 failed."),
    ],
)
def test_the_summary_of_a_report(ends: list[tuple[Action, Status]], line: str) -> None:
    assert line in report(*ends).splitlines()


def test_uploads_and_purchases_are_no_executions() -> None:
    kinds = ("Execution", "File", "MarketplaceHire", "File")
    changes = [
        Change(action=Action.RUN, address=Address(kind=kind, name=f"n{number}", project="desk"))
        for number, kind in enumerate(kinds)
    ]
    outcomes = tuple(Outcome(change=change, status=Status.APPLIED) for change in changes)
    shown = report_text(report_view(Report(plan=plan(), outcomes=outcomes, started=0, ended=1)), Layout())
    assert "Executions: 1 started. Files: 2 done. MarketplaceHires: 1 done." in shown


def test_an_interrupted_report_says_so() -> None:
    shown = report((Action.CREATE, Status.APPLIED), (Action.CREATE, Status.SKIPPED), interrupted=True)
    assert "Apply incomplete: 1 done, 1 skipped (interrupted)." in shown
    assert "skipped was not begun" in shown
    assert "skipped" not in report((Action.RUN, Status.ONGOING), interrupted=True)


def test_what_to_do_next_depends_on_what_went_wrong() -> None:
    assert "resolve" not in report((Action.CREATE, Status.FAILED))
    assert "resolve" not in report((Action.UPDATE, Status.UNKNOWN)), "the next plan sees what became of an update"
    unknown = report((Action.CREATE, Status.APPLIED), (Action.RUN, Status.UNKNOWN), doubts=(at("s1", Action.RUN),))
    assert "Apply incomplete: 1 done, 1 unknown." in unknown
    assert "      wexa-sync resolve desk/Execution/s1 --happened ID\n" in unknown
    assert "      wexa-sync resolve desk/Execution/s1 --did-not-happen\n" in unknown
    earlier = report((Action.CREATE, Status.APPLIED), doubts=(skill("s9"),))
    assert "Apply incomplete: 1 done, 1 in doubt since an earlier apply." in earlier
    assert "      wexa-sync resolve desk/Skill/s9 --happened ID\n" in earlier
    assert "changed on the live side" in report((Action.UPDATE, Status.CONFLICT))
    assert "wexa-sync apply" not in report((Action.CREATE, Status.APPLIED))


def test_a_report_recalls_what_is_blocked() -> None:
    assert "1 blocked, and left as it is" in report((Action.CREATE, Status.APPLIED), blocked=(BLOCKED,))


def test_a_long_id_stands_below_its_address() -> None:
    change = Change(action=Action.CREATE, address=skill("n" * 60))
    outcome = Outcome(change=change, status=Status.APPLIED, id="67fdea40aac77be632954f13", seconds=2)
    made = Report(plan=plan(change), outcomes=(outcome,), started=0, ended=1)
    assert "\n              (67fdea40aac77be632954f13, 2.0 s)\n" in report_text(report_view(made), Layout())


def test_of_many_ends_those_that_are_not_done_come_last() -> None:
    ends = [Status.FAILED, Status.SKIPPED, *[Status.APPLIED] * 40, Status.UNKNOWN]

    def words(ends: list[Status]) -> list[str]:
        lines = report(*((Action.UPDATE, end) for end in ends)).splitlines()
        return [line.split()[0] for line in lines if "~ desk/Skill/s" in line]

    assert words(ends) == [*["done"] * 40, "skipped", "failed", "unknown"]
    assert words(ends[:3]) == ["failed", "skipped", "done"], "few are in the plan's order"


def test_of_many_ends_each_is_one_line() -> None:
    changes = [Change(action=Action.CREATE, address=skill(f"{number}-" + "n" * 60)) for number in range(41)]
    outcomes = [Outcome(change=change, status=Status.APPLIED, id="67fdea40aac77be632954f13") for change in changes]
    made = Report(plan=plan(*changes), outcomes=tuple(outcomes), started=0, ended=1)
    assert report_text(report_view(made), Layout()).count("\n") == 41 + 4


def test_a_summary_counts_what_went_well() -> None:
    *made, run, failed = (Change(action=Action.CREATE, address=skill(f"s{number}.")) for number in range(42))
    ends = [Outcome(change=change, status=Status.APPLIED) for change in made]
    ends += [
        Outcome(change=replace(run, action=Action.RUN), status=Status.APPLIED, id="run-id"),
        Outcome(change=failed, status=Status.FAILED, error="no"),
    ]
    done = Report(plan=plan(*made, run, failed), outcomes=tuple(ends), started=0, ended=1)
    shown = report_text(report_view(done), Layout(level=Level.SUMMARY))
    assert [n for n in range(42) if f"Skill/s{n}." in shown] == [40, 41]
    assert "run-id" in shown


def test_of_many_ends_a_run_keeps_its_id() -> None:
    changes = [Change(action=Action.RUN, address=skill(f"{number}-" + "n" * 60)) for number in range(41)]
    ends = tuple(
        Outcome(change=change, status=Status.APPLIED, id=f"run-{n}-68075b23") for n, change in enumerate(changes)
    )
    shown = report_text(report_view(Report(plan=plan(*changes), outcomes=ends, started=0, ended=1)), Layout())
    assert all(f"\n              (run-{number}-68075b23)\n" in shown for number in range(41))


def test_names_stand_in_a_column_beside_long_addresses() -> None:
    names = ("s", "n" * 35)
    shown = text(
        plan(*(Change(action=Action.CREATE, address=skill(name), after={"name": "Name"}) for name in names)),
        level=Level.SUMMARY,
    )
    assert len({line.index('"Name"') for line in shown.splitlines() if '"Name"' in line}) == 1


def test_a_change_tells_its_seconds_where_they_are_worth_telling() -> None:
    change = Change(action=Action.CREATE, address=skill())
    made = [Outcome(change=change, status=Status.APPLIED, id="67fd", seconds=seconds) for seconds in (0.04, 0.1)]
    lines = report_text(
        report_view(Report(plan=plan(change), outcomes=tuple(made), started=0, ended=1)), Layout()
    ).splitlines()
    assert [line.partition("  (")[2] for line in lines if "67fd" in line] == ["67fd)", "67fd, 0.1 s)"]


def test_every_symbol_is_explained_where_it_is_used() -> None:
    for action in Action:
        shown = text(plan(Change(action=action, address=skill(), after={"n": 1})))
        assert (f"  {SYMBOLS[action]} {action.value}" in shown) is (action is not Action.NOOP)
    assert len(set(SYMBOLS.values())) == len(Action)


def test_what_a_delete_and_a_resumed_run_mean() -> None:
    shown = text(
        plan(
            Change(action=Action.DELETE, address=skill(), before={"name": "Old one"}, reason="goes with Project/desk"),
            Change(action=Action.RUN, address=skill("r"), resume=True),
        )
    )
    assert '  - desk/Skill/s  "Old one"  (goes with Project/desk)' in shown
    assert "(goes on where an earlier apply was cut off)" in shown


def test_projects_are_kept_apart_and_in_plan_order() -> None:
    places = [("b", "1"), ("a", "2"), ("b", "3")]
    made = plan(*(Change(action=Action.CREATE, address=skill(name, project)) for project, name in places))
    body = text(made).split("\n\n", 2)[2]
    assert body.startswith("b:\n  + b/Skill/1\n  + b/Skill/3\n\na:\n  + a/Skill/2\n\nPlan:")


def test_a_reason_too_long_for_the_line_goes_below_it_and_is_cut_in_a_short_plan() -> None:
    made = plan(Change(action=Action.CREATE, address=skill(), reason="because " * 12, after={"name": "N"}))
    assert "+ desk/Skill/s\n      (because" in text(made)
    (line,) = [line for line in text(made, level=Level.SUMMARY).splitlines() if "because" in line]
    assert line.startswith("  + desk/Skill/s  (because")
    assert line.endswith("…")


def test_a_long_name_is_clipped_to_its_line() -> None:
    made = plan(Change(action=Action.ADOPT, address=skill(), after={"name": "N" * 200}))
    (line,) = [line for line in text(made).splitlines() if "NNN" in line]
    assert len(line) == 80
    assert line.endswith("…")
    narrow = plan(Change(action=Action.ADOPT, address=skill("n" * 70), after={"name": "N" * 200}))
    assert "NNN" not in text(narrow)


@pytest.mark.parametrize(("count", "is_short"), [(40, False), (41, True)])
def test_many_changes_are_shown_in_short(count: int, is_short: bool) -> None:
    changes = [Change(action=Action.CREATE, address=skill(f"s{n}"), after={"name": "N", "x": 1}) for n in range(count)]
    made = plan(*changes)
    assert ("+ x:" not in text(made)) is is_short
    assert ("Shown in short" in text(made)) is is_short
    assert "+ x:" in text(made, level=Level.FULL)
    assert "+ x:" not in text(made, level=Level.SUMMARY)


def test_details_show_every_line() -> None:
    prompt = "\n".join(f"line {number}" for number in range(200))
    field = FieldChange(path=("prompt",), before=prompt, after=prompt.replace("line", "row"), changed_by="repository")
    made = plan(
        Change(action=Action.CREATE, address=skill(), after={"prompt": prompt}),
        Change(action=Action.UPDATE, address=skill("u"), fields=(field,)),
    )
    shown = text(made)
    assert "… 196 more lines (--details)" in shown
    assert shown.count("more lines") == 1, "what an update changes is shown, as it is what a person is asked about"
    assert "+ row 199" in shown
    assert "more lines" not in text(made, level=Level.FULL)
    assert "\n          line 199\n" in text(made, level=Level.FULL)
    five = plan(Change(action=Action.CREATE, address=skill(), after={"prompt": "a\nb\nc\nd\ne"}))
    assert "          e\n" in text(five), "to say that one line more is there takes a line"


def alike(count: int, kind: str = "Skill") -> list[Change]:
    """Return updates of prompts that are equal but for their addresses, in one project."""
    fields = (
        FieldChange(path=("llm", "model"), before="gpt-4o", after="gpt-5", changed_by="repository"),
        FieldChange(path=("prompt",), before="one\ntwo\n", after="one\n2\n", changed_by="live"),
    )
    addresses = (Address(kind=kind, name=f"s{number}", project="desk") for number in range(count))
    return [Change(action=Action.UPDATE, address=address, fields=fields) for address in addresses]


@pytest.mark.parametrize("level", [Level.NORMAL, Level.FULL])
def test_equal_changes_are_written_once(level: Level) -> None:
    shown = text(plan(*alike(300)), level=level)
    assert shown.count('"gpt-4o" → "gpt-5"') == 1
    assert {f"desk/Skill/s{number}" for number in range(300)} <= set(shown.split())
    assert len(shown.splitlines()) < 100
    assert "~ 300 Skills alike" in shown


def test_few_equal_changes_are_written_once() -> None:
    assert text(plan(*alike(2))).split("\n\n")[2] == (
        "  ~ desk/Skill/s0\n"
        "  ~ desk/Skill/s1\n"
        '      ~ llm.model: "gpt-4o" → "gpt-5"\n'
        "      ~ prompt:    +1 -1 lines  (changed on the live side)\n"
        "            one\n"
        "          - two\n"
        "          + 2"
    )


def test_what_differs_in_anything_is_not_counted_as_equal() -> None:
    one, other, third = (replace(change, reason=why) for change, why in zip(alike(3), ("a", "b", "a"), strict=True))
    skill, schedule = alike(1)[0], alike(1, "Schedule")[0]
    assert text(plan(one, other, third)).count("llm.model") == 2
    assert text(plan(skill, schedule)).count("llm.model") == 2


def of_each(count: int) -> Plan:
    """Return a plan with so many creates, deletes, blocked changes, equal updates and different ones."""
    updates = [replace(change, fields=(*change.fields, _field(number))) for number, change in enumerate(alike(count))]
    creates = [Change(action=Action.CREATE, address=skill(f"c{n}"), after={"name": f"N{n}"}) for n in range(count)]
    deletes = [Change(action=Action.DELETE, address=skill(f"d{n}"), before={"name": f"N{n}"}) for n in range(count)]
    stopped = [replace(BLOCKED, address=skill(f"b{n}"), reason=f"reason {n} " * 9) for n in range(count)]
    return plan(*creates, *deletes, *alike(count), *updates, blocked=tuple(stopped))


@pytest.mark.parametrize("width", [50, 80])
def test_in_a_summary_a_resource_takes_a_line_at_most(width: int) -> None:
    lines = text(of_each(8), width=width, level=Level.SUMMARY).splitlines()
    assert len(lines) < 60
    assert all(cell_len(line) <= width for line in lines[:-1])
    assert any(line.startswith("  ~ desk/Skill/s1  (llm.model, prompt") for line in lines)


def test_a_summary_of_many_changes_counts_all_but_what_is_deleted_run_or_blocked() -> None:
    shown = text(of_each(100), level=Level.SUMMARY)
    assert all(f"  - desk/Skill/d{number} " in shown for number in range(100))
    assert all(f"  ! desk/Skill/b{number} " in shown for number in range(100))
    assert "desk/Skill/c1" not in shown
    assert "desk/Skill/s1" not in shown
    assert "--detail normal lists all." in shown
    assert len(shown.splitlines()) < 220


def _field(number: int) -> FieldChange:
    return FieldChange(path=("description",), before="", after=f"D {number}", changed_by="repository")


def test_equal_blocked_changes_are_written_once() -> None:
    fields = (FieldChange(path=("description",), before="a", after="b", changed_by="repository"),)
    shown = text(plan(blocked=tuple(replace(BLOCKED, address=skill(f"s{n}"), fields=fields) for n in range(30))))
    assert shown.count('~ description: "a" → "b"') == 1
    assert shown.count("! desk/Skill/s") == 30


def test_without_colours_carets_point_at_the_words_that_differ() -> None:
    field = FieldChange(path=("p",), before="a 要 low end\nb", after="a 要 high end\nb", changed_by="repository")
    made = plan(Change(action=Action.UPDATE, address=skill(), fields=(field,)))
    lines = text(made).splitlines()
    at = lines.index("          + a 要 high end")
    assert lines[at + 1] == " " * 17 + "^^^^", "a wide character takes two columns"
    assert "\x1b[7;32mhigh\x1b[0m" in text(made, color=True)
    assert "^" not in text(made, color=True)


@pytest.mark.parametrize("width", [40, 50, 80])
def test_no_line_breaks_inside_a_word(width: int) -> None:
    # A line that is wider than the terminal is one word, or is there to be copied or searched for.
    target = Target(base_url="https://api.wexa.ai", org_id="67fdea40aac77be632954f0f")
    changes = [
        Change(action=action, address=skill(f"a-name-of-some-length-{n}"), after={"name": "N"}, id="67fdea40aac77be632")
        for n, action in enumerate(Action)
    ]
    made = replace(plan(*changes, *alike(50), blocked=(BLOCKED,)), target=target)
    ends = tuple(Outcome(change=each, status=Status.APPLIED, id=each.id) for each in changes)
    report = Report(plan=made, outcomes=ends, started=0, ended=1, interrupted=True)
    pages = [text(made, width=width, level=level) for level in Level]
    pages.append(report_text(report_view(report), Layout(width=width)))
    *lines, _ = "\n".join(page.rpartition("Plan: ")[0] or page for page in pages).splitlines()
    for line in lines:
        commands_and_summary = line.lstrip().startswith(("wexa-sync ", "Apply incomplete"))
        assert len(line) <= width or commands_and_summary or len(line.split()) <= 3, line


def test_an_error_without_a_hint() -> None:
    assert problems_text(problems_view(StateLocked("Locked.")), Layout()) == "Error: Locked.\n"


def test_the_environment_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(Change(action=Action.CREATE, address=skill(), after={"name": "N"}))
    plain, colored = (plan_text(plan_view(made), Layout(color=color)) for color in (False, True))
    for name, value in {"COLUMNS": "20", "LINES": "5", "NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "dumb"}.items():
        monkeypatch.setitem(os.environ, name, value)
    assert (plan_text(plan_view(made), Layout()), plan_text(plan_view(made), Layout(color=True))) == (plain, colored)


def test_rich_is_loaded_only_to_lay_out() -> None:
    script = "import sys, wexa_sync.render.text.plan, wexa_sync.render.json; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


words = st.text(st.sampled_from("ab é要🙂.\n"), max_size=200)


@given(words, words, st.integers(40, 120), st.sampled_from(Level))
def test_no_line_is_wider_than_asked(one: str, other: str, width: int, level: Level) -> None:
    field = FieldChange(path=("prompt", "a" * (len(one) % 60)), before=one, after=other, changed_by="both")
    made = plan(
        Change(action=Action.CREATE, address=skill(), reason=one, after={"name": one, "n" + other: one}),
        Change(action=Action.UPDATE, address=skill("u"), reason=other, fields=(field,)),
        blocked=(Blocked(address=skill("b"), wanted=one, reason=other, hint=one, source=Source(file=one)),),
        warnings=(one,),
    )
    *lines, _ = text(made, width=width, level=level).splitlines()
    # The last line is for grep and so never broken.
    assert [line for line in lines if cell_len(line) > width] == []
    assert [line for line in lines if line.endswith(" ")] == []


def test_a_command_that_fits_further_left_stands_there() -> None:
    page = Page(color=False, width=50)
    command = "`wexa-sync state rm support-desk/Skill/a-name`"
    page.wrapped([" " * 14, "hint: "], f"Run {command} first.")
    assert page.render().splitlines() == [" " * 14 + "hint: Run", " " * 4 + command, " " * 20 + "first."]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_what_is_there_to_be_copied_stays_in_one_piece(width: int) -> None:
    path = "/a/folder/whose/path/is/longer/than/any-line-of-any-terminal/that/is/this/narrow/state.json.journal"
    command = "`wexa-sync resolve support-desk/Execution/smoke-test --did-not-happen`"
    page = Page(color=False, width=width)
    page.wrapped(["Error: "], f"{path} is damaged, and nothing was read. Run {command}, then apply again.")
    lines = page.render().splitlines()
    assert sum(path in line for line in lines) == 1
    assert sum(command in line for line in lines) == 1
    assert all(len(line) <= width for line in lines if path not in line and command not in line)
