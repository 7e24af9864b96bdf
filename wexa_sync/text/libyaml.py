"""Load PyYAML, with its patterns compiled when they are used: they are for its reader in Python, not for libyaml.

To compile one of them takes a third of the instructions that `import click` takes.
"""

from __future__ import annotations

from wexa_sync.text.patterns import waiting

with waiting():
    import yaml as yaml  # noqa: PLC0414  # handed on

__all__ = ["yaml"]
