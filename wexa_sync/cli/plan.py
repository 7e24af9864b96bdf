"""`wexa-sync plan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.values import Digest, PlanFile

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.model import Plan


@click.command("plan")
@options.filled(options.manifests, options.workspace, options.timeout, options.choice, options.output)
@options.option("--out", type=PlanFile(), metavar="FILE", help="Save the plan, to apply exactly this plan later.")
@options.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
@options.option("--check", type=Digest(), metavar="DIGEST", help="Exit with 5 if the plan has another digest.")
@options.option(
    "--against", metavar="REF", help="Compare with the manifests of a commit, not with the workspace. Needs no key."
)
def command(request: Request, out: Path | None, detailed_exitcode: bool, check: str | None, against: str | None) -> int:
    """Show what differs between the manifests and the live workspace. Sends GET only."""
    from wexa_sync.cli.exit_code import plan_exit_code
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.plan.file import save
    from wexa_sync.plan.reviewed import Reviewed, require_reviewed
    from wexa_sync.render.view.plan import PlanView, plan_view

    with outputs(request, PlanView, out) as show:
        if against is not None:
            _require_shown_alone("--against", out, check)
            plan = _plan_against(request, against)
        else:
            plan = _plan(request)
        if out is not None:
            save(plan, out)
        show(plan_view(plan))
        if check is not None:
            require_reviewed(plan, Reviewed(digest=check))
    return int(plan_exit_code(plan, detailed=detailed_exitcode, strict=request.limits.strict))


def _plan(request: Request) -> Plan:
    from wexa_sync import engine

    desired = request.desired()
    scope = engine.scope_of(desired, request.sources)
    with request.workspace() as workspace:
        return engine.plan(desired, workspace, request.choice, limits=request.limits, scope=scope)


def _plan_against(request: Request, ref: str) -> Plan:
    from wexa_sync.cli.against import plan_against

    return plan_against(request, ref)


def _require_shown_alone(flag: str, out: Path | None, check: str | None) -> None:
    """Raise UsageError for what is about an apply: a plan that is not of the live workspace is to be looked at."""
    from wexa_sync.errors import UsageError

    for other, value in (("--out", out), ("--check", check)):
        if value is not None:
            raise UsageError(
                f"a plan with {flag} can't be applied, so {other} has no meaning",
                hint=f"Leave {other} out, or plan against the workspace itself.",
            )
