"""`wexa-sync sandbox`."""

from __future__ import annotations

from pathlib import Path

import click

from wexa_sync.cli.options import option, rehearsal


@click.command("sandbox")
@option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="The port; by default a free one.")
@option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path(".wexa-sync/sandbox.db"),
    metavar="FILE",
    help="The file for its data.",
)
@rehearsal
@option("--fault-file", type=click.Path(path_type=Path), metavar="FILE", help="A file of faults, one a line.")
@option("--api-key", metavar="KEY", help="The only key that is accepted; by default any key.")
@option("--latency", type=click.IntRange(0), default=0, metavar="MS", help="Respond so long after each request.")
def command(
    port: int,
    data: Path,
    faults: tuple[str, ...],
    readings: tuple[str, ...],
    fault_file: Path | None,
    api_key: str | None,
    latency: int,
) -> None:
    """Run a local server that behaves as the Wexa API does, until it is interrupted."""
    import gc
    from dataclasses import replace

    from wexa_sync.sandbox import faults_in, serve
    from wexa_sync.workspace import Rehearsal, sandbox_config, sandbox_errors

    def ready(url: str) -> None:
        gc.freeze()  # what is loaded stays: no request is to wait while all of it is looked through for garbage
        click.echo(f"Sandbox ready at {url}")

    with sandbox_errors():
        config = replace(
            sandbox_config(data, Rehearsal(faults=faults, readings=readings)),
            port=port,
            api_key=api_key,
            latency_ms=latency,
        )
        if fault_file is not None:
            config = replace(config, faults=(*config.faults, *faults_in(fault_file)))
        serve(config, ready)
