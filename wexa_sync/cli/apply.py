"""`wexa-sync apply`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wexa_sync.cli import options
from wexa_sync.cli.values import Digest, Named, Surprises

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wexa_sync.cli.request import Request
    from wexa_sync.cli.surprise import Expectation
    from wexa_sync.engine.vouched import Vouched
    from wexa_sync.model import Desired, Plan, Report
    from wexa_sync.plan.reviewed import Reviewed
    from wexa_sync.workspace import Workspace

_LOADED_AHEAD = (
    "urllib3",  # which the first request needs
    "wexa_sync.plan.make",
    "wexa_sync.cli.plan_and_apply",
    "wexa_sync.render.text.changes",
    "wexa_sync.apply",
    "wexa_sync.state.origin",
    "wexa_sync.render.text.report",
)
"""The modules that an apply loads while it waits for responses: what plans, shows and applies."""

_HIRE = options.option("--hire", is_flag=True, everywhere=True, help="Agree to what the plan buys: it spends credits.")


@click.command("apply")
@options.filled(
    options.manifests_or_plan,
    options.workspace,
    options.timeout,
    options.choice,
    options.output,
    options.consent,
    _HIRE,
    options.notify,
)
@options.option(
    "--expect", type=Digest(), metavar="DIGEST", help="Apply only the plan of this digest; else exit with 5."
)
@options.option(
    "--reviewed", type=Named(), metavar="FILE", help="The JSON of that plan, so that what moved since can be named."
)
@options.base
@options.option(
    "--fail-on",
    type=Surprises(),
    multiple=True,
    metavar="WORD,...",
    help="Apply nothing and exit with 6 for drift, delete, run, blocked or unexplained.",
)
def command(
    request: Request,
    saved: Path | None,
    expect: str | None,
    reviewed: Path | None,
    base: str | None,
    fail_on: tuple[tuple[str, ...], ...],
) -> int:
    """Make the changes of a plan: of the manifests in PATHS, or of a saved plan."""
    from wexa_sync import engine
    from wexa_sync.cli.ahead import load_ahead
    from wexa_sync.cli.outputs import outputs
    from wexa_sync.cli.surprise import expectation

    with outputs(request, "report", reads=[*filter(None, (saved, reviewed))]) as show:
        agreed = _reviewed(expect, reviewed)
        if saved is not None:
            _require_no_choice(request, base)
        vouched = _vouched(request) if saved is None and base is None else engine.Vouched()
        desired, read = (None, {}) if vouched.holds else _read(request, saved)
        expected = expectation(request, base, fail_on)
        planned = engine.saved_plan(saved, request.sources, os.environ, desired) if saved is not None else None
        with request.workspace() as found, engine.locked(found) as workspace:
            if not vouched.holds:
                load_ahead(*_LOADED_AHEAD)
            plan, around = engine.plan_vouched(vouched, workspace, request.choice)
            if plan is None and vouched.holds:
                desired, read = _read(request, saved)
            plan = plan or _plan(planned, desired, request, around, expected)

            def vouch(report: Report) -> None:
                if desired is not None:
                    engine.vouch(desired, request.sources, workspace, read, report)

            from wexa_sync.cli.plan_and_apply import carry_out  # loaded by now, while the API was asked

            return carry_out(plan, workspace, request, request.limits, show, agreed, expected, vouch)


def _vouched(request: Request) -> Vouched:
    """Return what is known where the state vouches for the manifests, and an apply would not write it anew."""
    from wexa_sync import engine

    known = engine.vouched_state(request.sources, request.store, lists=True)
    return known if known.rests else engine.Vouched()


def _read(request: Request, saved: Path | None) -> tuple[Desired | None, Mapping[str, bytes]]:
    """Return the manifests, and what was noted as they were read. Beside a saved plan they may be missing."""
    from wexa_sync.text.files import noted

    with noted() as read:
        return (request.desired() if saved is None else request.desired_if_valid()), read


def _plan(
    saved: Plan | None, desired: Desired | None, request: Request, workspace: Workspace, expected: Expectation
) -> Plan:
    """Return the saved plan, if that may be applied here, or the plan of the manifests."""
    from wexa_sync import engine

    if saved is not None:
        engine.require_planned_here(saved, workspace)
        return saved
    assert desired is not None
    scope = engine.scope_of(desired, request.sources)
    return expected.explained(engine.plan(desired, workspace, request.choice, scope=scope), desired)


def _reviewed(expect: str | None, file: Path | None) -> Reviewed | None:
    from wexa_sync.errors import UsageError
    from wexa_sync.plan.reviewed import read_reviewed

    if expect is None and file is not None:
        raise UsageError("--reviewed needs --expect", hint="Add --expect with the digest that was reviewed.")
    return read_reviewed(expect, file) if expect is not None else None


def _require_no_choice(request: Request, base: str | None) -> None:
    """Raise UsageError for flags that would have to change a plan that was reviewed without them."""
    from wexa_sync.errors import UsageError

    choice = request.choice
    flags = {
        "--prune": choice.prune,
        "--adopt": choice.adopt,
        "--target": choice.targets,
        "--exclude": choice.excludes,
        "--var": request.sources.assignments,
        "--base": base is not None,
    }
    if said := [flag for flag, value in flags.items() if value]:
        raise UsageError(
            f"a saved plan is applied as it was reviewed: {' and '.join(said)} can't change it",
            hint="Make a new plan with these options, and apply that plan.",
        )
