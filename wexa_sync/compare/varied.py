"""Compare a spec with what it would be had its variables other values: a rotated secret, another commit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from wexa_sync.model import Recalled, Sealed, Secret, Unset
from wexa_sync.text.patterns import pattern

_USE = pattern(r"(\$\$\{|\$\{(?:env|var|secret):[^}\n]*\})")


def varied(declared: Any, live: Any, templates: Mapping[str, str]) -> Any:
    """Return what is declared, with the value of `live` at each text that differs only in its variables' values.

    `templates` are the texts of the manifest before its variables were filled in, by what they became.
    """
    template = declared.template if isinstance(declared, (Secret, Sealed)) else None
    if isinstance(declared, str):
        template = templates.get(declared)
    if template is not None:
        return live if isinstance(live, str) and _pattern(template).fullmatch(live) else declared
    if isinstance(declared, Mapping) and isinstance(live, Mapping):
        return {name: varied(value, live.get(name), templates) for name, value in declared.items()}
    if isinstance(declared, list) and isinstance(live, list) and len(declared) == len(live):
        return [varied(value, other, templates) for value, other in zip(declared, live, strict=True)]
    return declared


def as_sent(declared: Any, sent: Any, templates: Mapping[str, str]) -> Any:
    """Return what is declared, with what was sent at each text of the same template that has a secret or `${env:}`.

    What happened once is not judged by their values: a rotated secret or another commit is no edit of it.
    """
    if isinstance(declared, Secret) and isinstance(sent, Sealed):
        return sent if declared.template == sent.template else declared
    if isinstance(declared, str) and isinstance(sent, str):
        template = templates.get(declared, "")
        return sent if "${env:" in template and _pattern(template).fullmatch(sent) else declared
    if isinstance(declared, Mapping) and isinstance(sent, Mapping):
        return {name: as_sent(value, sent.get(name), templates) for name, value in declared.items()}
    if isinstance(declared, list) and isinstance(sent, list) and len(declared) == len(sent):
        return [as_sent(value, other, templates) for value, other in zip(declared, sent, strict=True)]
    return declared


def recalled(declared: Any, sent: Any) -> Any:
    """Return what is declared, with what was sent at each place where a text of the same template is Unset."""
    if isinstance(declared, Unset):
        if isinstance(sent, Sealed):
            return sent if declared.template == sent.template else declared
        if isinstance(sent, str) and _pattern(declared.template).fullmatch(sent):
            text = Recalled(sent)
            text.template = declared.template
            return text
    if isinstance(declared, Mapping) and isinstance(sent, Mapping):
        return {name: recalled(value, sent.get(name)) for name, value in declared.items()}
    if isinstance(declared, list) and isinstance(sent, list) and len(declared) == len(sent):
        return [recalled(value, other) for value, other in zip(declared, sent, strict=True)]
    return declared


def variables_of(template: str) -> list[str]:
    """Return the variables that a template has, each as `${...}`."""
    return [use for use in _USE.findall(template) if use != "$${"]


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what every text of that template matches, whatever its variables hold."""
    texts, uses = _USE.split(template)[::2], _USE.split(template)[1::2]
    wild = [re.escape("${") if use == "$${" else ".*" for use in uses]
    return re.compile("".join(re.escape(text) + use for text, use in zip(texts, [*wild, ""], strict=True)), re.DOTALL)
