"""When the inbox is read, which items of it are open, and how what they hold is named."""

from __future__ import annotations

from typing import Any, cast

import pytest

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.executions.inbox import asking, leaves
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.inbox import EVERYTHING, PENDING
from wexa_sync.model import Run


class Inbox:
    """Represent an Api that lists that item where the whole inbox is asked for, and counts the lists."""

    def __init__(self, word: str) -> None:
        self.word, self.lists = word, 0

    def list(self, kind: Kind, _ids: Ids) -> list[dict[str, Any]]:
        """Return the item, with its status; nothing for what is pending."""
        self.lists += 1
        item = {"_id": "q1", "type": "anomaly_detection", "status": self.word, "execution_id": "e1", "summary": "Odd"}
        return [] if kind is PENDING else [item]


@pytest.mark.parametrize(
    ("status", "word", "found"),
    [
        ("input_required", "INPUT_REQUIRED", True),
        ("input_required", "input_required", True),  # an item that is not `pending` is in the whole list alone
        ("input_required", "approved", False),
        ("running", "input_required", False),  # the whole list may be long, and nothing says that the run waits
        ("completed", "pending", False),
    ],
)
def test_the_whole_inbox_is_read_where_the_status_says_that_the_run_asks(status: str, word: str, found: bool) -> None:
    api = Inbox(word)
    run = asking(cast(Api, api), Run(kind="Execution", id="e1", status=status, project_id="p1"))
    assert bool(run.questions) is found
    assert api.lists == {"input_required": 2, "running": 1, "completed": 0}[status]
    assert EVERYTHING.listing is not PENDING.listing


def test_values_have_paths_also_where_a_name_holds_a_dot() -> None:
    assert leaves({"a.b": 1, "c": {"d": [2], "e": {}}}) == {("a.b",): 1, ("c", "d"): [2], ("c", "e"): {}}
