"""The values that options and arguments take, checked as they are typed."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click


class Named(click.Path):
    """A path that is named: an empty text, as `"$FOLDER"` is where nobody set it, would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Fails for an empty text."""
        if not os.fspath(value):
            self.fail("a path is empty: name one, or write . for the current folder.", param, ctx)
        return Path(os.fsdecode(super().convert(value, param, ctx)))


class NewFile(click.Path):
    """A file to write: what is surely in the way of it is told before there is anything to write."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Fails where its folder is missing, or something else has its name that may be somebody's work."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder {path.parent} to write {path.name} in.", param, ctx)
        if path.suffix.lower() in (".yaml", ".yml") and path.exists():
            self.fail(f"{path} is YAML, as manifests and settings are, and is not overwritten.", param, ctx)
        return path


class PlanFile(NewFile):
    """A file to save a plan in: in the place of another saved plan, and of nothing else."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The path. Fails where a file is there that is neither a plan nor empty."""
        from wexa_sync.plan.file import is_plan

        path = super().convert(value, param, ctx)
        if path.exists() and not (path.is_file() and (not path.stat().st_size or is_plan(path))):
            self.fail(f"{path} is there and is no saved plan, so it is not overwritten.", param, ctx)
        return path


class Seconds(click.FloatRange):
    """A length of time: `nan` and `inf` are none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds. Fails for what is no number of them."""
        found: float = super().convert(value, param, ctx)
        if not math.isfinite(found):
            self.fail(f"{value} is no number of seconds.", param, ctx)
        return found


class Allowance(click.types.StringParamType):
    """A budget and the number that it is lifted to, as `deletes=12`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the budget's own name and the number. Fails for another name, and for what is no number from 0 up."""
        from wexa_sync.plan.limits import BUDGETS

        name, _, number = str(value).partition("=")
        if name not in BUDGETS:
            self.fail(f"{value!r} names no budget: write {', '.join(f'{each}=N' for each in BUDGETS)}.", param, ctx)
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            self.fail(f"{value!r} has no number of {name}: write {name}=12, say.", param, ctx)
        return BUDGETS[name], int(number)


class Fault(click.types.StringParamType):
    """A scripted fault, which has spaces in it: a variable holds several with semicolons between them."""

    envvar_list_splitter = ";"


class AddressType(click.types.StringParamType):
    """An address, as a person types it."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002
        """Return the address. Raises UsageError for what is none."""
        from wexa_sync.errors import UsageError
        from wexa_sync.model import Address

        try:
            return Address.parse(value)
        except ValueError as error:
            raise UsageError(str(error), hint="`wexa-sync state list` shows addresses.") from None


class AddressOrId(AddressType):
    """An address or an id: a text with a slash in it is an address."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as it is. Raises UsageError for an address that is none."""
        if "/" in value:
            super().convert(value, param, ctx)
        return value
