"""A workspace with the support desk applied, shared by the tests of this folder: they only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Desk, copy_example, opened
from wexa_sync import engine
from wexa_sync.model import Asked, Viewed

Get = Callable[..., Viewed]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Return a desk with everything applied, and nothing that is read here changed by any test."""
    with opened() as remote:
        desk = Desk(copy_example("support-desk", tmp_path_factory.mktemp("shared") / "desk"), remote)
        desk.apply()
        yield desk


@pytest.fixture
def get(shared: Desk) -> Get:
    """Return the function that asks for a view: its name, and what is asked of it."""

    def ask(view: str, name: str = "", *, project: str = "", most: int = 0, **filters: str) -> Viewed:
        return engine.get(shared.workspace, view, Asked(name=name, project=project, filters=filters, most=most))

    return ask
