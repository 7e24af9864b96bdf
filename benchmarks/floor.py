"""Do the least that a plan must do: parse the YAML with libyaml, GET the pages. The script is bare on purpose.

python floor.py FOLDER PAGES       PAGES: a JSON file, {"url": ..., "pages": ["/path?query", ...]}
"""

from __future__ import annotations

import http.client
import json
import sys
from pathlib import Path

import yaml


def main(folder: str, pages: str) -> None:
    for file in Path(folder).rglob("*.yaml"):
        with file.open(encoding="utf-8") as text:
            for _ in yaml.load_all(text, Loader=yaml.CSafeLoader):
                pass
    wanted = json.loads(Path(pages).read_text(encoding="utf-8"))
    connection = http.client.HTTPConnection(wanted["url"].removeprefix("http://"))
    for page in wanted["pages"]:
        connection.request("GET", page, headers={"x-api-key": "benchmark"})
        json.loads(connection.getresponse().read())


if __name__ == "__main__":
    main(*sys.argv[1:])
