"""Say where the operations of a plan come from (`--base`), and fail for those that nobody expects (`--fail-on`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wexa_sync.errors import InvalidManifests, Surprise, UsageError
from wexa_sync.model import Desired, Origins, Plan
from wexa_sync.text.suggest import named

if TYPE_CHECKING:
    from wexa_sync.cli.commits import Commit
    from wexa_sync.cli.request import Request

_MOST = 10


class Expectation(Struct, frozen=True, kw_only=True):
    """Hold what is expected of a plan: where its operations may come from, and the words of those to refuse.

    `base` holds the manifests before the change; None where they can't be read, and then `warning` says why.
    """

    words: tuple[str, ...] = ()
    ref: str = ""
    commit: str = ""
    base: Desired | None = None
    warning: str = ""
    given: tuple[str, ...] = ()

    def explained(self, plan: Plan, desired: Desired) -> Plan:
        """Return the plan with where its operations come from, if that was asked for."""
        if not self.ref:
            return plan
        from wexa_sync.plan.origins import origins_of  # most plans are asked nothing of this

        origins = Origins(ref=self.ref, commit=self.commit, of=origins_of(plan, desired, self.base, self.given))
        warnings = (*plan.warnings, *filter(None, [self.warning]))
        return replace(plan, origins=origins, warnings=warnings)

    def require(self, plan: Plan) -> None:
        """Raise Surprise, which names them, where the plan has operations that it must not have."""
        if not self.words:
            return
        from wexa_sync.plan.origins import surprises

        found = [f"{address} ({', '.join(why)})" for address, why in surprises(plan, self.words).items()]
        if found:
            count = "1 operation" if len(found) == 1 else f"{len(found)} operations"
            raise Surprise(
                f"--fail-on {','.join(self.words)}: {count} of the plan: {named(found, most=_MOST)}",
                hint="Look at each before it is applied. Nothing was changed.",
            )


def expectation(request: Request, ref: str | None, fail_on: Iterable[tuple[str, ...]]) -> Expectation:
    """Return what is expected of a plan. Sends nothing.

    Raises UsageError where there is no commit `ref`, and for a word that needs one where none is named.
    """
    words = tuple(dict.fromkeys(word for group in fail_on for word in group))
    if ref is None and not words:
        return Expectation()
    if ref is None:
        from wexa_sync.plan.origins import UNEXPLAINED

        if UNEXPLAINED in words:
            raise UsageError(
                "--fail-on unexplained needs --base: without it nobody knows what is explained",
                hint="Add --base with the branch that the change goes into: --base origin/main.",
            )
        return Expectation(words=words)
    from wexa_sync.cli.commits import declared_at

    commit = _parting(request, ref)
    base, warning = None, ""
    try:
        base = declared_at(request, commit)
    except InvalidManifests as error:
        first = error.problems[0]
        warning = (
            f"The manifests of {ref} can't be read, so only drift can be told from the rest. {first.source}: "
            f"{first.message}"
        )
    given = tuple(assignment.partition("=")[0] for assignment in request.sources.assignments)
    return Expectation(words=words, ref=ref, commit=commit.id, base=base, warning=warning, given=given)


def _parting(request: Request, ref: str) -> Commit:
    """Return the commit at which the histories of HEAD and of `ref` part, as `git diff REF...HEAD` has it."""
    from wexa_sync.cli.commits import commit_of

    commit = commit_of(request, ref, "--base")
    if (parting := commit.repository.merge_base(commit.id, "HEAD")) is not None:
        return replace(commit, id=parting)
    hint = "Name a branch that has a commit in common with the one that is checked out."
    if commit.repository.is_shallow():
        hint = "This checkout is shallow: check out with fetch-depth 0, or run `git fetch --unshallow`."
    raise UsageError(f"{ref} and HEAD have no commit in common here", hint=hint)
