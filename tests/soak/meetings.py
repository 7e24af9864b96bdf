"""Let two events meet: two people, a lost or old state, a project removed from the state, a part of the files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.soak.tool import finished

if TYPE_CHECKING:
    from tests.soak.episode import Episode


def lose_state(episode: Episode) -> None:
    """Lose the state when all is settled, and rebuild it from the live objects."""
    episode.settle(prune=False)
    episode.said("lose the state, rebuild")
    episode.counts["state lost"] += 1
    shutil.rmtree(episode.tool.folder / ".wexa-sync", ignore_errors=True)
    episode.world.lost |= {*episode.world.removed}
    _forget_soon(episode)
    found = episode.tool.rebuild()
    episode.said(f"  {[f'{m.address} {m.sure}' for m in found if m.sure != 'certain']}")
    episode.settle(prune=False)


def _forget_soon(episode: Episode) -> None:
    """Allow each schedule that fires soon one more run: without its record, a fired schedule is created again."""
    world = episode.world
    for address in world.soon:
        lost = episode.counts["state lost"] + episode.counts["state restored"]
        world.fires[world.docs[address]["spec"]["template"]].add(-lost)


def two_at_once(episode: Episode) -> None:
    """Apply as two people at once."""
    episode.said("two applies at once")
    episode.counts["two at once"] += 1
    episode.world.note_attempt()
    wait = episode.chance.choice(("0", "20"))
    words = ("apply", "--auto-approve", "--force", "--lock-timeout", wait)
    both = [episode.tool.start(*words), episode.tool.start(*words)]
    for each in both:
        episode.ended(finished(each))


def restore_state(episode: Episode) -> None:
    """Apply a few edits under faults; then restore the state of before."""
    episode.settle(prune=False)
    state, copy = episode.tool.folder / ".wexa-sync", episode.folder / "backup"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(state, copy)
    for _ in range(episode.chance.randint(1, 2)):
        episode.only_add_or_edit()
        episode.disturbed()
        episode.note_runs()
    episode.calm()
    episode.note_runs()
    episode.said("restore the state of before")
    episode.counts["state restored"] += 1
    shutil.rmtree(state)
    shutil.copytree(copy, state)
    _forget_soon(episode)
    episode.settle(prune=False)


def let_go(episode: Episode) -> None:
    """Remove a project from the state but not its contents. The project stays declared."""
    episode.settle(prune=False)
    projects = [a for a in episode.world.of("Project") if a in episode.tool.ids]
    if not projects:
        return
    project = episode.chance.choice(projects)
    episode.said(f"let go of {project}")
    episode.counts["let go"] += 1
    episode.ended(episode.tool.run("state", "rm", project))
    if episode.chance.random() < 0.5:
        episode.only_add_or_edit()
        episode.disturbed()
    episode.settle(prune=False)


def a_part(episode: Episode) -> None:
    """Apply and prune with one file alone: the resources of the other files must stay."""
    world, live = episode.world, episode.live
    parts = sorted(world.folder.glob("part-*.yaml"))
    if not parts:
        return
    part = episode.chance.choice(parts).name
    before = {address: [thing.id for thing in live.at(address)] for address in world.docs if _is_seen(address)}
    episode.said(f"apply {part} --prune")
    episode.counts["a part"] += 1
    world.note_attempt()
    episode.ended(episode.tool.run("apply", part, "--prune", "--auto-approve", "--force"))
    gone = [address for address, ids in before.items() if ids and address not in world.soon and not live.at(address)]
    episode.must(not gone, f"apply {part} --prune deleted what is declared: {gone}")


def _is_seen(address: str) -> bool:
    return "/Execution/" not in address


MEETINGS: tuple[Callable[[Episode], None], ...] = (lose_state, two_at_once, restore_state, let_go, a_part)
