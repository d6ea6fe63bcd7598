"""Activity apart from progress at size: all metrics of three themes over 10 million activities, beside SQL by hand.

Run with ``python -m benchmarks.separation_scale [rows]``. It makes a snapshot of a mission of a year with that many
activities, works out every metric of *activity*, *outcome* and *separation*, then the same figures by plain queries on
the same Parquet files, each in a fresh process, and compares number by number. Printed are seconds and memory.

Belongs here: size, and the queries that a careful person would write. Not here: whether the definitions are right.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import duckdb

from benchmarks.by_hand import Numbers, by_hand
from benchmarks.drawn import AS_OF, ORIGIN, PROFILE, columns, write, write_tables
from benchmarks.sizes import sizes
from reportmetrics.profile.frames import profile_frames
from reportmetrics.profile.load import load_profile
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.tables import TABLES

ROWS, WEEKS = 10_000_000, 60
THEMES = ("activity.", "outcome.", "separation.")
ELSEWHERE = ("activity.movement_granted", "activity.small_grants", "separation.attention", "separation.attention_level")
"""They read requests and answered fields, which are no part of this."""
WANTED_TIMES = 2.0
ROUNDS = 3
_ACTIVITY = {
    "activity_id": "'A' || n",
    "objective_id": "'LO-' || lpad(CAST(1 + h % 14 AS VARCHAR), 2, '0')",
    "kind": "['meeting', 'meeting', 'call', 'workshop', 'visit', 'training'][1 + h // 14 % 6]",
    "status": "CASE WHEN h // 100 % 100 < 80 THEN 'held' WHEN h // 100 % 100 < 90 THEN 'cancelled' "
    "WHEN h // 100 % 100 < 96 THEN 'postponed' ELSE 'planned' END",
    "cancel_reason": "CASE WHEN h // 100 % 100 BETWEEN 80 AND 95 THEN "
    "['weather', 'movement prohibited', 'counterpart', 'force protection unavailable'][1 + h // 7 % 4] END",
    "planned_on": "CASE WHEN h // 11 % 7 > 0 OR h // 100 % 100 >= 80 THEN day END",
    "occurred_on": "CASE WHEN h // 100 % 100 < 80 THEN day END",
    "count": "1",
    "hours": "CASE WHEN h // 100 % 100 < 80 THEN 0.25 * (1 + h // 13 % 12) END",
    "participants": "CASE WHEN h // 14 % 6 IN (3, 5) THEN 5 + h // 17 % 30 END",
    "counterpart_id": "'C' || h // 19 % 5000",
    "counterpart_type": "['government', 'military', 'NGO'][1 + h // 23 % 3]",
    "outside_compound": "h // 29 % 10 < 4",
    "vehicles": "CASE WHEN h // 29 % 10 < 4 THEN 3 + h // 31 % 2 END",
    "reporter_id": "'P' || h // 37 % 4000",
}


def make_snapshot_folder(folder: Path, rows: int) -> None:
    """Parquet of all tables: activity by month and readings every second week at size, the rest empty."""
    profile = load_profile(PROFILE)
    frames = profile_frames(profile, through=AS_OF)
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false; SET memory_limit = '2GB'")
        for name, frame in frames.items():
            connection.register(f"frame_{name}", frame)
        told = {name: f"SELECT * FROM frame_{name}" for name in frames} | {"observation": _readings()}
        write_tables(connection, folder, told, zone=profile.mission.time_zone, left_out=["activity"])
        months = WEEKS * 7 // 30
        for month in range(months):
            part = f"SELECT * FROM ({_activities(rows, month, months)}) ORDER BY row_key"
            write(connection, folder / "activity" / f"{month:02d}.parquet", part)


def _activities(rows: int, month: int, months: int) -> str:
    first, share = rows * month // months, rows * (month + 1) // months
    span = WEEKS * 7 // months
    start = AS_OF - dt.timedelta(days=WEEKS * 7 - month * span)
    day = f"DATE '{start}' + CAST(hash(n, 1) % {span} AS INTEGER)"
    inner = f"SELECT n, CAST(hash(n) % 1000000007 AS BIGINT) AS h, {day} AS day"
    return (
        f"SELECT md5('activity|A' || n)[:20] AS row_key, {columns(TABLES['activity'], _ACTIVITY)}, {ORIGIN} "
        f"FROM ({inner} FROM range({first}, {share}) AS r(n))"
    )


def _readings() -> str:
    """Readings of all outcome indicators but one every second week, with a slope and noise of their own."""
    return f"""
        SELECT
            md5('observation|' || i.indicator_id || '|' || k)[:20] AS row_key, i.indicator_id, i.objective_id,
            i.level, CAST(DATE '{AS_OF}' - CAST(8 + 14 * k AS INTEGER) AS DATE) AS observed_on,
            i.baseline + (i.target - i.baseline) * (
                0.4 - 0.006 * k + 0.0001 * (hash(i.indicator_id, k) % 100)
            ) AS value,
            CASE WHEN k % 3 = 0 THEN 'Ministry inspectorate' END AS verified_by, CAST(NULL AS VARCHAR) AS evidence,
            {ORIGIN}
        FROM frame_indicator AS i, range(28) AS r(k)
        WHERE i.level = 'outcome' AND i.objective_id != 'LO-12'
    """


T = TypeVar("T")
Measured = tuple[float, float, float, Numbers]
"""Seconds of processor, seconds by the clock, gigabytes held at most, figures."""


def product(folder: Path) -> tuple[Measured, list[tuple[float, str]]]:
    """All metrics as a run works them out, and the seconds of processor of each, the slowest first."""
    from reportmetrics.engines.duckdb import DuckDBEngine
    from reportmetrics.metrics.catalogue import load_catalogue
    from reportmetrics.metrics.run import compute

    catalogue = load_catalogue(sql_folder())
    wanted = [m for m in catalogue.metrics if m.startswith(THEMES) and m not in ELSEWHERE]
    each: list[tuple[float, str]] = []
    names = list(wanted)

    def timed(metrics: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:  # noqa: ARG001 (as the protocol has it)
        for metric in metrics:
            before = _processor()
            yield metric
            each.append((_processor() - before, names.pop(0)))

    begun, clock = _processor(), time.perf_counter()
    with DuckDBEngine(folder) as engine:
        found = compute(catalogue, engine, as_of=AS_OF, select=wanted, track=timed).figures
    seconds = (_processor() - begun, time.perf_counter() - clock)
    rows = found.select("metric", "dims", "statistic", "label", "value").iter_rows()
    return (*seconds, _held(), {row[:4]: row[4] for row in rows}), sorted(each, reverse=True)


def hand(folder: Path) -> Measured:
    """The same figures by plain queries."""
    begun, clock = _processor(), time.perf_counter()
    numbers = by_hand(folder, AS_OF)
    return _processor() - begun, time.perf_counter() - clock, _held(), numbers


def _processor() -> float:
    """Seconds that the processor has worked for this process, all threads: other work on the machine tells less."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _held() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def differences(ours: Numbers, theirs: Numbers) -> list[str]:
    """Figures by hand that the product does not give, or gives otherwise by more than a part in 1e9."""
    found = []
    for key, value in theirs.items():
        got = ours.get(key)
        same = got == value or (got is not None and value is not None and abs(got - value) <= 1e-9 * max(1, abs(value)))
        if not same or key not in ours:
            found.append(f"{' '.join(key)}: {got} by the product, {value} by hand")
    return found


def main() -> None:
    """Make, measure, compare, print; exit 1 where a figure differs or the time is beyond the limit."""
    [rows] = sizes(__doc__, rows=ROWS)
    folder = Path(tempfile.mkdtemp(prefix="separation-"))
    fresh = multiprocessing.get_context("spawn")
    try:
        print(f"making {rows:,} activities", flush=True)
        with fresh.Pool(1) as maker:
            maker.apply(make_snapshot_folder, (folder / "snapshot", rows))
        rounds = []
        for number in range(ROUNDS):  # in turn, so that what else the machine does falls on both alike
            with fresh.Pool(1) as worker:
                theirs = worker.apply(hand, (folder / "snapshot",))
            with fresh.Pool(1) as worker:
                ours, each = worker.apply(product, (folder / "snapshot",))
            rounds.append((ours[0], theirs[0]))
            print(f"round {number + 1}: {ours[0]:.1f} s of processor ({ours[1]:.1f} by the clock) beside ", end="")
            print(f"{theirs[0]:.1f} ({theirs[1]:.1f}) by hand", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for one, metric in each[:8]:
        print(f"  {metric:<34} {one:6.2f} s")
    wrong = differences(ours[3], theirs[3])
    for line in wrong[:10]:
        print(f"DIFFERS {line}")
    seconds, their_seconds = (min(column) for column in zip(*rounds, strict=True))
    print(f"product {seconds:6.1f} s, {ours[2]:.2f} GB, {len(ours[3]):,} figures of {len(each)} metrics")
    print(
        f"by hand {their_seconds:6.1f} s, {theirs[2]:.2f} GB, {len(theirs[3]):,} figures, {len(wrong)} of them differ"
    )
    times = seconds / their_seconds
    print(f"{times:.2f} times the processor's time, the best of {ROUNDS} rounds each (at most {WANTED_TIMES:g})")
    sys.exit(0 if not wrong and times <= WANTED_TIMES else 1)


if __name__ == "__main__":
    main()
