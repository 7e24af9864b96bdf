"""Tell of generations of one run, two equal runs, and an old state. Every run has the same goal."""

from __future__ import annotations

import copy
from collections.abc import Callable

from ..desk import Desk, document, edited
from .story import FOUND, LOST, SENT, UNSENT, add, story


def _generations(number: int, stranger: bool) -> Callable[[Desk, str], None]:
    def tell(desk: Desk, fault: str) -> None:
        desk.well()
        for each in range(2, number):
            desk.generation(each)
            desk.well()
        if stranger:
            desk.somebody_runs()
        desk.generation(number)
        desk.apply(fault=fault)
        if stranger:
            desk.somebody_runs()
        desk.ends(number)

    return tell


for _number in (2, 3, 5):
    for _stranger in (False, True):
        add(
            f"generation {_number}{', strangers run it too' if _stranger else ''}",
            _generations(_number, _stranger),
            *LOST,
        )


@story(*LOST)
def every_generation_meets_a_fault(desk: Desk, fault: str) -> None:
    """Send each generation into the same fault; the person settles each before the next one."""
    for number in (1, 2, 3, 4):
        desk.generation(number)
        desk.apply(fault=fault)
        desk.answer()
        desk.well()
        desk.check(desk.ran == number, f"generation {number}: it ran {desk.ran} times")
    desk.ends(4)


@story(*("", *UNSENT, *FOUND))
def a_state_from_a_backup(desk: Desk, fault: str) -> None:
    """Run generation 2, perhaps in vain; then restore the state of before."""
    desk.well()
    desk.backup()
    desk.generation(2)
    desk.apply(fault=fault)
    happened = desk.ran == 2
    desk.bench.rest()
    desk.restore()
    desk.apply()
    # A run that never happened and is no longer in the state is sent; one that happened is a question.
    desk.check(desk.ran == 2, f"it ran {desk.ran} times, and {happened=}: {desk.said}")
    desk.ends(2)


@story()
def a_state_from_before_the_work_of_a_day(desk: Desk, _fault: str) -> None:
    """Create a skill, a flow and a schedule, then restore the state of before: nothing may be created twice."""
    few = {name: desk.docs.pop(name) for name in ("skill", "flow", "schedule", "run")}
    desk.write()
    desk.well()
    desk.backup()
    desk.docs |= few
    desk.write()
    desk.well()
    desk.strangers()
    desk.restore()
    desk.apply()
    desk.ends(1)


@story()
def a_lost_state_and_inputs_that_change_by_themselves(desk: Desk, _fault: str) -> None:
    """Lose the state and change the run's inputs to those of another commit: expect a doubt, and no second run."""
    settings = desk.folder / "wexa-sync.yaml"
    said = settings.read_text(encoding="utf-8")
    settings.write_text(f"{said}vars: {{COMMIT: one}}\n", encoding="utf-8")
    edited(desk.docs, "run")["input_variables"] = {"commit": "${var:COMMIT}"}
    desk.write()
    desk.well()
    settings.write_text(f"{said}vars: {{COMMIT: two}}\n", encoding="utf-8")
    desk.restore()
    for _ in range(2):
        desk.apply("--adopt")
        desk.check(desk.ran == 1, f"it ran {desk.ran} times after the state was lost: {desk.said}")
    desk.answer()
    desk.apply("--adopt")
    desk.check(desk.ran == 1, f"it ran {desk.ran} times after the person said that it happened: {desk.said}")
    desk.unhurt()


@story(*("", *LOST))
def a_rebuilt_state_and_a_raised_generation(desk: Desk, fault: str) -> None:
    """Lose and rebuild the state; then raise the generation and lose the answer to its start."""
    desk.well()
    desk.generation(2)
    desk.well()
    desk.restore()
    desk.person.run("state", "rebuild")
    desk.apply()
    desk.answer()
    desk.check(desk.ran == 2, f"a rebuilt state ran it again: {desk.said}")
    desk.generation(3)
    desk.apply(fault=fault)
    desk.ends(3)


@story(
    *(
        f"{fault} nth={nth}{slow}"
        for fault in LOST
        for nth, slow in ((1, ""), (2, ""), (1, f" + delay after {SENT} nth=2 ms=1500"))
        if "kill" not in fault or not slow
    )
)
def two_equal_runs(desk: Desk, fault: str) -> None:
    """Declare the same run in two manifests: both run, and each is recorded with its own id."""
    twin = desk.docs.pop("run")
    desk.write()
    desk.well()
    desk.docs |= {"run": twin, "twin": document("Execution", "twin", copy.deepcopy(twin["spec"]))}
    desk.write()
    desk.apply(fault=fault)
    desk.check(desk.ran <= 2, f"it ran {desk.ran} times: {desk.said}")
    desk.ends(2)
