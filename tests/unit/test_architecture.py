"""The house stays as it is drawn: imports point one way, lazy ones too; libraries have doors; nothing grows long."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import wexa_sync

PACKAGE = Path(wexa_sync.__file__).parent  # a wheel's, where the tests run against one
FILES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
FORBIDDEN_PARTS = ("Manager", "Handler", "Helper", "Util")

# Who may open which library. A name that ends in a slash is a folder.
DOORS = {
    "requests": ("api/transport/pool.py", "api/transport/contents.py", "publish/"),
    "urllib3": ("api/transport/",),
    "certifi": ("api/transport/pool.py",),
    "deepdiff": ("compare/changes.py",),
    "yaml": ("manifests/", "render/yaml.py"),
    "jsonschema": ("manifests/schema_check.py",),
    "click": ("cli/",),
    "rich": ("render/", "cli/"),
    "jinja2": ("render/html/page.py",),
    "markupsafe": ("render/html/page.py",),
    "fastapi": ("sandbox/",),
    "starlette": ("sandbox/",),
    "pydantic": ("sandbox/",),
    "uvicorn": ("sandbox/",),
    "sqlite3": ("sandbox/",),
    "pytest": ("testing.py",),
}

NO_VERB = re.compile(
    r"(a|all|an|another|any|both|each|every|everything|for|how|if|in|it|its|no|nobody|nothing|one|only|our|same|so|some|"
    r"somebody|that|the|their|there|these|this|those|we|what|when|where|whether|which|who|whose|why)\b",
    re.IGNORECASE,
)

# The drawing: each room, and the rooms whose names it uses. No room names one that stands above it.
_NOUNS = {"model", "errors"}
ROOMS = {
    "model": set(),
    "text": set(),
    "graph": set(),
    "errors": {"model"},
    "git": {"errors"},
    "secrecy": {"model", "text"},
    "kinds": {"model", "text"},
    "api": {"kinds", "secrecy", "text", *_NOUNS},
    "state": {"git", "secrecy", "text", *_NOUNS},
    "compare": {"kinds", "secrecy", "text", "model"},
    "manifests": {"graph", "kinds", "secrecy", "text", *_NOUNS},
    "observe": {"api", "compare", "executions", "kinds", "secrecy", "state", "text", *_NOUNS},
    "plan": {"compare", "graph", "kinds", "secrecy", "state", "text", *_NOUNS},
    "executions": {"api", "kinds", "secrecy", "state", "text", *_NOUNS},
    "apply": {"api", "compare", "executions", "graph", "kinds", "secrecy", "state", "text", *_NOUNS},
    "export": {"api", "compare", "kinds", "manifests", "observe", "secrecy", "state", "text", *_NOUNS},
    "repair": {"api", "compare", "kinds", "manifests", "secrecy", "state", "text", *_NOUNS},
    "render": {"graph", "secrecy", "text", *_NOUNS},
    "settings": {"api", "kinds", "manifests", "text", *_NOUNS},
    "workspace": {"api", "sandbox", "settings", "state", *_NOUNS},
    "engine": {
        "apply",
        "executions",
        "export",
        "kinds",
        "manifests",
        "observe",
        "plan",
        "repair",
        "state",
        "text",
        "workspace",
        *_NOUNS,
    },
    "publish": {"api", "text", *_NOUNS},
    "sandbox": set(),
    "testing": {"engine", "sandbox", "settings", "text", "workspace", *_NOUNS},
}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
MOST_UNITS, LONGEST_CHAIN = 27, 10
ABOVE = {"cli", "__main__", "__init__"}
"""The rooms that may use all others: the command line, and how it is started."""


@cache
def tree(name: str) -> ast.Module:
    """Return the syntax tree of a file of the package."""
    return ast.parse(FILES[name].read_text(encoding="utf-8"), filename=name)


@cache
def imported(name: str) -> tuple[str, ...]:
    """Return every module that a file imports, wherever the import stands."""
    found: list[str] = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: imports are absolute"
            module = node.module or ""
            found += (f"{module}.{alias.name}" if file_of(f"{module}.{alias.name}") else module for alias in node.names)
    return tuple(found)


def file_of(module: str) -> str | None:
    """Return the file of a module of the package; None for any other module."""
    inner = module.removeprefix("wexa_sync").lstrip(".").replace(".", "/") if module.startswith("wexa_sync") else "?"
    return next((each for each in (f"{inner}.py", f"{inner}/__init__.py".lstrip("/")) if each in FILES), None)


def inside(name: str) -> set[str]:
    """Return the package's own modules that a file imports, without the package's name: `api.http`."""
    return {
        module.removeprefix("wexa_sync.")
        for module in imported(name)
        if module.startswith("wexa_sync.") and file_of(module)
    }


def group(name: str) -> str:
    """Return the folder of a file, or its own name at the top."""
    return name.split("/", maxsplit=1)[0].removesuffix(".py")


def units() -> dict[str, set[str]]:
    """Return every room and file at the top, with those that it imports."""
    uses: dict[str, set[str]] = {group(name): set() for name in FILES}
    for name in FILES:
        uses[group(name)] |= {each.split(".")[0] for each in inside(name)} - {group(name)}
    return uses


def belongs(name: str, doors: tuple[str, ...]) -> bool:
    """True when a file is one of those, or in a folder of those."""
    return any(name.startswith(door) if door.endswith("/") else name == door for door in doors)


def test_a_library_has_one_door() -> None:
    wrong = [
        f"{name}: {module}"
        for name in FILES
        for module in imported(name)
        if (doors := DOORS.get(module.split(".")[0])) is not None and not belongs(name, doors)
    ]
    assert wrong == []


def test_every_door_is_used() -> None:
    opened = {module.split(".")[0] for name in FILES for module in imported(name)}
    assert set(DOORS) - opened == set()


def test_no_import_goes_round() -> None:
    # `prepare` raises CycleError, which names the circle.
    TopologicalSorter({name: {file_of(f"wexa_sync.{each}") for each in inside(name)} for name in FILES}).prepare()


def test_a_room_names_just_the_rooms_that_the_drawing_says() -> None:
    assert {room: uses - {"__init__"} for room, uses in units().items() if room not in ABOVE} == ROOMS


def test_few_units_and_short_chains_of_imports() -> None:
    uses = units()
    length: dict[str, int] = {}
    for unit in TopologicalSorter(uses).static_order():
        length[unit] = 1 + max((length[each] for each in uses[unit]), default=0)
    assert len(uses) <= MOST_UNITS
    assert max(length.values()) <= LONGEST_CHAIN


def test_nobody_names_the_command_line() -> None:
    for name in FILES:
        above = {each.split(".")[0] for each in inside(name)} & {"cli", "__main__"}
        assert above <= {"cli": {"cli"}, "__main__": {"cli"}}.get(group(name), set()), name


def test_how_a_kind_runs_is_asked_of_the_kind() -> None:
    for name in FILES:
        if group(name) not in {"kinds", "sandbox"}:
            assert "kinds.execution" not in inside(name), name


def test_parts_are_called_parts() -> None:
    said = {
        (name, word)
        for name in FILES
        if group(name) not in {"kinds", "sandbox"}
        for word in _words(tree(name))
        if re.search(r"(?<![A-Za-z-])agents?(?![A-Za-z])", word)
    }
    assert said == {("render/runs_json.py", "agent")}  # a question's key in JSON output


def test_unit_tests_mirror_the_package() -> None:
    unit = Path(__file__).parent
    rooms: dict[str, set[str]] = {}  # of each module and folder, by name
    for path in (each for name in FILES for each in (Path(name), Path(name).parent)):
        rooms.setdefault(path.stem, set()).add(path.parent.as_posix())
    folders = {Path(name).parent.as_posix() for name in FILES}
    for test in unit.rglob("test_*.py"):
        folder, named = test.parent.relative_to(unit).as_posix(), test.stem.removeprefix("test_")
        assert folder in folders, f"{test}: no such folder in the package"
        assert named not in rooms or folder in rooms[named], f"{test}: that module stands elsewhere"


def test_nobody_prints_or_exits() -> None:
    for name in FILES:
        if group(name) in {"cli", "__main__"}:
            continue
        calls = {ast.unparse(node.func) for node in ast.walk(tree(name)) if isinstance(node, ast.Call)}
        assert calls & {"print", "exit", "quit", "sys.exit", "os._exit"} == set(), name
        streams = {ast.unparse(node) for node in ast.walk(tree(name)) if isinstance(node, ast.Attribute)}
        assert streams & {"sys.stdout", "sys.stderr", "sys.exit"} == set(), name


def test_files_and_functions_stay_short() -> None:
    files = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in FILES.items()}
    assert {name: lines for name, lines in files.items() if lines > LONGEST_FILE} == {}
    functions = {
        f"{name}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name in FILES
        for node in ast.walk(tree(name))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: lines for name, lines in functions.items() if lines > LONGEST_FUNCTION} == {}


def test_names_say_what_a_thing_is() -> None:
    assert {Path(name).stem for name in FILES} & {"utils", "util", "helpers", "misc", "common"} == set()
    classes = [node.name for name in FILES for node in ast.walk(tree(name)) if isinstance(node, ast.ClassDef)]
    assert [each for each in classes if any(part in each for part in FORBIDDEN_PARTS)] == []


def test_every_public_name_says_what_it_is_for() -> None:
    assert [name for name in FILES if not ast.get_docstring(tree(name))] == []
    missing = [
        f"{name}:{node.lineno} {node.name}"
        for name in FILES
        for node in _public(tree(name))
        if not ast.get_docstring(node)
        and not any("overload" in ast.unparse(each) or "setter" in ast.unparse(each) for each in node.decorator_list)
    ]
    assert missing == []


def test_docstrings_begin_with_a_verb() -> None:
    tests = Path(__file__).parents[1]
    files = {**FILES, **{f"tests/{path.relative_to(tests).as_posix()}": path for path in sorted(tests.rglob("*.py"))}}
    wrong = [
        f"{name}:{node.lineno} {node.name}"
        for name, path in files.items()
        for node in ast.walk(tree(name) if name in FILES else ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and NO_VERB.match(ast.get_docstring(node) or "")
    ]
    assert wrong == []


def _words(module: ast.Module) -> Iterator[str]:
    """Yield every name and every text of the code, without docstrings."""
    docs = {node.value for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word) | ast.keyword(arg=str(word)):
                yield word
            case ast.FunctionDef(name=word) | ast.ClassDef(name=word) | ast.alias(name=word):
                yield word
            case ast.Constant(value=str(word)) if node not in docs:
                yield word


def _public(
    node: ast.Module | ast.ClassDef,
) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    for child in node.body:
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) or child.name.startswith("_"):
            continue
        yield child
        if isinstance(child, ast.ClassDef):
            yield from _public(child)
