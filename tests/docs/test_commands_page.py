"""docs/commands.md has every command with every option, and none that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from wexa_sync.cli import COMMANDS, cli
from wexa_sync.cli.flags import Flag

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (.+)\n((?:(?!#).*\n)*)", PAGE, re.MULTILINE))
# By the command's name: what stands in its title before the first argument.
ABOUT = {name[1]: SECTIONS[title] for title in SECTIONS if (name := re.match(r"wexa-sync ([a-z]+(?: [a-z]+)*)", title))}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield each command that a person can run, with its full name."""
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        members = command.commands if isinstance(command, click.Group) else {"": command}
        yield from ((f"{name} {sub}".strip(), member) for sub, member in members.items() if member)


def written(command: click.Command) -> set[str]:
    """Return the options of a command, as the page is to write them."""
    found = set()
    for option in command.params:
        if not isinstance(option, click.Option) or option.name == "help":
            continue
        value = r"\|".join(option.type.choices) if isinstance(option.type, click.Choice) else option.metavar
        value = "" if option.is_flag else f" {value}"
        found.add(", ".join(f"`{name}{value}`" for name in (*option.opts, *option.secondary_opts)))
    return found


def documented(section: str) -> set[str]:
    """Return the options in a section of the page, and in the sections that it links to."""
    links = {title for title in SECTIONS for link in re.findall(r"\]\(#(\S+?)\)", section) if link == title.lower()}
    own = set(re.findall(r"^\| (`-.+?) \|", section, re.MULTILINE))
    return own.union(*(documented(SECTIONS[title]) for title in links))


def test_every_command_is_documented_and_no_other() -> None:
    assert list(ABOUT) == [name for name, _ in commands()]


def test_every_option_is_documented_and_no_other() -> None:
    for name, command in commands():
        assert documented(ABOUT[name]) == written(command), f"docs/commands.md, wexa-sync {name}"


def test_variables_that_hold_for_all_commands_are_documented() -> None:
    flags = {option.name: option for _, command in commands() for option in command.params if isinstance(option, Flag)}
    names = {
        option.variables(click.Context(cli, auto_envvar_prefix="X"))[-1]
        for option in flags.values()
        if option.everywhere
    }
    (row,) = re.findall(r"^\| (`WEXA_SYNC_BASE_URL`.*?) \|", PAGE, re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == names


def test_the_readme_has_the_same_exit_codes() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d+ \| .*$", PAGE, re.MULTILINE)
    assert rows
    assert rows == re.findall(r"^\| \d+ \| .*$", readme, re.MULTILINE)
