"""The command line: what it imports, its help, its exit codes, its errors."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportmetrics.cli import app
from reportmetrics.cli_errors import explain
from reportmetrics.settings import Settings
from tests.commands import command, to_its_end

ROOT = Path(__file__).parents[3]
PROFILE = ROOT / "data" / "profiles" / "nmi"
HEAVY = (
    "polars",
    "duckdb",
    "dagster",
    "great_expectations",
    "pandas",
    "numpy",
    "plotly",
    "sqlglot",
    "rich",
)
COMMANDS = [
    ["run"],
    ["ingest"],
    ["check"],
    ["publish"],
    ["metrics", "list"],
    ["metrics", "show"],
    ["metrics", "lint"],
    ["profile", "lint"],
    ["rejects", "list"],
    ["rejects", "return"],
    ["template"],
    ["sources", "try"],
    ["sources", "tables"],
    ["sample"],
]


def call(*arguments: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own."""
    given = ["--home", str(home)] if home else []
    return command(*arguments, *given, env=environment(), cwd=ROOT)


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("REPORTMETRICS_")}


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom reportmetrics.cli import app\n"
        f"try: app({arguments!r})\nexcept SystemExit: pass\n"
        f"print('HEAVY', [m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


@pytest.mark.parametrize("called", COMMANDS, ids=" ".join)
def test_help_of_each_command_has_an_example_of_it(called: list[str]) -> None:
    result = CliRunner().invoke(app, [*called, "--help"])
    assert result.exit_code == 0
    assert re.search(rf"Examples?:\n\s+reportmetrics {' '.join(called)}", result.output), result.output


def test_the_list_of_commands_is_complete() -> None:
    overview = CliRunner().invoke(app, ["--help"]).output
    for called in COMMANDS:
        assert re.search(rf"^  {called[0]}\s", overview, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["run", "--as-of", "31/01/2022"],
        ["run", "--wat"],
        ["ingest", "--landing", ""],
        ["run", "--home", " "],
        ["metrics", "show"],
        ["sample", "--weeks", "0"],
        ["run", "--profile", "nowhere"],
        ["run", "--as-of", "2999-01-01"],
        ["metrics", "show", "latency.nothing"],
        ["profile", "lint", "/nonexist"],
        ["backfill", "--from", "2022-01-31", "--to", "2021-01-31"],
        ["check", "--home", "README.md"],
        ["check", "--home", "README.md/home"],
    ],
    ids=" ".join,
)
def test_wrong_use_exits_with_2_and_no_traceback(arguments: list[str]) -> None:
    done = call(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "[Errno" not in done.stderr
    assert done.stderr.strip()


@pytest.mark.parametrize(
    "arguments",
    [["rejects", "list"], ["backup", "backups"], ["fsck"], ["template", "WAR", "-o", "war.xlsx"], ["paper"]],
    ids=" ".join,
)
@pytest.mark.parametrize("home", ["README.md", "README.md/home"])
def test_a_home_that_is_a_file_is_wrong_use_by_its_variable_too(
    arguments: list[str], home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("REPORTMETRICS_HOME", home)
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, NotADirectoryError)
    message, code = explain(error)
    assert (code, f"{ROOT / 'README.md'}; correct the path" in message) == (2, True)


def test_a_variable_that_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "PROFILE", "LANDING"):
        monkeypatch.setenv(f"REPORTMETRICS_{name}", "")
    set_empty = Settings.from_environment()
    for name in ("HOME", "PROFILE", "LANDING"):
        monkeypatch.delenv(f"REPORTMETRICS_{name}")
    assert Settings.from_environment() == set_empty


def test_a_date_in_the_future_is_refused_with_the_remedy() -> None:
    """By a Python that has imported nothing before, as a user calls it."""
    code = "from reportmetrics.cli import main; main()"
    called = [sys.executable, "-c", code, "run", "--as-of", "2999-01-01"]
    done = to_its_end(called, env=environment(), cwd=ROOT)
    assert done.returncode == 2
    assert "lies in the future" in done.stderr
    assert "or earlier" in done.stderr


def test_profile_lint_of_a_sound_profile_exits_with_0() -> None:
    done = call("profile", "lint", str(PROFILE))
    assert done.returncode == 0, done.stderr
    assert "14 objectives" in done.stdout


def test_profile_lint_names_file_and_remedy_and_exits_with_1(tmp_path: Path) -> None:
    shutil.copytree(PROFILE, tmp_path / "p")
    mission = tmp_path / "p" / "mission.yaml"
    mission.write_text(mission.read_text().replace("time_zone: Asia/Baghdad", "time_zone: Asia/Bagdad", 1))
    done = call("profile", "lint", str(tmp_path / "p"))
    assert done.returncode == 1
    assert done.stderr.startswith("1 mistake:\n")
    assert "mission.yaml" in done.stderr
    assert "Asia/Bagdad" in done.stderr
    assert "Traceback" not in done.stderr


def test_metrics_lint_names_file_and_line_and_exits_with_1(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "sql", tmp_path / "sql")
    wrong = next((tmp_path / "sql" / "metrics").glob("*/*.sql"))
    wrong.write_text(wrong.read_text().replace("owner:", "ownr:"))
    done = call("metrics", "lint", str(tmp_path / "sql"))
    assert done.returncode == 1
    assert re.search(rf"{wrong.stem}\.sql:\d+: ", done.stderr)
    assert "owner" in done.stderr
    assert "Traceback" not in done.stderr


def test_metrics_list_and_show_tell_of_the_same_metrics() -> None:
    listed = [line.split()[0] for line in call("metrics", "list").stdout.splitlines()]
    assert "latency.time_to_decision" in listed
    shown = call("metrics", "show", "latency.time_to_decision").stdout
    assert "kaplan_meier" in shown
    assert "FROM request_wait" in shown


def test_rejects_of_a_home_without_warehouse_say_what_to_do(tmp_path: Path) -> None:
    done = call("rejects", "list", home=tmp_path)
    assert done.returncode == 1
    assert "reportmetrics ingest" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unforeseen_fault_is_one_line_without_traceback() -> None:
    message, code = explain(ZeroDivisionError("division by zero"))
    assert code == 1
    assert "ZeroDivisionError: division by zero" in message
    assert "--verbose" in message


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (PermissionError(13, "Permission denied", "/srv/x"), "this user may not use /srv/x; run as its owner"),
        (OSError(28, "No space left on device", "/srv/x"), "/srv/x: No space left on device; check that"),
        (OSError("odd"), "odd; check that"),
    ],
)
def test_what_the_system_refuses_is_told_without_its_number(error: OSError, says: str) -> None:
    message, code = explain(error)
    assert code == 1
    assert message.startswith(says)
