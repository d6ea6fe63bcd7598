"""Whether the books balance: the ledger, the rows that it answers for, and the exports among themselves.

Belongs here: agreement between parts of one publication. Not here: hashes (``contents``), figures (``verify``).
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from reportmetrics.audit.differences import SHOWN, Difference
from reportmetrics.audit.opened import Opened
from reportmetrics.publish.exports import write_csv
from reportmetrics.warehouse.tables import SOURCE_TABLES, TABLES


def check_ledger(opened: Opened) -> list[Difference]:
    """Each delivery: rows read = accepted + rejected + duplicate + superseded + filtered; the CSV tells the same."""
    with opened.engine() as engine:
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
    return found + list(_csv_against(opened.audit / "ledger.csv", pl.concat(stored), opened.manifest["marking"]))


def check_rows(opened: Opened) -> list[Difference]:
    """Tables of the snapshot: as many rows as stated, no key twice, each sent row from a delivery that brought it."""
    stated = json.loads((opened.snapshot / "snapshot.json").read_text(encoding="utf-8"))["rows"]
    found = []
    with opened.engine() as engine:
        names = sorted(p.name for p in opened.snapshot.iterdir() if p.is_dir())
        counts = " UNION ALL ".join(f"SELECT '{n}' AS name, count(*) AS n FROM {n}" for n in names)
        held = dict(engine.frame(counts).iter_rows())
        for name in sorted({*stated, *held}):
            if stated.get(name) != held.get(name):
                said = f"{held.get(name)} rows, the snapshot states {stated.get(name)}"
                found.append(Difference("snapshot", name, said))
        for name in (n for n in names if n in TABLES and "row_key" in _columns(opened, n)):
            twice = engine.frame(f"SELECT row_key FROM {name} GROUP BY row_key HAVING count(*) > 1 ORDER BY ALL")
            found += [Difference("snapshot", f"{name} {k}", "stands there more than once") for k in twice["row_key"]]
        for table in (t.name for t in SOURCE_TABLES if t.name in held):
            brought = engine.frame(_BROUGHT.format(table=table))
            found += [
                Difference(
                    "snapshot",
                    f"{table}, delivery {r['file_seq']}",
                    f"{r['held']} rows, but the ledger has {r['accepted'] or 0} accepted",
                )
                for r in brought.iter_rows(named=True)
            ]
    return found


_BROUGHT = """
SELECT brought.file_seq, brought.held, ledger.accepted
FROM (SELECT file_seq, count(*) AS held FROM {table} GROUP BY file_seq) AS brought
LEFT JOIN ledger ON brought.file_seq = ledger.file_seq AND ledger.table_name = '{table}'
WHERE ledger.accepted IS NULL OR brought.held > ledger.accepted
ORDER BY ALL
"""


def _columns(opened: Opened, table: str) -> list[str]:
    first = next(iter(sorted((opened.snapshot / table).glob("*.parquet"))))
    return list(pl.read_parquet_schema(first))


def check_exports(opened: Opened) -> list[Difference]:
    """Each CSV against the Parquet file of the same name, and the data package against both."""
    found: list[Difference] = []
    exports = opened.folder / "exports"
    for name in ("figures", "series", "listings"):
        frame: pl.DataFrame = getattr(opened.results, name)
        found += list(_csv_against(exports / f"{name}.csv", frame, opened.manifest["marking"]))
    package = json.loads((exports / "datapackage.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        path = exports / resource["path"]
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        fields = [f["name"] for f in resource["schema"]["fields"]]
        if header != fields:
            found.append(Difference("exports", "datapackage.json", f"{resource['path']} has columns {header}"))
    return found


def _csv_against(path: Path, frame: pl.DataFrame, marking: str) -> Iterator[Difference]:
    """Cells of a CSV file that are not those of ``frame``."""
    with tempfile.TemporaryDirectory() as scratch:
        right = Path(scratch) / path.name
        write_csv(right, frame.columns, frame.iter_rows(), marking=marking)
        if path.read_bytes() == right.read_bytes():
            return
        with path.open(encoding="utf-8", newline="") as a, right.open(encoding="utf-8", newline="") as b:
            given, expected = list(csv.reader(a)), list(csv.reader(b))
    where = path.name
    if len(given) != len(expected):
        yield Difference("exports", where, f"{len(given) - 1} rows, the Parquet file has {len(expected) - 1}")
    differing = [
        (i, column, g, e)
        for i, (row, right_row) in enumerate(zip(given, expected, strict=False), start=1)
        for column, g, e in zip(expected[0], row, right_row, strict=False)
        if g != e
    ]
    for i, column, g, e in differing[:SHOWN]:
        yield Difference("exports", f"{where} row {i} {column}", f"is '{g}', the Parquet file says '{e}'")
    if not differing and len(given) == len(expected):
        yield Difference("exports", where, "is laid out otherwise than it was written")
