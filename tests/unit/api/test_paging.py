from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec import Struct, field

from wexa_sync.api import paging as pages
from wexa_sync.api.ahead import Query
from wexa_sync.api.paging import USUAL_SIZES, Extent, Found, Sought
from wexa_sync.errors import LostAnswer, Nonsense, Refused
from wexa_sync.kinds.paging import AfterId, NoPaging, PageNumber, Paging, Single, SkipLimit

KEYS = ("flows",)
WHAT = "GET /flows"
Fetch = Callable[[Query], Any]
Wrap = Callable[[list[Any], int], Any]

ENVELOPES: dict[str, Wrap] = {
    "bare": lambda items, _: items,
    "own key": lambda items, _: {"flows": items},
    "data": lambda items, _: {"data": items},
    "items": lambda items, _: {"items": items},
    "results": lambda items, _: {"status": "ok", "results": items},
    "records": lambda items, _: {"records": items},
    "nested": lambda items, _: {"data": {"flows": items}},
    "count of the page": lambda items, _: {"flows": items, "count": len(items)},
}
COUNTED: dict[str, Wrap] = {
    "totalCount": lambda items, total: {"flows": items, "totalCount": total},
    "total_count": lambda items, total: {"records": items, "total_count": total},
    "total": lambda items, total: {"total": total, "data": items},
    "count": lambda items, total: {"flows": items, "count": total},
    "nested": lambda items, total: {"data": {"flows": items, "total": total}},
    "beside": lambda items, total: {"data": {"flows": items}, "total": total},
}


class Server(Struct, dict=True):
    """Honour a dialect as the API does; `cap` is its own largest page, `spoil` what it does to its n-th answer."""

    items: Sequence[Any]
    paging: Paging
    wrap: Wrap = ENVELOPES["bare"]
    cap: int = 10**9
    spoil: Callable[[int, list[Any]], list[Any]] = lambda _, page: page
    queries: list[Query] = field(default_factory=list)

    def __call__(self, query: Query) -> Any:
        self.queries.append(query)
        return self.wrap(self.spoil(len(self.queries), self._page(query)), len(self.items))

    def _page(self, query: Query) -> list[Any]:
        paging = self.paging
        if isinstance(paging, NoPaging):
            assert not query
            return list(self.items)
        size = min(int(query[paging.limit_param]), self.cap)
        if isinstance(paging, Single):
            start = 0
        elif isinstance(paging, PageNumber):
            start = (int(query[paging.page_param]) - paging.first) * size
        elif isinstance(paging, AfterId):
            last = query.get(paging.after_param)
            start = [item["_id"] for item in self.items].index(last) + 1 if last else 0
        else:
            start = int(query.get(paging.skip_param, 0))
            assert start or paging.skip_param not in query
        return list(self.items[start : start + size])


def _items(count: int) -> list[dict[str, Any]]:
    return [{"_id": f"{number:024x}", "name": f"n{number % 7}"} for number in range(count)]


def collect(fetch: Fetch, paging: Paging, **more: Any) -> Found:
    return pages.collect(lambda query, keep: keep(fetch(query)), paging, **more)


def _collect(fetch: Fetch, paging: Paging, **more: Any) -> list[dict[str, Any]]:
    return collect(fetch, paging, keys=KEYS, what=WHAT, **more).items


DIALECTS: list[Callable[[int], Paging]] = [
    lambda limit: SkipLimit(limit=limit),
    lambda limit: PageNumber(limit=limit),
    lambda limit: PageNumber(page_param="page_no", limit=limit, first=0),
    lambda limit: AfterId(limit=limit),
]
UNCAPPED: list[Callable[[int], Paging]] = [lambda limit: Single(limit=limit), lambda _: NoPaging()]


@given(
    count=st.integers(0, 400),
    limit=st.integers(1, 150),
    dialect=st.sampled_from(DIALECTS + UNCAPPED),
    wrap=st.sampled_from(list((ENVELOPES | COUNTED).values())),
)
def test_all_items_in_order(count: int, limit: int, dialect: Callable[[int], Paging], wrap: Wrap) -> None:
    items = _items(count)
    assert _collect(Server(items, dialect(limit), wrap), dialect(limit)) == items


@given(
    count=st.integers(0, 400),
    limit=st.integers(1, 150),
    cap=st.sampled_from(sorted(USUAL_SIZES)),
    dialect=st.sampled_from(DIALECTS),
    wrap=st.sampled_from(list(ENVELOPES.values())),
)
def test_a_usual_cap_without_a_total_loses_nothing(
    count: int, limit: int, cap: int, dialect: Callable[[int], Paging], wrap: Wrap
) -> None:
    items = _items(count)
    assert _collect(Server(items, dialect(limit), wrap, cap), dialect(limit)) == items


@given(
    count=st.integers(0, 400),
    limit=st.integers(1, 150),
    cap=st.integers(1, 150),
    dialect=st.sampled_from(DIALECTS),
    wrap=st.sampled_from(list(COUNTED.values())),
)
def test_any_cap_with_a_total_loses_nothing(
    count: int, limit: int, cap: int, dialect: Callable[[int], Paging], wrap: Wrap
) -> None:
    items = _items(count)
    assert _collect(Server(items, dialect(limit), wrap, cap), dialect(limit)) == items


@given(
    count=st.integers(1, 200),
    sizes=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    loss=st.tuples(st.integers(1, 12), st.integers(1, 60)),
    dialect=st.sampled_from(DIALECTS + UNCAPPED),
    wrap=st.sampled_from(list(COUNTED.values())),
)
def test_with_a_total_a_thinned_page_is_never_a_shorter_list(
    count: int, sizes: tuple[int, int], loss: tuple[int, int], dialect: Callable[[int], Paging], wrap: Wrap
) -> None:
    (limit, cap), (spoilt, lost) = sizes, loss
    items = _items(count)
    server = Server(items, dialect(limit), wrap, cap, lambda n, page: page[lost:] if n == spoilt else page)
    try:
        found = collect(server, dialect(limit), keys=KEYS, what=WHAT)
    except Nonsense:
        return
    assert found.extent is Extent.CUT or {item["_id"] for item in found.items} == {item["_id"] for item in items}


@given(count=st.integers(0, 200), limit=st.integers(1, 60), dialect=st.sampled_from(DIALECTS + UNCAPPED), at=st.data())
def test_a_failed_page_raises_through(
    count: int, limit: int, dialect: Callable[[int], Paging], at: st.DataObject
) -> None:
    whole = Server(_items(count), dialect(limit))
    _collect(whole, dialect(limit))
    failing = at.draw(st.integers(1, len(whole.queries)))

    def fail(number: int, page: list[Any]) -> list[Any]:
        if number == failing:
            raise LostAnswer("cut", method="GET", path="/flows")
        return page

    with pytest.raises(LostAnswer):
        _collect(Server(_items(count), dialect(limit), spoil=fail), dialect(limit))


@given(count=st.integers(0, 400), limit=st.integers(1, 150), dialect=st.sampled_from(DIALECTS))
def test_as_few_requests_as_possible(count: int, limit: int, dialect: Callable[[int], Paging]) -> None:
    counted = Server(_items(count), dialect(limit), COUNTED["totalCount"])
    _collect(counted, dialect(limit), total="totalCount")
    assert len(counted.queries) == max(1, math.ceil(count / limit))
    assume(count not in USUAL_SIZES)
    bare = Server(_items(count), dialect(limit))
    _collect(bare, dialect(limit))
    assert len(bare.queries) == count // limit + 1


def test_a_short_first_page_of_a_usual_size_is_probed() -> None:
    server = Server(_items(25), SkipLimit(limit=100), cap=20)
    assert len(_collect(server, SkipLimit(limit=100))) == 25
    assert server.queries == [{"limit": 100}, {"skip": 20, "limit": 100}]

    numbered = Server(_items(25), PageNumber(limit=100), cap=20)
    assert len(_collect(numbered, PageNumber(limit=100))) == 25
    assert numbered.queries == [{"page": 1, "limit": 100}, {"page": 2, "limit": 20}]


def test_an_offset_that_the_server_counts_in_the_limit_asked_for_leaves_no_gap() -> None:
    def fetch(query: Query) -> list[Any]:
        start = (int(query["page"]) - 1) * int(query["limit"])
        return _items(130)[start : start + min(int(query["limit"]), 50)]

    assert _collect(fetch, PageNumber(limit=100)) == _items(130)


class TestSingle:
    def test_a_full_answer_is_asked_for_again_with_twice_the_limit(self) -> None:
        server = Server(_items(35), Single(limit=10))
        assert _collect(server, Single(limit=10)) == _items(35)
        assert server.queries == [{"limit": 10}, {"limit": 20}, {"limit": 40}]

    def test_what_does_not_grow_may_be_cut(self) -> None:
        for items, cap in ((_items(10), 10**9), (_items(35), 10)):
            server = Server(items, Single(limit=10), cap=cap)
            found = collect(server, Single(limit=10), keys=KEYS, what=WHAT)
            assert (found.items, found.extent, found.total) == (_items(10), Extent.CUT, None)
            assert len(server.queries) == 2

    @pytest.mark.parametrize(
        ("count", "cap", "wrap", "extent"),
        [
            (37, 10**9, "bare", Extent.WHOLE),
            (20, 10**9, "bare", Extent.UNSURE),
            (45, 20, "bare", Extent.UNSURE),
            (45, 20, "totalCount", Extent.CUT),
        ],
    )
    def test_how_much_of_the_list_came(self, count: int, cap: int, wrap: str, extent: Extent) -> None:
        server = Server(_items(count), Single(limit=100), (ENVELOPES | COUNTED)[wrap], cap=cap)
        assert collect(server, Single(limit=100), keys=KEYS, what=WHAT).extent is extent

    @pytest.mark.parametrize(("total", "extent"), [("totalCount", Extent.WHOLE), ("", Extent.UNSURE)])
    def test_a_total_that_may_be_the_pages_own_proves_nothing(self, total: str, extent: Extent) -> None:
        server = Server(_items(20), Single(limit=100), COUNTED["totalCount"], cap=20)
        assert collect(server, Single(limit=100), keys=KEYS, what=WHAT, total=total).extent is extent

    def test_a_full_answer_with_all_that_was_sought_is_enough(self) -> None:
        server = Server(_items(35), Single(limit=10))
        sought = Sought(ids=frozenset(item["_id"] for item in _items(10)), alone=True)
        found = collect(server, Single(limit=10), keys=KEYS, what=WHAT, sought=sought)
        assert (found.items, found.extent, len(server.queries)) == (_items(10), Extent.ENOUGH, 1)

    def test_a_total_names_the_limit_to_ask_for(self) -> None:
        server = Server(_items(90), Single(limit=10), COUNTED["total"])
        assert _collect(server, Single(limit=10)) == _items(90)
        assert server.queries == [{"limit": 10}, {"limit": 90}]

    def test_a_cap_below_the_total_cuts_it(self) -> None:
        server = Server(_items(90), Single(limit=10), COUNTED["total"], cap=50)
        found = collect(server, Single(limit=10), keys=KEYS, what=WHAT)
        assert (len(found.items), found.extent, found.total) == (50, Extent.CUT, 90)

    def test_a_larger_limit_that_is_refused_cuts_it_where_the_smaller_one_was_full(self) -> None:
        found = collect(limited(_items(1500), 1000), Single(limit=1000), keys=KEYS, what=WHAT)
        assert (len(found.items), found.extent) == (1000, Extent.CUT)

    def test_a_limit_that_is_ignored_needs_no_second_request(self) -> None:
        queries: list[Query] = []

        def fetch(query: Query) -> list[Any]:
            queries.append(query)
            return _items(17)

        assert _collect(fetch, Single(limit=10)) == _items(17)
        assert len(queries) == 1


def limited(items: list[dict[str, Any]], most: int, status: int = 422) -> Fetch:
    """Return a server that refuses a limit of more than `most`."""

    def fetch(query: Query) -> list[Any]:
        limit, start = int(query["limit"]), int(query.get("skip", 0))
        if limit > most:
            raise Refused("limit: at most", method="GET", path="/flows", status=status)
        return items[start : start + limit]

    return fetch


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("paging", [Single(limit=1000), SkipLimit(limit=100)])
def test_a_limit_that_is_refused_is_followed_by_a_smaller_one(paging: Paging, status: int) -> None:
    assert _collect(limited(_items(37), 50, status), paging) == _items(37)


def test_what_no_limit_helps_is_refused_as_it_was_first() -> None:
    for fetch in (limited([], 5), limited([], 50, status=409)):
        with pytest.raises(Refused, match="at most"):
            _collect(fetch, SkipLimit())


class TestRepeats:
    @pytest.mark.parametrize("paging", [SkipLimit(limit=100), PageNumber(limit=100), SkipLimit(limit=7)])
    def test_a_server_that_ignores_paging_gives_everything_once(self, paging: Paging) -> None:
        assert _collect(lambda _: _items(20), paging) == _items(20)

    def test_also_where_other_fields_move_between_two_reads(self) -> None:
        reads = iter(range(9))

        def fetch(_: Query) -> list[Any]:
            read = next(reads)
            return [{**item, "last_used": read} for item in _items(20)]

        assert len(_collect(fetch, SkipLimit(limit=100))) == 20

    def test_items_without_an_id_are_compared_whole(self) -> None:
        page = [{"name": f"n{n}"} for n in range(20)]
        assert _collect(lambda _: page, SkipLimit(limit=100)) == page

    def test_a_first_page_cut_as_asked_and_then_repeated_is_no_whole_list(self) -> None:
        with pytest.raises(Nonsense, match="page 2 repeats items of an earlier page"):
            _collect(lambda _: _items(20), SkipLimit(limit=20))

    def test_nor_is_one_that_a_total_says_is_longer(self) -> None:
        with pytest.raises(Nonsense, match="page 2 repeats"):
            _collect(lambda _: {"flows": _items(20), "total": 33}, SkipLimit(limit=100))

    @pytest.mark.parametrize("key", ["_id", "execution_id", "id", "connectorID"])
    def test_one_item_again_is_an_error(self, key: str) -> None:
        items = [{key: n} for n in range(30)]

        def fetch(query: Query) -> list[Any]:
            start = int(query.get("skip", 0))
            return items[max(0, start - 1) : start + 10]

        with pytest.raises(Nonsense, match="GET /flows: page 2 repeats") as caught:
            _collect(fetch, SkipLimit(limit=10))
        assert caught.value.hint

    def test_a_later_page_again_is_an_error(self) -> None:
        def fetch(query: Query) -> list[Any]:
            start = min(int(query.get("skip", 0)), 20)
            return _items(30)[start : start + 10]

        with pytest.raises(Nonsense, match="page 4 repeats"):
            _collect(fetch, SkipLimit(limit=10))


def test_a_list_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGES", 5)

    def fetch(query: Query) -> list[Any]:
        start = int(query.get("skip", 0))
        return [{"_id": str(n)} for n in range(start, start + 10)]

    with pytest.raises(Nonsense, match="does not end: 5 pages"):
        _collect(fetch, SkipLimit(limit=10))


def test_deleted_items_are_counted_then_dropped() -> None:
    items = [{**item, "is_deleted": n % 2 == 0} for n, item in enumerate(_items(30))]
    server = Server(items, SkipLimit(limit=10), COUNTED["total"])
    assert _collect(server, SkipLimit(limit=10)) == items[1::2]
    assert len(server.queries) == 3


def test_a_total_that_grows_while_reading_is_followed() -> None:
    totals = iter([20, 25, 25])
    items = _items(25)

    def fetch(query: Query) -> Any:
        start = int(query.get("skip", 0))
        return {"flows": items[start : start + 10], "total": next(totals)}

    assert _collect(fetch, SkipLimit(limit=10)) == items


@pytest.mark.parametrize(
    "body",
    [
        {"rows": [{"_id": "1"}], "ok": True},
        {"data": {"rows": [{"_id": "1"}]}},
        {"result": {"page": {"rows": [{"_id": "1", "agents": [{"_id": "2"}]}]}}, "errors": []},
    ],
)
def test_the_only_list_is_the_list_whatever_its_name(body: Any) -> None:
    assert _collect(lambda _: body, NoPaging()) == body_items(body)


def body_items(body: Any) -> list[Any]:
    """Return the list under `rows`, at any depth."""
    return body["rows"] if "rows" in body else next(body_items(part) for part in body.values() if part is not True)


def test_a_total_beside_the_only_list_counts() -> None:
    found = collect(lambda _: {"result": {"rows": _items(3), "total": 7}}, NoPaging(), keys=KEYS, what=WHAT)
    assert (found.extent, found.total) == (Extent.CUT, 7)


def test_the_own_key_goes_before_a_usual_one() -> None:
    body = {"results": [{"_id": "other"}], "data": {"flows": [{"_id": "mine"}]}}
    assert _collect(lambda _: body, NoPaging()) == [{"_id": "mine"}]


@pytest.mark.parametrize("total", [True, "30", -1, None, 2.5, {"n": 3}])
def test_what_is_no_number_is_no_total(total: Any) -> None:
    assert _collect(lambda _: {"flows": _items(3), "total": total}, NoPaging()) == _items(3)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, "got nothing"),
        ("text", "got a text"),
        (True, "got true or false"),
        ({}, r"an object with the keys \(none\)"),
        ({"flow": [], "other": []}, "an object with the keys 'flow', 'other'"),
        ({"_id": "1", "agents": []}, "an object with the keys '_id', 'agents'"),
        ({"errors": []}, "an object with the keys 'errors'"),
        ({"flows": None}, "one of 'flows', 'data', 'items', 'results', 'records'; got an object with the keys 'flows'"),
        ({"data": {"other": [], "another": []}}, "an object with the keys 'data'"),
        ([{"_id": "1"}, None], "one of its items is nothing"),
        ({"flows": [["x"]]}, "one of its items is a list"),
        ({"data": {"flows": [7]}}, "one of its items is a number"),
    ],
)
@pytest.mark.parametrize("paging", [NoPaging(), Single(), SkipLimit(), PageNumber()])
def test_another_shape_is_nonsense(body: Any, words: str, paging: Paging) -> None:
    with pytest.raises(Nonsense, match=words) as caught:
        _collect(lambda _: body, paging)
    assert (caught.value.method, caught.value.path) == ("GET", "/flows")


TOTALS: dict[str, Wrap] = {
    "none": ENVELOPES["own key"],
    "of the list": COUNTED["totalCount"],
    "of the page": lambda items, _: {"flows": items, "totalCount": len(items)},
    "stale": lambda items, total: {"flows": items, "totalCount": max(total - 1, 0)},
    "under another key": COUNTED["total_count"],
}
some_dialect = st.sampled_from(DIALECTS)


class TestTotals:
    @given(
        count=st.integers(0, 400),
        limit=st.integers(1, 150),
        dialect=some_dialect,
        says=st.sampled_from(["none", "of the list", "of the page", "under another key"]),
        cap=st.sampled_from([10**9, *sorted(USUAL_SIZES)]),
    )
    def test_one_that_nobody_vouches_for_loses_nothing(
        self, count: int, limit: int, dialect: Callable[[int], Paging], says: str, cap: int
    ) -> None:
        server = Server(_items(count), dialect(limit), TOTALS[says], cap)
        assert _collect(server, dialect(limit)) == _items(count)

    @given(
        count=st.integers(0, 400),
        limit=st.integers(1, 150),
        dialect=some_dialect,
        says=st.sampled_from(list(TOTALS)),
        known=st.integers(1, 400),
    )
    def test_none_at_all_loses_what_is_recorded(
        self, count: int, limit: int, dialect: Callable[[int], Paging], says: str, known: int
    ) -> None:
        recorded = [item["_id"] for item in _items(count)[-known:]]  # the newest stand last
        server = Server(_items(count), dialect(limit), TOTALS[says])
        found = _collect(server, dialect(limit), total="totalCount", sought=Sought(ids=frozenset(recorded)))
        assert {item["_id"] for item in found} >= set(recorded)

    def test_fewer_than_came_count_nothing(self) -> None:
        server = Server(_items(25), SkipLimit(limit=10), lambda items, _: {"flows": items, "totalCount": 9})
        assert _collect(server, SkipLimit(limit=10), total="totalCount") == _items(25)

    def test_more_than_there_are_is_an_error(self) -> None:
        server = Server(_items(20), SkipLimit(limit=10), lambda items, _: {"flows": items, "totalCount": 99})
        for at_once in (1, 10):
            with pytest.raises(Nonsense, match="20 items came, the server counts 99"):
                _collect(server, SkipLimit(limit=10), total="totalCount", at_once=at_once)
        assert len(server.queries) < 20

    def test_one_that_was_more_than_page_1_is_that_of_the_list(self) -> None:
        server = Server(_items(200), SkipLimit(limit=100), COUNTED["totalCount"])
        _collect(server, SkipLimit(limit=100))
        assert len(server.queries) == 2

    @pytest.mark.parametrize("count", [10, 100])
    @pytest.mark.parametrize(("total", "asked"), [("totalCount", 1), ("", 2)])
    def test_one_of_a_full_first_page_ends_a_list_that_is_known_to_count(
        self, count: int, total: str, asked: int
    ) -> None:
        server = Server(_items(count), SkipLimit(limit=100), COUNTED["totalCount"])
        assert _collect(server, SkipLimit(limit=100), total=total) == _items(count)
        assert len(server.queries) == asked

    @pytest.mark.parametrize(
        ("recorded", "complete", "asked"), [(10, True, 1), (10, False, 3), (9, True, 1), (11, True, 3)]
    )
    def test_one_that_may_be_that_of_a_page_is_enough_where_only_what_is_recorded_is_looked_for(
        self, recorded: int, complete: bool, asked: int
    ) -> None:
        server = Server(_items(20), SkipLimit(limit=10), TOTALS["of the page"])
        sought = Sought(ids=frozenset(item["_id"] for item in _items(recorded)), complete=complete)
        found = _collect(server, SkipLimit(limit=10), sought=sought)
        assert len(server.queries) == asked  # to the end, where nobody believes it
        assert found == _items(10 if asked == 1 else 20)


class TestSought:
    @given(count=st.integers(1, 400), limit=st.integers(1, 150), dialect=some_dialect, draw=st.data())
    def test_alone_it_ends_the_list_with_the_page_that_has_the_last_of_it(
        self, count: int, limit: int, dialect: Callable[[int], Paging], draw: st.DataObject
    ) -> None:
        at = draw.draw(st.sets(st.integers(0, count - 1), min_size=1))
        sought = Sought(ids=frozenset(_items(count)[each]["_id"] for each in at), alone=True)
        server = Server(_items(count), dialect(limit))
        found = collect(server, dialect(limit), keys=KEYS, what=WHAT, sought=sought, at_once=4)
        assert sought.ids <= {item["_id"] for item in found.items}
        assert found.items == _items(count)[: len(found.items)]
        assert len(server.queries) == max(at) // limit + 1
        assert found.extent is (Extent.ENOUGH if len(found.items) % limit == 0 else found.extent)

    def test_what_is_not_there_is_looked_for_to_the_end(self) -> None:
        sought = Sought(ids=frozenset({_items(1)[0]["_id"], "gone"}), alone=True)
        server = Server(_items(30), SkipLimit(limit=10), COUNTED["totalCount"])
        found = collect(server, SkipLimit(limit=10), keys=KEYS, what=WHAT, total="totalCount", sought=sought)
        assert (found.items, found.extent) == (_items(30), Extent.WHOLE)


class Hall:
    """Hold each request after the first until as many others are there, so that only those asked at once get on."""

    def __init__(self, server: Server, guests: int) -> None:
        self.server, self.barrier = server, threading.Barrier(guests)
        self.lock = threading.Lock()

    def __call__(self, query: Query) -> Any:
        with self.lock:
            answer, first = self.server(query), len(self.server.queries) == 1
        if not first:
            self.barrier.wait(timeout=60)
        return answer


class TestPagesAtOnce:
    @pytest.mark.parametrize("dialect", [SkipLimit(limit=100), PageNumber(limit=100)])
    def test_a_total_has_the_others_asked_for_at_once(self, dialect: Paging) -> None:
        server = Server(_items(430), dialect, COUNTED["totalCount"])
        assert _collect(Hall(server, 4), dialect, at_once=4) == _items(430)
        assert len(server.queries) == 5

    @pytest.mark.parametrize("wrap", ["own key", "count of the page"])
    def test_so_has_what_is_recorded(self, wrap: str) -> None:
        server = Server(_items(430), SkipLimit(limit=100), ENVELOPES[wrap])
        sought = Sought(ids=frozenset(item["_id"] for item in _items(401)))
        assert _collect(Hall(server, 4), SkipLimit(limit=100), at_once=4, sought=sought) == _items(430)

    @given(
        count=st.integers(0, 400),
        limit=st.integers(1, 60),
        dialect=some_dialect,
        says=st.sampled_from(list(TOTALS)),
        at_once=st.integers(1, 8),
        spoilt=st.tuples(st.integers(0, 8), st.integers(1, 9)),
    )
    def test_they_come_as_one_after_the_other(
        self, count: int, limit: int, dialect: Callable[[int], Paging], says: str, at_once: int, spoilt: tuple[int, int]
    ) -> None:
        """Also where something is deleted while the list is read, so that its pages shift: a place decides, no turn."""
        ways: list[Any] = []
        for number in (1, at_once):
            server = Server(_items(count), dialect(limit), TOTALS[says])

            def fetch(query: Query, server: Server = server) -> Any:
                body = server(query)
                place = int(query.get("skip", 0)) // limit if "skip" in query else int(query.get("page", 0))
                if place == spoilt[0]:
                    del body["flows"][: spoilt[1]]
                return body

            try:
                ways.append(_collect(fetch, dialect(limit), total="totalCount", at_once=number))
            except Nonsense as error:
                ways.append(error.message)
        assert ways[0] == ways[1]

    def test_the_first_error_in_their_order_is_raised(self) -> None:
        server = Server(_items(500), SkipLimit(limit=100), COUNTED["totalCount"])

        def fetch(query: Query) -> Any:
            if int(query.get("skip", 0)) >= 200:
                raise LostAnswer(f"at {query['skip']}", method="GET", path="/flows")
            return server(query)

        with pytest.raises(LostAnswer, match="at 200"):
            _collect(fetch, SkipLimit(limit=100), at_once=4)

    def test_an_endless_total_asks_for_no_more_at_once_than_allowed(self) -> None:
        server = Server(_items(300), SkipLimit(limit=100), lambda items, _: {"flows": items, "total": 10**12})
        with pytest.raises(Nonsense, match="the server counts"):
            _collect(server, SkipLimit(limit=100), at_once=3)
        assert len(server.queries) <= 4 + 3
