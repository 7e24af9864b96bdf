"""Check the values of options and arguments, before the command runs."""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Sequence
from datetime import timezone
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from wexa_sync.api.transport.url import webhook_fault
from wexa_sync.kinds.spec.times import epoch
from wexa_sync.render import RENDERERS
from wexa_sync.text.digests import digest_from
from wexa_sync.text.files import short
from wexa_sync.text.paths import GIT, path_of
from wexa_sync.text.patterns import pattern


class Named(click.Path):
    """Take a path that is not empty. `"$FOLDER"` of a variable that is not set would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path. Fails for an empty text."""
        if not os.fspath(value):
            self.fail("a path is empty: name one, or write . for the current folder.", param, ctx)
        return Path(os.fsdecode(super().convert(_at_home(self, value, param, ctx), param, ctx)))


class StateName(Named):
    """Take a state: a file, or git:REMOTE#REF."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or the text of a ref as it is: a path would make one slash of two."""
        return value if str(value).startswith(GIT) else super().convert(value, param, ctx)


def _at_home(kind: click.Path, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
    """Return a path with `~` replaced, as where a variable or quotes kept the shell from it."""
    try:
        return str(path_of(os.fsdecode(value)))
    except ValueError as error:
        kind.fail(str(error), param, ctx)


class NewFile(click.Path):
    """Take a file to write. A failure that is certain is reported before the work that the file is for."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path. Fails where its folder is missing, or a YAML file has its name: it may be a manifest."""
        path = Path(os.fsdecode(super().convert(_at_home(self, value, param, ctx), param, ctx)))
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder {path.parent} to write {path.name} in.", param, ctx)
        if {".yaml", ".yml"} & {path.suffix.lower(), path.resolve().suffix.lower()} and path.exists():
            self.fail(f"{path} is YAML, as manifests and settings are, and is not overwritten.", param, ctx)
        return path


class PlanFile(NewFile):
    """Take a file to save a plan in. It may replace another saved plan, and nothing else."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path. Fails where a file has its name that is neither a saved plan nor empty."""
        from wexa_sync.plan.file import is_plan

        path = super().convert(value, param, ctx)
        if path.exists() and not (path.is_file() and (not path.stat().st_size or is_plan(path))):
            self.fail(f"{path} is there and is no saved plan, so it is not overwritten.", param, ctx)
        return path


class OutputFile(Struct, frozen=True, kw_only=True):
    """Describe a file to write, and the format to write in it; empty: that of --format. No path: stdout."""

    path: Path | None
    format: str = ""


_WITH_FORMAT = pattern(r"(?P<format>[a-z][a-z0-9-]*)=(?P<file>.*)", re.DOTALL)


class OutputType(NewFile):
    """Take `FILE`, or `FORMAT=FILE`, where `-` is stdout. A variable holds several with semicolons between them."""

    envvar_list_splitter = ";"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the file and its format. Fails for an unknown format, and as for any file to write."""
        from wexa_sync.text.suggest import did_you_mean

        text = os.fsdecode(value)
        found = _WITH_FORMAT.fullmatch(text)
        format_, file = (found["format"], found["file"]) if found else ("", text)
        if format_ and format_ not in RENDERERS:
            hint = did_you_mean(format_, RENDERERS, f"The formats are {', '.join(RENDERERS)}.")
            self.fail(f"{format_!r} is no format. {hint} A file of that name is written ./{text}.", param, ctx)
        if format_ and not file:
            self.fail(f"{text!r} names no file: write {format_}=FILE, or {format_}=- for stdout.", param, ctx)
        return OutputFile(path=None if file == "-" else super().convert(file, param, ctx), format=format_)


SURPRISES = ("drift", "delete", "run", "blocked", "unexplained")


class Surprises(click.types.StringParamType):
    """Take words for what a plan must not have, with commas between them."""

    name = "words"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the words. Fails for an unknown one."""
        from wexa_sync.text.suggest import did_you_mean

        words = tuple(word.strip() for word in str(value).split(","))
        for word in words:
            if word not in SURPRISES:
                hint = did_you_mean(word, SURPRISES, f"The words are {', '.join(SURPRISES)}.")
                self.fail(f"{word!r} is nothing to fail on. {hint}", param, ctx)
        return words


class Digest(click.types.StringParamType):
    """Take the digest of a plan, in its short or its full form."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the hex digits. Fails for a text that is no digest."""
        try:
            return digest_from(str(value))
        except ValueError as error:
            self.fail(f"{short(str(value))!r} is no digest: {error}.", param, ctx)


_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SPAN = pattern(r"(\d+(?:\.\d+)?)(ms|[smhd])", re.ASCII)


class Seconds(click.FloatRange):
    """Take a finite time: a number of seconds, or `5m`, `1h30m`, `90s`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the seconds. Fails for `nan`, `inf` and a text that is no time."""
        text = str(value).strip().lower()
        if re.fullmatch(f"({_SPAN.pattern})+", text, re.ASCII):
            found = sum(float(number) * _UNITS[unit] for number, unit in _SPAN.findall(text))
        else:
            try:
                found = float(text)
            except ValueError:
                found = math.nan
        if not math.isfinite(found):
            self.fail(f"{value!r} is no time: write seconds, as 300, or 5m, 1h30m.", param, ctx)
        return float(super().convert(found, param, ctx))


class Since(click.types.StringParamType):
    """Take a moment: a span of time ago, as `2h`, or a date or time in ISO 8601, which is UTC without a zone."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the moment in epoch seconds. Fails for a text that is no time."""
        text = str(value).strip()
        if re.fullmatch(f"({_SPAN.pattern})+", text.lower(), re.ASCII):
            return time.time() - Seconds(0).convert(text, param, ctx)
        try:
            return float(epoch(text, timezone.utc)) if not text.isdigit() else self.fail(f"{value!r} has no unit.")
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no time: write 2h, 30m or 3d, or 2035-06-01T07:00.", param, ctx)


class Allowance(click.types.StringParamType):
    """Take a budget and the number to lift it to, as `deletes=12`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the budget's own name and the number. Fails for an unknown name, and for a text that is no number."""
        from wexa_sync.plan.limits import BUDGETS

        name, _, number = str(value).partition("=")
        if name not in BUDGETS:
            self.fail(f"{value!r} names no budget: write {', '.join(f'{each}=N' for each in BUDGETS)}.", param, ctx)
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            self.fail(f"{value!r} has no number of {name}: write {name}=12, say.", param, ctx)
        return BUDGETS[name], int(number)


class Assignment(click.types.StringParamType):
    """Take `NAME=VALUE`. A variable holds several with semicolons between them."""

    envvar_list_splitter = ";"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the name and the value. Fails where a part is missing."""
        if isinstance(value, tuple):
            return value
        name, sign, text = str(value).partition("=")
        if not (name and sign and text):
            self.fail(f"{short(str(value))!r} is no NAME=VALUE.", param, ctx)
        return name, text


def by_name(pairs: Sequence[tuple[str, str]], flag: str) -> dict[str, str]:
    """Return the values by their names. Fails for a name that is given twice: nobody knows which value is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise click.UsageError(f"{flag} gives {short(twice)!r} twice: give each name one value.")
    return found


class Fault(click.types.StringParamType):
    """Take a scripted fault. A fault has spaces in it, so a variable holds several with semicolons between them."""

    envvar_list_splitter = ";"


class WebAddress(click.types.StringParamType):
    """Take a URL that a page can link to."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the URL. Fails for what is no URL of http or https."""
        if not re.match(r"https?://[^/\s]+(/\S*)?$", str(value)):
            self.fail(f"{value!r} is no URL: write https://github.com/ORG/REPOSITORY/blob/COMMIT, say.", param, ctx)
        return str(value)


class Webhook(click.types.StringParamType):
    """Take the URL of a webhook, which is a secret: no message shows it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the URL. Fails where nothing can be sent there, or anybody on the way could read it."""
        if fault := webhook_fault(str(value)):
            self.fail(f"{fault}. Give the URL as the webhook's page shows it.", param, ctx)
        return str(value)


class AddressType(click.types.StringParamType):
    """Take an address, as a person types it."""

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
    """Take an address or an id: a text with a slash in it is an address."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as it is. Raises UsageError for an address that is none."""
        if "/" in value:
            super().convert(value, param, ctx)
        return value
