"""Answer the words that people bring from other tools with the words that do the same here."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import click

_PLAN = "`wexa-sync plan` shows what an apply would do, and changes nothing."
_DRIFT = (
    "`wexa-sync plan` reads the live workspace each time: nothing is kept to be refreshed. `wexa-sync drift` shows "
    "what others changed since the last apply."
)
_APPLY = "`wexa-sync apply` makes the workspace as the manifests say."
_DESTROY = "`wexa-sync destroy` deletes what PATHS declare; `wexa-sync apply --prune` what is no longer declared."
_VALIDATE = "`wexa-sync validate` checks the manifests offline."
_FORMAT = "`wexa-sync fmt` writes manifests in one form; `wexa-sync fmt --check` says whether they have it."
_SHOW = (
    "`wexa-sync explain ADDRESS` shows a resource from all sides, `wexa-sync state show ADDRESS` what was applied, and "
    "`wexa-sync executions show ADDRESS` a run."
)
_LIST = (
    "`wexa-sync state list` lists what is managed, `wexa-sync executions list` the runs, `wexa-sync get KIND` all that "
    "is live."
)
_IMPORT = (
    "`wexa-sync import` records what is declared and live already; `wexa-sync apply --adopt` changes it in the same "
    "step."
)
_EXPORT = "`wexa-sync export DIR` writes manifests of what is live."
_INIT = "`wexa-sync init` writes a repository to start from."
_LOGIN = "Set WEXA_API_KEY and WEXA_ORG_ID in the environment: there is no login."
_RUN = (
    "`wexa-sync executions run FLOW --goal TEXT` runs a flow now. A declared Execution is started by `wexa-sync "
    "apply`, and again once its metadata.generation is raised."
)
_UNLOCK = "`wexa-sync state unlock` removes the lock of another machine; one of a process here goes with the process."
_UNDO = "`wexa-sync undo` plans an apply back; take the commit back in git too, or the next apply makes it again."
_SETTINGS = "wexa-sync.yaml holds the settings; name another workspace with --base-url, WEXA_ORG_ID and --state."

_WORDS = {
    _PLAN: "diff preview dry-run dryrun whatif what-if compare changes",
    _DRIFT: "refresh status detect-drift",
    _APPLY: "up deploy sync push update converge reconcile create ensure start-sync release",
    _DESTROY: "delete down remove teardown rm uninstall prune purge",
    _VALIDATE: "lint check test verify",
    _FORMAT: "format prettify tidy beautify",
    _SHOW: "show describe inspect view why",
    _LIST: "list ls resources ps",
    _IMPORT: "adopt takeover",
    _EXPORT: "dump generate extract clone eject",
    _INIT: "new bootstrap scaffold",
    _LOGIN: "login logout auth configure connect",
    _RUN: "run exec execute trigger start rerun retry taint untaint",
    _UNLOCK: "unlock force-unlock",
    _UNDO: "rollback revert",
    _SETTINGS: "workspace env environment profile context config set-context use select",
    "`wexa-sync executions show ADDRESS` shows the result of a run and what it asks.": "output outputs logs log result",
    "`wexa-sync state mv` gives what is managed another address.": "mv move rename",
    "`wexa-sync get KIND` shows what is live.": "settings members tags analytics quota projects flows skills "
    "tables rows triggers files actions events customer",
    "`wexa-sync --help` lists the commands.": "help commands",
    "Use the tool that installed it, as `pip install --upgrade wexa-sync`.": "upgrade self-update",
}
_COMMANDS = {word: answer for answer, words in _WORDS.items() for word in words.split()} | {
    word: f"`wexa-sync executions {word}` does that." for word in ("wait", "pause", "resume", "cancel", "answer")
}

_AGREE = "--auto-approve applies without asking."
_OUT = "--out FILE saves a plan to be applied later; --output FILE writes what is shown to a file."
_PATHS = (
    "Name files and folders without a flag: `wexa-sync COMMAND PATH...`; folders are read with all that is in them."
)
_QUIET = "stdout carries the data and stderr the talk: `2>/dev/null` leaves the talk out; `plan --no-details` is short."

_FLAG_WORDS = {
    _PLAN: "dry-run dryrun check-only what-if whatif noop no-op simulate preview diff plan-only pretend",
    _AGREE: "y yes approve assume-yes autoapprove non-interactive no-input noninteractive no-prompt no-confirm confirm "
    "input interactive batch force",
    _OUT: "o save write plan-file planfile",
    _PATHS: "f file filename files R recursive k kustomize C chdir dir directory cwd config config-file c",
    _DRIFT: "refresh refresh-only",
    _DESTROY: "destroy delete",
    _QUIET: "q quiet silent s summary compact compact-warnings",
    "--format json prints JSON.": "json j",
    "-v logs every request to stderr.": "debug d trace log-level loglevel",
    "Set WEXA_API_KEY in the environment: others see a key on a command line.": "api-key apikey token key password",
    "Set WEXA_ORG_ID in the environment, or org_id in wexa-sync.yaml.": "org org-id organization organisation",
    "--lock-timeout SECONDS waits for a state that another process has locked; an apply always locks.": "lock no-lock",
    "--parallelism N says how many requests are sent at a time.": "concurrency parallel jobs workers p n",
    "--target ADDRESS changes only that, and what it needs.": "t only include select resource",
    "Raise metadata.generation of an Execution to run it again; other things are updated in place.": "replace taint",
    "--no-color leaves colours out.": "color colour no-colour",
    _SETTINGS: "env e environment workspace w profile context namespace",
    "`wexa-sync --version` shows the version.": "V version",
}
_FLAGS = {word: answer for answer, words in _FLAG_WORDS.items() for word in words.split()}


def command_for(word: str) -> str:
    """Return what does here what a command of another tool does; empty where that is not known."""
    return _COMMANDS.get(word.lower().replace("_", "-"), "")


def answered(error: click.NoSuchOption, typed: Sequence[str], before: click.Command | None) -> click.UsageError:
    """Return the error for an unknown flag, with what does the same here where that is known.

    `typed` is the whole command line. `before` is the command that it names, where the flag stands before that.
    """
    name = error.option_name
    flag = next((each for each in typed if _led_to(each, name)), name).partition("=")[0]
    flags = _flags_of(error.ctx.command) if error.ctx else set()
    meant = _meant(flag, flags, before) or _meant(name, flags, before)
    return click.UsageError(f"No such option {flag!r}. {meant}", error.ctx) if meant else error


def _led_to(typed: str, name: str) -> bool:
    """True when this word was read as that flag: `-var` is read as -v, -a and -r."""
    is_short = len(name) == 2 and not typed.startswith("--")
    return typed.startswith(name) or (is_short and typed.startswith("-") and name[1] in typed.partition("=")[0])


def _meant(flag: str, flags: Collection[str], before: click.Command | None) -> str:
    name = flag.lstrip("-")
    if before is not None and flag in _flags_of(before):
        return f"Write {flag} behind the command: `wexa-sync {before.name} {flag}`."
    if not flag.startswith("--") and f"--{name}" in flags:
        return f"Write it with two dashes: --{name}."
    answer = _FLAGS.get(name) or _FLAGS.get(name.lower().replace("_", "-"), "")
    # An answer that is a flag is none to a command that lacks the flag.
    return "" if answer.startswith("-") and answer.split()[0] not in flags else answer


def _flags_of(command: click.Command) -> set[str]:
    return {flag for parameter in command.params for flag in parameter.opts}
