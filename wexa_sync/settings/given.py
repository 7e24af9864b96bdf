"""Read the settings that flags and environment variables give."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wexa_sync.errors import SettingsError
from wexa_sync.manifests.schema_check import schema_faults
from wexa_sync.model import Secret
from wexa_sync.settings.environments import Section
from wexa_sync.settings.file import SCHEMA
from wexa_sync.settings.key import KEY_VARIABLE, one_spelling, variables_of
from wexa_sync.settings.place import path_of
from wexa_sync.text.ids import usual_case
from wexa_sync.text.paths import GIT, to_write
from wexa_sync.text.patterns import pattern

_ENVIRONMENT = {"base_url": "WEXA_BASE_URL", "org_id": "WEXA_ORG_ID", "user_id": "WEXA_USER_ID"}
_USABLE_KEY = pattern(r"[\x21-\x7e]+")


def given_settings(
    env: Mapping[str, str], overrides: Mapping[str, Any], section: Section | None = None
) -> dict[str, Any]:
    """Return the settings that variables and flags give, in the form of the file. Paths are absolute.

    A variable with the name of the environment behind it decides over the one without. Raises SettingsError where the
    one without is not what the environment (`section`) says: it is probably left from work on another environment.
    """
    said = {name: value for name, value in overrides.items() if value is not None and name != "api_key"}
    if "state" in said:
        said["state"] = state_named(str(said["state"]), "--state")
    if "manifests" in said:
        said["manifests"] = [str(Path(path).absolute()) for path in said["manifests"]]
    if "allow_undocumented" in said:
        said["allow_undocumented"] = list(said["allow_undocumented"])
    own = section.name if section else ""
    variables = {
        name: found
        for name, variable in _ENVIRONMENT.items()
        if (found := next(filter(env.get, variables_of(variable, own)), ""))
    }
    given = {name: env[variable] for name, variable in variables.items()} | said
    if given and (faults := schema_faults(SCHEMA, given)):
        names = [str(fault.path[0]) for fault in faults]
        where = [f"--{name.replace('_', '-')}" if name in said else variables[name] for name in names]
        message = "; ".join(f"{place}: {fault.message}" for place, fault in zip(where, faults, strict=True))
        raise SettingsError(message, hint=" ".join(dict.fromkeys(fault.hint for fault in faults)))
    if section is not None:
        general = [name for name, found in variables.items() if name not in said and found == _ENVIRONMENT[name]]
        _require_agreement({name: given[name] for name in general}, section)
    return given


def _require_agreement(given: Mapping[str, str], section: Section) -> None:
    """Raise SettingsError where a variable for every environment says something else than this environment."""
    same = {"base_url": one_spelling, "org_id": usual_case}
    for name, form in same.items():
        if name in given and name in section.data and form(given[name]) != form(section.data[name]):
            variable = _ENVIRONMENT[name]
            raise SettingsError(
                f"{variable} is {given[name]}, and the environment {section.name} is {section.data[name]} "
                f"({section.place(name)}): nothing was sent",
                hint=f"Unset {variable}, or set {variables_of(variable, section.name)[0]} if it is meant for this "
                "environment.",
            )


def state_named(text: str, place: str) -> str | dict[str, Any]:
    """Return the setting that the text of a flag or a variable means: a file, or a ref as git:REMOTE#REF.

    Both parts of a ref may be left out. Raises SettingsError with the place where it can't be a file.
    """
    if not text.startswith(GIT):
        return str(Path(path_of(to_write, text, place)).absolute())
    remote, _, ref = text.removeprefix(GIT).partition("#")
    return {"git": {name: part for name, part in (("remote", remote), ("ref", ref)) if part}}


def usable_key(overrides: Mapping[str, Any], env: Mapping[str, str], environment: str) -> Secret | None:
    """Return the API key; None where there is none. Raises SettingsError for a text that can't be a key."""
    variable = next(filter(env.get, variables_of(KEY_VARIABLE, environment)), KEY_VARIABLE)
    value = overrides.get("api_key") or env.get(variable)
    if not value:
        return None
    if not _USABLE_KEY.fullmatch(value):
        raise SettingsError(
            f"{variable} holds a space, a line end or a character that no key has",
            hint="Copy the key again, without quotes and line ends: `printf %s` writes none, `echo` does.",
        )
    return Secret(template=f"${{env:{variable}}}", value=value)
