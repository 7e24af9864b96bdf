"""Tell what `ignore` matches: globs relative to the root, as .gitignore has them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path


def is_ignored(file: Path, ignore: Sequence[str], root: Path) -> bool:
    """True when a pattern of `ignore` matches the file, or a folder that it stands in below `root`."""
    real, base, ignored = Path(os.path.realpath(file)), base_of(root), pattern_of(ignore)
    return any(ignored.fullmatch(str(each).removeprefix(base)) for each in (real, *real.parents))


def base_of(root: Path) -> str:
    """Return what stands before a real path below the root, as patterns see that."""
    return os.path.realpath(root).rstrip("/") + "/"


def pattern_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return the globs as one regular expression."""
    return re.compile("|".join(map(_glob, patterns)) or r"(?!)", re.DOTALL)


def _glob(pattern: str) -> str:
    """Return a glob as a regular expression: `*` and `?` stay within a folder, `**` goes deeper, no slash: anywhere."""
    anywhere = "" if "/" in pattern.rstrip("/") else "(?:.*/)?"
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.removeprefix("./").strip("/"))
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return anywhere + "".join(words.get(part, re.escape(part)) for part in parts)
