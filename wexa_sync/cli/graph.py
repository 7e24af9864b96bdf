"""`wexa-sync graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from wexa_sync.cli import options


@click.command("graph")
@options.manifests
@options.where
@options.option("--format", "format_", type=click.Choice(["mermaid", "dot"]), default="mermaid", help="Which language.")
def command(
    paths: tuple[Path, ...], assignments: tuple[str, ...], var_files: tuple[Path, ...], format_: str, **given: Any
) -> None:
    """Draw what waits for what, as Mermaid or DOT. Offline."""
    from wexa_sync.cli.setup import desired_for, settings_for

    desired = desired_for(paths, settings_for(paths, given), assignments=assignments, var_files=var_files)
    names = {address: f"n{number}" for number, address in enumerate(sorted(desired.manifests))}
    arrow, node, first, last = (
        ("-->", '{}["{}"]', "graph LR", None) if format_ == "mermaid" else ("->", '{} [label="{}"];', "digraph {", "}")
    )
    click.echo(first)
    for address, name in names.items():
        click.echo("  " + node.format(name, address))
    for address, name in names.items():
        for other in sorted(desired.depends_on[address]):
            click.echo(f"  {name} {arrow} {names[other]}" + (";" if last else ""))
    if last:
        click.echo(last)
