"""Tell what a scalar of YAML is, by the core schema of YAML 1.2: `NO`, `on`, `12:30` and `2024-01-02` are text."""

from __future__ import annotations

from wexa_sync.text.patterns import pattern

TAG = "tag:yaml.org,2002:"
STR, MAP, SEQ, MERGE = TAG + "str", TAG + "map", TAG + "seq", TAG + "merge"
SCALARS = {
    TAG + "null": pattern(r"(?:~|null|Null|NULL|)\Z"),
    TAG + "bool": pattern(r"(?:true|True|TRUE|false|False|FALSE)\Z"),
    TAG + "int": pattern(r"(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)\Z"),
    TAG + "float": pattern(
        r"(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\Z"
    ),
    MERGE: pattern(r"<<\Z"),
}
_PLAIN = pattern("|".join(f"(?P<{tag.removeprefix(TAG)}>{shape.pattern})" for tag, shape in SCALARS.items()))
# No scalar but text starts with another character than these.
MAY_BE_MORE = frozenset("~nNtTfF0123456789-+.<")


def tag_of(text: str) -> str:
    """Return the tag of a plain scalar."""
    if text and text[0] not in MAY_BE_MORE:
        return STR
    found = _PLAIN.match(text)
    return f"{TAG}{found.lastgroup}" if found else STR
