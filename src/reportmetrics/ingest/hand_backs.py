"""Records of what was given back to senders: which refused row, to whom, in which workbook, on which day.

A record is a small CSV file with a line for each refused row of the workbooks that were written. It goes to the archive
as a delivery of a source of its own (``profile.intake.hand_back_source``), so it has a place in the ledger, survives a
rebuild and is forgotten like what was sent. Its name tells its content: the same workbooks written twice on one day are
one record. The file stays where it was written, since a batch that was set aside is taken in again from there.

Belongs here: writing and reading records, and which are to be taken in. Not here: taking in (``run``), workbooks
(``senders``).
"""

from __future__ import annotations

import csv
import hashlib
import io
import zoneinfo
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.ingest.archive import fingerprint, identity
from reportmetrics.ingest.guard import guarded, plain
from reportmetrics.ingest.landing import Found, found_as
from reportmetrics.profile.intake import hand_back_source

COLUMNS = ("refused_file", "refused_table", "refused_sheet", "refused_row", "workbook", "sender", "handed_on")
"""Columns of a record, in this order; ``handed_on`` is a date."""


def write_record(folder: Path, handed: pl.DataFrame) -> Path:
    """Write a record of the rows ``handed`` (columns as ``COLUMNS``, each row once) into ``folder``."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in handed.select(COLUMNS).unique().sort(COLUMNS).iter_rows():
        lines.writerow("" if cell is None else guarded(str(cell)) for cell in row)
    content = text.getvalue().encode()
    path = folder / f"handed-back_{hashlib.sha256(content).hexdigest()[:16]}.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        scratch = path.with_suffix(".fresh")
        scratch.write_bytes(content)
        scratch.replace(path)
    return path


def known_records(connection: duckdb.DuckDBPyConnection, folder: Path) -> pl.DataFrame:
    """What all records tell, also those of ``folder`` that are not taken in yet: the columns ``COLUMNS`` as text."""
    names = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in COLUMNS)
    known = connection.sql(f"SELECT {names} FROM core.hand_back").pl()
    lines: list[tuple[str | None, ...]] = []
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as opened:
            lines += [tuple(plain(line[name] or "") or None for name in COLUMNS) for line in csv.DictReader(opened)]
    written = pl.DataFrame(lines, schema=dict.fromkeys(COLUMNS, pl.String()), orient="row")
    told: pl.DataFrame = pl.concat([known, written]).unique()
    return told


def due_records(connection: duckdb.DuckDBPyConnection, folder: Path, zone: zoneinfo.ZoneInfo) -> list[Found]:
    """Records of ``folder`` that the warehouse does not know, by name; one that was forgotten is known."""
    source = hand_back_source()
    seen = connection.execute(
        "SELECT name, identity FROM seen WHERE source = $source", {"source": source.source}
    ).fetchall()
    names, identities = {s[0] for s in seen}, {s[1] for s in seen}
    found = [found_as(source, p, p.name, zone) for p in sorted(folder.glob("*.csv")) if p.name not in names]
    return [f for f in found if identity(source.source, f.facts, fingerprint(f.path)) not in identities]
