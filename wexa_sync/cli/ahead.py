"""Load modules while the first responses are on their way."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread


def load_ahead(*modules: str) -> None:
    """Load the modules in a thread, in that order. Whoever imports one meanwhile gets it as soon as it is loaded."""

    def load() -> None:
        with suppress(Exception):  # who needs the module meets the same error, and reports it
            for each in modules:
                import_module(each)

    Thread(target=load).start()
