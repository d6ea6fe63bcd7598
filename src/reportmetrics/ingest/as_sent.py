"""Where a fault stands: the column as the file names it, and the cell as it was sent.

Belongs here: going back from a canonical column to the file's own. Not here: what is wrong (``faults``), storing it
(``write``).
"""

from __future__ import annotations

import re

import duckdb
import polars as pl

from reportmetrics.ingest.batch import Batch, Group
from reportmetrics.ingest.events import EventFit
from reportmetrics.ingest.faults import UNTOLD
from reportmetrics.ingest.mapping import Fit, Origin
from reportmetrics.ingest.readers.base import BAD_MARK, FORMULA_MARK, INEXACT_MARK, UNDECIDED_CELL
from reportmetrics.warehouse.schema import REFUSED_TOLD
from reportmetrics.warehouse.shape import Table
from reportmetrics.warehouse.store import has_rows

_MARKED = f"^({FORMULA_MARK}|{INEXACT_MARK}|{BAD_MARK})"
_CELL = re.compile(r"c\d+")
_PLACE = ["file_seq", "source_row"]
_TOLD = ", ".join(f"m.{name}" for name in REFUSED_TOLD)


def refused_rows(connection: duckdb.DuckDBPyConnection, table: Table, batch: Batch) -> pl.DataFrame | None:
    """The faults of the rows that are rejected, a line each as :func:`as_sent` tells them; None when there are none.

    Reads the temporary tables of ``judging``.
    """
    if not has_rows(connection, "fault"):
        return None
    faults = connection.sql(
        "SELECT f.row_id, m.grp, m.file_seq, m.source_row, m.part, f.column_name AS name, f.code, f.message, "
        f"f.remedy, f.entry, m.row_key AS subject_key, {_TOLD}, {_sender_columns(table)} "
        "FROM fault AS f JOIN set_apart AS s ON s.row_id = f.row_id JOIN told AS m ON m.row_id = f.row_id "
        "WHERE s.verdict = 'rejected' ORDER BY f.row_id"
    ).pl()
    if faults.is_empty():
        return None
    groups = {g.number: g for g in batch.groups}
    parts = [
        as_sent(part, groups[int(str(grp))], table, None if name is None else str(name))
        for (grp, name), part in faults.group_by(["grp", "name"], maintain_order=True)
    ]
    return one_line_a_cell(pl.concat(parts))


def _sender_columns(table: Table) -> str:
    """Who sent a refused row, as far as it tells; a cell that is itself at fault tells nothing."""
    person = next((c.name for c in table.columns if c.personal), None)
    told = {"report_id": "report_id", "unit_id": "unit_id", "reporter_id": person}
    return ", ".join(f"{_sound_cell(name if name in table.by_name else None)} AS {as_}" for as_, name in told.items())


def _sound_cell(name: str | None) -> str:
    if name is None:
        return "CAST(NULL AS VARCHAR)"
    at_fault = f"EXISTS (FROM fault AS g WHERE g.row_id = f.row_id AND g.column_name = '{name}')"
    return f'CASE WHEN NOT {at_fault} THEN m."{name}" END'


def as_sent(faults: pl.DataFrame, group: Group, table: Table, name: str | None) -> pl.DataFrame:
    """Give faults of one group and column the file's own name of the column and the cell as it was sent.

    ``name`` is the canonical column, None for faults of a row as a whole.
    """
    fitted = next(f for f in group.fits if f.table.table == table.name)
    origin = None if name is None else fitted.origins.get(name)
    if name is None:
        faults = _of_the_row(faults, group, fitted.events)
    elif origin is not None:
        faults = _of_a_cell(faults, group, origin, name, personal=table.by_name[name].personal)
    else:
        faults = _of_an_event(faults, group, fitted, table, name)
    return faults.select(
        "row_id",
        *_PLACE,
        "code",
        "message",
        "remedy",
        "subject_key",
        *REFUSED_TOLD,
        "report_id",
        "unit_id",
        "reporter_id",
        column_name="label",
        raw=pl.col("raw").cast(pl.String).str.replace(_MARKED, ""),
        source=pl.lit(group.source.source),
        sheet=pl.lit(group.sheet, dtype=pl.String),
    )


def one_line_a_cell(rejects: pl.DataFrame) -> pl.DataFrame:
    """What the same event leaves untold is one fault of its cell."""
    key = [*_PLACE, "column_name", "code", "source", "sheet"]
    untold = pl.col("message").str.starts_with(UNTOLD)
    several = rejects.filter(untold)
    if several.is_empty():
        return rejects
    what = pl.col("message").str.strip_prefix(UNTOLD).unique(maintain_order=True).str.join("; ")
    others = [pl.first(n) for n in rejects.columns if n not in (*key, "message")]
    merged = several.group_by(key, maintain_order=True).agg((pl.lit(UNTOLD) + what).alias("message"), *others)
    return pl.concat([rejects.filter(~untold), merged.select(rejects.columns)])


def _of_the_row(faults: pl.DataFrame, group: Group, events: EventFit | None) -> pl.DataFrame:
    """Of a row as a whole, unless it is one cell that decides about it."""
    label, raw = (pl.col("message").str.extract(UNDECIDED_CELL, place) for place in (1, 2))
    faults = faults.with_columns(label=label, raw=raw)
    if events is None:
        return faults
    named = {"unknown_event": (events.event_label, events.event), "bad_time": (events.time_label, events.time)}
    parts = [
        _with_cell(part, group, *named[str(code)]) if code in named else part
        for (code,), part in faults.group_by("code", maintain_order=True)
    ]
    return pl.concat(parts)


def _of_a_cell(faults: pl.DataFrame, group: Group, origin: Origin, name: str, *, personal: bool) -> pl.DataFrame:
    label = origin.label or next(iter(origin.given.candidates), name)
    if origin.labels:
        labels = dict(enumerate(origin.labels)) if len(origin.labels) > 1 else {}
        of_part = pl.col("part").replace_strict(labels, default=origin.labels[0], return_dtype=pl.String)
        return faults.with_columns(label=of_part, raw=pl.col("entry"))
    if origin.cell is None or personal:
        return faults.with_columns(label=pl.lit(label), raw=pl.col("entry"))
    return _with_cell(faults, group, label, f"c{origin.cell}")


def _of_an_event(faults: pl.DataFrame, group: Group, fitted: Fit, table: Table, name: str) -> pl.DataFrame:
    """Of what events tell: the time where the column takes it, else the event; of all else, the record it is about."""
    events = fitted.events
    if events is None:
        return faults.with_columns(label=pl.lit(name), raw=pl.col("entry"))
    if name not in events.given.columns:
        key = (fitted.table.key or table.key)[0]
        origin = fitted.origins.get(key)
        if origin is None:
            return faults.with_columns(label=pl.lit(key), raw=pl.lit(None, dtype=pl.String))
        faults = faults.with_columns(entry=pl.lit(None, dtype=pl.String))
        return _of_a_cell(faults, group, origin, key, personal=table.by_name[key].personal)
    told = pl.col("entry").is_not_null() & pl.lit(name in events.given.timed)
    parts = (
        (faults.filter(told), events.time_label, events.time),
        (faults.filter(~told), events.event_label, events.event),
    )
    return pl.concat([_with_cell(part, group, label, cell) for part, label, cell in parts])


def _with_cell(faults: pl.DataFrame, group: Group, label: str, cell: str) -> pl.DataFrame:
    """The column's name, and the cell that a SQL name stands for; none where the mapping makes it of several."""
    faults = faults.drop("label", "raw", strict=False).with_columns(label=pl.lit(label))
    if not _CELL.fullmatch(cell):
        return faults.with_columns(raw=pl.lit(None, dtype=pl.String))
    cells = group.rows.select(*_PLACE, raw=cell)
    return faults.join(cells, on=_PLACE, how="left", maintain_order="left")
