"""The statuses in which a move has nothing to do, or can't be made."""

from __future__ import annotations

import pytest

from wexa_sync.kinds.execution import CANCEL, PAUSE, RESUME, RUNNING
from wexa_sync.kinds.running import Move


@pytest.mark.parametrize("move", [PAUSE, RESUME, CANCEL], ids=lambda move: move.verb)
def test_an_end_is_final(move: Move) -> None:
    assert move.done & move.never == frozenset()
    assert move.done | move.never >= RUNNING.ended
    assert ("cancelled" in move.done) is (move is CANCEL)
