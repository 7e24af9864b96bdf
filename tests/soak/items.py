"""Edit objects in lists: an agent's triggers, in the repository and by others, who add keys of their own."""

from __future__ import annotations

from typing import Any

from tests.soak.world import Doc, World

KEYS = ("at", "zone", "active")


def item(world: World) -> Doc:
    """Return a new item with a name that no other item has."""
    values: Doc = {"at": world.text("t"), "zone": {"name": world.text("z")}, "active": world.chance.random() < 0.5}
    keys = world.chance.sample(KEYS, world.chance.randint(1, len(KEYS)))
    return {"name": world.fresh("i"), **{key: values[key] for key in keys}}


def edit_items(world: World, items: list[Doc]) -> None:
    """Add or remove an item, or add, change or remove a key of one."""
    what = world.chance.choice(("add", "take out", "key", "key", "key", "no key"))
    if what == "add" or not items:
        items.insert(world.chance.randint(0, len(items)), item(world))
    elif what == "take out":
        items.remove(world.chance.choice(items))
    elif what == "key":
        world.chance.choice(items).update({k: v for k, v in item(world).items() if k != "name"})
    else:
        chosen = world.chance.choice(items)
        for key in [key for key in chosen if key != "name"][:1]:
            del chosen[key]


def edit_live_items(world: World, agent: str, items: list[Doc]) -> None:
    """Add a key to an item as somebody else, or remove one of ours."""
    if not items:
        return
    chosen = world.chance.choice(items)
    ours = [key for key in chosen if key in KEYS]
    if ours and world.chance.random() < 0.3:
        del chosen[world.chance.choice(ours)]
        return
    key = world.fresh("their")
    chosen[key] = world.text("theirs")
    world.their_keys[agent, chosen["name"], key] = chosen[key]


def as_it_must_be(world: World, agent: str | None, items: list[Doc]) -> list[dict[str, Any]]:
    """Return the declared items with the keys that others added."""
    theirs = {(name, key): value for (id, name, key), value in world.their_keys.items() if id == agent}
    return [
        each | {key: value for (name, key), value in theirs.items() if name == each["name"]}
        for each in map(dict, items)
    ]
