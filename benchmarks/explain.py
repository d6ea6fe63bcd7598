"""How long ``explain`` takes at millions of rows: the reference mission's publication, its rows multiplied.

    python -m benchmarks.explain data/publications/2022-01-31-r1 --rows 10000000

Belongs here: making the large publication and timing. It needs some 3 GB of disk below ``--work`` and about ten minutes
for ten million rows, nearly all of it to make the rows and to compute what is published.

Rows of activities and requests are copied under new keys, days and groups as they are, ten activities to a request, so
that each figure has as many more rows. Then each group's figures are explained as the command line does it, twenty rows
shown: rows found and counted, traced to their files, figures recomputed and compared.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from pathlib import Path

import duckdb

from reportmetrics.audit.explain import explain
from reportmetrics.audit.explain_text import explanation_text, with_cells
from reportmetrics.audit.opened import Opened
from reportmetrics.metrics.run import compute

ASKED: tuple[tuple[str, dict[str, str | None]], ...] = (
    ("activity.held", {"objective_id": "LO-03"}),
    ("activity.held", {}),
    ("activity.execution", {"objective_id": "LO-03"}),
    ("activity.cancelled", {"cause": "weather", "objective_id": "LO-03"}),
    ("latency.time_to_decision", {"hq": "JFC Naples"}),
    ("latency.open_backlog", {"hq": "JFC Naples"}),
    ("outcome.objective_progress", {"objective_id": "LO-03"}),
    ("burden.timeliness", {}),
)


def multiply(source: Path, target: Path, *, times: int) -> int:
    """Write a table's rows ``times`` over with new keys, sorted by key; returns how many."""
    target.mkdir(parents=True)
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        rows = f"read_parquet('{source}/*.parquet')"
        connection.execute(
            f"COPY (SELECT * REPLACE (left(md5(row_key || '|' || copy), 20) AS row_key) "
            f"FROM {rows}, range({times}) AS n (copy) ORDER BY row_key) TO '{target}/all.parquet' (FORMAT parquet)"
        )
        counted = connection.sql(f"SELECT count(*) FROM '{target}/all.parquet'").fetchall()
    return int(counted[0][0])


def enlarge(publication: Path, target: Path, rows: int) -> dict[str, int]:
    """A publication like ``publication`` with ``rows`` activities and a tenth as many requests."""
    shutil.copytree(publication, target, ignore=shutil.ignore_patterns("site", "charts"))
    for path in target.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    snapshot, made = target / "audit" / "snapshot", {}
    for table, wanted in (("activity", rows), ("request", rows // 10)):
        shutil.rmtree(snapshot / table)
        source = publication / "audit" / "snapshot" / table
        with duckdb.connect(":memory:") as connection:
            ((held,),) = connection.sql(f"SELECT count(*) FROM read_parquet('{source}/*.parquet')").fetchall()
        made[table] = multiply(source, snapshot / table, times=max(1, -(-wanted // held)))
    opened = Opened(target)
    with opened.engine() as engine:
        figures = compute(opened.catalogue, engine, as_of=opened.as_of, select=sorted({m for m, _ in ASKED})).figures
    figures.write_parquet(target / "exports" / "figures.parquet")
    return made


def main() -> None:
    """Make the publication, explain each figure three times, print the fastest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "reportmetrics-explain")
    given = parser.parse_args()
    target = given.work / f"{given.publication.name}-{given.rows}"
    if not target.is_dir():
        print(enlarge(given.publication.resolve(), target, given.rows))
    print(f"explain at {given.rows:,} activities, {dt.date.today()}: seconds, and seconds of processor time")
    for metric, dims in ASKED:
        times = []
        for _ in range(3):
            start, busy = time.perf_counter(), time.process_time()
            opened = Opened(target)
            told = with_cells(explain(opened, metric, dims, limit=20), opened, None)
            explanation_text(told)
            times.append((time.perf_counter() - start, time.process_time() - busy))
        wall, processor = min(times)
        group = ", ".join(f"{k}={v}" for k, v in dims.items()) or "the whole mission"
        print(f"{metric:28s} {group:40s} {told.row_count:12,d} rows {wall:6.2f} {processor:6.2f} equal={told.equal}")


if __name__ == "__main__":
    main()
