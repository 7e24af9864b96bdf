"""docs/api-coverage.md says of each endpoint of the API what serves and what uses it. `--update-golden` writes it anew.

The facts, which no code knows, are in endpoints.csv: the vendor's navigation, and what other sources add.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
import wexa_sdk
from msgspec import Struct

from wexa_sync.kinds import BY_NAME
from wexa_sync.kinds.base import Kind
from wexa_sync.kinds.dashboard import REFRESH
from wexa_sync.kinds.endpoint import Endpoint, Operation
from wexa_sync.kinds.task import TASK_MOVES
from wexa_sync.kinds.views import views
from wexa_sync.sandbox import SandboxConfig, running

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "api-coverage.md"
HEAD = """# Coverage of the API

What wexa-sync does with each endpoint of the Wexa AI API. A test, `tests/docs/test_api_coverage.py`, writes this page
from the code and a list of the endpoints.

- **source**: *documented* means that the text of the vendor's page was read. *sdk-only* comes from the vendor's Python
  client, *inferred* from tests and public clients, *contradictory* from sources that disagree, and *one client* from
  one public client.
- **sandbox**: whether the local server of `--sandbox` answers the call.
- **client**: the kinds, the views of `get` and the commands that make the call.
- **tested**: tests of the sandbox that make the call. `test_vendor_client.py` makes all calls of the vendor's client as
  well; it is named where no other test is.
"""
OUTSIDE = {
    "Create action": "no source has its path, and the sandbox answers 404",
    "Get agentflow by projectId and UserId": "shows what `GET /agentflow/{agentflow_id}` shows, which is used",
    "Get table names": "shows less than `GET /storage/{projectID}`, which is used",
}
"""Why nothing makes a call of the vendor's navigation."""


def same(path: str) -> str:
    """Return a path without the names of its placeholders."""
    return re.sub(r"\{[^{}]*\}", "{}", path)


@cache
def served() -> set[tuple[str, str]]:
    """Return the calls that the sandbox serves: method and path without names."""
    with running(SandboxConfig(data=":memory:")) as sandbox:
        paths = requests.get(f"{sandbox.base_url}/openapi.json", headers={"x-api-key": "k"}, timeout=60).json()["paths"]
    return {(method.upper(), same(path)) for path, methods in paths.items() for method in methods}


def calls_in(value: Any) -> Iterator[Endpoint]:
    """Yield the calls in a declaration, other spellings included; not those of another kind."""
    if isinstance(value, Endpoint):
        yield value
        yield from calls_in(value.otherwise)
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            if not isinstance(inner := getattr(value, name), Kind):
                yield from calls_in(inner)
    elif isinstance(value, dict):
        yield from calls_in(tuple(value.values()))
    elif isinstance(value, tuple):
        for inner in value:
            yield from calls_in(inner)


def uses() -> Iterator[tuple[str, Endpoint]]:
    """Yield what makes each call, in words, and the call."""
    for kind in BY_NAME.values():
        for operation in Operation:
            yield from ((f"{kind.name}: {operation.value}", call) for call in calls_in(kind.endpoints.get(operation)))
        yield from ((f"{kind.name}: list", call) for call in calls_in(kind.listing))
        if kind.run:
            yield from ((f"{kind.name}: start", call) for call in calls_in(kind.run.start))
            yield from (
                (f"`executions {verb}`", call) for verb, move in kind.run.moves.items() for call in calls_in(move)
            )
            yield from (("`inbox answer`", call) for call in calls_in(kind.run.inbox))
    yield "`dashboard refresh`", REFRESH
    yield from ((f"`tasks {verb}`", call) for verb, move in TASK_MOVES.items() for call in calls_in(move))
    for name, view in views().items():
        for part in (view.listing, view.read, dict(view.filters)):
            yield from ((f"`get {name}`", call) for call in calls_in(part))


@cache
def used() -> dict[tuple[str, str], list[str]]:
    """Return what makes each call, by method and path without names."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, call in uses():
        names = found.setdefault((call.method, same(call.path)), [])
        if name not in names:
            names.append(name)
    return found


@cache
def asked() -> dict[str, list[list[str]]]:
    """Return the paths in the tests of the sandbox's routes, by file name, cut at their slashes."""
    files = sorted((ROOT / "tests" / "unit" / "sandbox" / "routes").glob("test_*.py"))
    found = {file.name: re.findall(r"[\"'](/[^\"'? ]*)", same(file.read_text("utf-8"))) for file in files}
    return {name: [path.split("/") for path in paths] for name, paths in found.items()}


@cache
def called_by_vendor() -> set[tuple[str, str]]:
    """Return the calls in the vendor's client, each of which a test makes."""
    text = "\n".join(file.read_text("utf-8") for file in Path(wexa_sdk.__file__).parent.rglob("*.py"))
    return {(method, same(path)) for method, path in re.findall(r'request\(\s*"(\w+)",\s*f?"(/[^"]*)"', text)}


def seen_in(method: str, path: str) -> list[str]:
    """Return the tests that ask for the path, with a value or a name at each placeholder."""
    parts = same(path).split("/")
    found = [name for name, paths in asked().items() if any(alike(parts, other) for other in paths)]
    return found or ["test_vendor_client.py"] * ((method, same(path)) in called_by_vendor())


def alike(parts: list[str], other: list[str]) -> bool:
    """True when two paths have the same parts, where those of both are written out, and begin alike."""
    if len(parts) != len(other) or parts[1] != other[1]:
        return False
    return all(one == two or "{}" in (one, two) for one, two in zip(parts, other, strict=True))


def endpoints() -> list[dict[str, str]]:
    """Return the endpoints of the list, the vendor's navigation first."""
    with (HERE / "endpoints.csv").open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda each: not each["navigation"])


def row(each: dict[str, str]) -> str:
    """Return the line of a table for an endpoint."""
    call = (each["method"], same(each["path"]))
    path = f"`{each['method']} {each['path']}`" if each["path"] else "no known path"
    client = ", ".join(used().get(call, [])) or OUTSIDE.get(each["title"], "-")
    tested = ", ".join(f"`{name}`" for name in seen_in(each["method"], each["path"])[:2]) if each["path"] else ""
    cells = (each["group"], each["title"], path, each["certainty"], "yes" if call in served() else "-", client, tested)
    return "| " + " | ".join(cell or "-" for cell in cells) + " |"


def page() -> str:
    """Return the page as the code would have it."""
    known = endpoints()
    inside = [each for each in known if each["navigation"]]
    count = sum((each["method"], same(each["path"])) in served() for each in inside)
    head = (
        "| group | endpoint | call | source | sandbox | client | tested |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    parts = [HEAD, f"## The vendor's navigation\n\nThe sandbox serves {count} of {len(inside)}.\n", head]
    parts += map(row, inside)
    parts += ["\n## What other sources add\n", head, *map(row, known[len(inside) :])]
    return "\n".join(parts) + "\n"


def test_the_page_says_what_the_code_does(request: pytest.FixtureRequest) -> None:
    if PAGE.read_text("utf-8") != page() and request.config.getoption("--update-golden"):
        PAGE.write_text(page(), "utf-8")
    assert PAGE.read_text("utf-8") == page()


def test_each_endpoint_of_the_navigation_is_served_used_and_tested() -> None:
    inside = [each for each in endpoints() if each["navigation"]]
    assert len(inside) == 67
    missing = {
        f"{each['method']} {each['path']}": [
            *(["not served"] if (each["method"], same(each["path"])) not in served() else []),
            *(["not used"] if (each["method"], same(each["path"])) not in used() else []),
            *(["not tested"] if not seen_in(each["method"], each["path"]) else []),
        ]
        for each in inside
        if each["title"] not in OUTSIDE
    }
    assert {call: why for call, why in missing.items() if why} == {}


def test_no_call_of_the_client_is_out_of_the_list() -> None:
    known = {(each["method"], same(each["path"])) for each in endpoints()}
    assert set(used()) - known == set()
