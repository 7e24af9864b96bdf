"""Edit the repository as a person does. Each edit changes the model and returns its description, None for no edit."""

from __future__ import annotations

import time

from tests.soak.items import edit_items, item
from tests.soak.world import FIELDS, MOST, Doc, World, epoch, far, generation, moment


def agent(world: World, project: str) -> Doc:
    """Return a new agent."""
    handle = world.fresh("a")
    skills = [world.docs[a]["metadata"]["name"] for a in world.of("Skill", project)]
    found: Doc = {
        "handle": handle,
        "title": world.text(handle),
        "role": world.text("role"),
        "prompt": {"template": f"{world.text('Say')}\nand no more."},
    }
    if skills and world.chance.random() < 0.7:
        found["skills"] = world.chance.sample(skills, world.chance.randint(1, len(skills)))
    if world.chance.random() < 0.5:
        found["triggers"] = [item(world) for _ in range(world.chance.randint(0, 3))]
    if world.chance.random() < 0.4:
        found["llm"] = {"temperature": world.chance.choice((0, 0.5, 1))}
    return found


def add(world: World, kind: str = "") -> str | None:
    """Declare a new resource, of `kind` if given."""
    kind = kind or world.chance.choice(("Project", "Skill", "AgentFlow", "Schedule", "Execution", "Execution"))
    if kind == "Project" and len(world.of("Project")) < MOST["Project"]:
        handle = world.fresh("p")
        return world.declare("Project", "", handle, {"projectName": world.text(handle), "description": "d"})
    project = world.room(kind) if kind != "Project" else None
    if project is None:
        return None
    flows = [world.docs[a]["metadata"]["name"] for a in world.of("AgentFlow", project)]
    if kind == "Skill":
        handle = world.fresh("s")
        connector = {"external": world.chance.choice(("Content creator", "Mail"))}
        spec: Doc = {"name": world.text(handle), "description": "d", "connector_id": connector}
        return world.declare(kind, project, handle, spec)
    if kind == "AgentFlow":
        handle = world.fresh("f")
        agents = [agent(world, project) for _ in range(world.chance.randint(0, 3))]
        spec = {"name": world.text(handle), "description": "d", "role": "r", "agents": agents}
        return world.declare(kind, project, handle, spec)
    if not flows:
        return None
    if kind == "Schedule":
        handle = world.fresh("x")
        more = {"lifecycle": {"deletion": "retain"}} if world.chance.random() < 0.2 else {}
        spec = {"coworker_id": world.chance.choice(flows), "template": world.text(handle), "schedule": far(world)}
        return world.declare(kind, project, handle, spec, **more)
    handle = world.fresh("e")
    if (twins := world.of("Execution", project)) and world.chance.random() < 0.2:
        twin = world.docs[world.chance.choice(twins)]["spec"]
        return world.declare(kind, project, handle, {key: value for key, value in twin.items() if key != "wait"})
    spec = {"agentflow_id": world.chance.choice(flows), "goal": world.text(handle)}
    if world.chance.random() < 0.5:
        spec["input_variables"] = {"ticket": world.text("t"), "deep": {"list": [1, 2.5, None, True]}}
    if world.chance.random() < 0.3:
        spec["wait"] = {"timeout": 20}
        spec["goal"] += world.chance.choice((" fails", ""))
    return world.declare(kind, project, handle, spec)


def add_soon(world: World, now: float) -> str | None:
    """Declare a schedule that fires in a few seconds of the server's time."""
    project = world.room("Schedule")
    flows = world.of("AgentFlow", project) if project else []
    if project is None or not flows:
        return None
    handle = world.fresh("x")
    flow = world.docs[world.chance.choice(flows)]["metadata"]["name"]
    spec = {"coworker_id": flow, "template": world.text(handle), "schedule": moment(now + world.chance.randint(1, 6))}
    world.soon.add(f"{project}/Schedule/{handle}")
    return world.declare("Schedule", project, handle, spec)


def append_agent(world: World) -> str | None:
    """Add an agent at the end of a flow."""
    flows = [a for a in world.sound("AgentFlow") if len(world.docs[a]["spec"]["agents"]) < 3]
    if not flows:
        return None
    flow = world.chance.choice(flows)
    made = agent(world, world.docs[flow]["metadata"]["project"])
    world.docs[flow]["spec"]["agents"].append(made)
    return f"append {flow}/Agent/{made['handle']}"


def edit(world: World) -> str | None:
    """Change a field that the API can change."""
    kind = world.chance.choice(("Project", "AgentFlow", "AgentFlow", "Schedule", "Execution"))
    found = [a for a in world.sound(kind) if a not in world.soon]
    if not found:
        return None
    address = world.chance.choice(found)
    doc = world.docs[address]
    spec = doc["spec"]
    if kind == "Project":
        name = world.chance.choice(("projectName", "description", "coworker_role"))
        spec[name] = world.text(doc["metadata"]["name"])
        return f"edit {address} {name}"
    if kind == "AgentFlow":
        return edit_agent(world, address)
    if kind == "Schedule":
        name = world.chance.choice(("template", "schedule"))
        spec[name] = far(world) if name == "schedule" else world.text(doc["metadata"]["name"])
        return f"edit {address} {name}"
    # A run's edit raises its generation; the spec may stay the same or change.
    doc["metadata"]["generation"] = generation(doc) + world.chance.choice((1, 1, 2))
    if world.chance.random() < 0.5:
        spec["goal"] = world.text(doc["metadata"]["name"]) + world.chance.choice((" fails", ""))
    return f"raise {address} to {generation(doc)}"


def edit_agent(world: World, flow: str) -> str | None:
    """Change one agent of a flow."""
    spec = world.docs[flow]["spec"]
    if not spec["agents"]:
        return None
    chosen = world.chance.choice(spec["agents"])
    what = world.chance.choice(("role", "template", "temperature", "title", "skills", "triggers", "triggers"))
    if what == "template":
        chosen["prompt"]["template"] = world.text("Say")
    elif what == "temperature":
        chosen["llm"] = {"temperature": world.chance.choice((0, 0.2, 0.7))}
    elif what == "triggers":
        edit_items(world, chosen.setdefault("triggers", []))
    elif what == "skills":
        project = world.docs[flow]["metadata"]["project"]
        skills = [world.docs[a]["metadata"]["name"] for a in world.of("Skill", project)]
        chosen["skills"] = world.chance.sample(skills, world.chance.randint(0, len(skills)))
    else:
        chosen[what] = world.text(chosen["handle"])
    return f"edit {flow}/Agent/{chosen['handle']} {what}"


def protect(world: World) -> str | None:
    """Protect a run, or end its protection: only its lifecycle changes."""
    found = world.sound("Execution")
    if not found:
        return None
    address = world.chance.choice(found)
    metadata = world.docs[address]["metadata"]
    if metadata.pop("lifecycle", None) is None:
        metadata["lifecycle"] = {"prevent_destroy": True}
    return f"edit the lifecycle of {address}"


def remove(world: World) -> str | None:
    """Remove a manifest that no other manifest refers to."""
    if world.wrong:
        return None  # an edit in `wrong` may still be undone, and must find what it refers to
    found = [a for a in [*world.docs] if world.docs[a]["kind"] != "Project" and not _used(world, a)]
    found = [a for a in found if a in world.sound(world.docs[a]["kind"]) and not _is_kept(world, a)]
    if world.chance.random() < 0.1 and len(world.of("Project")) > 1:
        project = world.chance.choice(world.of("Project"))
        within = world.of("Execution", world.docs[project]["metadata"]["name"])
        return None if any(_is_kept(world, a) for a in within) else _remove_project(world, project)
    if not found:
        return None
    address = world.chance.choice(found)
    _take_out(world, address)
    return f"remove {address}"


def _remove_project(world: World, project: str) -> str:
    handle = world.docs[project]["metadata"]["name"]
    for address in [a for a, doc in world.docs.items() if doc["metadata"].get("project") == handle]:
        _take_out(world, address)
    _take_out(world, project)
    return f"remove {project} and all in it"


def _take_out(world: World, address: str) -> None:
    doc = world.removed[address] = world.docs.pop(address)
    if doc["metadata"].get("lifecycle"):
        world.lost.add(address)  # retained: it stays live, and leaves the state
    world.soon.discard(address)


def _is_kept(world: World, address: str) -> bool:
    """True when a run is protected or has a twin: removing one of two equal runs could also be a rename."""
    doc = world.docs[address]
    if doc["kind"] != "Execution":
        return False
    twins = [a for a in world.of("Execution") if world.key(a) == world.key(address)]
    return "lifecycle" in doc["metadata"] or len(twins) > 1


def _used(world: World, address: str) -> bool:
    doc = world.docs[address]
    name, project = doc["metadata"]["name"], doc["metadata"].get("project")
    others = [other["spec"] for other in world.docs.values() if other["metadata"].get("project") == project]
    if doc["kind"] == "AgentFlow":
        return any(name in (spec.get("coworker_id"), spec.get("agentflow_id")) for spec in others)
    agents = [each for spec in others for each in spec.get("agents", ())]
    return doc["kind"] == "Skill" and any(name in each.get("skills", ()) for each in agents)


def put_back(world: World, names: dict[str, str]) -> str | None:
    """Declare a removed resource again. `names` holds the live display names by address."""
    if not world.removed:
        return None
    address = world.chance.choice([*world.removed])
    doc = world.removed[address]
    project, spec = doc["metadata"].get("project"), doc["spec"]
    if (project and f"Project/{project}" not in world.docs) or _is_past(doc):
        return None
    if names.get(address) not in (None, spec.get(FIELDS[doc["kind"]])):
        return None  # it was renamed live: nothing shows that it is the same resource
    flow = spec.get("coworker_id") or spec.get("agentflow_id")
    if flow and f"{project}/AgentFlow/{flow}" not in world.docs:
        return None
    for each in spec.get("agents", ()):
        each["skills"] = [s for s in each.get("skills", ()) if f"{project}/Skill/{s}" in world.docs]
    world.docs[address] = world.removed.pop(address)
    world.lost.discard(address)
    world.returned.add(address)
    return f"put back {address}"


def _is_past(doc: Doc) -> bool:
    return doc["kind"] == "Schedule" and epoch(doc["spec"]["schedule"]) < time.time() + 3600


def ask_for_the_impossible(world: World) -> str | None:
    """Edit a field that the API can't change: the edit must be blocked, and everything else must work."""
    kind = world.chance.choice(("Skill", "AgentFlow", "Agent", "Order", "Execution"))
    holder = "AgentFlow" if kind in ("Agent", "Order") else kind
    found = [a for a in world.sound(holder) if is_settled(world, a)]
    if not found or (kind == "AgentFlow" and world.allowed):
        return None
    address = world.chance.choice(found)
    spec = world.docs[address]["spec"]
    if kind in ("Agent", "Order"):
        return _mangle_agents(world, address, kind)
    name = "goal" if kind == "Execution" else "description"
    before = spec[name]
    spec[name] = world.text(world.docs[address]["metadata"]["name"])
    world.wrong[address] = lambda: spec.update({name: before})
    return f"impossible: edit {address} {name}"


def _mangle_agents(world: World, flow: str, how: str) -> str | None:
    agents = world.docs[flow]["spec"]["agents"]
    if len(agents) < 2 or any(f"{flow}/Agent/{each['handle']}" not in world.ids for each in agents):
        return None
    if how == "Order":
        agents[0], agents[1] = agents[1], agents[0]

        def swap() -> None:
            agents[0], agents[1] = agents[1], agents[0]

        world.wrong[flow] = swap
        return f"impossible: reorder {flow}"
    place = world.chance.randrange(len(agents))
    gone = agents.pop(place)
    world.wrong[f"{flow}/Agent/{gone['handle']}"] = lambda: agents.insert(place, gone)
    return f"impossible: remove {flow}/Agent/{gone['handle']}"


def is_settled(world: World, address: str) -> bool:
    """True when the resource is surely on the server as declared, apart from edits that the API can make."""
    doc = world.docs[address]
    return address in world.ids and (doc["kind"] != "Execution" or (address, generation(doc)) in world.ran)
