"""The command line on the tiny mission, in processes of its own: what it prints and how it exits."""

import datetime as dt
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reportmetrics.settings import Settings
from reportmetrics.warehouse.store import Store
from tests.commands import command, to_its_end
from tests.pipelines.tiny import ARRIVED, make

ROOT = Path(__file__).parents[2]


CODE = "from reportmetrics.cli import main; main()"


def environment(settings: Settings) -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith(("REPORTMETRICS_", "DAGSTER_"))} | {
        "REPORTMETRICS_PROFILE": str(settings.profile),
        "REPORTMETRICS_HOME": str(settings.home),
        "REPORTMETRICS_LANDING": str(settings.landing),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }


def call(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, env=environment(settings))


def start(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same with a Python of its own that has imported nothing before."""
    return to_its_end([sys.executable, "-c", CODE, *arguments], env=environment(settings))


def land(settings: Settings, name: str, text: str) -> None:
    (settings.landing / name).write_text(text)
    os.utime(settings.landing / name, (ARRIVED, ARRIVED))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make(tmp_path)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny mission after ``ingest``; nobody changes it."""
    settings = make(tmp_path_factory.mktemp("ingested"))
    done = start(settings, "ingest")
    assert done.returncode == 0, done.stderr
    return settings


@pytest.fixture
def taken_in(ingested: Settings, tmp_path: Path) -> Settings:
    """The same for one test alone."""
    return Settings(ingested.profile, shutil.copytree(ingested.home, tmp_path / "home"), ingested.landing)


def test_run_tells_what_was_taken_in_refused_found_and_where_the_site_is(tmp_path: Path) -> None:
    settings = make(tmp_path, as_new=True)
    done = start(settings, "run", "--as-of", "2021-02-08")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "nothing is drawn and nothing is logged when the output is not a terminal"
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Taken in  3 files (0 seen before), 8 rows: 7 accepted, 1 rejected, 0 duplicate")
    refused = next(line for line in lines if "refused" in line)
    assert "activity_20210201.csv, row 5, column held: " in refused
    assert "31/02/2021" in refused
    assert any(line.startswith("Checked") and line.endswith("all passed") for line in lines)
    assert any("median wait for HQ: 20.0 days" in line and "1 of them open" in line for line in lines)
    assert any("objectives without any usable reading: 1 of 2" in line for line in lines)
    index = settings.publications / "2021-02-08-r1" / "site" / "index.html"
    assert lines[-2].strip() == str(index)
    assert lines[-1].strip() == index.as_uri()
    assert index.is_file()
    assert "\x1b[" not in done.stdout, "no colours in a pipe"


def test_each_step_says_which_rows_do_not_count_yet(settings: Settings) -> None:
    """The files are of 1 February, whose first midnight is what `--as-of 2021-02-01` means; one arrives today."""
    said = "became known after 2021-02-01 had begun, so 2021-02-01 is without them: --as-of 2021-02-02 has them"
    done = call(settings, "run", "--as-of", "2021-02-01")
    assert [line for line in done.stdout.splitlines() if line.startswith("Not yet")] == [
        f"Not yet   3 files with 7 rows {said}"
    ]
    assert f"Not yet   3 files with 7 rows {said}" in call(settings, "publish", "--as-of", "2021-02-01").stdout
    assert "Not yet" not in call(settings, "publish", "--as-of", "2021-02-02").stdout
    mapping = settings.profile / "sources" / "requests.yaml"
    mapping.write_text(mapping.read_text().replace("known_from:", "# known_from:"))
    land(settings, "requests_20210208.csv", "id,raised,decided,outcome\nR4,2021-01-06,,open\n")
    lines = call(settings, "ingest").stdout.splitlines()
    with Store(settings.warehouse) as store:
        [(came,)] = store.connection.execute("SELECT max(known_from) FROM core.request").fetchall()
    day = (came + dt.timedelta(hours=3)).date()
    assert lines[-1] == (
        f"Not yet   1 file with 1 row became known after {day} had begun, so {day} is without them: "
        f"--as-of {day + dt.timedelta(days=1)} has them, from that day on"
    )


def test_long_work_draws_its_progress_on_a_terminal(settings: Settings) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", CODE, "run", "--as-of", "2021-02-08"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(settings) | {"TERM": "xterm-256color"},
    ) as running:
        os.close(theirs)
        drawn = b""
        while chunk := _read(ours):
            drawn += chunk
        assert running.stdout is not None
        assert b"Published" in running.stdout.read()
    assert b"Taking in files" in drawn
    assert b"Checking" in drawn
    assert b"100%" in drawn
    assert b"DEBUG" not in drawn


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other side has closed
        return b""


def test_the_single_steps_lead_to_the_same_publication_as_the_run(taken_in: Settings) -> None:
    for step in ("check", "publish"):
        done = call(taken_in, step, "--as-of", "2021-02-08")
        assert done.returncode == 0, done.stderr
    whole = call(taken_in, "run", "--as-of", "2021-02-08")
    assert "2021-02-08-r1 (the same inputs were published before)" in whole.stdout


@pytest.mark.parametrize(
    "called", [["run"], ["ingest"], ["backfill", "--from", "2021-02-01", "--to", "2021-02-08"]], ids=lambda c: c[0]
)
def test_a_mistyped_landing_folder_is_wrong_use_and_nothing_is_made(settings: Settings, called: list[str]) -> None:
    done = call(settings, *called, "--landing", "/no/such/place")
    assert done.returncode == 2, done.stdout
    assert done.stderr == (
        "error: there is no landing folder /no/such/place; make it, or correct --landing or REPORTMETRICS_LANDING; "
        "nothing was done\n"
    )
    assert done.stdout == ""
    assert not settings.warehouse.exists()
    assert not settings.publications.exists()


def test_rejects_list_names_the_refused_row_again(ingested: Settings) -> None:
    listed = call(ingested, "rejects", "list")
    assert listed.returncode == 0
    assert len(listed.stdout.splitlines()) == 1
    assert "activity_20210201.csv, row 5, column held" in listed.stdout
    nothing = call(ingested, "rejects", "list", "--source", "requests")
    assert (nothing.returncode, nothing.stdout) == (0, "nothing was refused of what was asked for\n")


def test_publish_without_ingest_publishes_no_figure_of_requests(settings: Settings) -> None:
    done = call(settings, "publish", "--as-of", "2021-02-08")
    assert "median wait" not in done.stdout


@pytest.mark.parametrize(
    "called",
    [["run", "--as-of", "2021-02-08"], ["backfill", "--from", "2021-02-01", "--to", "2021-02-08"]],
    ids=lambda c: c[0],
)
def test_a_critical_failure_exits_with_1_and_names_check_file_and_remedy(taken_in: Settings, called: list[str]) -> None:
    with Store(taken_in.warehouse) as store:
        store.connection.execute("UPDATE core.request SET hq = NULL WHERE request_id = 'R1'")
    done = call(taken_in, *called)
    assert done.returncode == 1
    assert "critical request: 1 row where hq is empty" in done.stdout
    assert "  requests_20210201.csv: 1 row fails request.hq_present" in done.stdout
    assert "nothing was published" in done.stderr
    assert "Traceback" not in done.stderr
    assert not taken_in.publications.exists()


def test_a_warehouse_in_use_is_an_error_with_a_remedy(settings: Settings) -> None:
    with Store(settings.warehouse):
        done = start(settings, "ingest")
    assert done.returncode == 1
    assert "wait until the other run has ended" in done.stderr
    assert "Traceback" not in done.stderr
