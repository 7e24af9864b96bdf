"""Check cron expressions: five fields, each within its bounds."""

from __future__ import annotations

import re

from msgspec import Struct

from wexa_sync.text.patterns import pattern

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_ITEM = pattern(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,4}))?")
_LONGEST = dict(zip(range(1, 13), (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), strict=True))


class _Field(Struct, frozen=True):
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()

    def number(self, word: str) -> int | None:
        """Return what a number or a name stands for; None where it is not in bounds."""
        if word.upper() in self.names:
            return self.lowest + self.names.index(word.upper())
        found = int(word) if re.fullmatch("[0-9]{1,4}", word) else -1
        return found if self.lowest <= found <= self.highest else None

    def wrong(self, text: str) -> str:
        """Return what is wrong with the field, in words; nothing where it is right."""
        for item in text.split(","):
            found = _ITEM.fullmatch(item)
            if not found:
                return f"{item!r} is no {self.name}"
            ends = [self.number(end) for end in (found["first"], found["last"]) if end]
            if None in ends:
                named = f" or {self.names[0]} to {self.names[-1]}" if self.names else ""
                return f"{item!r} is no {self.name}: {self.lowest} to {self.highest}{named}"
            if len(ends) == 2 and ends != sorted(ends, key=lambda end: end or 0):
                return f"the {self.name} {item!r} ends before it begins"
            if found["step"] and not 0 < int(found["step"]) <= self.highest:
                return f"{found['step']} is no step between two {self.name}s"
        return ""


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of the month", 1, 31),
    _Field("month", 1, 12, tuple(_MONTHS)),
    _Field("day of the week", 0, 7, tuple(_DAYS)),
)


def wrong_in(text: str) -> str:
    """Return what is wrong with a cron expression, in words; nothing where it is right, or empty: no schedule."""
    words = text.split()
    if not words:
        return ""
    if len(words) != len(_FIELDS):
        return f"a cron expression has five fields, not {len(words)}"
    faults = (field.wrong(word) for field, word in zip(_FIELDS, words, strict=True))
    return next(filter(None, faults), "") or _never(words)


def _never(words: list[str]) -> str:
    """Return a word on a day that none of the months has, as in `0 0 30 2 *`."""
    _, _, day, month, weekday = words
    if weekday != "*" or not all(part.isdigit() for part in day.split(",")):
        return ""
    months = [_FIELDS[3].number(part) for part in month.split(",")]
    if any(each is None for each in months):
        return ""
    first = min(int(part) for part in day.split(","))
    longest = max(_LONGEST[each] for each in months if each)
    return f"no month {month} has a day {first}: it would never run" if first > longest else ""
