"""A list that was read ahead is read again where its end was not seen."""

from __future__ import annotations

import pytest

from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.paging import ANYTHING, Extent, Found, Sought
from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.model import Account
from wexa_sync.observe.replay import Ahead


class Server(Api):
    """Show the first of two flows to whoever needs no more."""

    def __init__(self) -> None:
        self.org_id, self.user_id, self._account, self.asked = "o", "u", Account(), 0

    def listed(self, kind: Kind, ids: Ids, sought: Sought = ANYTHING) -> Found:  # noqa: ARG002
        """Return a list."""
        self.asked += 1
        if sought.alone:
            return Found(items=[{"_id": "a"}], extent=Extent.ENOUGH)
        return Found(items=[{"_id": "a"}, {"_id": "b"}])


@pytest.mark.parametrize(("sought", "asked"), [(Sought(ids=frozenset({"a"}), alone=True), 2), (ANYTHING, 1)])
def test_what_was_not_read_to_its_end_is_read_again(sought: Sought, asked: int) -> None:
    server = Server()
    ahead = Ahead(server)
    ahead.listed(BY_NAME["AgentFlow"], Ids(project="p"), sought)
    ahead.reads_ahead = False
    assert len(ahead.list(BY_NAME["AgentFlow"], Ids(project="p"))) == 2
    assert server.asked == asked
