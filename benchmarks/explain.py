"""How long ``explain`` takes, metric by metric, and at millions of rows.

    python -m benchmarks.explain data/publications/2022-01-31-r1
    python -m benchmarks.explain data/publications/2022-01-31-r1 --rows 10000000

Belongs here: choosing what to ask, making the large publication, timing. Not here: asking (``audit``).

Of each metric the slowest question is asked, as somebody at a shell asks: in a new process, start and imports included.
Which one that is, is found in one process, from the group with most rows of each grouping. Printed is the faster of
two, by seconds of processor time, which other work on the machine moves least.

With ``--rows`` the reference mission's activities and requests are copied under new keys, days and groups as they are,
ten activities to a request. It needs some 3 GB of disk below ``--work`` and about ten minutes for ten million rows,
nearly all of it to make the rows and to compute what is published.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.audit.explain import explain
from reportmetrics.audit.opened import Opened
from reportmetrics.metrics.run import compute

Dims = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, order=True)
class Answer:
    """One question and what it took. ``equal``: every figure came out of the rows again."""

    processor: float
    wall: float
    metric: str
    group: str
    equal: bool


def multiply(source: Path, target: Path, *, times: int) -> int:
    """Write a table's rows ``times`` over with new keys, sorted by key; returns how many."""
    target.mkdir(parents=True)
    with duckdb.connect(":memory:") as connection, tempfile.TemporaryDirectory(dir=target.parent) as spill:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"SET memory_limit = '2GB'; SET temp_directory = '{spill}'")
        rows = f"read_parquet('{source}/*.parquet')"
        # A request that names an activity names one, not as many as there are copies.
        names = {"activity_id", "request_id"} & set(connection.sql(f"FROM {rows}").columns)
        renamed = "".join(f", {name} || '/' || copy AS {name}" for name in sorted(names))
        connection.execute(
            f"COPY (SELECT * REPLACE (left(md5(row_key || '|' || copy), 20) AS row_key{renamed}) "
            f"FROM {rows}, range({times}) AS n (copy) ORDER BY row_key) TO '{target}/all.parquet' (FORMAT parquet)"
        )
        counted = connection.sql(f"SELECT count(*) FROM '{target}/all.parquet'").fetchall()
    return int(counted[0][0])


def enlarge(publication: Path, target: Path, rows: int) -> dict[str, int]:
    """A publication like ``publication`` with ``rows`` activities and a tenth as many requests.

    Its manifest names the files as they were: prepared definitions are taken, and nobody verifies it.
    """
    building = target.with_name(f".{target.name}")
    shutil.rmtree(building, ignore_errors=True)
    shutil.copytree(publication, building, ignore=shutil.ignore_patterns("site", "charts"))
    for path in building.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    snapshot, made = building / "audit" / "snapshot", {}
    for table, wanted in (("activity", rows), ("request", rows // 10)):
        shutil.rmtree(snapshot / table)
        source = publication / "audit" / "snapshot" / table
        with duckdb.connect(":memory:") as connection:
            ((held,),) = connection.sql(f"SELECT count(*) FROM read_parquet('{source}/*.parquet')").fetchall()
        made[table] = multiply(source, snapshot / table, times=max(1, -(-wanted // held)))
    opened = Opened(building)
    moved = [m.definition.id for m in opened.catalogue.metrics.values() if {"activity", "request"} & set(m.tables)]
    with opened.engine() as engine:
        results = compute(opened.catalogue, engine, as_of=opened.as_of, select=moved)
    for name in ("figures", "series", "listings"):
        kept = getattr(opened.results, name).filter(~pl.col("metric").is_in(moved))
        pl.concat([kept, getattr(results, name)]).write_parquet(building / "exports" / f"{name}.parquet")
    building.rename(target)
    return made


def questions(figures: pl.DataFrame, metrics: list[str] | None) -> Iterator[tuple[str, Dims]]:
    """Of each grouping of each metric the group with most rows."""
    largest = figures.group_by("metric", "dims", maintain_order=True).agg(pl.col("n").max())
    seen = set()
    for metric, text, _ in largest.sort("n", descending=True, maintain_order=True, nulls_last=True).iter_rows():
        dims = json.loads(text)
        grouping = (metric, tuple(sorted(dims)))
        if grouping not in seen and (metrics is None or metric in metrics):
            seen.add(grouping)
            yield metric, dims


def slowest(publication: Path, metrics: list[str] | None) -> dict[str, Dims]:
    """Of each metric the question that takes this process most, every import done."""
    found: dict[str, tuple[float, Dims]] = {}
    for metric, dims in questions(Opened(publication).results.figures, metrics):
        start = time.process_time()
        explain(Opened(publication), metric, dims, limit=20)
        took = time.process_time() - start
        if metric not in found or found[metric][0] < took:
            found[metric] = (took, dims)
    return {metric: dims for metric, (_, dims) in found.items()}


def ask(publication: Path, metric: str, dims: Dims) -> Answer:
    """One question at a shell."""
    where = [part for k, v in dims.items() for part in ("--where", f"{k}={'' if v is None else v}")]
    command = [str(Path(sys.executable).with_name("reportmetrics")), "explain", metric, *where]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*command, "--publication", str(publication)], capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    group = ", ".join(f"{k}={v}" for k, v in dims.items()) or "the whole mission"
    return Answer(processor, wall, metric, group, done.returncode == 0)


def main() -> None:
    """Make the publication where rows are asked for, ask each question, print the slowest of each metric."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("publication", type=Path)
    parser.add_argument("--rows", type=int, help="activities of a large publication; default: the one given")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "reportmetrics-explain")
    parser.add_argument("--metric", action="append", help="only this one; may be repeated")
    given = parser.parse_args()
    target: Path = given.publication.resolve()
    if given.rows is not None:
        target = given.work / f"{target.name}-{given.rows}"
        if not target.is_dir():
            print(enlarge(given.publication.resolve(), target, given.rows))
    rows = f"{given.rows:,} activities" if given.rows else target.name
    print(f"explain of {rows}, {dt.date.today()}: seconds of processor time, and elapsed")
    told = [min(ask(target, m, d) for _ in range(2)) for m, d in slowest(target, given.metric).items()]
    for answer in sorted(told, reverse=True):
        said = "" if answer.equal else "  NOT EQUAL"
        print(f"{answer.processor:6.2f} {answer.wall:6.2f}  {answer.metric:36s} {answer.group}{said}")


if __name__ == "__main__":
    main()
