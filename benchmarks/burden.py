"""A year of reporting of a mission of 4,000: all metrics of burden, with the novelty of 400,400 narratives.

Run with ``python -m benchmarks.burden [series]``. It makes a snapshot with 7,700 series of weekly reports, 15 fields
and a narrative of 150 words each, in a folder of its own, and then, in a fresh process, works out the table of text
novelty and every metric of the theme. Printed are the seconds of each step, by the clock and of the processor (which
other work on the machine disturbs less), and the most memory that the process held.

Belongs here: size. Not here: whether the figures are right (``tests``).
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from benchmarks.drawn import AS_OF, ORIGIN, PROFILE, columns, write_tables
from benchmarks.sizes import sizes
from reportmetrics.profile.frames import profile_frames
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.store import MEMORY_LIMIT
from reportmetrics.warehouse.tables import TABLES

SERIES, WEEKS, FIELDS, WORDS = 7_700, 52, 15, 150
FORMS, PER_UNIT = 10, 100
WANTED_SECONDS, WANTED_GB = 60.0, 3.0


def make_snapshot_folder(folder: Path, series: int) -> None:
    """Parquet of all tables: reports and fields at size, profile tables of ten forms, the rest empty."""
    profile = load_profile(PROFILE)
    with duckdb.connect() as connection:
        connection.execute(
            "SET enable_progress_bar = false; SET preserve_insertion_order = false; SET memory_limit = '2GB'"
        )
        told = _profile_tables(connection, profile) | {
            "report": _reports(series),
            "report_field": _fields(series),
            "activity": _activities(series),
        }
        # text_novelty is made by what is measured.
        write_tables(connection, folder, told, zone=profile.mission.time_zone, left_out=["text_novelty"])


_SERIES = "range(%d) AS s(s), range(52) AS w(w)"


def _profile_tables(connection: duckdb.DuckDBPyConnection, profile: Profile) -> dict[str, str]:
    frames = profile_frames(profile, through=AS_OF)
    tables = {}
    for name, frame in frames.items():
        connection.register(f"frame_{name}", frame)
        tables[name] = f"SELECT * FROM frame_{name}"
    tables["field"] = (
        "SELECT * REPLACE ('F' || t || 'Q' || f AS row_key, 'T' || t AS template_id, 'Q' || f AS field_id, 'c' || f AS "
        "concept_id, CASE WHEN f < 8 THEN 'state' ELSE 'flow' END AS kind, 2.0 AS minutes, f % 2 AS uses, "
        "false AS alarm) "
        f"FROM (SELECT * FROM frame_field LIMIT 1), range({FORMS}) AS t(t), range({FIELDS}) AS f(f)"
    )
    tables["template"] = (
        "SELECT * REPLACE ('T' || t AS row_key, 'T' || t AS template_id) FROM "
        f"(SELECT * FROM frame_template LIMIT 1), range({FORMS}) AS t(t)"
    )
    tables["unit"] = (
        "SELECT * REPLACE ('U' || u AS row_key, 'U' || u AS unit_id) FROM (SELECT * FROM frame_unit LIMIT 1), "
        f"range({SERIES // PER_UNIT}) AS u(u)"
    )
    return tables


def _reports(series: int) -> str:
    """One in four weeks tells a fresh narrative, the others repeat it; minutes are stated throughout."""
    return f"""
        SELECT
            md5('r' || s || '-' || w)[:20] AS row_key, s || '-' || w AS report_id, 'T' || s % {FORMS} AS template_id,
            'p' || s // 3 AS reporter_id, 'U' || s // {PER_UNIT} AS unit_id, 'HQ' AS recipient,
            DATE '2021-02-01' + CAST(7 * w AS INTEGER) AS period_start,
            DATE '2021-02-07' + CAST(7 * w AS INTEGER) AS period_end, CAST(NULL AS TIMESTAMP) AS due_at,
            TIMESTAMP '2021-02-08 10:00:00' + to_days(CAST(7 * w AS INTEGER)) AS submitted_at, 0 AS revision,
            CAST(60 + s % 50 AS BIGINT) AS prep_minutes, 'OF-3' AS grade,
            array_to_string(
                list_transform(range({WORDS}), lambda x: 'w' || hash(s, w // 4, x) % 3000), ' '
            ) AS narrative, {ORIGIN}
        FROM {_SERIES % series}
    """


def _fields(series: int) -> str:
    told = {
        "report_id": "s || '-' || w",
        "revision": "0",
        "field_id": "'Q' || f",
        "concept_id": "'c' || f",
        "value_number": "hash(s, w // (1 + f % 7), f) % 10",
    }
    return f"""
        SELECT md5(s || '-' || w || '-' || f)[:20] AS row_key, {columns(TABLES["report_field"], told)}, {ORIGIN}
        FROM {_SERIES % series}, range({FIELDS}) AS f(f)
    """


def _activities(series: int) -> str:
    told = {
        "activity_id": "s || '-' || w",
        "objective_id": "'LO-01'",
        "kind": "'meeting'",
        "status": "'held'",
        "occurred_on": "DATE '2021-02-01' + CAST(7 * w AS INTEGER)",
        "count": "1",
        "hours": "6.0",
        "reporter_id": "'p' || s // 3",
    }
    told_columns = columns(TABLES["activity"], told)
    return f"SELECT md5('a' || s || '-' || w)[:20] AS row_key, {told_columns}, {ORIGIN} FROM {_SERIES % series}"


def measure(folder: Path) -> tuple[list[tuple[str, float, float, int]], float]:
    """Step, seconds, seconds of processor time, rows of results, in the order done; gigabytes held at most."""
    from reportmetrics.engines.duckdb import DuckDBEngine
    from reportmetrics.metrics.catalogue import load_catalogue
    from reportmetrics.metrics.run import compute
    from reportmetrics.warehouse.text_novelty import text_novelty

    steps = []
    begun, used = time.perf_counter(), time.process_time()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        novelty = text_novelty(connection, folder / "report")
    (folder / "text_novelty").mkdir()
    novelty.write_parquet(folder / "text_novelty" / "all.parquet")
    steps.append(("text novelty", time.perf_counter() - begun, time.process_time() - used, novelty.height))
    catalogue = load_catalogue(sql_folder())
    wanted = [m for m in catalogue.metrics if m.startswith("burden.") and m != "burden.indicator_replay"]
    begun, used = time.perf_counter(), time.process_time()
    with DuckDBEngine(folder) as engine:
        results = compute(catalogue, engine, as_of=AS_OF, select=wanted)
    done = (time.perf_counter() - begun, time.process_time() - used, results.figures.height)
    steps.append((f"{len(wanted)} metrics", *done))
    return steps, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def main() -> None:
    """Make, measure, print; exit 1 where a limit is passed."""
    [series] = sizes(__doc__, series=SERIES)
    folder = Path(tempfile.mkdtemp(prefix="burden-"))
    try:
        print(f"making {series * WEEKS:,} reports with {series * WEEKS * FIELDS:,} answers", flush=True)
        fresh = multiprocessing.get_context("spawn")
        with fresh.Pool(1) as maker:
            maker.apply(make_snapshot_folder, (folder / "snapshot", series))
        with fresh.Pool(1) as worker:
            steps, held = worker.apply(measure, (folder / "snapshot",))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, seconds, used, rows in steps:
        print(f"{name:<32} {seconds:6.1f} s, processor {used:6.1f} s {rows:>8,}")
    total, used = sum(s for _, s, _, _ in steps), sum(u for _, _, u, _ in steps)
    print(
        f"{'all':<32} {total:6.1f} s (at most {WANTED_SECONDS:.0f}), processor {used:6.1f} s, "
        f"{held:.2f} GB (at most {WANTED_GB:.0f})"
    )
    sys.exit(0 if total <= WANTED_SECONDS and held <= WANTED_GB else 1)


if __name__ == "__main__":
    main()
