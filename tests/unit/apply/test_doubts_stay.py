"""A doubt about a run stays until it is settled, whatever is edited and applied meanwhile. Nothing is sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync import engine
from wexa_sync.model import Address, Choice, Intent, Status

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote

RUN = Address.parse("desk/Execution/run")


def raised(text: str, generation: int) -> str:
    """Return the run's manifest, of that generation."""
    return text.replace("{name: run}", f"{{name: run, generation: {generation}}}")


def lost(desk: Desk, run: str) -> str:
    """Send generation 2, and drop the request before it arrives."""
    desk.remote.fault("drop before POST /execute_flow")
    return raised(run, 2)


def twofold(desk: Desk, run: str) -> str:
    """Send generation 2 and lose it, and let two equal runs of others show up since."""
    text = lost(desk, run)
    (desk.folder / "run.yaml").write_text(text, "utf-8")
    desk.apply()
    records = desk.workspace.store.load().records
    flow = next(record.id for address, record in records.items() if address.kind == "AgentFlow")
    project = next(record.id for address, record in records.items() if address.kind == "Project")
    body = {
        "agentflow_id": flow,
        "goal": "Do it.",
        "executed_by": desk.remote.server.user_id,
        "projectID": project,
        "input_variables": {},
    }
    for _ in range(2):
        assert desk.remote.raw("POST", "/execute_flow", body, projectID=project).status_code == 200
    return text


def unstarted(desk: Desk, run: str) -> str:
    """Create generation 2, and drop the request that starts it."""
    desk.remote.raw("POST", "/_sandbox/clock", {"freeze": True})  # it must not start by itself
    desk.remote.fault("drop before POST /execute_flow/*/execute times=forever")
    return raised(run, 2) + "  start: explicit\n"


EDITS: dict[str, Callable[[str], str]] = {
    "as it was": lambda text: text,
    "protected": lambda text: text.replace("metadata: {", "metadata: {lifecycle: {prevent_destroy: true}, "),
    "retained": lambda text: text.replace("metadata: {", "metadata: {lifecycle: {deletion: retain}, "),
    "another goal": lambda text: text.replace("Do it.", "Do something else."),
    "run once more": lambda text: text.replace("generation: 2", "generation: 3"),
    "the first one": lambda text: text.replace("generation: 2", "generation: 1"),
    "waited for": lambda text: text + "  wait: {timeout: 1}\n",
    "gone": lambda _text: "",
}


@pytest.mark.parametrize("make", [lost, twofold, unstarted])
def test_no_edit_and_no_apply_settles_it(
    small: Callable[..., Desk], manifests: dict[str, str], remote: Remote, make: Callable[[Desk, str], str]
) -> None:
    desk = replace(small(remote), settle=0.05)
    desk.apply()
    file = desk.folder / "run.yaml"
    text = make(desk, manifests["run"])
    file.write_text(text, "utf-8")
    desk.apply(grace=0.05)
    doubt = desk.workspace.store.load().intents[RUN]
    remote.fault()
    sent = sends(remote)

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(
            st.tuples(st.sampled_from(sorted(EDITS)), st.builds(Choice, prune=st.booleans(), adopt=st.booleans())),
            min_size=1,
            max_size=2,
        )
    )
    def stays(edits: list[tuple[str, Choice]]) -> None:
        for edit, rules in edits:
            if changed := EDITS[edit](text):
                file.write_text(changed, "utf-8")
            else:
                file.unlink(missing_ok=True)
            desk.apply(desk.plan(rules), grace=0.05)
            assert desk.workspace.store.load().intents.get(RUN) == doubt
        desk.apply(grace=0.05)
        assert sends(remote) == sent

    stays()
    settled(desk, doubt, text)


def settled(desk: Desk, doubt: Intent, text: str) -> None:
    """Check that a person's word ends the doubt, and that the run is then sent once more."""
    before = len(sends(desk.remote))
    (desk.folder / "run.yaml").write_text(text, "utf-8")
    desired = desk.read()
    engine.resolve(RUN, desired, desk.workspace, happened_as=None)
    state = desk.workspace.store.load()
    assert RUN not in state.intents or state.intents[RUN].settled
    assert doubt.mark == state.intents.get(RUN, doubt).mark
    outcomes = {each.change.address: each for each in desk.apply(grace=0.05)}
    assert outcomes[RUN].status is Status.APPLIED
    assert len(sends(desk.remote)) == before + 1
    assert RUN not in desk.workspace.store.load().intents


def sends(remote: Remote) -> list[str]:
    """Return the writes that were sent about runs."""
    return [each for each in remote.writes if each.startswith("POST /execute_flow")]
