"""The command line: one file a command, loaded when it is called; one error boundary for all of them."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from io import StringIO
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click

from wexa_sync import __version__
from wexa_sync.cli.groups import Commands
from wexa_sync.cli.streams import make_safe, require_utf8

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Name -> what `--help` says, so that it needs no import of the commands.
COMMANDS = {
    "init": "Write a repository to start from.",
    "validate": "Check the manifests offline.",
    "fmt": "Write manifests in one form.",
    "plan": "Show what differs between the manifests and the live workspace.",
    "apply": "Make the changes of a plan.",
    "destroy": "Delete the resources that PATHS declare, or all managed ones.",
    "export": "Write what is live as manifests.",
    "snapshot": "Write what plans need of the workspace, without secrets, for where there is no key.",
    "history": "Show who applied what, when, and of which commit.",
    "drift": "Show what changed on the live side since the last apply.",
    "unmanaged": "List what is live and stands in no record.",
    "pull": "Bring what others changed on the live side back into the manifests.",
    "undo": "Make what an apply touched as it was before.",
    "promote": "Carry what one environment says over to another.",
    "import": "Record live objects as what manifests declare.",
    "resolve": "Settle whether a request without a response was carried out.",
    "get": "Show what is live: resources, settings, tasks, credits, catalogues.",
    "connectors": "Show the catalogue of connectors, their actions and their events.",
    "marketplace": "Look at the coworkers that can be hired.",
    "dashboard": "Compute the dashboard of a project anew.",
    "tasks": "List, pause, resume and stop tasks.",
    "inbox": "List and answer what executions ask of people.",
    "credits": "Show what was used of the plan's credits.",
    "executions": "Run, list, watch, control and answer executions.",
    "state": "Show and repair the state.",
    "explain": "Show why a resource is planned as it is.",
    "graph": "Draw which resources wait for which.",
    "schema": "Print the JSON Schema of a kind, of the settings, of an environment or of a plan.",
    "ci": "Tell a pull request or an issue what a job came to.",
    "completion": "Print the script that completes commands in a shell.",
    "sandbox": "Run a local server that behaves as the Wexa API does.",
    "version": "Show the version.",
}


class _Commands(Commands):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        file = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"wexa_sync.cli.{file}").command
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands that begin so, without an import of each, and the options."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=about) for name, about in COMMANDS.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the part of the command line before the command."""
        from wexa_sync.cli.terminal import width

        # As click would choose it, by the stream that `make_safe` took apart: it found 80 columns everywhere.
        ctx.terminal_width = max(50, min(width(sys.stdout), 80) - 2)
        ctx.meta["wexa_sync.typed"] = [*args]
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            name = next((word for word in args if word in COMMANDS), "")
            raise _answered(error, args, self.get_command(ctx, name)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and show its errors here, where the context still has --log-format and --no-color."""
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            raise _answered(error, ctx.meta["wexa_sync.typed"]) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:  # noqa: BLE001  # the boundary: nothing is behind it
            from wexa_sync.cli.terminal import show_error

            return show_error(error)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _answered(error: click.NoSuchOption, typed: list[str], before: click.Command | None = None) -> click.UsageError:
    from wexa_sync.cli.habits import answered  # many words, for who is new here

    return answered(error, typed, before)


@click.command(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "WEXA_SYNC"}
)
@click.version_option(__version__, prog_name="wexa-sync", message="%(prog)s %(version)s")
def cli() -> None:
    """Make a Wexa AI workspace equal to what a git repository declares."""


def _show(error: click.ClickException) -> None:
    """Show an error of the command line itself."""
    from wexa_sync.cli.terminal import event, say, speaks_json

    said = StringIO()
    error.show(file=said)
    text = said.getvalue()
    if speaks_json():
        event("error", type=type(error).__name__, message=text.strip())
    else:
        say(text, nl=False)


def _code() -> int:
    """Run the command line, and return its exit code."""
    from wexa_sync.cli.terminal import note, show_error

    try:
        code = cli.main(standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        _show(error)
        return 64 if isinstance(error, click.UsageError) else 1
    except (KeyboardInterrupt, click.Abort) as interrupt:
        note("Interrupted.")
        # click turns a KeyboardInterrupt into an Abort, a question's one `from None`; Terminated (signals.py) says that
        # it was SIGTERM.
        chain = (interrupt, interrupt.__cause__, interrupt.__context__)
        return 143 if any(type(each).__name__ == "Terminated" for each in chain) else 130
    except OSError as error:  # in --help and --version; a command's own is shown by `invoke`
        return show_error(error)


def main() -> None:
    """Run the command line. Every failure ends in a message and an exit code (errors.py), never in a traceback."""
    # What a run makes stays until its end. To look for garbage as often as Python does, and through all of it once more
    # at the end, would take a fourth of a large plan's time.
    gc.set_threshold(5_000_000)
    gc.enable()
    require_utf8()
    make_safe()
    code = _code()
    # All is said: an interrupt ends the process, without a traceback. Who waits for nothing has not loaded `signal`.
    if (signal := sys.modules.get("signal")) and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    gc.freeze()
    sys.exit(code)
