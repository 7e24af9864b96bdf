"""Plans side by side: which rows there are, and how they look as text, Markdown and JSON."""

from __future__ import annotations

import json

from wexa_sync.errors import SettingsError
from wexa_sync.model import Action, Address, Blocked, Change, Plan, Target
from wexa_sync.render import RENDERERS
from wexa_sync.render.layout import Layout
from wexa_sync.render.view.environments import Column, EnvironmentsView
from wexa_sync.render.view.plan import plan_view
from wexa_sync.render.view.problems import problems_view

A, B, C, D = (Address(project="desk", kind="Skill", name=name) for name in ("a", "b", "c", "d" * 60))


def plan(*changes: Change, blocked: tuple[Blocked, ...] = (), orphans: tuple[Address, ...] = ()) -> Plan:
    target = Target(base_url="https://api.wexa.ai", org_id="org")
    return Plan(target=target, lineage="l", serial=1, changes=changes, blocked=blocked, orphans=orphans)


def change(action: Action, address: Address) -> Change:
    return Change(action=action, address=address)


def column(name: str, *changes: Change, **more: object) -> Column:
    return Column(name=name, plan=plan_view(plan(*changes, **more)))  # type: ignore[arg-type]


BLOCKED = Blocked(address=B, wanted="update", reason="r", hint="h")
VIEW = EnvironmentsView(
    columns=(
        column("staging", change(Action.NOOP, A), change(Action.NOOP, B), change(Action.UPDATE, C)),
        column("production", change(Action.NOOP, A), change(Action.CREATE, C), blocked=(BLOCKED,), orphans=(D,)),
        Column(name="lost", error=problems_view(SettingsError("no <key>\x1b[31m", hint="Set | it."))),
    )
)


def shown(name: str, view: EnvironmentsView = VIEW, width: int = 80) -> str:
    make = RENDERERS[name](Layout(width=width)).environments
    assert make
    return make(view)


def test_a_row_is_what_is_not_as_declared_somewhere() -> None:
    assert VIEW.rows == ((D, (".", "o", " ")), (B, (".", "!", " ")), (C, ("~", "+", " ")))
    assert VIEW.counts == (
        ("create", (0, 1, None)),
        ("update", (1, 0, None)),
        ("blocked", (0, 1, None)),
        ("no longer declared", (0, 1, None)),
    )
    assert VIEW.summary == "Not as declared: staging, production. Not planned: lost."
    same = EnvironmentsView(columns=(column("a", change(Action.NOOP, A)),))
    assert (same.rows, same.summary) == ((), "No changes in any environment.")


def test_the_text_fits_in_eighty_columns_but_for_addresses() -> None:
    text = shown("text")
    assert "\x1b" not in text
    assert [line for line in text.splitlines() if len(line) > 80 and str(D) not in line] == []
    head, row = (
        next(each for each in text.splitlines() if word in each) for word in ("staging  production", "Skill/c")
    )
    found = {name: row[head.index(name) :][: len(name)].strip() for name in ("staging", "production")}
    assert found == {"staging": "~", "production": "+"}
    assert text.splitlines()[-1] == VIEW.summary


def test_many_environments_have_numbers_in_the_table() -> None:
    many = EnvironmentsView(columns=tuple(column(f"environment-{n}", change(Action.RUN, A)) for n in range(12)))
    text = shown("text", many)
    assert "  12  environment-11" in text
    assert max(map(len, text.splitlines())) <= 80
    assert next(line for line in text.splitlines() if "Skill/a" in line).count(">") == 12


def test_markdown_and_json() -> None:
    text = shown("markdown")
    assert "| `desk/Skill/c` | `~` | `+` |  |\n" in text
    assert "<key>" not in text.replace("`<key>", "`")
    data = json.loads(shown("json"))
    assert list(data["environments"]) == ["staging", "production", "lost"]
    assert data["environments"]["production"]["summary"]["add"] == 1
    assert data["environments"]["lost"]["error"]["message"].startswith("no <key>")
