"""Taking in one large CSV file, beside what plain DuckDB takes to read, cast and de-duplicate it, in the same run.

Run with ``python -m benchmarks.ingest [rows] [rounds]``. Each measurement is a process of its own, in turns; the
seconds are those of the work without imports, by the clock and (*busy*) of all processors together; the memory is the
peak of the whole process. Ten million rows took the product 1.3 GB, plain DuckDB 2.5 to 2.9 GB.

Plain DuckDB does the least that deserves the name: ``read_csv`` with all columns as text, casts, and one row for each
distinct row (``distinct``) or for each key (``key``), into a table of a database file. The product does that and keeps
the file, checks every cell against its declaration, replaces names, keys and hashes every row, finds what repeats or
supersedes what is known, writes the ledger and balances it.

Belongs here: one comparison. Not here: whether the rows are right (unit tests).
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.sizes import sizes

ROWS, ROUNDS = 1_000_000, 3
WANTED_RATIO, WANTED_MB = 2.5, 4_000
PROFILE = Path(__file__).resolve().parent.parent / "data" / "profiles" / "nmi"

_FILE = """
COPY (
    SELECT
        'A-' || i AS id,
        'LO-' || lpad(CAST(hash(i) % 14 + 1 AS VARCHAR), 2, '0') AS objective,
        (['meeting', 'call', 'workshop', 'visit'])[CAST(hash(i, 1) % 4 + 1 AS INTEGER)] AS kind,
        'held' AS status,
        NULL AS reason,
        strftime(DATE '2021-01-01' + CAST(hash(i, 2) % 380 AS INTEGER), '%Y-%m-%d') AS planned,
        strftime(DATE '2021-01-01' + CAST(hash(i, 2) % 380 AS INTEGER), '%Y-%m-%d') AS held,
        1 AS count,
        (hash(i, 3) % 80) / 10.0 AS hours,
        1 + CAST(hash(i, 4) % 20 AS INTEGER) AS participants,
        'CP-' || (hash(i, 5) % 400) AS counterpart,
        'government' AS counterpart_type,
        'Baghdad' AS place,
        (['yes', 'no'])[CAST(hash(i, 6) % 2 + 1 AS INTEGER)] AS outside,
        hash(i, 7) % 5 AS vehicles,
        'ADV-' || (hash(i, 8) % 3000) AS advisor
    FROM range({rows}) AS t(i)
) TO '{path}' (HEADER, DELIMITER ',')
"""
_COLUMNS = (
    "id", "objective", "kind", "status", "reason", "planned", "held", "count", "hours", "participants", "counterpart",
    "counterpart_type", "place", "outside", "vehicles", "advisor",
)  # fmt: skip
_CAST = """
SELECT {distinct}
    id, objective, kind, status, reason, CAST(planned AS DATE) AS planned, CAST(held AS DATE) AS held,
    CAST(count AS BIGINT) AS count, CAST(hours AS DOUBLE) AS hours, CAST(participants AS BIGINT) AS participants,
    counterpart, counterpart_type, place, outside = 'yes' AS outside, CAST(vehicles AS BIGINT) AS vehicles, advisor
FROM read_csv('{path}', auto_detect = false, header = true, delim = ',', quote = '"', columns = {{{columns}}})
{tail}
"""


def plain(path: Path, folder: Path, *, by: str) -> None:
    """Read, cast and de-duplicate into a database file."""
    sql = _CAST.format(
        distinct="DISTINCT" if by == "distinct" else "",
        tail="" if by == "distinct" else "QUALIFY row_number() OVER (PARTITION BY id) = 1",
        path=path,
        columns=", ".join(f"'{c}': 'VARCHAR'" for c in _COLUMNS),
    )
    with duckdb.connect(str(folder / "plain.duckdb")) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"CREATE TABLE activity AS {sql}")


def product(path: Path, folder: Path) -> None:
    """Take the file in, as ``reportmetrics ingest`` does."""
    from reportmetrics.ingest.run import ingest
    from reportmetrics.profile.load import load_profile
    from reportmetrics.settings import Settings

    landed = folder / "landing" / "activity" / "activity_log_20220101.csv"
    landed.parent.mkdir(parents=True)
    os.link(path, landed)
    settings = Settings(PROFILE, folder / "home", folder / "landing")
    summary = ingest(settings, load_profile(PROFILE))
    [line] = [d for d in summary.deliveries if d.rows_read]
    assert line.rows_read == line.accepted, line


def measure(way: str, path: Path) -> dict[str, float]:
    """One way, in a process of its own: seconds of work and peak megabytes."""
    command = [sys.executable, "-m", "benchmarks.ingest", "--child", way, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _child(way: str, path: Path) -> None:
    import reportmetrics.ingest.run
    import reportmetrics.profile.load  # noqa: F401 (imports are no part of the work)

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        started, worked = time.perf_counter(), time.process_time()
        if way == "product":
            product(path, Path(folder))
        else:
            plain(path, Path(folder), by=way)
        seconds, busy = time.perf_counter() - started, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"seconds": seconds, "busy": busy, "mb": peak}))


def main(rows: int, rounds: int) -> None:
    """Print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.csv"
        duckdb.connect().execute(_FILE.format(rows=rows, path=path))
        hour_ago = time.time() - 3_600
        os.utime(path, (hour_ago, hour_ago))
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB, {rounds} rounds in turns")
        ways = ("distinct", "key", "product")
        found: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
        for _ in range(rounds):
            for way in ways:
                found[way].append(measure(way, path))
        medians = {
            (way, what): statistics.median(m[what] for m in found[way]) for way in ways for what in ("seconds", "busy")
        }
        for way in ways:
            peak = max(m["mb"] for m in found[way])
            print(f"{way:10} {medians[way, 'seconds']:7.2f} s {medians[way, 'busy']:7.2f} s busy {peak:7,.0f} MB")
        for way in ("distinct", "key"):
            ratio, busy = (medians["product", what] / medians[way, what] for what in ("seconds", "busy"))
            print(f"product / {way}: {ratio:.2f}, busy {busy:.2f} (wanted: at most {WANTED_RATIO})")
        print(f"memory wanted: at most {WANTED_MB:,} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2], Path(sys.argv[3]))
    else:
        main(*sizes(__doc__, rows=ROWS, rounds=ROUNDS))
