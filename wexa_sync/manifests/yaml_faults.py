"""Say what is no YAML in words for people: where, and what was probably meant."""

from __future__ import annotations

import re

from wexa_sync.text.files import TextFault, place_of

# What libyaml takes for the end of a line and most editors don't: fields could hide behind it from who reviews them.
# And %TAG, as there are no tags: libyaml takes time by the square of their number.
_ODD = re.compile("[\x85\u2028\u2029]|\r(?!\n)|^%TAG", re.MULTILINE)


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


_HINTS = (
    ("mapping values are not allowed", "Quote a value that holds `: `, or fix the indentation."),
    ("undefined alias", "There is no anchor (&name) of that name above; quote a text that starts with `*`."),
    ("cannot start any token", "Quote a value that starts with `@`, `%` or a backtick."),
    ("unknown escape", "In double quotes a backslash is written twice; single quotes take it as it is."),
    ("duplicate anchor", "Give each anchor (&name) a name of its own."),
    ("expected ',' or", "A bracket is not closed, or a comma is missing."),
)


def syntax_fault(error: Exception, text: str) -> TextFault:
    """Return what a parser said as a fault with its place, and a hint at what was probably meant."""
    marks = [mark for name in ("problem_mark", "context_mark") if (mark := getattr(error, name, None))]
    parts = [part for name in ("context", "problem") if (part := getattr(error, name, None))]
    said = ", ".join(parts) or str(error).partition("\n")[0]
    # Where the text ends there is nothing to see: what is begun and never ended stands before.
    end = len(text.rstrip())
    mark = next((mark for mark in marks if mark.index < end), None)
    line, column = (mark.line + 1, mark.column + 1) if mark else place_of(text[:end] if marks else "")
    shown = text.split("\n")[line - 1]
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or "tab character" in said:
        said, hint = "a tab where YAML wants spaces", "Indent with spaces: YAML takes no tabs there."
    elif "${" in shown and "flow" in said:
        hint = "Quote a value with ${...} that stands inside {...} or [...]."
    elif marks and marks[0].index >= end:
        hint = "A quote or a bracket is opened and never closed, or the text breaks off."
    else:
        hint = next(
            (hint for words, hint in _HINTS if words in said), "Check the indentation and the quotes near here."
        )
    return TextFault(f"this is not YAML: {said}", hint=hint, line=line, column=column)
