"""A sign-in and the first list: at the same time where the user is known, and as if one came after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, cast

import pytest

from wexa_sync.api.ahead import meanwhile
from wexa_sync.api.calls import Ids
from wexa_sync.api.client import Api
from wexa_sync.api.transport.http import Answer, Http
from wexa_sync.errors import ApiError, AuthRefused, ServerFault
from wexa_sync.kinds.project import PROJECT
from wexa_sync.model import Desired, Options, Target
from wexa_sync.observe.observation import observe
from wexa_sync.observe.vouched import unchanged
from wexa_sync.state.base import State

OURS, THEIRS = "67fdea40aac77be632954f0e", "67fdea40aac77be632954f0c"
PROJECTS = {OURS: "a", THEIRS: "b"}


class Server:
    """Represent a server: the account of THEIRS, and one project of each user. `asked`: the user of each request."""

    ahead = 0.0

    def __init__(self, meet: Callable[[], object] = lambda: None, **faults: ApiError) -> None:
        self.asked: list[str] = []
        self.listed = threading.Event()
        self._meet, self._faults = meet, faults

    def request(self, _method: str, path: str, *, query: Mapping[str, str], keep: Any = None, **_given: Any) -> Answer:
        """Answer a request."""
        self.asked.append(query.get("userId", "sign in"))
        if len(self.asked) <= 2:
            self._meet()
        name = path.rpartition("/")[2]
        if name in self._faults:
            self.listed.set()
            raise self._faults[name]
        if name == "customer":
            self.listed.wait(60 if len(self.asked) > 1 else 0)  # the account comes last where both were asked for
            return Answer(status=200, body={"organization_id": "o", "user_id": THEIRS}, attempts=1)
        shown = {"projectList": [{"_id": PROJECTS[query["userId"]] * 24, "projectName": "P"}], "totalCount": 1}
        body = keep(shown)
        self.listed.set()
        return Answer(status=200, body=body, attempts=1)

    def api(self, user: str, at_once: int) -> Api:
        """Return an API of the server."""
        return Api(cast("Http", self), org_id="o", user_id=user, at_once=at_once)


def fault(kind: type[ApiError], what: str) -> ApiError:
    return kind(what, method="GET", path="/")


def ids(api: Api) -> list[str]:
    with ThreadPoolExecutor(2) as pool, meanwhile(api.begin(pool), pool):
        return [raw["_id"][0] for raw in api.list(PROJECT, Ids())]


def test_where_the_user_is_known_both_are_asked_for_at_the_same_time() -> None:
    server = Server(threading.Barrier(2, timeout=60).wait)
    assert ids(server.api(OURS, 2)) == ["a", "b"], "the projects of both, though the account came with the first list"
    assert sorted(server.asked[:2]) == [OURS, "sign in"]
    assert server.asked[2:] == [THEIRS]


@pytest.mark.parametrize(("user", "at_once"), [(OURS, 1), ("", 2)])
def test_with_one_request_at_a_time_or_no_known_user_one_waits_for_the_other(user: str, at_once: int) -> None:
    server = Server()
    assert ids(server.api(user, at_once)) == (["a", "b"] if user else ["b"])
    assert server.asked[:2] == ["sign in", user or THEIRS]


def observed(api: Api) -> object:
    return observe(
        Desired(manifests={}, depends_on={}),
        State(),
        api,
        Target(base_url="http://127.0.0.1", org_id="o"),
        Options(parallelism=2),
    )


def glanced_at(api: Api) -> object:
    return unchanged(State(), api, Options(parallelism=2), {})


@pytest.mark.parametrize("look", [observed, glanced_at])
@pytest.mark.parametrize("meets", [True, False])
def test_who_can_not_sign_in_is_told_that_whatever_came_of_the_list(look: Callable[[Api], object], meets: bool) -> None:
    refused, down = fault(AuthRefused, "no such key"), fault(ServerFault, "down")
    meet = threading.Barrier(2, timeout=60).wait if meets else lambda: None
    for faults in ({"customer": refused}, {"customer": refused, "project": down}):
        with pytest.raises(AuthRefused):
            look(Server(meet, **faults).api(OURS, 2 if meets else 1))
    with pytest.raises(ServerFault):
        look(Server(meet, project=down).api(OURS, 2 if meets else 1))


def test_after_a_sign_in_that_failed_nothing_more_is_asked_for() -> None:
    begins, ends, asked, left = threading.Event(), threading.Event(), list[int](), list[Future[None]]()
    first: Future[str] = Future()
    first.set_exception(fault(AuthRefused, "no such key"))
    pool = ThreadPoolExecutor(1)

    def busy() -> None:
        begins.set()
        ends.wait(60)

    def ask() -> None:
        with meanwhile(first, pool):
            pool.submit(busy)
            begins.wait(60)
            left.append(pool.submit(asked.append, 1))

    with pytest.raises(AuthRefused):
        ask()
    ends.set()
    pool.shutdown()
    assert left[0].cancelled()
    assert asked == []


def test_a_sign_in_after_one_that_failed_counts() -> None:
    server = Server(customer=fault(AuthRefused, "no such key"))
    api = server.api(OURS, 2)
    with pytest.raises(AuthRefused):
        ids(api)
    server._faults.clear()
    api.sign_in()
    assert [raw["_id"][0] for raw in api.list(PROJECT, Ids())] == ["a", "b"]
