"""Any one answer of an apply may be damaged in any place: it ends in words, and afterwards everything is there once."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from wexa_sync.errors import WexaSyncError
from wexa_sync.model import Plan

if TYPE_CHECKING:
    from tests.conftest import Desk, Remote
    from tests.e2e.conftest import Wire

ODD: list[Any] = [None, 0, -1, 1.5, True, "", "x", "..", "a/b", "\ud800", "\x1b[31m", 1e308, 10**30, "2024-01-01"]
ODD += [[], {}, [None], ["a", "b"], [[]], {"_id": 5}, {"_id": "x"}, {"a": {}}]


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield every place in a value, the value itself first."""
    yield at
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*at, key))


def damaged(value: Any, chance: Random) -> Any:
    """Return the value with one place of it changed, removed, or doubled."""
    value = copy.deepcopy(value)
    path, odd = chance.choice(list(places(value))), chance.choice(ODD)
    if not path:
        return odd
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    how = chance.choice(["change", "change", "drop", "double"])
    if how == "drop":
        del inner[path[-1]]
    elif how == "double" and isinstance(inner, list):
        inner.append(copy.deepcopy(inner[path[-1]]))
    else:
        inner[path[-1]] = odd
    return value


@settings(max_examples=12)
@given(nth=st.integers(1, 40), seed=st.integers(0, 10**6))
def test_one_damaged_answer_ends_in_words_and_nothing_is_made_twice_or_lost(
    tmp_path_factory: pytest.TempPathFactory,
    desk: Desk,
    open_sandbox: Callable[..., AbstractContextManager[Remote]],
    lay_wire: Callable[[Remote], AbstractContextManager[Wire]],
    work: Callable[[Plan], list[str]],
    nth: int,
    seed: int,
) -> None:
    with open_sandbox() as remote, lay_wire(remote) as wire:
        folder = shutil.copytree(desk.folder, tmp_path_factory.mktemp("own") / "desk")
        through = replace(remote, server=replace(remote.server, base_url=wire.url))
        lied = replace(desk, folder=folder, remote=through, settle=0.2, parallelism=1)
        wire.tamper = lambda heard, true: damaged(true, Random(seed)) if heard == nth else true  # noqa: S311
        hint = "none was needed"
        try:
            lied.apply()
        except WexaSyncError as error:
            hint = error.hint
        assert hint
        wire.tamper = None
        for _ in range(2):
            lied.apply()
        assert work(lied.plan()) == []
        (project,) = remote.raw("GET", "/v1/project", **who(remote)).json()["projectList"]
        for path, key, count in (("/skills/", "skills", 2), ("/agentflows", "agentflows", 1)):
            assert len(remote.raw("GET", path, projectID=project["_id"]).json()[key]) == count
        assert len(remote.raw("GET", f"/{project['_id']}/execution_flows").json()["data"]) == 1


def who(remote: Remote) -> dict[str, str]:
    return {"userId": remote.server.user_id, "orgId": remote.server.org_id}
