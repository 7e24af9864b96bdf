"""`wexa-sync graph`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request

_LANGUAGES = ("mermaid", "dot")


@click.command("graph")
@options.filled(options.manifests, options.where)
@options.option("--format", "language", type=click.Choice(_LANGUAGES), default="mermaid", help="The language.")
def command(request: Request, language: str) -> None:
    """Draw which resources wait for which, as Mermaid or DOT. Works offline."""
    from wexa_sync.cli.terminal import show_data

    desired = request.desired()
    names = {address: f"n{number}" for number, address in enumerate(sorted(desired.manifests))}
    arrow, node, first, last = (
        ("-->", '{}["{}"]', "graph LR", None) if language == "mermaid" else ("->", '{} [label="{}"];', "digraph {", "}")
    )
    lines = [first, *("  " + node.format(name, address) for address, name in names.items())]
    for address, name in names.items():
        for other in sorted(desired.depends_on[address]):
            lines.append(f"  {name} {arrow} {names[other]}" + (";" if last else ""))
    show_data("\n".join([*lines, *([last] if last else [])]) + "\n")
