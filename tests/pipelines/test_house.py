"""Borders of the house: the library never imports Dagster; pipelines hold no logic of their own."""

import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import to_its_end

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "src" / "reportmetrics").rglob("*.py"))
PIPELINES = sorted((ROOT / "pipelines").rglob("*.py"))
DATA_TOOLS = {"polars", "duckdb", "pandas", "numpy", "scipy", "sqlglot", "pyarrow", "great_expectations", "sqlalchemy"}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


def texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_there_is_something_to_look_at() -> None:
    assert len(LIBRARY) > 20
    assert len(PIPELINES) > 5


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_never_imports_dagster(path: Path) -> None:
    assert not {m for m in imported(path) if m == "dagster" or m.startswith("dagster_")}


def test_only_the_command_line_reaches_for_pipelines_and_only_to_launch() -> None:
    users = {p.relative_to(ROOT).as_posix() for p in LIBRARY if "pipelines" in set(imported(p))}
    assert users == {"src/reportmetrics/cli.py", "src/reportmetrics/cli_backfill.py"}
    for name, wanted in (("cli", "launch"), ("cli_backfill", "launch_several")):
        text = (ROOT / "src" / "reportmetrics" / f"{name}.py").read_text(encoding="utf-8")
        lines = [line.strip() for line in text.splitlines() if "pipelines" in line and "import" in line]
        assert lines == [f"from pipelines.launch import {wanted}"]


@pytest.mark.parametrize("path", PIPELINES, ids=lambda p: str(p.relative_to(ROOT)))
def test_pipelines_touch_no_data(path: Path) -> None:
    # Dagster keeps its own history by SQLAlchemy; the mission's data are never reached that way.
    own = {"sqlalchemy"} if path.name == "storage.py" else set()
    assert not set(imported(path)) & (DATA_TOOLS - own)
    for text in texts(path):
        words = text.split()
        assert words[:1] not in (["SELECT"], ["WITH"], ["INSERT"], ["CREATE"]), "SQL belongs below sql/"


@pytest.mark.parametrize("path", PIPELINES, ids=lambda p: str(p.relative_to(ROOT)))
def test_pipelines_stay_thin(path: Path) -> None:
    """A step calls the library and reports: more than that grows loops and branches."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            inner = {n for n in ast.walk(node) if isinstance(n, ast.FunctionDef) and n is not node}
            own = [n for n in ast.walk(node) if not any(n in set(ast.walk(i)) for i in inner)]
            branches = [n for n in own if isinstance(n, ast.If | ast.For | ast.While | ast.Try)]
            assert len(branches) <= 4, f"{node.name} in {path.name} decides too much"


LOADED = "import sys, pipelines.definitions; print(*sys.modules, sep='\\n')"


def test_a_graph_is_shown_without_what_computes(tmp_path: Path) -> None:
    """A code server starts in half the time; the first start, which makes the definitions ready, is left out."""
    environment = os.environ | {"REPORTMETRICS_HOME": str(tmp_path), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    environment["REPORTMETRICS_PROFILE"] = str(ROOT / "data" / "profiles" / "nmi")
    for _ in range(2):
        told = to_its_end([sys.executable, "-c", LOADED], env=environment)
        assert told.returncode == 0, told.stderr
    modules = set(told.stdout.split())
    assert {"dagster", "pipelines.build", "reportmetrics.current"} <= modules
    heavy = DATA_TOOLS - {"sqlglot"} | {"jinja2", "plotly", "rich"}
    assert not modules & heavy
