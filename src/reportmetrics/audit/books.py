"""Whether the books balance: the ledger, the rows that it answers for, and the exports among themselves.

Belongs here: agreement between parts of one publication. Not here: hashes (``contents``), figures (``verify``).
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl

from reportmetrics.audit.differences import SHOWN, Difference
from reportmetrics.audit.opened import Opened
from reportmetrics.engines.base import Engine
from reportmetrics.publish.exports import write_csv, write_frame
from reportmetrics.publish.request_events import request_events, write_request_events
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES


def check_ledger(opened: Opened, engine: Engine) -> list[Difference]:
    """Each delivery: rows read = accepted + rejected + duplicate + superseded + filtered; the CSV tells the same."""
    ledger = engine.frame("SELECT * FROM ledger")
    position = opened.manifest["ledger_position"]
    parts = pl.sum_horizontal("accepted", "rejected", "duplicate", "superseded", "filtered")
    found = [
        Difference(
            "ledger",
            f"{row['original_name']} ({row['table_name']})",
            f"{row['rows_read']} rows read, but {row['parts']} accepted, rejected, duplicate, superseded or filtered",
        )
        for row in ledger.with_columns(parts=parts).filter(pl.col("parts") != pl.col("rows_read")).iter_rows(named=True)
    ]
    beyond = ledger.filter(pl.col("file_seq") > position)
    found += [
        Difference("ledger", r["original_name"], f"is delivery {r['file_seq']}, beyond position {position}")
        for r in beyond.iter_rows(named=True)
    ]
    stored = [pl.read_parquet(p) for p in sorted((opened.snapshot / "ledger").glob("*.parquet"))]
    frame, marking = pl.concat(stored), opened.manifest["marking"]
    found += _csv_against(
        opened.audit / "ledger.csv", lambda right: write_csv(right, frame.columns, frame.iter_rows(), marking=marking)
    )
    return found


def check_rows(opened: Opened, engine: Engine) -> list[Difference]:
    """Tables of the snapshot: as many rows as stated, no key twice, each sent row from a delivery that brought it."""
    stated = json.loads((opened.snapshot / "snapshot.json").read_text(encoding="utf-8"))["rows"]
    names = sorted(p.name for p in opened.snapshot.iterdir() if p.is_dir())
    counts = " UNION ALL ".join(f"SELECT '{n}' AS name, count(*) AS n FROM {n}" for n in names)
    held = dict(engine.frame(counts).iter_rows())
    found = [
        Difference("snapshot", name, f"{held.get(name)} rows, the snapshot states {stated.get(name)}")
        for name in sorted({*stated, *held})
        if stated.get(name) != held.get(name)
    ]
    keyed = [n for n in names if n in TABLES and "row_key" in _columns(opened, n)]
    twice = " UNION ALL ".join(_TWICE.format(table=n) for n in keyed)
    for name, key in engine.frame(f"{twice} ORDER BY ALL").iter_rows():
        found.append(Difference("snapshot", f"{name} {key}", "stands there more than once"))
    brought = " UNION ALL ".join(_BROUGHT.format(table=t.name) for t in SOURCE_TABLES if t.name in held)
    for name, delivery, rows, told in engine.frame(f"{brought} ORDER BY ALL").iter_rows():
        said = f"{rows} rows, but the ledger has {told or 0} accepted or repeated"
        found.append(Difference("snapshot", f"{name}, delivery {delivery}", said))
    return found


_TWICE = """
SELECT '{table}' AS name, row_key FROM {table} GROUP BY row_key HAVING count(*) > 1
"""
_BROUGHT = """
SELECT '{table}' AS name, brought.file_seq, brought.held, ledger.accepted + ledger.duplicate AS told
FROM (SELECT file_seq, count(*) AS held FROM {table} GROUP BY file_seq) AS brought
LEFT JOIN ledger ON brought.file_seq = ledger.file_seq AND ledger.table_name = '{table}'
WHERE ledger.accepted IS NULL OR brought.held > ledger.accepted + ledger.duplicate
"""


def _columns(opened: Opened, table: str) -> list[str]:
    first = next(iter(sorted((opened.snapshot / table).glob("*.parquet"))))
    return list(pl.read_parquet_schema(first))


def check_exports(opened: Opened) -> list[Difference]:
    """Each CSV against the Parquet file of the same name, and the data package against both."""
    found: list[Difference] = []
    exports = opened.folder / "exports"
    for name in ("figures", "series", "listings"):
        write = partial(write_frame, frame=getattr(opened.results, name), marking=opened.manifest["marking"])
        found += _csv_against(exports / f"{name}.csv", write)
    write = partial(write_request_events, events=request_events(opened.snapshot), marking=opened.manifest["marking"])
    if opened.tombstone is None:  # what was forgotten since is in the events as they were published
        found += _csv_against(exports / "request_events.csv", write, "the snapshot")
    package = json.loads((exports / "datapackage.json").read_text(encoding="utf-8"))
    for name in ("created", "marking"):
        if package[name] != opened.manifest[name]:
            said = f"{name} is {package[name]}, the manifest says {opened.manifest[name]}"
            found.append(Difference("exports", "datapackage.json", said))
    for resource in package["resources"]:
        path = exports / resource["path"]
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        fields = [f["name"] for f in resource["schema"]["fields"]]
        if header != fields:
            found.append(Difference("exports", "datapackage.json", f"{resource['path']} has columns {header}"))
    return found


def _csv_against(
    path: Path, write: Callable[[Path], None], right_one: str = "the Parquet file"
) -> Iterator[Difference]:
    """Cells of a CSV file that are not those of ``right_one``, which ``write`` writes as CSV."""
    with tempfile.TemporaryDirectory() as scratch:
        right = Path(scratch) / path.name
        write(right)
        if path.read_bytes() == right.read_bytes():
            return
        with path.open(encoding="utf-8", newline="") as a, right.open(encoding="utf-8", newline="") as b:
            given, expected = list(csv.reader(a)), list(csv.reader(b))
    where = path.name
    if len(given) != len(expected):
        yield Difference("exports", where, f"{len(given) - 1} rows, {right_one} has {len(expected) - 1}")
    differing = [
        (i, column, g, e)
        for i, (row, right_row) in enumerate(zip(given, expected, strict=False), start=1)
        for column, g, e in zip(expected[0], row, right_row, strict=False)
        if g != e
    ]
    for i, column, g, e in differing[:SHOWN]:
        yield Difference("exports", f"{where} row {i} {column}", f"is '{g}', {right_one} says '{e}'")
    if not differing and len(given) == len(expected):
        yield Difference("exports", where, "is laid out otherwise than it was written")
