"""What an export writes against what it looks like: `pytest --update-golden` writes the files anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.export.drafts import agent, draft, flow, project
from wexa_sync.export.draft import Draft
from wexa_sync.export.layout import laid_out
from wexa_sync.model import Address, Ref, Secret

DESK = Path(__file__).parent / "desk"

_LONG = (
    "Sorts what comes in by how urgent it is, asks the sender for what is missing, and hands the rest over to people."
)


def _skill(handle: str, name: str, description: str, connector: Ref) -> Draft:
    return draft("Skill", handle, {"connector_id": connector, "description": description, "name": name})


def _desk() -> list[Draft]:
    whatsapp = Ref(kind="Connector", address=Address(project="desk", kind="Connector", name="whatsapp"))
    triage = flow(
        "triage",
        agent(
            "classify",
            "# Classify\n\nOne word: `urgent` or `later`.\n",
            skills=[Ref(kind="Skill", address=Address(project="desk", kind="Skill", name=name)) for name in ("a", "b")],
        ),
        agent(
            "answer",
            "Be brief: $${x} ${var:y} ${z}.",
            llm={"temperature": 0.4},
            context=[{"table": "5" * 24, "columns": ["one", "two"], "deep": {"er": [[1, 2], [None, True]]}}],
        ),
        comments={
            (): ("Two agents have the title Answer: losing the state makes this ambiguous.",),
            ("spec", "agents", 1, "context", 0, "table"): ("Bound to this workspace: 555555555555555555555555.",),
            ("spec", "agents", 1, "decision"): ("not exported: a decision \x1b[31m by\nWexa",),
        },
        ignore=("agents.memory",),
    )
    columns = [
        {"column_id": "email", "column_name": "E-mail", "column_type": "String"},
        {"column_type": "Enum", "enum_options": ["new", "no"], "column_id": "Stage_1", "column_name": "Stage: #1"},
    ]
    rows = [{"email": "a@b.c", "Stage_1": "new"}, {"email": "d@e.f"}]
    config = {"pin": Secret(template="${secret:WHATSAPP_PIN}", value=""), "url": "https://a.b/c?d=e#f"}
    goal = "Answer:\n  - what is asked\n\n  - and nothing else\n"
    return [
        project(),
        draft("Connector", "whatsapp", {"config": config, "category": "whatsapp", "description": "", "name": "yes"}),
        _skill("b", "- dashes", "1e3", Ref(kind="Connector", external="#1 {x}")),
        _skill("a", "2024-01-02", "@team, see `x` [1]: &a *b !c 'd' \"e\" %f", whatsapp),
        triage,
        draft("Table", "people", {"table_name": "People", "seed": {"rows": rows, "key": "email"}, "columns": columns}),
        draft(
            "Schedule",
            "digest",
            {"schedule": "2035-01-02T07:00:00Z", "template": _LONG, "coworker_id": Ref(kind="AgentFlow", id="6" * 24)},
        ),
        draft(
            "Trigger",
            "mail",
            {
                "goal": goal,
                "event": "message",
                "name": "Häuser 東京 🦊",
                "on": whatsapp,
                "start_from_agent_id": Ref(
                    kind="Agent",
                    address=Address(project="desk", owner=("AgentFlow", "triage"), kind="Agent", name="answer"),
                ),
            },
        ),
    ]


def test_what_is_written_looks_like_this(request: pytest.FixtureRequest) -> None:
    files = laid_out(_desk(), settings="state: {git: {remote: origin}}\n")
    if request.config.getoption("--update-golden"):
        for name, text in files.items():
            (DESK / name).parent.mkdir(parents=True, exist_ok=True)
            (DESK / name).write_text(text, encoding="utf-8")
    there = {path.relative_to(DESK).as_posix(): path.read_text("utf-8") for path in DESK.rglob("*") if path.is_file()}
    assert files == there, "see the difference, or run with --update-golden"
