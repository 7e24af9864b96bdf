"""Do the least that a plan must do: parse the YAML with libyaml, GET the pages. The script is bare on purpose.

python floor.py FOLDER PAGES http.client|requests    PAGES: a JSON file, {"url": ..., "pages": ["/path?query", ...]}
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import yaml

_KEY = {"x-api-key": "benchmark"}


def main(folder: str, pages: str, client: str) -> None:
    for file in Path(folder).rglob("*.yaml"):
        with file.open(encoding="utf-8") as text:
            for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
                pass
    wanted = json.loads(Path(pages).read_text(encoding="utf-8"))
    get = by_session if client == "requests" else by_connection
    for body in get(wanted["url"], wanted["pages"]):
        json.loads(body)


def by_connection(url: str, pages: Sequence[str]) -> Iterator[bytes]:
    """Yield the pages, from one connection of the standard library."""
    import http.client

    connection = http.client.HTTPConnection(url.removeprefix("http://"))
    for page in pages:
        connection.request("GET", page, headers=_KEY)
        yield connection.getresponse().read()


def by_session(url: str, pages: Sequence[str]) -> Iterator[bytes]:
    """Yield the pages, from one session of the library that wexa-sync uses."""
    import requests

    with requests.Session() as session:
        for page in pages:
            yield session.get(f"{url}{page}", headers=_KEY).content


if __name__ == "__main__":
    main(*sys.argv[1:])
