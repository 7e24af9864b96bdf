"""Write a sweep's results as Markdown for docs/reliability.md."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

WORDS = ("clean", "asked", "wrong", "not struck")


def tables(verdicts: Iterable[Mapping[str, Any]]) -> str:
    """Return the counts by apply, by fault and by question to a person."""
    found = list(verdicts)
    by_apply = _counted("apply", found, lambda each: f"{each['case']['example']}, {each['case']['scenario']}")
    by_fault = _counted("fault", found, lambda each: f"`{each['case']['fault']}`")
    return "\n".join([*by_apply, "", *by_fault, "", *_asked(found), ""])


def _counted(title: str, verdicts: list[Mapping[str, Any]], name: Any) -> list[str]:
    rows: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for each in verdicts:
        rows[name(each)][each["word"]] += 1
    total: Counter[str] = sum(rows.values(), Counter())
    lines = [
        f"| {title} | cases | clean | asked a person | wrong | not struck |",
        "| --- | --: | --: | --: | --: | --: |",
    ]
    for row, counts in [*sorted(rows.items()), ("**all**", total)]:
        lines.append(f"| {row} | {sum(counts.values())} | " + " | ".join(str(counts[word]) for word in WORDS) + " |")
    return lines


def _asked(verdicts: list[Mapping[str, Any]]) -> list[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for each in verdicts:
        for why in each["asked"]:
            counts[re.sub(r"(ID, )+ID", "IDs", why), each["case"]["fault"]] += 1
    lines = ["| a person was asked | after | times |", "| --- | --- | --: |"]
    by_why: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (why, fault), count in counts.items():
        by_why[why][fault] += count
    for why, faults in sorted(by_why.items()):
        named = ", ".join(f"`{fault}` {count}" for fault, count in faults.most_common())
        lines.append(f"| {why} | {named} | {sum(faults.values())} |")
    return lines
