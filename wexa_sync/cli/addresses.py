"""Complete addresses in a shell: those that are declared, and those in a state file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli.values import AddressOrId, AddressType

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Completed:
    """A value that a shell completes as an address."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the addresses that begin so."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(address) for address in _addresses(ctx) if address.startswith(incomplete)]


class KnownAddress(_Completed, AddressType):
    """An address, as a person types it."""


class KnownAddressOrId(_Completed, AddressOrId):
    """An address or an id."""


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
