"""`wexa-sync schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("name", metavar="[KIND|settings|plan]", required=False)
def command(name: str | None) -> None:
    """Print a complete JSON Schema: of a KIND for an editor, of `settings` (wexa-sync.yaml), or of a `plan` as JSON.

    Without a name, all the names there are.
    """
    from wexa_sync.cli.terminal import show_data
    from wexa_sync.errors import UsageError
    from wexa_sync.kinds import declarable
    from wexa_sync.kinds.spec.published import published
    from wexa_sync.render.json import json_text
    from wexa_sync.text.suggest import did_you_mean

    files = {kind.name: kind.schema for kind in declarable()}
    files |= {"settings": "settings.schema.json", "plan": "plan.schema.json"}
    if name is None:
        show_data("".join(f"{each}\n" for each in files))
        return
    if name not in files:
        raise UsageError(
            f"there is no schema {name!r}", hint=did_you_mean(name, files, f"There are: {', '.join(files)}.")
        )
    show_data(json_text(published(files[name])))
