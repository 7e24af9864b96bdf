"""Promise 9: "Every error has a hint and an exit code"."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from wexa_sync import errors

if TYPE_CHECKING:
    from tests.conftest import Cli, Desk

PACKAGE = Path(errors.__file__).parent
FAMILY = {name for name, it in vars(errors).items() if inspect.isclass(it) and issubclass(it, errors.WexaSyncError)}
OWN_HINT = {"InvalidManifests", "InvalidSettings", "Throttled"}  # the same one always, said in the class
# These get their hint from who passes them on; what an interrupt left undone is told with the receipt as a whole.
LATER = {
    "it belongs to",
    "interrupted before it began",
    "the response has no id, and not exactly one live object matches",
    "the response has no id, and not exactly one live run matches",
}


def _made_without_a_hint() -> list[str]:
    files = [each for each in PACKAGE.rglob("*.py") if PACKAGE / "sandbox" not in each.parents]
    return [
        f"{file.name}:{node.lineno}: {ast.unparse(node)}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FAMILY - OWN_HINT
        and not any(word.arg in {"hint", None} for word in node.keywords)
        and not any(said in ast.unparse(node) for said in LATER)
    ]


def test_no_error_is_made_without_a_hint() -> None:
    assert _made_without_a_hint() == []


@pytest.mark.parametrize("name", sorted(FAMILY))
def test_every_error_has_an_exit_code_that_is_documented(name: str) -> None:
    assert getattr(errors, name).exit_code in set(errors.ExitCode) - {errors.ExitCode.DONE}


@pytest.mark.parametrize(
    ("words", "env", "code"),
    [
        (("plan", "no-such-folder"), {}, (1, 64)),
        (("plan", "--target", "nonsense"), {}, (64,)),
        (("plan", "--target", "support-desk/Skill/none"), {}, (1, 64)),
        (("plan", "--base-url", "ftp://nowhere"), {}, (1,)),
        (("plan",), {"WEXA_BASE_URL": "http://127.0.0.1:9"}, (1,)),
        (("plan",), {"WEXA_API_KEY": ""}, (1,)),
        (("plan",), {"WEXA_ORG_ID": "67fdea40aac77be632954fff"}, (1,)),
        (("apply",), {}, (64,)),
        (("apply", "no.plan", "--auto-approve"), {}, (1, 64)),
        (("state", "show", "support-desk/Skill/none"), {}, (1, 64)),
        (("resolve", "support-desk/Skill/none", "--did-not-happen"), {}, (64,)),
        (("schema", "Skil"), {}, (64,)),
    ],
    ids=str,
)
def test_an_error_of_the_command_line_says_what_to_do(
    desk: Desk, cli: Cli, words: tuple[str, ...], env: dict[str, str], code: tuple[int, ...]
) -> None:
    done = cli(desk.folder, *words, code=None, env={**desk.remote.env, **env})
    assert done.code in code, done.stderr
    assert "hint" in done.stderr.lower(), done.stderr
