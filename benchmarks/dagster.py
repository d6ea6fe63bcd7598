"""What orchestration costs: loading, the way through Dagster, a week into a long history, a year of publications.

``python -m benchmarks.dagster [--quick]`` prints a table (medians of three, seconds by the clock, on an otherwise idle
machine). Each measurement is a process of its own, as in a deployment. ``--quick`` leaves the five years out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROFILE, SAMPLE = ROOT / "data" / "profiles" / "nmi", ROOT / "data" / "sample" / "nmi"
AS_OF = dt.date(2022, 1, 31)
DIRECT = """
import datetime as dt, sys
from pathlib import Path
from reportmetrics import steps
from reportmetrics.ingest.run import ingest
from reportmetrics.settings import Settings
settings = Settings.from_environment()
profile, as_of = steps.current_profile(settings), dt.date.fromisoformat(sys.argv[1])
ingest(settings, profile)
steps.check_new(settings, profile)
steps.freeze(settings, profile, as_of=as_of)
steps.check_snapshot(settings, as_of=as_of)
steps.measure(settings, as_of=as_of)
steps.issue(settings, profile, as_of=as_of)
"""


def seconds(code: str, home: Path, landing: Path, *arguments: str) -> float:
    environment = os.environ | {
        "REPORTMETRICS_PROFILE": str(PROFILE),
        "REPORTMETRICS_HOME": str(home),
        "REPORTMETRICS_LANDING": str(landing),
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, cwd=home.parent
    )
    return time.perf_counter() - start


CLI = "from reportmetrics.cli import main; main()"


def run(home: Path, landing: Path, as_of: dt.date) -> float:
    return seconds(CLI, home, landing, "run", "--as-of", as_of.isoformat())


def stated(path: Path) -> dt.date:
    """The date in a file's name; files without one are there from the start."""
    found = re.search(r"\d{8}", path.name)
    return dt.datetime.strptime(found[0], "%Y%m%d").date() if found else dt.date.min


def weekly(folder: Path, weeks: int) -> list[float]:
    """Three runs that each take in one week more, in a home with ``weeks`` weeks of history."""
    whole, landing, home = folder / "all", folder / "landing", folder / "home"
    seconds(CLI, home, landing, "sample", "--output", str(whole), "--weeks", str(weeks + 3))
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
    return times[1:]


def show(what: str, value: float, limit: str) -> None:
    print(f"{what:68} {value:8.2f}   {limit}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = folder / "home"
        run(home, SAMPLE, AS_OF)
        load = [seconds("import pipelines.definitions", home, SAMPLE) for _ in range(3)]
        show("definitions load, process start to end", statistics.median(load), "at most 2.5")
        days = [AS_OF - dt.timedelta(days=n) for n in range(1, 7)]
        through = statistics.median(run(home, SAMPLE, d) for d in days[:3])
        direct = statistics.median(seconds(DIRECT, home, SAMPLE, d.isoformat()) for d in days[3:])
        show("run of one date through Dagster", through, "")
        show("the same by the library alone", direct, "")
        show("Dagster's share", through - direct, "at most 3")
        year = folder / "year"
        dates = ("--from", (AS_OF - dt.timedelta(weeks=51)).isoformat(), "--to", AS_OF.isoformat())
        took = seconds(CLI, year, SAMPLE, "backfill", *dates)
        show("backfill of 52 weekly publications, taking in included", took, "at most 104")
        show("each of them", took / 52, "at most 2")
        if not quick:
            one, five = (statistics.median(weekly(folder / f"{w}", w)) for w in (52, 260))
            show("a week into one year of history", one, "")
            show("a week into five years of history", five, "")
            show("ratio", five / one, "at most 1.3")


if __name__ == "__main__":
    main()
