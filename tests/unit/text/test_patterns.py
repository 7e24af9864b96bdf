"""A pattern does what `re.compile` would have made of it, and costs nothing until then."""

from __future__ import annotations

import gc
import re
from importlib import import_module
from pathlib import Path

import pytest

import wexa_sync
from wexa_sync.text.patterns import _Pattern, pattern


def test_a_pattern_finds_what_the_compiled_one_finds() -> None:
    lazy, eager = pattern(r"(?P<letter>[a-z])\d", re.IGNORECASE), re.compile(r"(?P<letter>[a-z])\d", re.IGNORECASE)
    for _ in range(2):  # once compiled, too
        assert lazy.sub("-", "A1 b2 c") == eager.sub("-", "A1 b2 c") == "- - c"
        assert [found["letter"] for found in lazy.finditer("A1 b2")] == ["A", "b"]
    assert lazy.pattern == eager.pattern
    assert lazy.flags == eager.flags
    assert isinstance(lazy, re.Pattern)
    assert re.sub(lazy, "-", "A1 b2 c") == "- - c"
    assert re.compile(lazy) is lazy
    assert pattern(b"[a-c]+").findall(b"abxc") == [b"ab", b"c"]


def test_a_pattern_is_compiled_when_it_is_used_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []

    def compile_(text: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(text)
        return re.compile(text, flags)

    monkeypatch.setattr("wexa_sync.text.patterns._AT_ONCE", compile_)
    lazy = pattern("a+")
    assert lazy.pattern == "a+"
    assert compiled == []
    assert [bool(lazy.match(text)) for text in ("a", "b", "aa")] == [True, False, True]
    assert compiled == ["a+"]


def test_what_no_pattern_has_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="matches"):
        pattern("a").matches  # type: ignore[attr-defined]  # noqa: B018


def test_every_pattern_of_the_package_can_be_compiled() -> None:
    package = Path(wexa_sync.__file__).parent
    for file in package.rglob("*.py"):
        parts = file.relative_to(package).with_suffix("").parts
        if parts[0] not in {"sandbox", "templates"} and parts[-1] not in {"__main__", "__init__"}:
            import_module(".".join(["wexa_sync", *parts]))
    known = [each for each in gc.get_objects() if isinstance(each, _Pattern)]
    assert len(known) > 90
    for each in known:
        re.compile(each.pattern, each._flags)
