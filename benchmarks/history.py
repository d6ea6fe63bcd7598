"""What one more file costs: after 100 files, and after 10,000.

Run with ``python -m benchmarks.history [few] [many]``. Both histories lie side by side, and files are added to them in
turns. Three medians: of the command as a person or a scheduler runs it; of the function beneath it, without the start
of Python; and of that function when files that were taken in are cleared from the landing folder. Where they stay, the
file system is asked for each of them whether it was overwritten: little more than that grows with the history. Ten
thousand such questions take a program in C some 15 ms of the processor, Python's 27.

Wanted is that the function costs the same within 20 %: the start of Python and the imports, most of the command's time,
would hide what grows. Seconds are those of the processors, in this process or the command's, so that they can be
compared on a machine that does other things too.

Belongs here: one comparison. Not here: whether the rows are right (unit tests).
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.sizes import sizes
from reportmetrics.ingest.run import ingest
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.settings import Settings

FEW, MANY, ROUNDS, WANTED = 100, 10_000, 15, 1.2
ROWS = 30
PROFILE = Path(__file__).resolve().parent.parent / "data" / "profiles" / "nmi"
_HEADER = (
    "id,objective,kind,status,reason,planned,held,count,hours,participants,counterpart,counterpart_type,place,outside,"
    "vehicles,advisor\n"
)


def put(settings: Settings, number: int) -> None:
    """A small activity log, sent an hour ago."""
    rows = "".join(
        f"H-{number}-{i},LO-{i % 14 + 1:02},meeting,held,,2021-03-01,2021-03-01,1,2.5,4,CP-{i},government,Baghdad,no,0,"
        f"ADV-{i}\n"
        for i in range(ROWS)
    )
    path = settings.landing / "activity" / f"activity_log_202103{number % 28 + 1:02} ({number}).csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_HEADER + rows)

    hour_ago = time.time() - 3_600
    os.utime(path, (hour_ago, hour_ago))


def history(folder: Path, profile: Profile, files: int) -> Settings:
    """An installation that has taken in so many files."""
    settings = Settings(PROFILE, folder / "home", folder / "landing")
    for number in range(files):
        put(settings, number)
    summary = ingest(settings, profile)
    assert summary.position == files, summary.position
    return settings


def add(settings: Settings, profile: Profile, number: int) -> float:
    """Seconds that one more file takes."""
    put(settings, number)
    started = time.process_time()
    summary = ingest(settings, profile)
    seconds = time.process_time() - started
    assert [d.accepted for d in summary.deliveries] == [ROWS]
    return seconds


def command(settings: Settings, _: Profile, number: int) -> float:
    """Seconds that the command takes for one more file, from its start to its end."""
    put(settings, number)
    words = [str(Path(sys.executable).with_name("reportmetrics")), "ingest", "--profile", str(PROFILE)]
    words += ["--home", str(settings.home), "--landing", str(settings.landing)]
    started = _of_children()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    seconds = _of_children() - started
    assert f"{ROWS} accepted" in done.stdout, done.stdout
    return seconds


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def compare(
    said: str, way: Callable[[Settings, Profile, int], float], homes: dict[int, Settings], profile: Profile, first: int
) -> None:
    """Print medians of one way and their ratio. Files are numbered from ``first``."""
    taken: dict[int, list[float]] = {files: [] for files in homes}
    for round_ in range(ROUNDS + 2):
        for files, settings in homes.items():
            seconds = way(settings, profile, first + round_)
            if round_ >= 2:  # the first ones warm the caches
                taken[files].append(seconds)
    few, many = (statistics.median(all_) * 1000 for all_ in taken.values())
    print(f"{said:38} {few:6.0f} ms, {many:6.0f} ms, ratio {many / few:.2f}")


def main(few: int, many: int) -> None:
    """Print medians and their ratios."""
    profile = load_profile(PROFILE)
    with tempfile.TemporaryDirectory() as folder:
        homes = {n: history(Path(folder) / str(n), profile, n) for n in (few, many)}
        print(f"one file more after {few:,} and after {many:,} (wanted of the function: at most {WANTED})")
        compare("the command", command, homes, profile, many)
        compare("the function beneath it", add, homes, profile, many + 100)
        for settings in homes.values():
            shutil.rmtree(settings.landing)
        compare("the same, landing folder cleared", add, homes, profile, many + 200)


if __name__ == "__main__":
    main(*sizes(__doc__, few=FEW, many=MANY))
