"""What one publication costs, step by step: the first date of a process, and the weeks after it.

    python -m benchmarks.publication [--weeks 8]

Belongs here: the library's steps in one process, the main job and ``verify`` as commands. Not here: what orchestration
adds (``benchmarks.dagster``).

Prints processor seconds (user and system, all threads), which others on the machine disturb less than the clock; beside
the commands the clock too. The first date reads definitions and profile, loads libraries and has no publication before
it; a later one compares itself with those before. It takes about a minute.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reportmetrics import steps
from reportmetrics.current import current_catalogue, current_profile
from reportmetrics.ingest.run import ingest
from reportmetrics.issuing import issue
from reportmetrics.settings import Settings

ROOT = Path(__file__).parents[1]
PROFILE, SAMPLE = ROOT / "data" / "profiles" / "nmi", ROOT / "data" / "sample" / "nmi"
AS_OF = dt.date(2022, 1, 31)
STEPS = ("definitions", "freeze", "check", "measure", "issue")

Row = dict[str, float]


def processor() -> float:
    """Seconds of this process, all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def one_date(settings: Settings, as_of: dt.date) -> Row:
    """Processor seconds of each step that leads to the publication of one date."""
    profile = current_profile(settings)
    work: dict[str, Callable[[], object]] = {
        "definitions": lambda: current_catalogue(settings),
        "freeze": lambda: steps.freeze(settings, profile, as_of=as_of),
        "check": lambda: steps.check_snapshot(settings, as_of=as_of),
        "measure": lambda: steps.measure(settings, as_of=as_of),
        "issue": lambda: issue(settings, profile, as_of=as_of),
    }
    row: Row = {}
    for name in STEPS:
        before = processor()
        work[name]()
        row[name] = processor() - before
    return row


def by_step(home: Path, weeks: int) -> list[Row]:
    """The first of ``weeks`` + 1 weekly dates, and those after it, in this process."""
    settings = Settings.from_environment(profile=PROFILE, home=home, landing=SAMPLE)
    profile = current_profile(settings)
    ingest(settings, profile)
    steps.check_new(settings, profile)
    return [one_date(settings, AS_OF - dt.timedelta(weeks=weeks - n)) for n in range(weeks + 1)]


def command(*arguments: str | Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor of the command line; raises where it fails."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    run = [sys.executable, "-c", "from reportmetrics.cli import main; main()", *map(str, arguments)]
    subprocess.run(run, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=os.environ)
    clock, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def show(name: str, row: Row) -> None:
    """One line of the table."""
    cells = (row[step] for step in STEPS)
    print(f"{name:<28}", *(f"{seconds:>11.2f}" for seconds in (*cells, sum(row.values()))), sep="")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weeks", type=int, default=8, help="weekly dates after the first")
    weeks = parser.parse_args().weeks
    with tempfile.TemporaryDirectory(prefix="publication-") as scratch:
        rows = by_step(Path(scratch) / "steps", weeks)
        print(f"{'processor seconds':<28}", *(f"{name:>11}" for name in (*STEPS, "sum")), sep="")
        show("first date", rows[0])
        if weeks:
            later = rows[1:]
            show(f"later dates, median of {weeks}", {s: statistics.median(r[s] for r in later) for s in STEPS})
            show("the cheapest of each step", {s: min(r[s] for r in later) for s in STEPS})
        print(f"largest memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
        home = Path(scratch) / "run"
        options = ("--profile", PROFILE, "--landing", SAMPLE, "--home", home)
        print(
            "main job, new home: {:.1f} s by the clock, {:.1f} s of the processor".format(
                *command("run", *options, "--as-of", AS_OF.isoformat())
            )
        )
        print(
            "verify: {:.1f} s by the clock, {:.1f} s of the processor".format(
                *command("verify", home / "publications" / f"{AS_OF}-r1")
            )
        )


if __name__ == "__main__":
    main()
