"""`wexa-sync executions list|show`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from wexa_sync.cli import options

if TYPE_CHECKING:
    from wexa_sync.runs import Run


@click.group("executions")
def command() -> None:
    """Look at what runs and what ran, in the projects that are managed."""


@command.command("list")
@options.workspace
@options.shape
def list_(format_: str, **given: Any) -> None:
    """List the executions of the managed projects, with their addresses where they are declared."""
    from wexa_sync.cli.setup import settings_for, workspace_for
    from wexa_sync.render.safe import visible
    from wexa_sync.runs import list_runs

    with workspace_for(settings_for((), given), given) as workspace:
        workspace.api.sign_in()
        runs = list_runs(workspace.api, workspace.store.load())
    if format_ == "json":
        _print_json([_data(run) for run in runs])
        return
    for run in runs:
        click.echo("\t".join(visible(text) for text in (run.id, run.status, str(run.address or "-"), run.goal)))
    if not runs:
        click.echo("No executions.", err=True)


@command.command()
@click.argument("execution", metavar="ADDRESS|ID")
@options.workspace
@options.shape
def show(execution: str, format_: str, **given: Any) -> None:
    """Show one execution: its status, its inputs and its result."""
    from wexa_sync.cli.setup import addresses, settings_for, workspace_for
    from wexa_sync.render.safe import prose, visible
    from wexa_sync.runs import find_run

    if "/" in execution:
        addresses([execution])  # a wrong one is a wrong use
    with workspace_for(settings_for((), given), given) as workspace:
        workspace.api.sign_in()
        run = find_run(workspace.api, workspace.store.load(), execution)
    if format_ == "json":
        _print_json({**_data(run), "inputs": run.raw.get("input_variables"), "result": run.result})
        return
    rows = (("address", str(run.address or "-")), ("id", run.id), ("status", run.status), ("goal", run.goal))
    for name, text in rows:
        click.echo(f"{name:<10}{visible(text)}")
    for name, value in (run.raw.get("input_variables") or {}).items():
        click.echo(f"{'input':<10}{visible(str(name))} = {visible(str(value))}")
    if run.result:
        click.echo(f"\n{prose(run.result)}")


def _data(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "status": run.status,
        "goal": run.goal,
        "project": run.project,
        "address": str(run.address) if run.address else None,
    }


def _print_json(data: Any) -> None:
    from wexa_sync.render.safe import visible_json

    click.echo(visible_json(json.dumps(data, indent=2, ensure_ascii=False)))
