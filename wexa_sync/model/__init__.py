"""The nouns: frozen values that the steps hand to each other. They hold no client and no file."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wexa_sync.model.address import HANDLE, Address, ExternalName, Place, Source, is_commanded
from wexa_sync.model.manifest import Desired, Document, Laid, Lifecycle, Manifest, Move, laid_at
from wexa_sync.model.observation import Account, Later, Live, Observation, Pair
from wexa_sync.model.plan import Action, Basis, Blocked, Change, FieldChange, LostState, Origins, Plan, Unmanaged
from wexa_sync.model.request import Choice, Limits, Many, Options
from wexa_sync.model.spec import LEAVES, Path, Recalled, Ref, Sealed, Secret, SecretNumber, Spec, Unset, show_path
from wexa_sync.model.state import FilePlace, GitPlace, Intent, Record, StatePlace, Target, Vouch

if TYPE_CHECKING:
    from wexa_sync.model.explanation import Declaration, ExplainedField, Explanation, Standing
    from wexa_sync.model.history import Origin, PastApply, PastChange, PreImage, Replaced
    from wexa_sync.model.report import Outcome, Report, Status
    from wexa_sync.model.run import Entry, Question, Run, Step, Usage
    from wexa_sync.model.viewed import Asked, Title, Viewed, ViewRow

_LATER = {
    "explanation": ("Declaration", "ExplainedField", "Explanation", "Standing"),
    "history": ("Origin", "PastApply", "PastChange", "PreImage", "Replaced"),
    "report": ("Outcome", "Report", "Status"),
    "run": ("Entry", "Question", "Run", "Step", "Usage"),
    "viewed": ("Asked", "Title", "Viewed", "ViewRow"),
}
"""The nouns that a plan needs none of, by module: each is loaded when it is asked for."""

if not TYPE_CHECKING:  # else a type checker would take any name for one of these

    def __getattr__(name: str) -> Any:
        for module, names in _LATER.items():
            if name in names:
                return getattr(import_module(f"{__name__}.{module}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "HANDLE",
    "LEAVES",
    "Account",
    "Action",
    "Address",
    "Asked",
    "Basis",
    "Blocked",
    "Change",
    "Choice",
    "Declaration",
    "Desired",
    "Document",
    "Entry",
    "ExplainedField",
    "Explanation",
    "ExternalName",
    "FieldChange",
    "FilePlace",
    "GitPlace",
    "Intent",
    "Laid",
    "Later",
    "Lifecycle",
    "Limits",
    "Live",
    "LostState",
    "Manifest",
    "Many",
    "Move",
    "Observation",
    "Options",
    "Origin",
    "Origins",
    "Outcome",
    "Pair",
    "PastApply",
    "PastChange",
    "Path",
    "Place",
    "Plan",
    "PreImage",
    "Question",
    "Recalled",
    "Record",
    "Ref",
    "Replaced",
    "Report",
    "Run",
    "Sealed",
    "Secret",
    "SecretNumber",
    "Source",
    "Spec",
    "Standing",
    "StatePlace",
    "Status",
    "Step",
    "Target",
    "Title",
    "Unmanaged",
    "Unset",
    "Usage",
    "ViewRow",
    "Viewed",
    "Vouch",
    "is_commanded",
    "laid_at",
    "show_path",
]
