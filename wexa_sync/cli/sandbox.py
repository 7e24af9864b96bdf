"""`wexa-sync sandbox`."""

from __future__ import annotations

from pathlib import Path

import click

from wexa_sync.cli.options import option


@click.command("sandbox")
@option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port; a free one where left out.")
@option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path(".wexa-sync/sandbox.db"),
    metavar="FILE",
    help="Where its data lie.",
)
@option("--reading", "readings", multiple=True, metavar="NAME=VALUE", help="How it reads the documentation.")
@option("--api-key", metavar="KEY", help="The only key it accepts; any key where left out.")
@option("--latency", type=click.IntRange(0), default=0, metavar="MS", help="Wait before every answer.")
def command(port: int, data: Path, readings: tuple[str, ...], api_key: str | None, latency: int) -> None:
    """Run a local server that behaves as the Wexa API does, until it is interrupted."""
    from wexa_sync.errors import UsageError
    from wexa_sync.sandbox import SandboxConfig, SandboxError, serve

    chosen = dict(reading.partition("=")[::2] for reading in readings)
    try:
        config = SandboxConfig(data=data, port=port, api_key=api_key, readings=chosen, latency_ms=latency)
        serve(config, lambda url: click.echo(f"Sandbox ready at {url}"))
    except SandboxError as error:
        raise UsageError(str(error), hint="See docs/sandbox.md; docs/readings.md lists readings.") from None
