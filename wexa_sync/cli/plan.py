"""`wexa-sync plan`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.values import Digest, Named, PlanFile, Surprises
from wexa_sync.model import Many

if TYPE_CHECKING:
    from wexa_sync.cli.request import Request
    from wexa_sync.engine.vouched import Vouched
    from wexa_sync.model import Desired, Plan


@click.command("plan")
@options.filled(
    options.manifests,
    options.workspace,
    options.timeout,
    options.choice,
    options.output,
    many=Many.ON_DEMAND,
)
@options.option("--out", type=PlanFile(), metavar="FILE", help="Save the plan, to apply exactly this plan later.")
@options.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
@options.option("--check", type=Digest(), metavar="DIGEST", help="Exit with 5 if the plan has another digest.")
@options.option(
    "--against", metavar="REF", help="Compare with the manifests of a commit, not with the workspace. Needs no key."
)
@options.option(
    "--snapshot", type=Named(), metavar="FILE", help="Plan from what `wexa-sync snapshot` wrote. Needs no key."
)
@options.base
@options.option(
    "--fail-on",
    type=Surprises(),
    multiple=True,
    metavar="WORD,...",
    help="Exit with 6 for drift, delete, run, blocked or unexplained.",
)
@options.option(
    "--no-cache", "cache", is_flag=True, default=True, flag_value=False, help="Read every manifest, changed or not."
)
def command(
    request: Request,
    out: Path | None,
    detailed_exitcode: bool,
    check: str | None,
    against: str | None,
    snapshot: Path | None,
    base: str | None,
    fail_on: tuple[tuple[str, ...], ...],
    cache: bool,
) -> int:
    """Show what differs between the manifests and the live workspace. Sends GET only."""
    from wexa_sync import engine
    from wexa_sync.cli.again import view_of_plan
    from wexa_sync.cli.exit_code import plan_exit_code
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.surprise import expectation
    from wexa_sync.model import Desired

    if request.every:
        one = {"--out": out, "--check": check, "--against": against, "--snapshot": snapshot, "--base": base}
        _require_no_one({**one, "--fail-on": fail_on or None})
        return _plan_every(request, detailed=detailed_exitcode, cache=cache)
    with outputs(request, "plan", out, reads=[snapshot] if snapshot else ()) as show:
        _require_shown_alone({"--against": against, "--snapshot": snapshot}, {"--out": out, "--check": check})
        _require_once(against, base)
        spared = cache and all(each is None for each in (base, against, snapshot))
        vouched = _vouched(request, saves=out is not None) if spared else engine.Vouched()
        desired = None if vouched.holds else request.desired()
        expected = expectation(request, base, fail_on)
        plan = _plan(request, desired, vouched, against, snapshot)
        if out is not None:
            _save(plan, out)
        explained = expected.explained(plan, desired or Desired(manifests={}, depends_on={}))
        show(view_of_plan(explained))
        if check is not None:
            _require_reviewed(plan, check)
        expected.require(explained)
    return int(plan_exit_code(plan, detailed=detailed_exitcode, strict=request.limits.strict))


def _save(plan: Plan, file: Path) -> None:
    from wexa_sync.plan.file import save  # most plans need none of it, nor of the next

    save(plan, file)


def _require_reviewed(plan: Plan, digest: str) -> None:
    from wexa_sync.plan.reviewed import Reviewed, require_reviewed

    require_reviewed(plan, Reviewed(digest=digest))


def _vouched(request: Request, *, lists: bool = False, saves: bool = False) -> Vouched:
    """Return the state, and whether it vouches for the manifests, also for what the formats list."""
    from wexa_sync import engine
    from wexa_sync.render import WITH_NOOPS

    output, choice = request.output, request.choice
    shown = {output.format, *output.log, *(file.format for file in output.files)}
    lists = lists or bool(choice.targets or choice.excludes) or not shown.isdisjoint(WITH_NOOPS)
    return engine.vouched_state(request.sources, request.store, lists=lists, saves=saves)


def _plan(
    request: Request,
    desired: Desired | None,
    vouched: Vouched,
    against: str | None = None,
    snapshot: Path | None = None,
) -> Plan:
    """Return the plan. `desired` is None where the state vouches for it: it is read if live is not as recorded."""
    from wexa_sync import engine

    if desired is not None and (against is not None or snapshot is not None):
        from wexa_sync.cli.offline import plan_against, plan_from_snapshot

        if snapshot is not None:
            return plan_from_snapshot(request, desired, snapshot)
        return plan_against(request, desired, against or "")

    scope = {"scope": engine.scope_of(desired, request.sources)} if desired is not None else {}
    with request.workspace() as opened:
        plan, workspace = engine.plan_vouched(vouched, opened, request.choice)
        if plan is not None:
            return plan
        desired = desired or request.desired()
        return engine.plan(desired, workspace, request.choice, limits=request.limits, **scope)


def _plan_every(request: Request, *, detailed: bool, cache: bool) -> int:
    """Show the plans of all environments side by side. Return the gravest exit code; 1 where one can't be planned."""
    from wexa_sync import engine
    from wexa_sync.cli.again import of_environment, view_of_error, view_of_plan
    from wexa_sync.cli.environments import desired_of
    from wexa_sync.cli.exit_code import plan_exit_code
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.terminal import show_error
    from wexa_sync.errors import ExitCode, WexaSyncError
    from wexa_sync.render import FOR_PEOPLE
    from wexa_sync.render.view.environments import Column, EnvironmentsView

    columns, codes = list[Column](), {ExitCode.DONE}
    with outputs(request, "environments") as show:
        # What stays as it is in one environment has its place among the rows of the others.
        known = [_vouched(each, lists=True) if cache else engine.Vouched() for each in request.every]
        unread = [each for each, vouched in zip(request.every, known, strict=True) if not vouched.holds]
        read = iter(desired_of(unread, of=len(known)))
        for each, vouched in zip(request.every, known, strict=True):
            desired = None if vouched.holds else next(read)
            name = each.settings.name
            with of_environment(name):
                try:
                    plan = _plan(each, desired, vouched)
                except WexaSyncError as error:
                    columns.append(Column(name=name, error=view_of_error(error)))
                    codes.add(ExitCode.FAILED)
                    if request.output.format != FOR_PEOPLE:
                        show_error(error)
                else:
                    columns.append(Column(name=name, plan=view_of_plan(plan)))
                    codes.add(plan_exit_code(plan, detailed=detailed, strict=each.limits.strict))
        show(EnvironmentsView(columns=tuple(columns)))
    order = (ExitCode.FAILED, ExitCode.NEEDS_A_PERSON, ExitCode.CHANGES_PENDING, ExitCode.DONE)
    return int(next(code for code in order if code in codes))


def _require_no_one(flags: Mapping[str, object]) -> None:
    """Raise UsageError for what is about the plan of one environment."""
    from wexa_sync.errors import UsageError

    for name, value in flags.items():
        if value is not None:
            raise UsageError(f"{name} is about the plan of one environment", hint="Name it with --env NAME.")


def _require_once(against: str | None, base: str | None) -> None:
    """Raise UsageError where a plan that shows a change alone is to be held against that change."""
    from wexa_sync.errors import UsageError

    if against is not None and base is not None:
        raise UsageError(
            "--base has no meaning beside --against, which shows what the change does and nothing else",
            hint="Leave one of them out.",
        )


def _require_shown_alone(offline: Mapping[str, object], others: Mapping[str, object]) -> None:
    """Raise UsageError for what is about an apply, beside a flag for a plan that is only to be looked at."""
    from wexa_sync.errors import UsageError

    flags = [flag for flag, value in offline.items() if value is not None]
    if len(flags) > 1:
        raise UsageError(f"{' and '.join(flags)} can't be given together", hint="Leave one of them out.")
    for other, value in others.items():
        if flags and value is not None:
            raise UsageError(
                f"a plan with {flags[0]} can't be applied, so {other} has no meaning",
                hint=f"Leave {other} out, or plan against the workspace itself.",
            )
