"""Make the site of the repository's pages: the same files as on GitHub, and two pages that are written from the code.

A page keeps its path in the repository, so a link leads to the same place on GitHub and on the site.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from mkdocs.structure.files import File, Files

from wexa_sync.cli import COMMANDS, cli
from wexa_sync.cli.flags import Flag
from wexa_sync.kinds import KINDS
from wexa_sync.kinds.spec.schema import bundled

ROOT = Path(__file__).parents[2]
PAGES = ("*.md", "docs/*.md", "docs/images/*", "docs/*.json", "benchmarks/README.md", "examples/*/README.md")
_CODE = re.compile(r"`[^`]+`")
_ITEM = re.compile(r" *([-*]|\d+\.) ")
FILES = ("schemas/*.json", "examples/gitlab/.gitlab-ci.yml")  # what pages link to


def on_files(files: Files, config: Any) -> Files:
    """Return the files of the site: those of the theme, the pages of the repository, and the pages from the code."""
    chosen = Files([each for each in files if each.src_dir != config.docs_dir])
    for path in sorted(path for pattern in (*PAGES, *FILES) for path in ROOT.glob(pattern)):
        name = path.relative_to(ROOT).as_posix()
        chosen.append(File(name, str(ROOT), config.site_dir, use_directory_urls=False))
    chosen.append(File.generated(config, "docs/reference/options.md", content=options_page()))
    chosen.append(File.generated(config, "docs/reference/fields.md", content=fields_page()))
    return chosen


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page as Python-Markdown needs it: four columns for a level of a list, an empty line before the list."""
    del page
    return "".join(_adapted(markdown))


def _adapted(markdown: str) -> Iterator[str]:
    shift: int | None = None  # of the fence that is open
    before = "\n"
    for line in markdown.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip(" "))
        own = 4 * ((indent + 2) // 3) - indent  # a level of a list is 2 columns below `- `, 3 below `1. `
        if (
            shift is None
            and _ITEM.match(line)
            and before.strip()
            and not re.match(r" {2}", before)
            and not _ITEM.match(before)
        ):
            yield "\n"
        text = _CODE.sub(_unescaped, line) if shift is None and line.startswith("|") else line
        yield " " * (own if shift is None else shift) + text if line.strip() else line
        if line.lstrip().startswith("```"):
            shift = own if shift is None else None
        before = line


def _unescaped(code: re.Match[str]) -> str:
    """Return code in a cell of a table without the backslashes that GitHub wants before `|`."""
    return code[0].replace("\\|", "|")


def commands() -> Iterator[tuple[str, click.Command, click.Context]]:
    """Yield each command that a person can run, with its full name and its context."""
    top = click.Context(cli, info_name="wexa-sync", auto_envvar_prefix="WEXA_SYNC")
    for name in COMMANDS:
        command = cli.get_command(top, name)
        assert command
        context = click.Context(command, parent=top, info_name=name)
        if not isinstance(command, click.Group):
            yield name, command, context
            continue
        for sub, member in command.commands.items():
            yield f"{name} {sub}", member, click.Context(member, parent=context, info_name=sub)


def options_page() -> str:
    """Return the page of all options: usage, what `--help` says, default and variable."""
    parts = [
        "# Options of every command\n\n*Written from the code.* [Commands](../commands.md) explains them, "
        "and has the exit codes.\n"
    ]
    for name, command, context in commands():
        usage = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS] ", "")
        parts.append(f"\n## {name}\n\n```text\nwexa-sync {name} {usage}\n```\n\n{_plain(command.help or '')}\n")
        options = [each for each in command.params if isinstance(each, click.Option) and each.name != "help"]
        rows = [_row(each, context) for each in options]
        parts.append("\n| option | meaning | default | variable |\n|---|---|---|---|\n" + "".join(rows) if rows else "")
    return "".join(parts)


def _row(option: click.Option, context: click.Context) -> str:
    names = ", ".join((*option.opts, *option.secondary_opts))
    value = "" if option.is_flag else option.make_metavar(ctx=context)
    default = option.get_default(context, call=False)
    shown = "" if option.is_flag or default in (None, (), "") or "Sentinel" in repr(default) else f"`{default}`"
    variable = f"`{option.variables(context)[-1]}`" if isinstance(option, Flag) else ""
    return f"| {_code(f'{names} {value}'.strip())} | {_cell(option.help or '')} | {shown} | {variable} |\n"


def fields_page() -> str:
    """Return the page of all fields of the kinds that can be declared, from their schemas."""
    parts = [
        "# Fields of every kind\n\n*Written from the schemas* (`wexa-sync schema KIND`). "
        "[Manifests](../manifests.md) explains how to write them; the [JSON Schema of all kinds]"
        "(../../schemas/manifest.schema.json) is for editors.\n"
    ]
    for kind in KINDS:
        if not kind.schema:
            continue
        schema = bundled(kind.schema)
        spec = schema["properties"].get("spec", schema)
        parts.append(f"\n## {kind.name}\n\n{_plain(schema.get('description', ''))}\n")
        parts.append("\n| field | type | meaning |\n|---|---|---|\n" + "".join(_fields(spec, "")))
    return "".join(parts)


def _fields(spec: dict[str, Any], above: str) -> Iterator[str]:
    needed = spec.get("required", ())
    for name, field in spec.get("properties", {}).items():
        kind = field.get("type") or field.get("$ref", "").rpartition("/")[2] or "value"
        shown = " or ".join(kind) if isinstance(kind, list) else kind
        about = _cell(field.get("description", ""))
        default = f" Default: `{json.dumps(field['default'])}`." if "default" in field else ""
        required = " **Required.**" if name in needed else ""
        yield f"| `{above}{name}` | {shown} | {about}{required}{default} |\n"
        yield from _fields(field, f"{above}{name}.")
        if isinstance(field.get("items"), dict):
            yield from _fields(field["items"], f"{above}{name}[].")


def _plain(text: str) -> str:
    return inspect.cleandoc(text.replace("\b", "")).replace("<", "&lt;")


def _cell(text: str) -> str:
    return _plain(" ".join(text.split())).replace("|", "\\|")


def _code(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"
