"""What `get` shows fits the width, and no text of others does anything to a terminal, a CI system or YAML."""

from __future__ import annotations

import json

import pytest
import yaml

from tests.hostile import TEXTS
from wexa_sync.model import Title, Viewed, ViewRow
from wexa_sync.render import VIEW_RENDERERS
from wexa_sync.render.layout import Layout
from wexa_sync.render.text.views import viewed_lines
from wexa_sync.text.orders import without_orders
from wexa_sync.text.visible import visible

TITLES = (Title(text="NAME"), Title(text="ABOUT"), Title(text="ID", fixed=True))
ID = "67fdea40aac77be632954f13"


def shown(*texts: str, titles: tuple[Title, ...] = TITLES, alone: bool = False) -> Viewed:
    """Return a view in which every text is one of these."""
    rows = (
        ViewRow(value={"name": text, text: [text, {"inner": text}]}, name=text, id=ID, cells=(text, text, ID))
        for text in texts
    )
    return Viewed(view="skill", rows=tuple(rows), titles=titles, alone=alone)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("text", ["short", "long " * 60, "日本語の名前" * 20, "x" * 300])
def test_a_table_fits_and_ids_are_never_cut(width: int, text: str) -> None:
    from rich.cells import cell_len

    lines = VIEW_RENDERERS["table"](Layout(width=width))(shown(text)).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert (ID in lines[1]) is (width >= 80 or text == "short")


def test_the_id_of_a_run_fits_on_a_terminal() -> None:
    titles = (Title(text="STATUS"), Title(text="CREATED", fixed=True), Title(text="FLOW"), Title(text="ID", fixed=True))
    run = "2dffcb7c-5e5e-4191-a4d8-ff17ffa28e7a"
    row = ViewRow(value={}, cells=("completed", "2026-11-29T12:34:28Z", "Ticket triage", run, "Triage the sample"))
    viewed = Viewed(view="execution", rows=(row,), titles=(*titles, Title(text="GOAL")))
    assert run in VIEW_RENDERERS["table"](Layout(width=80))(viewed)


def test_for_a_pipe_nothing_is_cut() -> None:
    assert viewed_lines(shown("long " * 60, "a\tb")).splitlines()[1] == f"a\\tb\ta\\tb\t{ID}"


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("titles", [TITLES, ()], ids=["table", "as it came"])
@pytest.mark.parametrize("alone", [False, True], ids=["list", "one"])
def test_a_hostile_text_is_only_a_text(text: str, titles: tuple[Title, ...], alone: bool) -> None:
    viewed = shown(text, titles=titles, alone=alone)
    for name in VIEW_RENDERERS:
        written = VIEW_RENDERERS[name](Layout(width=80))(viewed)
        assert all(visible(line) == line for line in written.split("\n")), name
        if name == "table":
            continue
        assert without_orders(written) == written, name
        read = json.loads(written) if name == "json" else yaml.safe_load(written)
        assert read["items"][0]["value"] == viewed.rows[0].value
        assert read["items"][0]["name"] == text


def test_yaml_shows_many_lines_as_a_block() -> None:
    value = {"prompt": "You sort tickets.\nAnswer in one word.\n", "when": "2025-04-21", "no": "no", "n": None}
    written = VIEW_RENDERERS["yaml"](Layout())(Viewed(view="agent", rows=(ViewRow(value=value),)))
    assert "prompt: |\n      You sort tickets.\n      Answer in one word.\n" in written
    assert yaml.safe_load(written)["items"][0]["value"] == value
