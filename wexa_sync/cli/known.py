"""Complete names in a shell: addresses that are declared or in a state file, and environments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli.values import AddressOrId, AddressType

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Completed:
    """Represent a value that a shell completes."""

    def names(self, context: click.Context) -> list[str]:
        """Return the addresses that are known."""
        return _addresses(context)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the names that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.names(ctx) if name.startswith(incomplete)]


class KnownAddress(_Completed, AddressType):
    """Take an address, as a person types it."""


class KnownAddressOrId(_Completed, AddressOrId):
    """Take an address or an id."""


class KnownEnvironment(_Completed, click.types.StringParamType):
    """Take the name of an environment."""

    def names(self, context: click.Context) -> list[str]:  # noqa: ARG002  # as for addresses
        """Return the environments that the settings declare."""
        from wexa_sync.errors import WexaSyncError
        from wexa_sync.settings import read_settings

        try:
            return [environment.name for environment in read_settings(Path(), os.environ).environments]
        except (WexaSyncError, OSError):
            return []


class KnownView(_Completed, click.types.StringParamType):
    """Take the name of a view."""

    def names(self, context: click.Context) -> list[str]:  # noqa: ARG002  # as for addresses
        """Return the views that `get` shows."""
        from wexa_sync.kinds.views import views

        return [*views()]


def _addresses(context: click.Context) -> list[str]:
    """Return the addresses that are known. Offline.

    Where something can't be read there are none: the command itself says what is wrong.
    """
    from wexa_sync.cli.request import request_of
    from wexa_sync.errors import WexaSyncError
    from wexa_sync.manifests.declared import declared
    from wexa_sync.model import FilePlace, Many

    found: set[str] = set()
    with context.scope(cleanup=False):
        try:
            request = request_of(context.params, Many.BY_DEFAULT)
            if isinstance(request.settings.state, FilePlace):  # another store may be far away
                found |= {str(address) for address in request.store.load().records}
            found |= {str(manifest.address) for manifest in declared(request.sources)[0]}
        except (WexaSyncError, OSError):
            pass
    return sorted(found)
