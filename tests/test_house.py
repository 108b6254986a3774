"""The shape of the house: who may import whom, which folders are packages, what files may hold."""

from __future__ import annotations

import ast
import graphlib
import importlib.metadata
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parents[1]

# Imports run one way, down this list: a folder may import those before it. calendar/ is pure, so it
# has no use for settings/, and "" is the root itself: __init__.py and __main__.py.
LAYERS = [
    "core",
    "settings",
    "calendar",
    "storage",
    "wording",
    "notifications",
    "scheduler",
    "operations",
    "queries",
    "web",
    "cli",
]
MAY_IMPORT: dict[str, frozenset[str]] = {
    folder: frozenset(LAYERS[:place]) for place, folder in enumerate(LAYERS)
} | {"calendar": frozenset({"core"}), "": frozenset({"cli"})}

# calendar/ is pure. Beside the standard library it uses these; tomlkit writes the planner file that
# `boardcal export` gives back, and pydantic_core is the half of pydantic that names its errors.
CALENDAR_USES = frozenset(
    {"dateutil", "holidays", "icalendar", "pydantic", "pydantic_core", "tomlkit"}
)

# The parts of the standard library that reach a database, the network or other programs.
IMPURE = frozenset(
    {"asyncio", "concurrent", "http", "multiprocessing", "selectors", "smtplib", "socket"}
    | {"sqlite3", "ssl", "subprocess", "threading", "time", "urllib"}
)

SKIPPED = frozenset({"__pycache__", "build", "dist", "node_modules", "var"})
NO_PACKAGES = frozenset({"benchmarks", "templates", "tests"})
CLOCKS = re.compile(r"(?:^|\.)(?:datetime\.(?:now|today|utcnow)|date\.today|time\.time(?:_ns)?)$")
LONGEST_FILE = 350
LONGEST_TEST_NAME = 80
FULLEST_FOLDER = 12  # modules; but each command is one, and each change of the tables

# What else than tables storage/schema holds: these two may be imported anywhere.
NO_TABLES = ("boardcal.storage.schema.column_types", "boardcal.storage.schema.append_only")

# Alembic runs these as files outside any package, where a relative import has nothing to stand on.
MIGRATIONS = Path("storage/migrations")

# "[-]-" finds two hyphens and is not found itself.
INDEX_ADDRESS = re.compile(
    r"(?:pypi|pythonhosted|npmjs|yarnpkg)\.(?:org|com)|[-]-(?:extra-)?index-url|[-]-find-links"
)


def sources() -> dict[Path, str]:
    """The text of every Python file of the package, by its path from the root."""
    files = sorted(_python_files(ROOT))
    return {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in files}


def _python_files(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            other = path.name.startswith(".") or (path / "pyvenv.cfg").exists()
            if not other and path.name not in SKIPPED | NO_PACKAGES:
                yield from _python_files(path)
        elif path.suffix == ".py":
            yield path


def imports_of(source: str, package: str) -> Iterator[str]:
    """The absolute names that `source`, a module in `package`, imports anywhere in it."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                above = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                base = [*above, module] if module else above
                yield from (".".join([*base, alias.name]) for alias in names)
            case ast.Call(func=func, args=[ast.Constant(value=str(name)), *_]):
                if ast.unparse(func).rpartition(".")[2] in {"import_module", "__import__"}:
                    yield importlib.util.resolve_name(name, package)


def is_forbidden(folder: str, name: str) -> bool:
    """Whether a module of `folder` may not import `name`."""
    top, _, rest = name.partition(".")
    if top == "boardcal":
        inside = rest.partition(".")[0]
        known = MAY_IMPORT.keys() | NO_PACKAGES | {"__main__"}
        return bool(inside) and inside in known - MAY_IMPORT.get(folder, frozenset()) - {folder}
    if folder == "calendar":
        return top in IMPURE or top not in sys.stdlib_module_names | CALENDAR_USES
    return False


def clocks_in(source: str) -> Iterator[str]:
    """The calls in `source` that read the time of day."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and CLOCKS.search(ast.unparse(node.func)):
            yield ast.unparse(node)


def _folder(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else ""


def _package(path: Path) -> str:
    return ".".join(["boardcal", *path.parts[:-1]])


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _names(*lists: list[str]) -> set[str]:
    first_words = [re.split(r"[^\w.-]", line)[0] for lines in lists for line in lines]
    return {re.sub(r"[-_.]+", "-", word).lower() for word in first_words}


def test_imports_run_one_way_down_the_table() -> None:
    wrong = [
        f"{path} imports {name}"
        for path, source in sources().items()
        for name in imports_of(source, _package(path))
        if is_forbidden(_folder(path), name)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import sqlalchemy.orm", "sqlalchemy.orm"),
        ("from boardcal import storage", "boardcal.storage"),
        ("from ..storage import tables", "boardcal.storage.tables"),
        ("from .. import storage", "boardcal.storage"),
        ("from .rules import expand", "boardcal.calendar.rules.expand"),
        ("def late():\n    from ..storage import tables", "boardcal.storage.tables"),
        ("if TYPE_CHECKING:\n    from ..cli.main import main", "boardcal.cli.main.main"),
        ("importlib.import_module('boardcal.storage')", "boardcal.storage"),
        ("importlib.import_module('..storage', __package__)", "boardcal.storage"),
    ],
)
def test_an_import_is_found_wherever_it_stands(source: str, name: str) -> None:
    assert list(imports_of(source, "boardcal.calendar")) == [name]


@pytest.mark.parametrize(
    ("folder", "name", "forbidden"),
    [
        ("calendar", "datetime.date", False),
        ("calendar", "boardcal.calendar.rules.due_dates", False),
        ("calendar", "tomlkit", False),
        ("calendar", "boardcal.storage.schema.planner", True),
        ("calendar", "sqlalchemy", True),
        ("calendar", "socket", True),
        ("storage", "boardcal.calendar.rules.due_dates", False),
        ("storage", "boardcal.notifications.ledger", True),
        ("notifications", "boardcal.scheduler.clock", True),
        ("scheduler", "boardcal.web.pages", True),
        ("web", "boardcal.cli.main", True),
        ("cli", "boardcal.scheduler.service", False),
        ("cli", "boardcal.__version__", False),
        ("cli", "boardcal.tests.factories", True),
        ("", "boardcal.cli.main.main", False),
        ("", "boardcal.storage.schema.planner", True),
    ],
)
def test_the_table_says_who_may_import_whom(folder: str, name: str, forbidden: bool) -> None:
    assert is_forbidden(folder, name) is forbidden


def test_every_folder_of_the_package_is_in_the_table() -> None:
    assert {_folder(path) for path in sources()} <= MAY_IMPORT.keys()


def test_the_package_imports_itself_relatively() -> None:
    absolute = re.compile(r"^\s*(?:from|import) boardcal\b", re.MULTILINE)
    found = [
        str(path)
        for path, source in sources().items()
        if MIGRATIONS not in path.parents and absolute.search(source)
    ]
    assert found == []


def test_every_package_imported_is_declared() -> None:
    project = _project()["project"]
    extras = project["optional-dependencies"].values()
    declared = _names(project["dependencies"], *extras)
    providers = importlib.metadata.packages_distributions()
    undeclared = {
        f"{path} imports {top}"
        for path, source in sources().items()
        for name in imports_of(source, _package(path))
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names | {"boardcal"}
        and not declared & _names(providers.get(top, []))
    }
    assert undeclared == set()


def test_only_the_scheduler_reads_a_clock() -> None:
    found = [
        f"{path}: {call}"
        for path, source in sources().items()
        if _folder(path) != "scheduler"
        for call in clocks_in(source)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("now = datetime.now(tz=UTC)", ["datetime.now(tz=UTC)"]),
        ("datetime.datetime.utcnow()", ["datetime.datetime.utcnow()"]),
        ("date.today()", ["date.today()"]),
        ("time.time()", ["time.time()"]),
        ("clock()", []),
        ("datetime.combine(day, send_at)", []),
        ("meeting.date.isoformat()", []),
    ],
)
def test_a_clock_is_recognised(source: str, calls: list[str]) -> None:
    assert list(clocks_in(source)) == calls


def test_the_calendar_folder_and_the_tests_have_no_init() -> None:
    inits = [*(ROOT / "calendar").rglob("__init__.py"), *(ROOT / "tests").rglob("__init__.py")]
    assert inits == []


def test_pythons_own_calendar_wins_in_the_root() -> None:
    # -E: a PYTHONSAFEPATH of the caller would keep the root off sys.path and prove nothing.
    program = "import sys, calendar; print('' in sys.path, calendar.monthrange(2018, 2)[1])"
    command = [sys.executable, "-E", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True 28\n", "")


def test_the_packages_named_are_the_folders_with_python_in_them() -> None:
    named = _project()["tool"]["setuptools"]["packages"]
    assert named == sorted({_package(path) for path in sources()})


def test_every_data_file_of_the_package_goes_into_the_wheel() -> None:
    patterns = _project()["tool"]["setuptools"]["package-data"]
    taken = {
        found
        for package, globs in patterns.items()
        for pattern in globs
        for found in ROOT.joinpath(*package.split(".")[1:]).glob(pattern)
    }
    folders = [ROOT / folder for folder in [*MAY_IMPORT, "templates"] if folder]
    files = {path for folder in folders for path in folder.rglob("[!.]*") if path.is_file()}
    data = {path for path in files if path.suffix not in {".py", ".pyc"}}
    assert sorted(str(path.relative_to(ROOT)) for path in data - taken) == []
    assert any(path.suffix == ".toml" for path in data & taken)


def test_the_root_holds_no_modules_of_its_own() -> None:
    assert sorted(path.name for path in ROOT.glob("*.py")) == ["__init__.py", "__main__.py"]


def test_no_source_file_is_longer_than_can_be_read_at_a_sitting() -> None:
    lengths = {str(path): len(source.splitlines()) for path, source in sources().items()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_test_has_a_name_too_long_to_be_read_aloud() -> None:
    names = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"\bdef (test_\w+)", path.read_text(encoding="utf-8"))
    }
    assert {name for name in names if len(name) > LONGEST_TEST_NAME} == set()


def test_no_folder_holds_more_modules_than_can_be_seen_at_a_glance() -> None:
    modules = Counter(
        path.parent for path in sources() if path.stem not in {"__init__", "__main__"}
    )
    modules.pop(Path("cli/commands"))
    modules.pop(Path("storage/migrations/versions"))
    assert {str(folder): count for folder, count in modules.items() if count > FULLEST_FOLDER} == {}


def test_no_import_leads_back_to_where_it_came_from() -> None:
    modules = {_module(path): path for path in sources()}
    graph = {
        module: {
            known for name in imports_of(source, _package(path)) if (known := _known(name, modules))
        }
        for path, source in sources().items()
        for module in [_module(path)]
    }
    try:
        list(graphlib.TopologicalSorter(graph).static_order())
    except graphlib.CycleError as error:
        pytest.fail(f"these modules import each other: {' -> '.join(error.args[1])}")


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(["boardcal", *(parts[:-1] if parts[-1] == "__init__" else parts)])


def _known(name: str, modules: Mapping[str, Path]) -> str | None:
    """The module that an import of `name` loads: itself, or the one that defines it."""
    above = name.rpartition(".")[0]
    return name if name in modules else above if above in modules else None


def test_sql_stands_in_storage_alone() -> None:
    importers = {
        f"{path} imports {name}"
        for path, source in sources().items()
        if _folder(path) != "storage"
        for name in imports_of(source, _package(path))
        if name.startswith("boardcal.storage.schema.") and not name.startswith(NO_TABLES)
    }
    assert sorted(importers) == []


def test_the_tests_stand_in_the_folders_of_what_they_test() -> None:
    folders = {
        path.parent.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")
    }
    beside = {Path(), *map(Path, ("calendar/planners", "faults", "web/browser"))}
    assert folders - beside <= {path.parent for path in sources()}


def test_what_pyproject_asks_for_is_pinned_with_hashes() -> None:
    project = _project()
    groups = project["dependency-groups"]
    asked = _names(project["project"]["dependencies"], groups["build"])
    assert asked <= _pinned("requirements.txt")
    assert asked | _names(groups["test"]) <= _pinned("requirements-dev.txt")
    extra = project["project"]["optional-dependencies"]["postgresql"]
    of_run = _names(project["project"]["dependencies"], extra)
    assert of_run | {"psycopg-binary"} <= _pinned("requirements-postgresql.txt")
    assert _names(groups["audit"]) <= _pinned("requirements-audit.txt")
    assert _names(groups["node"]) <= _pinned("requirements-node.txt")
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, pin in packages.items() if name and "integrity" not in pin] == []


def _pinned(file: str) -> set[str]:
    pins = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    return _names(pins)


def test_no_file_names_a_package_index() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are the project's is not known")
    listing = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]
    found = [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in files
        if (hit := INDEX_ADDRESS.search(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert files
    assert found == []
