"""`wexa-sync promote`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from wexa_sync.cli import options
from wexa_sync.model import Many

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.manifests.tidy import Tidied
    from wexa_sync.model import Document
    from wexa_sync.settings import Environment
    from wexa_sync.settings.promote import Difference, Setting


@click.command("promote")
@options.argument("source", metavar="FROM")
@options.argument("to")
@options.argument("what", nargs=-1, metavar="[ADDRESS|var:NAME]...")
@options.filled(options.where, options.shape(["text", "json"]), many=Many.BY_DEFAULT)
@options.option("--to-base", is_flag=True, help="Make it hold for every environment, and take it out of the two.")
@options.option("--dry-run", is_flag=True, help="Write nothing, and show what would change.")
@options.option("--auto-approve", is_flag=True, help="Do not ask.")
def command(  # click's way
    request: Request,
    source: str,
    to: str,
    what: tuple[str, ...],
    to_base: bool,
    dry_run: bool,
    auto_approve: bool,
) -> int:
    """Show what differs between two environments, and carry what FROM alone says over to TO. Works offline.

    Files are edited, to be reviewed and committed like any change. Nothing is applied.
    """
    from wexa_sync.cli.terminal import note, show_data, show_diffs
    from wexa_sync.errors import ExitCode
    from wexa_sync.render.json import json_text
    from wexa_sync.settings.promote import carried_over, carried_to_base, chosen, differences

    first, second = (_environment(request, name) for name in (source, to))
    found = differences(first, second, request.settings.vars)
    wanted = chosen(found, what)
    as_json = request.output.format == "json"
    show_data(json_text(_data(first, second, found, wanted)) if as_json else _listed(first, second, found))
    if not wanted:
        note(f"There is nothing to promote: {source} alone says nothing else than {to}.")
        return int(ExitCode.DONE)
    files = carried_to_base(wanted, request.settings, _documents(request)) if to_base else carried_over(wanted, second)
    if not as_json:
        show_diffs(files, head="\n")
    if dry_run:
        return int(ExitCode.DONE)
    if not _agreed(files, auto_approve=auto_approve):
        note("Nothing was written.")
        return int(ExitCode.FAILED)
    for file in files:
        file.write()
    follows = "every environment: `wexa-sync plan --env all`" if to_base else f"{to}: `wexa-sync plan --env {to}`"
    note(f"Written. Review the change, commit it, and see what it does in {follows}.")
    return int(ExitCode.DONE)


def _environment(request: Request, name: str) -> Environment:
    from wexa_sync.errors import UsageError
    from wexa_sync.text.suggest import did_you_mean

    declared = {each.name: each for each in request.settings.environments}
    if name not in declared:
        hint = did_you_mean(name, declared, f"Declared are: {', '.join(declared) or 'none'}.")
        raise UsageError(f"there is no environment {name}", hint=hint)
    return declared[name]


def _documents(request: Request) -> Sequence[Document]:
    """Return the manifests as they stand in their files. What is wrong in them is no hindrance."""
    from msgspec.structs import replace

    from wexa_sync.manifests.load import load

    return load(replace(request.sources, overlays=None)).documents


def _listed(first: Environment, second: Environment, found: Sequence[Difference]) -> str:
    """Return what differs, in three parts."""
    from wexa_sync.settings.promote import Side

    titles = {
        Side.FIRST: f"In {first.name} alone, to be promoted:",
        Side.BOTH: "In both, and different on purpose; promoted where named:",
        Side.SECOND: f"In {second.name} alone:",
    }
    lines: list[str] = []
    for side, title in titles.items():
        of_it = [each for each in found if each.side is side]
        if of_it:
            lines += ["", title, *(line for each in of_it for line in _lines(each))]
    return "".join(f"{line}\n" for line in lines[1:]) or f"{first.name} and {second.name} say the same.\n"


def _lines(each: Difference) -> Iterator[str]:
    from wexa_sync.model import show_path
    from wexa_sync.text.visible import visible

    yield visible(f"  {each.what}{f'  {show_path(each.path)}' if each.path else ''}")
    if each.base is not None and not (each.first and each.second):
        yield visible(f"      {_shown(each.base)}  (for all)")
    for setting in (each.first, each.second):
        if setting is not None:
            yield visible(f"      {_shown(setting.value)}  ({setting.source})")


def _shown(value: Any) -> str:
    from wexa_sync.manifests.emit import inline
    from wexa_sync.manifests.spelling import Written
    from wexa_sync.text.files import short

    return short(value.text if isinstance(value, Written) else inline(value))


def _data(
    first: Environment, second: Environment, found: Sequence[Difference], wanted: Sequence[Difference]
) -> dict[str, Any]:
    from wexa_sync.model import show_path

    return {
        "from": first.name,
        "to": second.name,
        "differences": [
            {
                "what": each.what,
                "field": show_path(each.path),
                "in": each.side.value,
                "values": [_value(each.first), _value(each.second)],
                "promoted": each in wanted,
            }
            for each in found
        ],
    }


def _value(setting: Setting | None) -> dict[str, Any] | None:
    if setting is None:
        return None
    return {"value": _raw(setting.value), "file": setting.source.file, "line": setting.source.line}


def _raw(value: Any) -> Any:
    from wexa_sync.manifests.spelling import Written
    from wexa_sync.secrecy.hide import hide

    return hide(value, lambda leaf: leaf.text if isinstance(leaf, Written) else leaf)


def _agreed(files: Sequence[Tidied], *, auto_approve: bool) -> bool:
    from wexa_sync.cli.terminal import agrees
    from wexa_sync.errors import UsageError
    from wexa_sync.text.files import shown_path

    if auto_approve:
        return True
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask on, so nothing was written", hint="Add --auto-approve, or --dry-run to look."
        )
    return agrees(f"Write {' and '.join(shown_path(file.file) for file in files)}?")
