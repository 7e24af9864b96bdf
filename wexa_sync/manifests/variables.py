"""`${env:NAME}`, `${var:NAME}`, `${secret:NAME}` in the values of manifests. Any other `${...}` is none of ours."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from msgspec import field

from wexa_sync.errors import InvalidManifests, PlanRefused, Problem, Unfilled, UsageError
from wexa_sync.manifests import own_key
from wexa_sync.manifests.positions import Places
from wexa_sync.manifests.schema_messages import Fault, shown
from wexa_sync.manifests.spelling import plain, written
from wexa_sync.model import Secret, Unset
from wexa_sync.model.partly_shown import PartlyShown
from wexa_sync.secrecy.keys import is_the_key, keys_in
from wexa_sync.text.files import TextFault, is_utf8, place_of, short, shown_path
from wexa_sync.text.patterns import pattern
from wexa_sync.text.suggest import did_you_mean, named

_NAME = pattern(r"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_USE = pattern(r"\$\$\{|\$\{(?P<source>env|var|secret):(?P<name>[^}\n]*)(?P<end>\}?)")
_BEGIN = pattern(r"\$\$\{|\$\{(?:env|var|secret):")  # of a use: one may stand in what looks like another one's name
_WORD = pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")  # of a name: DB_PASSWORD, dbPassword, APIKey
_CREDENTIALS = frozenset(
    {"KEY", "KEYS", "APIKEYS", "SECRETS", "PASS", "PW", "PASSWORDS", "PASSCODE", "CREDENTIAL", "CREDS", "PRIVATE"}
    | {"AUTH", "OAUTH", "AUTHORIZATION", "BEARER", "JWT", "PAT", "COOKIE"}
)
_KEY_ENDS = ("APIKEY", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY")
_CREDENTIAL_ENDS = (*_KEY_ENDS, "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIALS")  # PGPASSWORD too
_ADDRESS_WITH_A_PASSWORD = pattern(r"://[^/\s:@]*:[^/\s@]+@")  # as in DATABASE_URL
_MOST_FAULTS = 20  # of one text: who has that many starts with these
_MOST_ALIKE = 3  # warnings, before they share one


class Variables(PartlyShown, frozen=True, eq=False, dict=True):
    """Hold the values that manifests may use: `var` from files, settings and flags; `env` from the environment."""

    UNSHOWN = frozenset({"env"})

    var: Mapping[str, Any] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)  # it holds the secrets
    given: Mapping[str, Collection[str]] = field(default_factory=dict)  # names, by the flag or the file that gives them
    asked: set[str] = field(default_factory=set)  # the names that texts use
    from_env: set[str] = field(default_factory=set)  # the names of the environment that texts use
    odd: dict[str, str] = field(default_factory=dict)  # what is odd about a value, by its `${...}`

    @cached_property
    def keys(self) -> frozenset[str]:
        """Return the API keys of this environment."""
        return keys_in(self.env)

    def forget(self, since: Mapping[str, str]) -> None:
        """Forget what was odd of the environment in a file that is none of ours; `since`: what was before that file."""
        for use in self.odd.keys() - since.keys():
            del self.odd[use]

    def warnings(self) -> Iterator[str]:
        """Return a warning for each value of the environment that was probably not meant to be as it is.

        Many with one fault share a warning: an export of a workspace may name dozens of secrets.
        """
        alike: dict[str, list[str]] = {}
        for use, what in self.odd.items():
            alike.setdefault(what, []).append(use)
        for what, uses in alike.items():
            if len(uses) > _MOST_ALIKE:
                yield f"Each of {named(uses, most=_MOST_ALIKE)} {what}"
            else:
                yield from (f"{use} {what}" for use in uses)

    def unused(self) -> Iterator[str]:
        """Return a warning for each flag and file that gives a variable which no text uses."""
        for place, names in self.given.items():
            for name in sorted(set(names) - self.asked):
                hint = did_you_mean(name, sorted(self.asked - set(names)), f"Nothing says ${{var:{name}}}.")
                yield f"{place}: the variable {name!r} is used by no manifest. {hint}"

    def fill(self, text: str) -> tuple[Any, list[TextFault]]:
        """Return the text with its variables filled in, and the faults in it.

        A text that is nothing but one `${var:NAME}` becomes that value with its type; one with a secret in it becomes
        a Secret; one whose environment variable is not set becomes Unset; `$${` stands for a literal `${`. What is
        filled in is not searched again.
        """
        faults: dict[str, TextFault] = {}  # by what is wrong: a text may say it many times
        shown: list[str] = []
        real: list[str] = []
        secret = unset = False
        end = 0
        for use in _USE.finditer(text):
            between, end = text[end : use.start()], use.end()
            if use.group() in faults:
                continue
            try:
                value = self._value(use)
            except TextFault as fault:
                fault.line, fault.column = place_of(text[: use.start()])
                faults[use.group()] = fault
                if len(faults) == _MOST_FAULTS:
                    break
                continue
            if use["source"] == "var" and use.group() == text:
                return value, []
            if value is _NOT_SET:
                unset, value = True, use.group()
            secret = secret or use["source"] == "secret"
            # A template is filled in again where its plan is applied: what is no variable must be none then, too.
            shown += [between, use.group() if use["source"] != "var" else plain(value).replace("${", "$${")]
            real += [between, plain(value)]
        if faults:
            return Unfilled(text), list(faults.values())
        template, filled = "".join([*shown, text[end:]]), "".join([*real, text[end:]])
        if unset:
            return Unset(template=template), []
        return Secret(template=template, value=filled) if secret else filled, []

    def _note(self, use: re.Match[str], value: Any) -> None:
        """Note that a variable is used, and what is odd about its value."""
        if use["source"] == "var":
            self.asked.add(use["name"])
        elif not value:
            self.odd[use.group()] = f"is empty: the environment variable {use['name']} is set to nothing."
        elif use["source"] == "secret" and value[-1] in "\r\n":
            self.odd[use.group()] = "ends with a line end, which is sent as well: `printf %s` writes none, `echo` does."

    def _value(self, use: re.Match[str]) -> Any:
        source, name = use["source"], use["name"]
        if source is None:
            return "${"
        if not use["end"] or not _NAME.match(name):
            hint = f"Write ${{{source}:NAME}}; a literal ${{ is written $${{."
            raise TextFault(f"{short(use.group())} is no variable", hint=hint)
        values: Mapping[str, Any] = self.var if source == "var" else self.env
        if source != "var":
            self.from_env.add(name)
        if (source != "var" and is_the_key(name)) or own_key.holds_one(str(values.get(name, "")), self.keys):
            raise TextFault(own_key.MESSAGE, hint=own_key.OF_A_VARIABLE)
        if source == "env" and _is_a_credential(name, self.env.get(name, "")):
            hint = (
                f"Write ${{secret:{short(name)}}}. If it is no credential, use a variable: --var {short(name)}=VALUE."
            )
            raise TextFault(f"{short(use.group())} looks like a credential, and plans show its value", hint=hint)
        if source != "var" and not (values.get(name) or (source == "env" and name in values)):
            # Continuous integration gives an empty text for a secret that it does not have.
            known = [other for other in values if not _is_a_credential(other, "") or source == "secret"]
            hint = did_you_mean(
                name, sorted(_usable(known) - {name}), "What needs it is planned, and can't be applied."
            )
            self.odd[use.group()] = f"is not set here. {hint}"
            return _NOT_SET
        if name not in values:
            hint = did_you_mean(name, sorted(_usable(values)), _GIVE[source].format(short(name)))
            raise TextFault(f"{short(use.group())} is not defined", hint=hint)
        self._note(use, values[name])
        if not is_utf8(values[name]):
            raise TextFault(f"{use.group()} holds bytes that are not UTF-8", hint="Set it again, as UTF-8.")
        return values[name]


def _usable(names: Iterable[str]) -> set[str]:
    return {name for name in names if not is_the_key(name)}


def _is_a_credential(name: str, value: str) -> bool:
    """True when a word of the name says so, or the value is an address with a password in it.

    PWD alone is the current folder.
    """
    words = [word.upper() for word in _WORD.findall(name)]
    named = any(word in _CREDENTIALS or word.endswith(_CREDENTIAL_ENDS) for word in words) or "PWD" in words[1:]
    return named or _ADDRESS_WITH_A_PASSWORD.search(value) is not None


_NOT_SET: Any = object()
_NONE: Mapping[str, Any] = {}
_GIVE = {
    "var": "Give it with --var {0}=VALUE, in a --var-file, or under `vars` in wexa-sync.yaml.",
    "env": "Set the environment variable {0}.",
    "secret": "Set the environment variable {0} to the secret's value.",
}


def literal(text: str) -> str:
    """Return a text as a manifest has to write it, so that no variable is filled in and the text itself arrives."""
    return _BEGIN.sub(lambda begin: f"${begin.group()}", text)


def is_one_variable(text: str) -> bool:
    """True when the text is one `${var:NAME}` and nothing else, and so takes the variable's type."""
    use = _USE.fullmatch(text)
    return use is not None and use["source"] == "var"


def uses_in(text: str) -> list[str]:
    """Return the variables that a text uses, each as `${...}`. A `$${` is none."""
    return [use.group() for use in _USE.finditer(text) if use["source"]]


def revealed(template: str, env: Mapping[str, str]) -> str | None:
    """Return the secret of a saved plan's template; None where `env` does not have it.

    A text that the manifest has in a write-only field is its own template.
    """
    value, faults = Variables(env=env).fill(template)
    if isinstance(value, Unset):
        return None
    if faults:
        raise PlanRefused(f"the plan has {template}: {faults[0].message}", hint=faults[0].hint)
    return value.reveal() if isinstance(value, Secret) else str(value)


def gather(
    *,
    settings: Mapping[str, Any],
    own_files: Iterable[Path] = (),
    own: Mapping[str, Any] = _NONE,
    files: Iterable[Path] = (),
    assignments: Iterable[str] = (),
    env: Mapping[str, str],
) -> Variables:
    """Return all variables; the last one wins.

    First those of the settings, then those of the environment (of each file, then its own), then those of each
    `--var-file`, then `--var NAME=VALUE`.
    Raises UsageError for an assignment or a file that is none, InvalidManifests for what is wrong inside a file.
    """
    found = dict(settings)
    problems: list[Problem] = []
    given: dict[str, Collection[str]] = {}
    for flag, own_or_given, over in (("var_files", own_files, own), ("--var-file", files, _NONE)):
        for file in own_or_given:
            found |= (read := _read_var_file(file, flag, problems, keys_in(env)))
            given[shown_path(file)] = read.keys()
        found |= over
    if problems:
        raise InvalidManifests(sorted(problems, key=lambda problem: problem.source))
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not _NAME.match(name):
            typed = name + ("=..." if equals else "")  # the value is nobody's business
            raise UsageError(f"--var {typed}: this is no NAME=VALUE", hint="Write --var region=eu, for ${var:region}.")
        found[name] = value
        given["--var"] = {name, *given.get("--var", ())}
    return Variables(found, env, given)


def _read_var_file(path: Path, flag: str, problems: list[Problem], keys: Collection[str]) -> dict[str, Any]:
    from wexa_sync.manifests.yaml import read  # imports yaml, and most runs have no such file

    if not os.path.exists(path):  # noqa: PTH110  # unlike Path's, it never raises
        raise UsageError(f"{flag} {path}: there is no such file", hint="Check the path; it is a YAML file.")
    documents, unreadable = read(path, shown_path(path), keys=keys)
    problems += unreadable
    if not documents:
        return {}
    data = documents[0].data
    faults: list[Fault] = []
    if len(documents) > 1 or not isinstance(data, dict):
        message = "a variable file is one mapping of NAME: value"
        faults.append(Fault((), message, "Write `region: eu`, one a line."))
        data = {}
    for name, value in data.items():
        if not _NAME.match(name):
            hint = "It starts with a letter or `_`; digits, `.` and `-` may follow."
            faults.append(Fault((name,), f"{name!r} is no name for a variable", hint, at_key=True))
        elif not isinstance(value, (str, int, float)):
            message = f"a variable holds one text, number, true or false, not {shown(value)}"
            faults.append(Fault((name,), message, "Use one variable for each value."))
    problems += Places().problems(documents[0], faults)
    found: dict[str, Any] = written(documents[0], data)
    return found
