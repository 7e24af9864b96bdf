"""The wheel, installed into an environment of its own: it holds all it needs, and works without the extras."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest
from msgspec import Struct
from packaging.requirements import Requirement

import wexa_sync
from wexa_sync.kinds.spec.schema import schema_folder

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(wexa_sync.__file__).parent


class Environment(Struct, frozen=True):
    """Describe a virtual environment that holds the wheel and nothing else; what the wheel requires is lent to it."""

    venv: Path
    wheel: Path

    def lend(self, extra: str) -> dict[str, str]:
        """Return the environment in which the wheel sees the packages that it requires with that extra."""
        folder = self.venv / f"lent-{extra}"
        folder.mkdir(exist_ok=True)
        for found in required(self.wheel, extra):
            for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
                if not (folder / top).exists():
                    (folder / top).symlink_to(Path(str(found.locate_file(top))))
        return {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "*"}

    def run(self, folder: Path, *words: str, env: dict[str, str], code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the command that the wheel installs, in that folder."""
        command = [str(self.venv / "bin" / "wexa-sync"), *words]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done


def required(wheel: Path, extra: str) -> Iterable[Distribution]:
    """Return the installed packages that pip would install with the wheel."""
    with ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    own = PathDistribution(ZipPath(wheel, metadata.removesuffix("METADATA")))
    found: dict[str, Distribution] = {}
    waiting = [(text, extra) for text in own.requires or ()]
    while waiting:
        text, asked = waiting.pop()
        wanted = Requirement(text)
        if wanted.name not in found and (not wanted.marker or wanted.marker.evaluate({"extra": asked})):
            found[wanted.name] = distribution(wanted.name)
            waiting += [(each, more) for each in found[wanted.name].requires or () for more in wanted.extras or {""}]
    return found.values()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel that WEXA_SYNC_WHEEL names, else one built from the checkout."""
    if given := os.environ.get("WEXA_SYNC_WHEEL"):
        return Path(given).resolve()
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    install = [str(venv / "bin" / "pip"), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    return Environment(venv, wheel)


def test_the_wheel_holds_the_package_with_its_schemas_and_templates_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        held = {name.removeprefix("wexa_sync/") for name in archive.namelist() if name.startswith("wexa_sync/")}
        others = {name.split("/")[0] for name in archive.namelist()} - {"wexa_sync"}
    files = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*") if path.is_file())
    package = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    schemas = {f"schemas/{path.name}" for path in schema_folder().iterdir()}
    action = {f"templates/dot-github/actions/wexa-sync/{name}" for name in ("action.yml", "action/run.sh")}
    assert held == package | schemas | action
    assert {
        "py.typed",
        "render/html/plan.html.j2",
        "render/html/style.css",
        "schemas/skill.schema.json",
        "templates/dot-github/workflows/wexa-sync.yml",
    } <= held
    assert others == {f"wexa_sync-{wexa_sync.__version__}.dist-info"}


def test_without_extras_it_does_all_but_the_sandbox(environment: Environment, tmp_path: Path) -> None:
    env = environment.lend("")
    assert environment.run(tmp_path, "--version", env=env).stdout == f"wexa-sync {wexa_sync.__version__}\n"
    assert '"connector_id"' in environment.run(tmp_path, "schema", "Skill", env=env).stdout
    environment.run(tmp_path, "init", "new", env=env)
    assert environment.run(tmp_path / "new", "validate", env=env).stdout == "Valid: 4 resources.\n"
    refused = environment.run(tmp_path / "new", "plan", "--sandbox", env=env, code=1)
    assert "pip install 'wexa-sync[sandbox]'" in refused.stderr


def test_with_the_extra_html_it_writes_pages(environment: Environment, tmp_path: Path) -> None:
    environment.run(tmp_path, "init", env=environment.lend(""))
    asked = ("validate", "--output", "html=valid.html")
    refused = environment.run(tmp_path, *asked, env=environment.lend(""), code=64)
    assert "pip install 'wexa-sync[html]'" in refused.stderr
    assert not (tmp_path / "valid.html").exists()
    environment.run(tmp_path, *asked, env=environment.lend("html"))
    assert "Valid: 4 resources." in (tmp_path / "valid.html").read_text(encoding="utf-8")


def test_with_the_sandbox_it_applies_what_init_writes(environment: Environment, tmp_path: Path) -> None:
    env = environment.lend("sandbox")
    environment.run(tmp_path, "init", env=env)
    applied = environment.run(tmp_path, "apply", "--sandbox", "--auto-approve", env=env)
    assert "Apply complete! Resources: 4 added" in applied.stdout
    assert environment.run(tmp_path, "plan", "--sandbox", env=env).stdout.endswith("\nNo changes.\n")
