"""Kaplan-Meier of 10 million spells in 1,000 groups, beside lifelines on the same machine in the same run.

Run with ``python -m benchmarks.survival [spells] [groups]``. Both take turns. The product reckons more than its peer
here: quartiles, four shares and the restricted mean, each with its interval.

Belongs here: one comparison, on whole days and on seconds. Not here: whether the curves are right (unit tests).
"""

from __future__ import annotations

import resource
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import duckdb
import polars as pl

from benchmarks.sizes import sizes
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.estimators.base import checked_params
from reportmetrics.metrics.estimators.kaplan_meier import KaplanMeier

SPELLS, GROUPS = 10_000_000, 1_000
WANTED = {"whole days": 10.0, "seconds": 3.5}
WANTED_MEMORY = 1.0
MEMORY_LIMIT = "500MB"
PARTS = 4
ROUNDS = 5


def write_spells(path: Path, spells: int, groups: int, *, per_day: int) -> None:
    """Exponential waits with medians from 20 to 219 days, seen for up to 402 days; whole days, or seconds."""
    duckdb.connect().execute(
        f"""
        COPY (
            WITH drawn AS (
                SELECT
                    CAST(hash(i) % {groups} AS SMALLINT) AS hq,
                    -ln((hash(i, 1) % 1000003 + 1) / 1000004.0) / ln(2) * (20 + hash(i) % {groups} % 200) AS wait,
                    hash(i, 2) % 1000003 / 1000003.0 * 402 AS seen_for
                FROM range({spells}) AS t(i)
            )
            SELECT
                hq,
                CAST(floor(least(wait, seen_for) * {per_day}) AS BIGINT) AS duration,
                wait < seen_for AS event
            FROM drawn
        ) TO '{path}' (FORMAT parquet)
        """
    )


def product(path: Path, per_day: int, groups: int) -> tuple[float, dict[int, float | None]]:
    """Seconds, and the median of each group in days, by reduce and finish as a metric runs them."""
    estimator = ESTIMATORS["kaplan_meier"]
    assert isinstance(estimator, KaplanMeier)
    params, problems = checked_params(estimator, {"at": [30, 60, 90, 180], "tau": 180, "per_unit": per_day})
    assert not problems
    started = time.perf_counter()
    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT})
    connection.execute("SET enable_progress_bar = false")
    reduction = estimator.reduction(["hq", "duration", "event"], params)
    aggregates = ", ".join(f"{sql} AS {alias}" for alias, sql in reduction.aggregates.items())
    medians: dict[int, float | None] = {}
    # Groups are independent. Where hardly two waits are alike they go part by part, so that memory stays bounded.
    step = groups if per_day == 1 else -(-groups // PARTS)
    for first in range(0, groups, step):
        reduced = connection.sql(
            f"SELECT hq, duration, {aggregates} FROM read_parquet('{path}') "
            f"WHERE hq >= {first} AND hq < {first + step} GROUP BY hq, duration ORDER BY hq, duration"
        ).pl()
        for group in reduced.partition_by("hq", maintain_order=True):
            done = estimator.finish(group, params)
            medians[group["hq"][0]] = next(f.value for f in done.figures if f.statistic == "median")
    connection.close()
    return time.perf_counter() - started, medians


def peer(path: Path) -> tuple[float, dict[int, float | None]]:
    """The same data with lifelines: curve, log-log interval and median of each group, in the unit of the data."""
    from lifelines import KaplanMeierFitter

    started = time.perf_counter()
    frame = pl.read_parquet(path)
    medians: dict[int, float | None] = {}
    for (hq,), group in frame.group_by("hq"):
        fitted = KaplanMeierFitter().fit(group["duration"].to_numpy(), group["event"].to_numpy())
        assert isinstance(hq, int)
        medians[hq] = float(fitted.median_survival_time_)
    return time.perf_counter() - started, medians


def peak(path: Path, per_day: int, groups: int) -> float:
    """Peak memory of a process that does the product's part alone, in GB."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak, path, per_day, groups).result()


def _peak(path: Path, per_day: int, groups: int) -> float:
    product(path, per_day, groups)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def compare(kind: str, per_day: int, spells: int, groups: int) -> bool:
    """Both in turn, :data:`ROUNDS` times; print the best of each, which what else the machine does disturbs least."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spells.parquet"
        write_spells(path, spells, groups, per_day=per_day)
        memory = peak(path, per_day, groups)
        rounds = []
        for _ in range(ROUNDS):
            mine, medians = product(path, per_day, groups)
            theirs, expected = peer(path)
            assert medians.keys() == expected.keys()
            assert all(abs((medians[k] or 0) - (expected[k] or 0) / per_day) < 1e-9 for k in medians)
            rounds.append((mine, theirs))
    mine, theirs = (min(times) for times in zip(*rounds, strict=True))
    ratio = theirs / mine
    kept = ratio >= WANTED[kind] and memory <= WANTED_MEMORY
    print(
        f"{kind}: {spells:,} spells in {groups:,} groups: {mine:.2f} s, lifelines {theirs:.2f} s: "
        f"{ratio:.1f} times as fast (wanted {WANTED[kind]:g}; best of {ROUNDS} rounds of each); "
        f"all medians equal; peak {memory:.2f} GB (wanted {WANTED_MEMORY:g})"
    )
    return kept


def main() -> None:
    """Compare, print, fail below what is wanted."""
    spells, groups = sizes(__doc__, spells=SPELLS, groups=GROUPS)
    kept = [compare(kind, per_day, spells, groups) for kind, per_day in (("whole days", 1), ("seconds", 86_400))]
    raise SystemExit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
