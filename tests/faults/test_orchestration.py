"""Real processes that are killed or get in each other's way: no duplicate, no half publication, a clear history."""

import os
import platform
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import dagster as dg  # noqa: TID251 (what is tested here is made of dagster)
import pytest

from pipelines import names
from pipelines.build import build
from pipelines.launch import launch, open_instance
from pipelines.runs import add_dates, bury_the_dead
from reportmetrics.settings import Settings
from reportmetrics.steps import held
from tests.commands import command
from tests.pipelines.tiny import RAN, after_a_run, make

ROOT = Path(__file__).parents[2]
DAY = RAN
DEAD = "00000000-0000-4000-8000-000000000000"
BOOKS = {"activity": 3, "request": 3, "observation": 1, "ledger": 3, "reject": 1}
"""Rows of the tiny mission, each once."""

pytestmark = pytest.mark.daemon


def environment(settings: Settings) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("REPORTMETRICS_", "DAGSTER_"))}
    return kept | {
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
        "REPORTMETRICS_PROFILE": str(settings.profile),
        "REPORTMETRICS_HOME": str(settings.home),
        "REPORTMETRICS_LANDING": str(settings.landing),
        "DAGSTER_HOME": str(settings.dagster_home),
    }


def start(settings: Settings, *called: str, log: Path | None = None) -> subprocess.Popen[str]:
    """A program of its own, with its children in a process group that can be killed as a whole."""
    return subprocess.Popen(
        [sys.executable, *called],
        env=environment(settings),
        stdout=log.open("a") if log else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


LOOKS_OFTEN = """
import pipelines.automation
pipelines.automation.LOOK_EVERY_SECONDS = 1
from pipelines.definitions import defs
"""


def daemon(settings: Settings) -> tuple[list[str], list[str]]:
    """How to start Dagster's daemon, and where it finds the mission: with sensors that are not waited for."""
    settings.home.mkdir(parents=True, exist_ok=True)
    place = settings.home / "looks_often.py"
    place.write_text(LOOKS_OFTEN, encoding="utf-8")
    return [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-f", str(place)], ["-f", str(place)]


def until(true: Callable[[], object], what: str, seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds} seconds"
        time.sleep(0.1)


def frozen(settings: Settings) -> bool:
    """A run is in its middle: the snapshot is made, and nothing is published."""
    return (settings.staging / DAY.isoformat() / "snapshot").is_dir()


def kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def states(settings: Settings) -> list[dg.DagsterRunStatus]:
    """Of all runs, oldest first."""
    with open_instance(settings.dagster_home) as instance:
        return states_in(instance)


def states_in(instance: dg.DagsterInstance) -> list[dg.DagsterRunStatus]:
    return [r.status for r in reversed(instance.get_runs())]


def whole(settings: Settings) -> bool:
    """One publication, nothing half-built beside it, and every row once."""
    published = sorted(p.name for p in settings.publications.iterdir() if p.is_dir())
    rows = held(settings).rows
    return published == [f"{DAY}-r1"] and {t: rows[t] for t in BOOKS} == BOOKS


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make(tmp_path)


def test_a_run_that_is_killed_leaves_nothing_half_and_the_next_one_says_so(settings: Settings) -> None:
    running = start(settings, "-c", "from reportmetrics.cli import main; main()", "run", "--as-of", DAY.isoformat())
    until(lambda: frozen(settings), "a snapshot")
    kill(running)
    assert not (settings.publications / "latest").exists()
    assert states(settings) == [dg.DagsterRunStatus.STARTED], "nobody could tell yet"
    again = launch(settings, as_of=DAY)
    assert again.success, again.error
    assert states(settings) == [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
    assert whole(settings)


def test_two_runs_at_once_wait_for_each_other(settings: Settings) -> None:
    with ThreadPoolExecutor(2) as pool:
        started = [
            pool.submit(command, "run", "--as-of", DAY.isoformat(), env=environment(settings), seconds=300)
            for _ in range(2)
        ]
        both = [running.result() for running in started]
    assert [done.returncode for done in both] == [0, 0], both
    told = [done.stdout for done in both]
    assert sorted("(new)" in t for t in told) == [False, True]
    assert sum("3 files (0 seen before)" in t for t in told) == 1
    assert states(settings) == [dg.DagsterRunStatus.SUCCESS] * 2
    assert whole(settings)


def test_when_the_daemon_and_its_run_are_killed_the_next_daemon_says_so(settings: Settings) -> None:
    """As when the machine loses power in mid-run: the run is shown as failed, and running it again completes it."""
    with open_instance(settings.dagster_home) as instance:
        add_dates(instance, [DAY])
    log = settings.home / "daemon.log"
    called, place = daemon(settings)
    first = start(settings, *called, log=log)
    try:
        tags = f'{{"dagster/partition": "{DAY}"}}'
        job = ["job", "launch", *place, "-j", names.JOB, "--tags", tags]
        launched = start(settings, "-m", "dagster", *job)
        said, _ = launched.communicate(timeout=300)
        assert launched.returncode == 0, said
        until(lambda: frozen(settings), "a snapshot")
    finally:
        kill(first)
    assert states(settings) == [dg.DagsterRunStatus.STARTED]
    second = start(settings, *called, log=log)
    try:
        with open_instance(settings.dagster_home) as instance:
            until(lambda: states_in(instance) == [dg.DagsterRunStatus.FAILURE], "the dead run marked as failed")
    finally:
        kill(second)
    assert not (settings.publications / "latest").exists()
    assert launch(settings, as_of=DAY).success
    assert whole(settings)


@pytest.mark.parametrize("ended", [dg.DagsterRunStatus.FAILURE, None], ids=["failed", "deleted"])
def test_a_run_that_ended_without_letting_go_of_the_warehouse_keeps_nobody_waiting(
    settings: Settings, instance: dg.DagsterInstance, ended: dg.DagsterRunStatus | None
) -> None:
    """As when whoever marks a dead run as failed is killed before it has freed the hold."""
    if ended:
        instance.add_run(dg.DagsterRun(job_name=names.JOB, run_id=DEAD, status=ended))
    hold(instance)
    bury_the_dead(instance)
    assert holders(instance) == set()
    assert build(settings).resolve_job_def(names.INTAKE).execute_in_process(instance=instance).success


def test_the_hold_of_a_dead_run_is_freed_before_it_is_said_to_have_failed(
    settings: Settings, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed between the two is followed by somebody who still finds the run."""
    gone = {names.PROCESS_TAG: f"{platform.node()} {2**22 + 1} 1"}
    instance.add_run(dg.DagsterRun(job_name=names.JOB, run_id=DEAD, status=dg.DagsterRunStatus.STARTED, tags=gone))
    hold(instance)
    with monkeypatch.context() as patched:
        patched.setattr(instance.event_log_storage, "free_concurrency_slots_for_run", killed_here)
        with pytest.raises(KeyboardInterrupt):
            bury_the_dead(instance)
    assert states(settings) == [dg.DagsterRunStatus.STARTED]
    assert bury_the_dead(instance) == [DEAD]
    assert states(settings) == [dg.DagsterRunStatus.FAILURE]
    assert holders(instance) == set()


def hold(instance: dg.DagsterInstance) -> None:
    """Let the dead run have the warehouse."""
    storage = instance.event_log_storage
    storage.set_concurrency_slots(names.WRITER_POOL, 1)
    assert storage.claim_concurrency_slot(names.WRITER_POOL, DEAD, "snapshot").is_claimed


def holders(instance: dg.DagsterInstance) -> set[str]:
    """Runs that have the warehouse, or wait for it."""
    info = instance.event_log_storage.get_concurrency_info(names.WRITER_POOL)
    return {*info.active_run_ids, *info.pending_run_ids}


def killed_here(_: str) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("years", [-40, 40], ids=["clock-behind", "clock-ahead"])
def test_an_upstream_that_sends_everything_again_by_another_clock_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, years: int
) -> None:
    settings = after_a_run(tmp_path_factory, tmp_path)
    moment = time.time() + years * 31_557_600
    for path in settings.landing.iterdir():
        sent = path.read_bytes()
        path.unlink()
        path.write_bytes(sent)
        os.utime(path, (moment, moment))
    again = launch(settings, as_of=DAY)
    assert again.success, again.error
    assert again.ingested is not None
    assert (again.ingested.deliveries, again.ingested.unchanged) == ([], 3)
    assert again.publication is not None
    assert not again.publication.new
    assert states(settings) == [dg.DagsterRunStatus.SUCCESS] * 2
    assert whole(settings)
