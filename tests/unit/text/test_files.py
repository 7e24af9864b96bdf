"""Text files: UTF-8 and nothing else, of a bounded size, from ordinary files alone."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from wexa_sync.text.files import MAX_BYTES, TextFault, decode, read_text, shown_path, siblings


@pytest.mark.parametrize(
    ("raw", "message", "place"),
    [
        ("kind".encode("utf-16"), "UTF-16 or UTF-32", (1, 1)),
        (b"\xfe\xff\x00k", "UTF-16 or UTF-32", (1, 1)),
        ("kind".encode("utf-32"), "UTF-16 or UTF-32", (1, 1)),
        (b"\x00\x00\xfe\xff\x00\x00\x00k", "UTF-16 or UTF-32", (1, 1)),
        ("kind".encode("utf-16-le"), "U+0000 (NUL)", (1, 2)),
        ("kind".encode("utf-8-sig"), "byte order mark (BOM)", (1, 1)),
        ("a: é\nb: ".encode() + b"\xe9", "byte 0xe9 is not UTF-8", (2, 4)),
        (b"a: \xed\xa0\x80", "byte 0xed is not UTF-8", (1, 4)),
        ("é: \x07".encode(), "U+0007 must not stand", (1, 4)),
        (b"a: \x1b[31m", "U+001B must not stand", (1, 4)),
        (b"a:\r\n b\x7f", "U+007F must not stand", (2, 3)),
        ("a: b\N{ZERO WIDTH NO-BREAK SPACE}".encode(), "U+FEFF must not stand", (1, 5)),
    ],
    ids=ascii,
)
def test_what_is_no_text(raw: bytes, message: str, place: tuple[int, int]) -> None:
    with pytest.raises(TextFault) as caught:
        decode(raw)
    assert message in caught.value.message
    assert caught.value.hint
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize("text", ["", "a\tb\r\nc\n", "naïve 日本語 🎉", "\x85\u2028", "\ufffd"], ids=ascii)
def test_text_comes_as_it_stands(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.md").write_bytes(text.encode())
    assert read_text(tmp_path / "a.md") == text


def test_the_largest_file_there_may_be(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"x" * MAX_BYTES)
    assert len(read_text(file)) == MAX_BYTES
    file.write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(TextFault, match="larger than 10 MiB"):
        read_text(file)


def test_only_ordinary_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for place in (*(tmp_path / name for name in ("pipe", "link", "socket")), tmp_path, Path("/dev/zero")):
            with pytest.raises(TextFault, match="no ordinary file"):
                read_text(place)


def test_a_file_is_read_to_its_end_whatever_size_the_system_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_text(Path("/proc/self/status")).startswith("Name:"), "made as it is read: of size 0"
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, 7)))  # as a slow file system gives it
    assert read_text(Path(__file__)) == Path(__file__).read_text(encoding="utf-8")


def test_a_file_may_grow_and_shrink_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, look = tmp_path / "a.md", os.fstat
    file.write_text("one\n")

    def then(text: str) -> Callable[[int], os.stat_result]:
        def looked(opened: int) -> os.stat_result:
            found = look(opened)
            file.write_text(text)
            return found

        return looked

    for text in ("one\ntwo\nthree\n", "on", ""):
        monkeypatch.setattr(os, "fstat", then(text))
        assert read_text(file) == text


@pytest.mark.parametrize(("name", "reason"), [("none", "No such file"), ("x" * 300, "too long"), ("loop", "symbolic")])
def test_what_cant_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(TextFault, match=reason):
        read_text(tmp_path / name)


def test_files_are_named_from_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.chdir(inner)
    assert shown_path(inner / "a.yaml") == "a.yaml"
    assert shown_path(Path("b/../a.yaml")) == "a.yaml"
    assert shown_path(tmp_path / "inner-two" / "a.yaml") == str(tmp_path / "inner-two" / "a.yaml")
    assert shown_path(Path("../a.yaml")) == "../a.yaml"


def test_siblings_are_a_guess_and_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert siblings(tmp_path / "b") == ["a"]
    assert siblings(tmp_path / "none" / "b") == siblings(tmp_path / "a" / "b") == []
    assert siblings(tmp_path / "no\0ne" / "b") == []
