"""A picture shows what waits for what: a box a resource with its parts, or a box a kind of a large plan."""

from __future__ import annotations

from tests.unit.render.html import samples
from wexa_sync.render.html.picture import MOST_BOXES, picture


def test_parts_stand_in_the_box_of_their_owner() -> None:
    drawn = picture(samples.day().work)
    assert drawn
    (flow,) = (box for box in drawn.boxes if box.title == "support-desk/AgentFlow/answer")
    assert [(label.symbol, label.text) for label in flow.lines] == [
        *(("+", "answer"), ("+", "draft"), ("+", "check"), ("+", "send")),
    ]
    assert (drawn.shown, drawn.apart, drawn.grouped) == (13, 1, False)
    assert sum(len(box.lines) for box in drawn.boxes if box.action) == drawn.shown


def test_of_a_large_plan_a_box_stands_for_many() -> None:
    drawn = picture(samples.large().work)
    assert drawn
    assert drawn.grouped
    assert len(drawn.boxes) <= MOST_BOXES
    assert drawn.shown + drawn.apart == 500
    assert "50 to create" in {box.lines[0].text for box in drawn.boxes}


def test_of_many_parts_the_rest_is_counted() -> None:
    skill = samples.create(samples.of("Skill", "s"))
    agents = [samples.create(samples.agent("f", f"agent-{n}"), skill.address) for n in range(20)]
    drawn = picture([skill, *agents])
    assert drawn
    (box,) = (box for box in drawn.boxes if box.kind == "AgentFlow")
    assert [label.text for label in box.lines[-2:]] == ["agent-4", "15 more"]


def test_without_anything_that_waits_there_is_no_picture() -> None:
    assert picture([samples.create(samples.of("Skill", "a")), samples.create(samples.of("Skill", "b"))]) is None
    assert picture([]) is None
