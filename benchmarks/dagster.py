"""What orchestration costs: loading, the way through Dagster, a week into a long history, a year of publications.

``python -m benchmarks.dagster [--only load,run,year,weeks]`` prints a table: medians of three, seconds by the clock (on
an otherwise idle machine) and beside them seconds of the processor, which others disturb less. Each measurement is a
process of its own, as in a deployment. ``weeks`` (one year and five) takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROFILE, SAMPLE = ROOT / "data" / "profiles" / "nmi", ROOT / "data" / "sample" / "nmi"
AS_OF = dt.date(2022, 1, 31)
ONE_YEAR, FIVE_YEARS = 57, 260
"""In weeks; with three more, the sample makes no fewer than sixty."""
DIRECT = """
import datetime as dt, sys
from pathlib import Path
from reportmetrics import steps
from reportmetrics.current import current_profile
from reportmetrics.ingest.run import ingest
from reportmetrics.issuing import issue
from reportmetrics.settings import Settings
settings = Settings.from_environment()
profile, as_of = current_profile(settings), dt.date.fromisoformat(sys.argv[1])
ingest(settings, profile)
steps.check_new(settings, profile)
steps.freeze(settings, profile, as_of=as_of)
steps.check_snapshot(settings, as_of=as_of)
steps.measure(settings, as_of=as_of)
issue(settings, profile, as_of=as_of)
"""


@dataclass(frozen=True, order=True)
class Took:
    """Seconds by the clock, and of all processors."""

    clock: float
    processor: float

    def __sub__(self, other: Took) -> Took:
        return Took(self.clock - other.clock, self.processor - other.processor)


def took(code: str, home: Path, landing: Path, *arguments: str) -> Took:
    environment = os.environ | {
        "REPORTMETRICS_PROFILE": str(PROFILE),
        "REPORTMETRICS_HOME": str(home),
        "REPORTMETRICS_LANDING": str(landing),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, cwd=home.parent
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Took(time.perf_counter() - start, processor)


def median(measured: list[Took]) -> Took:
    return Took(statistics.median(t.clock for t in measured), statistics.median(t.processor for t in measured))


CLI = "from reportmetrics.cli import main; main()"


def run(home: Path, landing: Path, as_of: dt.date) -> Took:
    return took(CLI, home, landing, "run", "--as-of", as_of.isoformat())


def stated(path: Path) -> dt.date:
    """The date in a file's name; files without one are there from the start."""
    found = re.search(r"\d{8}", path.name)
    return dt.datetime.strptime(found[0], "%Y%m%d").date() if found else dt.date.min


def weekly(folder: Path, weeks: int) -> Took:
    """Of three runs that each take in one week more, in a home with ``weeks`` weeks of history."""
    folder.mkdir()
    whole, landing, home = folder / "all", folder / "landing", folder / "home"
    took(CLI, home, landing, "sample", "--output", str(whole), "--weeks", str(weeks + 3))
    files = {p: stated(p) for p in sorted(whole.rglob("*")) if p.is_file()}
    last = max(files.values())
    landing.mkdir()
    times = []
    for left in (3, 2, 1, 0):
        until = last - dt.timedelta(weeks=left)
        for path, date in files.items():
            target = landing / path.relative_to(whole)
            if date <= until and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)
        time.sleep(1.5)  # a file that has just changed is left for the next run
        times.append(run(home, landing, until + dt.timedelta(days=1)))
    return median(times[1:])


def show(what: str, value: Took, limit: str = "") -> None:
    print(f"{what:60} {value.clock:8.2f} {value.processor:10.2f}   {limit}", flush=True)


def load(home: Path) -> None:
    times = [took("import pipelines.definitions", home, SAMPLE) for _ in range(3)]
    show("definitions load, process start to end", median(times), "at most 2.5")


def one_date(home: Path) -> None:
    through, direct = [], []
    # In turns, so that each has the publication of the day before to compare with.
    for n in range(1, 7, 2):
        direct.append(took(DIRECT, home, SAMPLE, (AS_OF + dt.timedelta(days=n)).isoformat()))
        through.append(run(home, SAMPLE, AS_OF + dt.timedelta(days=n + 1)))
    show("run of one date through Dagster", median(through))
    show("the same by the library alone", median(direct))
    show("Dagster's share", median(through) - median(direct), "at most 3")


def year(home: Path) -> None:
    dates = ("--from", (AS_OF - dt.timedelta(weeks=51)).isoformat(), "--to", AS_OF.isoformat())
    whole = took(CLI, home, SAMPLE, "backfill", *dates)
    show("backfill of 52 weekly publications, taking in included", whole, "at most 104")
    show("each of them", Took(whole.clock / 52, whole.processor / 52), "at most 2")


def weeks(folder: Path) -> None:
    one, five = (weekly(folder / f"{w}", w) for w in (ONE_YEAR, FIVE_YEARS))
    show("a week into one year of history", one)
    show("a week into five years of history", five)
    show("ratio", Took(five.clock / one.clock, five.processor / one.processor), "at most 1.3")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="load,run,year,weeks", help="which of them, by comma")
    wanted = parser.parse_args().only.split(",")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        print(f"{'seconds':60} {'clock':>8} {'processor':>10}   wanted, by the clock", flush=True)
        if {"load", "run"} & set(wanted):
            run(home, SAMPLE, AS_OF)
        if "load" in wanted:
            load(home)
        if "run" in wanted:
            one_date(home)
        if "year" in wanted:
            year(folder / "year")
        if "weeks" in wanted:
            weeks(folder)


if __name__ == "__main__":
    main()
