"""`wexa-sync schema`."""

from __future__ import annotations

import json

import click


@click.command("schema")
@click.argument("kind", required=False)
def command(kind: str | None) -> None:
    """Print the JSON Schema of a kind, whole, for an editor; without KIND, the names of the kinds."""
    from wexa_sync.errors import UsageError
    from wexa_sync.kinds import DECLARABLE
    from wexa_sync.suggest import did_you_mean

    names = {found.name: found for found in DECLARABLE}
    if kind is None:
        click.echo("\n".join(names))
        return
    if kind not in names:
        raise UsageError(f"there is no kind {kind!r}", hint=did_you_mean(kind, names, f"Kinds: {', '.join(names)}."))
    click.echo(json.dumps(names[kind].document_schema, indent=2, ensure_ascii=False))
