"""What one more file costs: after 100 files, and after 10,000.

Run with ``python -m benchmarks.history [few] [many]``. Both histories lie side by side, and files are added to them in
turns; the medians are of ``ingest`` without the start of Python.

Belongs here: one comparison. Not here: whether the rows are right (unit tests).
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

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
    started = time.perf_counter()
    summary = ingest(settings, profile)
    seconds = time.perf_counter() - started
    assert [d.accepted for d in summary.deliveries] == [ROWS]
    return seconds


def main(few: int, many: int) -> None:
    """Print medians and their ratio."""
    profile = load_profile(PROFILE)
    with tempfile.TemporaryDirectory() as folder:
        homes = {n: history(Path(folder) / str(n), profile, n) for n in (few, many)}
        taken: dict[int, list[float]] = {few: [], many: []}
        for round_ in range(ROUNDS + 2):
            for files, settings in homes.items():
                seconds = add(settings, profile, many + round_)
                if round_ >= 2:  # the first ones warm the caches
                    taken[files].append(seconds)
    medians = {files: statistics.median(all_) for files, all_ in taken.items()}
    for files, seconds in medians.items():
        print(f"one file after {files:6,}: {seconds * 1000:6.0f} ms")
    print(f"ratio {medians[many] / medians[few]:.2f} (wanted: at most {WANTED})")


if __name__ == "__main__":
    given = [int(a.replace("_", "")) for a in sys.argv[1:]]
    main(*(given + [FEW, MANY][len(given) :]))
