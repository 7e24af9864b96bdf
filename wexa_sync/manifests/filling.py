"""Fill in the variables of a file's texts, and remember what each text was before."""

from __future__ import annotations

from typing import Any

from wexa_sync.errors import Unfilled
from wexa_sync.manifests.spelling import Written, plain
from wexa_sync.manifests.variables import Variables, is_one_variable
from wexa_sync.model import Secret, Unset
from wexa_sync.text.files import MAX_BYTES, TextFault


class Filling:
    """Fill in the variables of a file. `templates` are its texts as they were, by what they became."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self.templates: dict[str, str] = {}
        self.unset = False

    @property
    def keys(self) -> frozenset[str]:
        """Return the API keys, none of which may stand in a text."""
        return self._variables.keys

    def __call__(self, text: str) -> tuple[Any, list[TextFault]]:
        """Return the value of a text, and what is wrong in it."""
        value, faults = self._variables.fill(text)
        self.unset = self.unset or isinstance(value, Unset)
        if is_one_variable(text) and not isinstance(value, (Unfilled, Written)):
            value = Written(value, plain(value))
        became = value.text if isinstance(value, Written) else value
        if isinstance(became, str) and not isinstance(became, Unfilled) and became != text:
            self.templates[became] = text
        return value, faults

    def text(self, text: str) -> tuple[str | Secret, list[TextFault]]:
        """Return a whole text with its variables filled in, and what is wrong in it, each with its place there."""
        value, faults = self(text)
        value = value.text if isinstance(value, Written) else value
        if isinstance(value, str) and len(value) > MAX_BYTES:
            message = f"larger than {MAX_BYTES // 1024 // 1024} MiB once its variables are put in place"
            faults.append(TextFault(message, hint="Use fewer of them, or shorter ones."))
        return value, faults
