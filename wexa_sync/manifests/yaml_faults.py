"""Say what is no YAML in words for people: where, and what was probably meant."""

from __future__ import annotations

import re

from wexa_sync.text.files import TextFault, place_of
from wexa_sync.text.patterns import pattern

# What libyaml takes for the end of a line and most editors don't: fields could hide behind it from who reviews them.
# And %TAG, as there are no tags: libyaml takes time by the square of their number.
_ODD = pattern("[\x85\u2028\u2029]|\r(?!\n)|^%TAG", re.MULTILINE)


def refuse_odd(text: str) -> None:
    """Raise TextFault where a line ends as no editor shows it, or a %TAG directive stands."""
    if odd := _ODD.search(text):
        line, column = place_of(text[: odd.start()])
        if odd.group() == "%TAG":
            message, hint = "a %TAG directive is not allowed here", "Take it out: tags are not used."
        else:
            message = f"the line break U+{ord(odd.group()):04X} must not stand in YAML"
            hint = "End lines with LF or CRLF; inside a text, write it as an escape in double quotes."
        raise TextFault(message, hint=hint, line=line, column=column)


ODD_SPACE = pattern("[\xa0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]")
_ODD_INDENT = pattern(rf"(?:[ ]*|.*[:-])(?P<space>{ODD_SPACE.pattern})")  # or behind a colon or a hyphen
_NO_SEPARATOR = r"(?:--|-{4,}|[\u2010-\u2015]+|\s+---)\s*$"
_NO_SPACE = r"\s*(?:- )*[A-Za-z_][\w.-]*:[^\s/]"
_TYPOGRAPHIC = r"[^\"'#]*[\u201c\u201d\u2018\u2019\uff1a]"
_PAIR = pattern(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")

_STAR = "Quote a text that starts with `*`: else it is an alias, and there is no anchor (&name) of that name above."
_BREAKS_OFF = "A quote or a bracket is opened and never closed, or the text breaks off."
_BACKSLASH = r"In double quotes a backslash is written twice (C:\\Users); single quotes take it as it is: 'C:\Users'."
_QUOTE_ENDS = "The text ends at its second quote: write {0} for one inside {1}, or put {2} around it."
_BRACKET = "Quote a text that starts with a bracket or a comma."

# What the parser says; how the line looks that it says it of, or the line before; and what was probably meant.
_HINTS = [
    ("", r"={7}\s*$", "This is a line of a merge conflict: resolve it, and take the lines out that git put in."),
    ("", _NO_SEPARATOR, "Between two documents stands a line `---`: three hyphens at its very start."),
    ("alias", "", _STAR),
    ("anchor, did not", "", "Quote a text that starts with `&`."),
    ("duplicate anchor", "", "Give each anchor (&name) a name of its own."),
    ("flow", r".*\$\{", "Quote a value with ${...} that stands inside {...} or [...]."),
    ("end of stream", "", _BREAKS_OFF),
    ("flow (?:mapping|sequence), did not find expected ','", "", "A bracket is not closed, or a comma is missing."),
    ("hexdecimal|unknown escape|escape sequence", "", _BACKSLASH),
    ("cannot start any token", "", "Quote a value that starts with `@`, `%` or a backtick."),
    ("block scalar", "", "Behind `|` or `>` nothing else stands: the text begins on the next line, indented."),
    ("block sequence entries", "", "A list begins on a line of its own, each item behind `- `. Or quote the text."),
    ("", _TYPOGRAPHIC, "Curly quotes and wide colons are text to YAML: write \" or ', and `: `."),
    ("expected|mapping values", _NO_SPACE, "A space is missing behind a colon: `key: value`."),
    ("mapping values", "", "Quote a value that holds `: `, or fix the indentation."),
    ("expected key", r'.*:\s+"', _QUOTE_ENDS.format('\\"', '"..."', "'...'")),
    ("expected key", r".*:\s+'", _QUOTE_ENDS.format("''", "'...'", '"..."')),
    ("expected key|node content", r".*:\s+[\[{\]},]", _BRACKET),
    ("could not find expected ':'", "", "This line is no `key: value`: indent it, or quote the text."),
]
_OTHERWISE = "Check the indentation and the quotes near here."


def syntax_fault(error: Exception, text: str) -> TextFault:
    """Return what a parser said as a fault with its place, and a hint at what was probably meant."""
    names = ("problem_mark", "context_mark")
    marks = [mark for name in names if (mark := getattr(error, name, None))]
    parts = [part for name in ("context", "problem") if (part := getattr(error, name, None))]
    said = ", ".join(parts) or str(error).partition("\n")[0]
    if "expected ':'" in said:
        marks.reverse()  # the line that lacks it, not the one behind it
    # Where the text ends there is nothing to see: what is begun and never ended stands before.
    end = len(text.rstrip())
    mark = next((mark for mark in marks if mark.index < end), None)
    line, column = (mark.line + 1, mark.column + 1) if mark else place_of(text[:end] if marks else "")
    lines = text.split("\n")
    shown, before = lines[line - 1], lines[line - 2] if line > 1 else ""
    breaks_off = bool(marks) and marks[0].index >= end and "alias" not in said
    said, hint = _meant(said, shown, before, breaks_off=breaks_off)
    return TextFault(f"this is not YAML: {said}", hint=hint, line=line, column=column)


def _meant(said: str, shown: str, before: str, *, breaks_off: bool) -> tuple[str, str]:
    """Return what is wrong, in words, and what was probably meant in a line or the one before it."""
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or "tab character" in said:
        return "a tab where YAML wants spaces", "Indent with spaces: YAML takes no tabs there."
    if odd := _ODD_INDENT.match(shown) or _ODD_INDENT.match(before):
        return f"U+{ord(odd['space']):04X} where YAML wants spaces", odd_space_hint(odd["space"])
    if "Unicode character escape" in said:
        return said, _surrogate_hint(shown)
    if breaks_off:
        return said, _BREAKS_OFF
    for words, line, hint in _HINTS:
        if re.search(words, said) and (re.match(line, shown) or re.match(line, before)):
            return said, hint
    return said, _OTHERWISE


def odd_space_hint(space: str) -> str:
    """Return what to do about a space that is none to YAML."""
    name = {"\xa0": "a no-break space", "\u3000": "an ideographic space"}.get(space, "an invisible character")
    return f"Write plain spaces: U+{ord(space):04X} is {name}, and YAML takes it for text."


def _surrogate_hint(shown: str) -> str:
    if pair := _PAIR.search(shown):
        high, low = (int(half, 16) for half in pair.groups())
        whole = chr(0x10000 + (high - 0xD800) * 0x400 + low - 0xDC00)
        return f"The two escapes {pair.group()} are one character of JSON: write {whole}, or \\U{ord(whole):08X}."
    return "That escape is half a character: write the character itself, or \\U and its eight hexadecimal digits."
