"""Tell of a project removed from the state before its contents, and of commands that get a part of the paths."""

from __future__ import annotations

from collections.abc import Callable

from ..desk import Desk, document
from .story import LOST, add, story


def _let_go(way: str) -> Callable[[Desk, str], None]:
    def tell(desk: Desk, _fault: str) -> None:
        desk.well()
        desk.strangers()
        desk.person.run("state", "rm", "Project/desk")
        if way == "declared":
            desk.apply()
            desk.ends(1)
            return
        if way == "pruned":
            desk.docs = {"other": document("Project", "other", {"projectName": "Other", "description": "Another"})}
            desk.write()
            desk.apply("--prune")
            desk.apply("--prune")
        else:
            desk.person.run("destroy", "--auto-approve")
            desk.person.run("destroy", "--auto-approve")
        kept = {address for address in desk.addresses if "/Schedule/" in address}
        lives = bool(desk.live("schedule Greet all."))
        desk.check(lives == bool(kept), f"the schedule {lives=}, and the state holds {kept}: {desk.said}")
        desk.unhurt()

    return tell


for _way in ("declared", "pruned", "destroyed"):
    add(f"a project let go of, then {_way}", _let_go(_way))


def _two_folders(desk: Desk) -> None:
    """Declare two projects in two folders: the small desk's in `a`, and another in `b`."""
    here = {f"a/{name}": doc for name, doc in desk.docs.items()}
    for doc in here.values():
        if doc["kind"] != "Project":
            doc["metadata"]["project"] = "desk"
    flow = {"name": "Answers", "description": "Answers", "role": "Answerer", "agents": []}
    desk.docs = here | {
        "b/project": document("Project", "home", {"projectName": "Home", "description": "A home"}),
        "b/flow": document("AgentFlow", "answer", flow, project="home"),
        "b/schedule": document(
            "Schedule",
            "fall",
            {"coworker_id": "answer", "template": "Say good-bye.", "schedule": "2035-09-21T06:00:00Z"},
            project="home",
        ),
    }
    desk.write()


@story("", "kill_client before DELETE", "drop after DELETE")
def pruned_by_a_part_of_the_paths(desk: Desk, fault: str) -> None:
    """Run `apply a --prune`: it may delete what `a` no longer declares, and never what `b` declares."""
    _two_folders(desk)
    desk.well()
    desk.strangers()
    del desk.docs["a/schedule"]
    desk.write()
    desk.apply("a", "--prune", fault=fault)
    desk.apply("a", "--prune")
    for title in ("project Home", "agentflow Answers", "schedule Say good-bye."):
        desk.check(bool(desk.live(title)), f"{title} is in b, and gone: {desk.said}")
    desk.ends(1, "--prune")


@story("", "kill_client before DELETE", "drop after DELETE")
def destroyed_by_a_part_of_the_paths(desk: Desk, fault: str) -> None:
    """Run `destroy b`: it deletes what `b` declares. `destroy nonexistent` is an error."""
    _two_folders(desk)
    desk.well()
    before = len(desk.live("schedule Greet all."))
    wrong = desk.bench.cli(desk.folder, "destroy", "nonexistent", "--auto-approve")
    desk.check(wrong.code == 64, f"a path that is not there is no wrong use: {wrong.shown}")
    desk.check(bool(desk.live("project Home")), "destroy nonexistent deleted a project")
    if fault:
        desk.bench.ask("POST", "/_sandbox/faults", {"fault": fault})
    desk.person.run("destroy", "b", "--auto-approve")
    desk.person.run("destroy", "b", "--auto-approve")
    desk.check(not desk.live("project Home"), f"destroy b left its project: {desk.said}")
    desk.check(len(desk.live("schedule Greet all.")) == before == 1, f"destroy b took a schedule of a: {desk.said}")
    desk.check(len(desk.live("project Desk")) == 1, f"destroy b took the project of a: {desk.said}")
    desk.docs = {name: doc for name, doc in desk.docs.items() if name.startswith("a/")}
    desk.write()
    desk.ends(1)


@story()
def protected_and_destroyed(desk: Desk, _fault: str) -> None:
    """Check that `destroy` keeps a resource protected by the edited manifest or by the state."""
    desk.docs["schedule"]["metadata"]["lifecycle"] = {"prevent_destroy": True}
    desk.write()
    desk.well()
    del desk.docs["schedule"]["metadata"]["lifecycle"]
    desk.docs["project"]["metadata"]["lifecycle"] = {"prevent_destroy": True}
    desk.write()
    desk.person.run("destroy", "--auto-approve")
    for title in ("schedule Greet all.", "project Desk"):
        desk.check(bool(desk.live(title)), f"{title} is protected, and gone: {desk.said}")


@story(*LOST)
def a_doubt_in_the_other_part(desk: Desk, fault: str) -> None:
    """Apply and destroy `b` alone while a run of `a` is in doubt: the doubt stays."""
    _two_folders(desk)
    desk.well()
    desk.generation(2, "a/run")
    desk.apply(fault=fault)
    before, count = desk.intents, desk.ran
    desk.docs["b/project"]["spec"]["description"] = "A home, and more"
    desk.write()
    desk.apply("b")
    desk.apply("b", "--prune")
    desk.check(desk.intents == before, f"what was in doubt is not any more: {desk.said}")
    desk.check(desk.ran == count, f"a run of a was sent by an apply of b: {desk.said}")
    desk.person.run("destroy", "b", "--auto-approve")
    desk.check(desk.intents == before, f"destroy b settled a doubt of a: {desk.said}")
    desk.docs = {name: doc for name, doc in desk.docs.items() if name.startswith("a/")}
    desk.write()
    desk.ends(2)
