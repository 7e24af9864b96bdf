"""Texts that attack whatever shows them, and plans, reports, errors and tables in which every text is one of them."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from tests.unit.render.html import samples
from wexa_sync.errors import InvalidManifests, Problem, WexaSyncError
from wexa_sync.model import (
    Action,
    Basis,
    Blocked,
    Change,
    Move,
    Outcome,
    Plan,
    Report,
    Source,
    Status,
    Target,
    Unmanaged,
)
from wexa_sync.render.view.environments import Column, EnvironmentsView
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view
from wexa_sync.render.view.report import report_view

TEXTS: Final = (
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'><img src=x onerror=alert(1)>",
    "</style></script></title><svg onload=alert(1)>",
    "[a link](https://evil.example/a) ![a picture](https://evil.example/x.png) https://evil.example/b",
    "@team @org/team #1 owner/repo#1 GH-1 !7 :tada: **bold** | cell |",
    "``` ```` ~~~ `x` </details></summary></code></pre>",
    "```\n</details>\n\n# A heading\n\n[a]: https://evil.example/c\n",
    "]]>--><!--",
    "javascript:alert(1)",
    "\u202egnp.exe\u202c\u200f\u200b\x1b[31m\x1b]0;owned\x07\x00\x9b2J",
    "one\n::error::two\r\n##[error]three\n::add-mask::x\n::stop-commands::t",
    "%0A::error::x%0D%0A::set-output name=a::b",
    "##vso[task.setvariable variable=a]b ##teamcity[buildStatus status='SUCCESS'] section_start:1:x",
    "--- a\n+++ b\n~~~ c\n^^^ +++",
    "digest=forged\nhas-changes=false\nEOF\nnew-key<<EOF",
    "{{ 'x' * 9 }}{{7*7}}{% include 'page.html.j2' %}<%= 7*7 %>",
    "${{ secrets.X }} $(id) `id` ${IFS} %PATH%",
    "n" * 10_000,
)

Sample = Plan | Report | WexaSyncError | EnvironmentsView


def hostile() -> dict[str, Sample]:
    """Return samples of all that is shown, by name. Every text in them is hostile, those of a server too."""
    plan = _plan()
    ends = [
        Outcome(change=change, status=status, id=text, error=text, hint=text, warnings=(text,))
        for change, text in zip(plan.work, TEXTS * 4, strict=False)
        for status in (Status.FAILED, Status.UNKNOWN)
    ]
    lost = Column(name="", error=problems_view(WexaSyncError(TEXTS[4], hint=TEXTS[5])))
    problems = [Problem(message=text, hint=text, path=text, source=_place(text)) for text in TEXTS]
    return {
        "plan": plan,
        "against": replace(plan, basis=Basis(ref=TEXTS[0], commit=TEXTS[5])),
        "report": Report(plan=plan, outcomes=tuple(ends), started=0, ended=1, error=(TEXTS[0], TEXTS[4])),
        "problems": InvalidManifests(problems),
        "error": WexaSyncError("\n".join(TEXTS), hint="\n".join(TEXTS)),
        "environments": EnvironmentsView(
            columns=(
                *(Column(name=text, plan=plan_view(plan)) for text in TEXTS[:2]),
                *(replace(lost, name=text) for text in TEXTS),
            ),
        ),
    }


def view_of(sample: Sample) -> tuple[str, Any]:
    """Return the name of a sample's function in a renderer, and its view."""
    if isinstance(sample, Plan):
        return "plan", plan_view(sample)
    if isinstance(sample, Report):
        return "report", report_view(sample)
    if isinstance(sample, EnvironmentsView):
        return "environments", sample
    return "problems", problems_view(sample)


def _place(text: str) -> Source:
    return Source(file=text, line=7)


def _plan() -> Plan:
    changes: list[Change] = []
    blocked: list[Blocked] = []
    moves: list[Move] = []
    for text in TEXTS:
        skill, schedule = samples.of("Skill", text, text), samples.of("Schedule", text)
        made = Change(
            action=Action.CREATE, address=skill, reason=text, source=_place(text), after={"name": text, text: [text]}
        )
        changes += [
            made,
            replace(made, action=Action.RUN, address=samples.of("Execution", text), after={"goal": text}),
            replace(made, action=Action.DELETE, address=schedule, before={"title": text}),
            samples.update(samples.agent(text, text), (text, f"{text}\nb", f"{text}\nc", "live"), waits=(skill,)),
        ]
        blocked.append(Blocked(address=samples.of("X", text), wanted=text, reason=text, hint=text, source=_place(text)))
        moves.append(Move(old=schedule, new=skill))
    return replace(
        samples.plan_of(*changes, blocked=tuple(blocked), warnings=TEXTS),
        target=Target(base_url=TEXTS[0], org_id=TEXTS[4], environment=TEXTS[5]),
        digest=TEXTS[15],
        lineage=TEXTS[3],
        moved=tuple(moves),
        orphans=tuple(samples.of("Orphan", text) for text in TEXTS),
        unprunable=tuple(replace(each, address=each.address.altered(kind="Y")) for each in blocked),
        unmanaged=tuple(
            Unmanaged(owner=each.new, kind=text, id=text, title=text) for each, text in zip(moves, TEXTS, strict=True)
        ),
    )
