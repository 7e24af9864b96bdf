"""Tell of a doubt and an edit, in the first generation or a later one. No edit may settle a doubt."""

from __future__ import annotations

import copy
from collections.abc import Callable

from ..desk import Desk, edited
from .story import LOST, RUN, UNSTARTED, add


def _lifecycle(desk: Desk) -> int:
    desk.docs["run"]["metadata"]["lifecycle"] = {"prevent_destroy": True}
    return 0


def _waits(desk: Desk) -> int:
    desk.docs["run"]["spec"]["wait"] = True
    return 0


def _spec(desk: Desk) -> int:
    edited(desk.docs, "run")["input_variables"] = {"ticket": "Another one."}
    return 1


def _raised(_desk: Desk) -> int:
    return 1


def _renamed(desk: Desk) -> int:
    desk.docs["run"]["metadata"]["name"] = "recheck"
    return 0


def _removed(desk: Desk) -> int:
    del desk.docs["run"]
    return 0


def _beside(desk: Desk) -> int:
    desk.docs["project"]["metadata"]["lifecycle"] = {"deletion": "retain"}
    desk.docs["flow"]["spec"]["agents"][0]["title"] = "Sorter of tickets"
    return 0


EDITS = {
    "lifecycle": _lifecycle,
    "wait": _waits,
    "spec": _spec,
    "raised": _raised,
    "renamed": _renamed,
    "removed": _removed,
    "beside it": _beside,
}


def _doubt_and(edit: Callable[[Desk], int], first: bool) -> Callable[[Desk, str], None]:
    def tell(desk: Desk, fault: str) -> None:
        sent = 1
        if first:
            keep = desk.docs.pop("run")
            desk.write()
            desk.well()
            desk.docs["run"] = keep
            desk.write()
        else:
            desk.well()
            sent = 2
            desk.generation(2)
        desk.strangers()
        desk.apply(fault=fault)
        happened = desk.ran
        doc = copy.deepcopy(desk.docs["run"])
        more = edit(desk)
        desk.write()
        desk.held(RUN, 2, *(["--prune"] if edit is _removed else []))
        if "run" not in desk.docs:
            desk.answer()
            desk.docs["run"] = doc
            more = 0
        elif more:  # the person settles the doubt, and the next generation runs
            desk.answer()
            happened = desk.ran
            sent = happened + 1
            desk.generation(3)
        desk.write()
        desk.ends(sent)

    return tell


for _name, _edit in EDITS.items():
    for _first in (True, False):
        add(
            f"doubt of {'the first' if _first else 'a later'} run, edit: {_name}",
            _doubt_and(_edit, _first),
            *LOST,
        )


def _start_in_doubt_and(edit: Callable[[Desk], int]) -> Callable[[Desk, str], None]:
    def tell(desk: Desk, fault: str) -> None:
        desk.docs["run"]["spec"]["start"] = "explicit"
        desk.write()
        desk.well()
        desk.generation(2)
        desk.strangers()
        desk.apply(fault=fault)
        doc = copy.deepcopy(desk.docs["run"])
        more = edit(desk)
        desk.write()
        desk.held(RUN, 2, *(["--prune"] if edit is _removed else []))
        if edit is _removed:
            desk.answer()
            desk.docs["run"] = doc
            desk.write()
        elif more:
            desk.answer()
            desk.generation(3)
        desk.ends(2 + more)

    return tell


for _name, _edit in EDITS.items():
    add(
        f"start in doubt, edit: {_name}",
        _start_in_doubt_and(_edit),
        *UNSTARTED,
        execution_start="explicit",
    )
