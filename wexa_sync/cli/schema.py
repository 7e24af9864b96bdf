"""`wexa-sync schema`."""

from __future__ import annotations

import click


@click.command("schema")
@click.argument("name", metavar="[manifest|KIND|settings|environment|plan]", required=False)
def command(name: str | None) -> None:
    """Print a complete JSON Schema: of every kind of `manifest` or of one KIND, for an editor; of `settings`
    (wexa-sync.yaml) or an `environment` (environments/NAME.yaml); or of a `plan` as JSON.

    Without a name, all the names there are.
    """
    from wexa_sync.cli.terminal import show_data
    from wexa_sync.errors import UsageError
    from wexa_sync.kinds import declarable
    from wexa_sync.kinds.spec.published import published
    from wexa_sync.render.json import json_text
    from wexa_sync.text.suggest import did_you_mean

    files = {"manifest": "", **{kind.name: kind.schema for kind in declarable()}}
    files |= {"settings": "settings.schema.json", "environment": "environment.schema.json", "plan": "plan.schema.json"}
    if name is None:
        show_data("".join(f"{each}\n" for each in files))
        return
    if name not in files:
        raise UsageError(
            f"there is no schema {name!r}", hint=did_you_mean(name, files, f"There are: {', '.join(files)}.")
        )
    show_data(manifest_schema() if name == "manifest" else json_text(published(files[name])))


def manifest_schema() -> str:
    """Return the schema for manifests of every kind, as it is printed and as `init` writes it."""
    from wexa_sync.kinds import declarable
    from wexa_sync.kinds.spec.published import combined
    from wexa_sync.render.json import json_text

    return json_text(combined({kind.name: kind.schema for kind in declarable()}))
