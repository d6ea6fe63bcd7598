"""Many dates in one go: each publication is what it would be by itself, and an error leaves nothing half-made."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.exceptions import ComputeError
from polars.testing import assert_frame_equal

from reportmetrics import issuing, several, steps, workers
from reportmetrics.current import StepError, current_profile
from reportmetrics.ingest.run import ingest
from reportmetrics.metrics.estimators.base import Estimate
from reportmetrics.metrics.known import Known, Place
from reportmetrics.publish import history
from reportmetrics.settings import Settings
from reportmetrics.workspace import workspace_of
from tests.pipelines.tiny import ARRIVED, at, make
from tests.shared import made_once

DATES = [dt.date(2021, 1, 26) + dt.timedelta(weeks=k) for k in range(5)]
"""The first knows nothing yet; requests are answered, and corrected, in the weeks after. R5 fails a rule."""
LATER = {
    "requests_20210208.csv": "id,raised,decided,outcome\nR3,2021-01-06,2021-02-04,approved\n"
    "R4,2021-02-01,,open\nR5,2021-02-02,,denied\n",
    "requests_20210215.csv": "id,raised,decided,outcome\nR1,2021-01-04,2021-01-12,approved\nR4,2021-02-01,,open\n",
    "readings_20210215.csv": "indicator,objective,day,value\nLO-01.1,LO-01,2021-02-14,30\n",
}
TELL_THE_TIME = {"manifest.json", "manifest.sha256", "exports/datapackage.json"}
"""Files that say when a publication was made, or hold the hash of one that does."""


@pytest.fixture(scope="module", autouse=True)
def processes() -> Iterator[None]:
    """Started once for all steps here, as a run starts them; the program that is killed has its own."""
    with workers.kept(workers.processes(len(DATES)), int):
        yield


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The tiny mission and what came later, taken in and validated."""
    return at(made_once(tmp_path_factory, "several-taken-in", take_in))


def take_in(folder: Path) -> None:
    settings = make(folder)
    for name, text in LATER.items():
        (settings.landing / name).write_text(text, encoding="utf-8")
        os.utime(settings.landing / name, (ARRIVED, ARRIVED))
    profile = current_profile(settings)
    ingest(settings, profile)
    assert not steps.check_new(settings, profile).blocked


@pytest.fixture(scope="module")
def prepared(taken_in: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The same, with all dates ready to be published."""
    made = made_once(tmp_path_factory, "several-prepared", lambda to: prepare(copy_of(taken_in, to / "home"), DATES))
    return Settings(profile=taken_in.profile, home=made / "home", landing=taken_in.landing)


def copy_of(settings: Settings, home: Path) -> Settings:
    shutil.copytree(settings.home, home)
    return Settings(profile=settings.profile, home=home, landing=settings.landing)


def prepare(settings: Settings, dates: list[dt.date]) -> None:
    """All steps but the last, each for all dates, as one run of the orchestration does them."""
    profile = current_profile(settings)
    list(several.freeze_each(settings, profile, dates))
    checked = dict(several.check_each(settings, dates))
    assert [any(not r.success for r in checked[d]) for d in dates] == [False, False, True, True, True]
    list(several.measure_each(settings, dates))


def one_by_one(settings: Settings, dates: list[dt.date]) -> None:
    """A run for each date."""
    profile = current_profile(settings)
    for as_of in dates:
        steps.freeze(settings, profile, as_of=as_of)
        steps.check_snapshot(settings, as_of=as_of)
        steps.measure(settings, as_of=as_of)
        issuing.issue(settings, profile, as_of=as_of)


def contents(publications: Path) -> dict[str, bytes]:
    """Every file, those that tell the time without it."""
    return {
        p.relative_to(publications).as_posix(): _timeless(p)
        for p in sorted(publications.rglob("*"))
        if p.is_file() and p.name != ".lock"
    }


def _timeless(path: Path) -> bytes:
    if path.name == "manifest.sha256":
        return b""
    if path.name not in ("manifest.json", "datapackage.json"):
        return path.read_bytes()
    told = json.loads(path.read_bytes())
    assert told.pop("created")
    for name in TELL_THE_TIME & told.get("files", {}).keys():
        del told["files"][name]
    return json.dumps(told).encode()


def test_a_backfill_is_as_many_single_runs(taken_in: Settings, prepared: Settings, tmp_path: Path) -> None:
    together, apart = copy_of(prepared, tmp_path / "together"), copy_of(taken_in, tmp_path / "apart")
    made = list(several.issue_each(together, current_profile(together), list(reversed(DATES))))
    assert [as_of for as_of, _ in made] == DATES
    assert all(p.new and p.folder.is_dir() for _, p in made)
    one_by_one(apart, DATES)
    these, those = contents(together.publications), contents(apart.publications)
    assert these.keys() == those.keys()
    assert [name for name in these if these[name] != those[name]] == []
    assert len({these[f"{d}-r1/exports/figures.csv"] for d in DATES}) == len(DATES)
    assert not any(workspace_of(together, d).exists() for d in DATES)


class Counting(Known):
    """Counts the groups that were not estimated again."""

    spared = 0

    def estimate(
        self, place: Place, kind: int, rows: pl.DataFrame, params: Mapping[str, Any], make: Callable[[], Estimate]
    ) -> Estimate:
        made: list[Estimate] = []

        def counted() -> Estimate:
            made.append(make())
            return made[0]

        estimate = super().estimate(place, kind, rows, params, counted)
        self.spared += not made
        return estimate


def test_what_is_known_of_earlier_dates_changes_no_result(prepared: Settings, tmp_path: Path) -> None:
    settings, known = copy_of(prepared, tmp_path / "known"), Counting()
    for as_of in DATES:
        plain = steps.measure(settings, as_of=as_of)
        spared = steps.measure(settings, as_of=as_of, known=known)
        for name in ("figures", "series", "listings"):
            assert_frame_equal(getattr(spared, name), getattr(plain, name), check_exact=True)
    assert known.spared > 0


def test_an_error_leaves_what_was_before_it_and_nothing_half_made(prepared: Settings, tmp_path: Path) -> None:
    settings = copy_of(prepared, tmp_path / "broken")
    shutil.rmtree(workspace_of(settings, DATES[2]) / "snapshot" / "vanished_request")
    made: list[str] = []
    with pytest.raises(ComputeError, match="vanished_request"):
        made.extend(_each(settings))
    assert made == [f"{d}-r1" for d in DATES[:2]]
    assert sorted(e.name for e in history.entries(settings.publications)) == made
    assert list(settings.publications.glob(".building-*")) == []
    assert (settings.publications / "latest").read_text().strip() == made[-1]


def test_what_cannot_be_taken_up_stops_those_after_it(prepared: Settings, tmp_path: Path) -> None:
    settings = copy_of(prepared, tmp_path / "missing")
    shutil.rmtree(workspace_of(settings, DATES[3]) / "results")
    made: list[str] = []
    with pytest.raises(StepError, match="there are no results"):
        made.extend(_each(settings))
    assert made == sorted(e.name for e in history.entries(settings.publications))
    assert made == [f"{d}-r1" for d in DATES[: len(made)]]
    assert len(made) <= 3
    assert list(settings.publications.glob(".building-*")) == []


def test_a_critical_failure_stops_its_date_and_those_after_it(prepared: Settings, tmp_path: Path) -> None:
    settings = copy_of(prepared, tmp_path / "critical")
    path = workspace_of(settings, DATES[2]) / "checks.json"
    told = json.loads(path.read_text())
    told[0] |= {"success": False, "severity": "critical", "message": "a decision before its request"}
    path.write_text(json.dumps(told))
    made: list[str] = []
    with pytest.raises(StepError, match="a decision before its request"):
        made.extend(_each(settings))
    # Those before it are published unless the failure came while they were still being built.
    assert (
        made
        == sorted(e.name for e in history.entries(settings.publications))
        == [f"{d}-r1" for d in DATES[: len(made)]]
    )
    assert len(made) <= 2
    assert list(settings.publications.glob(".building-*")) == []


def _each(settings: Settings) -> Iterator[str]:
    for _, made in several.issue_each(settings, current_profile(settings), DATES):
        yield made.name


KILLED = """
import datetime as dt, sys
from pathlib import Path
from reportmetrics import several
from reportmetrics.current import current_profile
from reportmetrics.settings import Settings
if __name__ == "__main__":
    settings = Settings(*map(Path, sys.argv[1:4]))
    dates = [dt.date.fromisoformat(d) for d in sys.argv[4:]]
    list(several.issue_each(settings, current_profile(settings), dates))
"""


def test_a_kill_leaves_whole_publications_and_no_process(prepared: Settings, tmp_path: Path) -> None:
    settings = copy_of(prepared, tmp_path / "killed")
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    paths = (settings.profile, settings.home, settings.landing)
    command = [sys.executable, str(script), *map(str, paths), *(d.isoformat() for d in DATES)]
    run = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
    until(lambda: history.entries(settings.publications))
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    until(lambda: not _group_lives(run.pid))
    left = [e.name for e in history.entries(settings.publications)]
    assert left[::-1] == [f"{d}-r1" for d in DATES[: len(left)]]
    for as_of in DATES:
        if not workspace_of(settings, as_of).exists():  # as the steps before would make it again
            shutil.copytree(workspace_of(prepared, as_of), workspace_of(settings, as_of))
    assert list(_each(settings)) == [f"{d}-r1" for d in DATES]
    assert [e.name for e in history.entries(settings.publications)] == [f"{d}-r1" for d in reversed(DATES)]
    assert list(settings.publications.glob(".building-*")) == []


def until(true: Callable[[], object], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
