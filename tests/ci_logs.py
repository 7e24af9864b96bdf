"""Read a log as CI systems do: which lines are orders to them."""

from __future__ import annotations

import re

ORDERS = [
    "::error::x",
    "  ::add-mask::x",
    "\t\u3000\xa0::set-output name=a::b",
    "all is well\n::stop-commands::t",
    "all is well\r::warning::x",
    "\x1b[31m::error::x\x1b[0m",
    "see ##[error]x",
    "see ##vso[task.setvariable variable=a]b",
    "##teamcity[buildStatus status='SUCCESS']",
    "##octopus[setVariable name='a' value='b']",
    "section_start:1560896352:name\r\x1b[0K",
    "text section_end:1:name\r\x1b[0K",
    "travis_fold:start:name\r",
    "--- group",
    "+++ group",
    "~~~ group",
    "^^^ +++",
]
READERS = {
    "GitHub": re.compile(r"^\s*::|##\["),
    "Azure": re.compile(r"##(vso)?\["),
    "TeamCity, Octopus": re.compile(r"##\w+\["),
    "GitLab": re.compile(r"section_(start|end):\d"),
    "Travis": re.compile(r"travis_\w+:"),
    "Buildkite": re.compile(r"^(---|\+\+\+|~~~|\^\^\^ \+\+\+)(\s|$)"),
}


def orders_in(text: str) -> list[str]:
    """Return the lines in which a CI system would find an order, whatever colours they have."""
    lines = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [f"{name}: {line}" for line in lines for name, reader in READERS.items() if reader.search(line)]
