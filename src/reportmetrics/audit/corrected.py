"""The snapshot between two others: what the first would have said, had it known the corrections that the second knows.

Belongs here: telling a correction from news. Not here: what that does to figures (``changes``).

A cell is *corrected* where the earlier snapshot held a value and the later one, looked at as of the earlier date, holds
another; a row is corrected where the later one does not hold it any more. All else is news: rows that were not there,
cells that were empty, and everything that happened on or after the earlier date, such as that a report was taken back.
A status that only says that nothing has happened yet (an open request) is an empty cell in this sense.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from reportmetrics.warehouse.shape import PROVENANCE, Table
from reportmetrics.warehouse.tables import TABLES
from reportmetrics.warehouse.tally_twice import tally_twice
from reportmetrics.warehouse.text_novelty import text_novelty

_NEWS = ("as_of", "hidden_before", "ledger", "reject", "reject_answer", "vanished_request")
"""What is true of a date only: a difference is news."""
_KEPT = frozenset(c.name for c in PROVENANCE)


def _novelty(target: Path) -> pl.DataFrame:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET enable_progress_bar = false")
        return text_novelty(connection, target / "report")


_FOLLOWS: Mapping[str, Callable[[Path], pl.DataFrame]] = {"tally_twice": tally_twice, "text_novelty": _novelty}
"""These follow from other tables, also from news in them: they are no corrections, and are made of corrected tables."""


def corrected_snapshot(before: Path, after: Path, target: Path) -> dict[str, int]:
    """Write the snapshot ``before`` with the corrections that ``after`` holds; returns their number by table.

    Nothing is written where there are none. A corrected row keeps the provenance that it had, so that the extent of
    what was known does not move.
    """
    day, moment = _as_of(before)
    taken_back = _taken_back(after, moment)
    corrections: dict[str, int] = {}
    for name in TABLES:
        if name in _NEWS or name in _FOLLOWS or not (before / name).is_dir() or not (after / name).is_dir():
            continue
        old, new = _differing(before / name, after / name)
        if not old:  # all its rows are in the later one as they were
            continue
        rows = _read(new) if new else pl.read_parquet(old[0]).clear()
        frame, changed = _corrected(TABLES[name], _read(old), rows, day, moment, taken_back)
        if changed:
            corrections[name] = changed
            (target / name).mkdir(parents=True)
            frame.write_parquet(target / name / "corrected.parquet")
            for path in set((before / name).glob("*.parquet")) - set(old):
                shutil.copyfile(path, target / name / path.name)
    if corrections:
        for folder in (p for p in before.iterdir() if p.is_dir() and p.name not in corrections):
            shutil.copytree(folder, target / folder.name)
        shutil.copyfile(before / "snapshot.json", target / "snapshot.json")
        for name, made in _FOLLOWS.items():
            if (before / name).is_dir():
                made(target).write_parquet(target / name / "all.parquet")
    return corrections


def _differing(before: Path, after: Path) -> tuple[list[Path], list[Path]]:
    """Files of a table that are not the same in both snapshots.

    A key stands in one file of a table. So rows of files that are the same in both are in no other file of either.
    """
    old, new = ({p.name: p for p in sorted(folder.glob("*.parquet"))} for folder in (before, after))
    same = {name for name in old.keys() & new.keys() if _same(old[name], new[name])}
    return [p for n, p in old.items() if n not in same], [p for n, p in new.items() if n not in same]


def _same(one: Path, other: Path) -> bool:
    return one.samefile(other) or filecmp.cmp(one, other, shallow=False)


def _read(paths: Sequence[Path]) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(p) for p in paths], how="vertical_relaxed")


def _as_of(snapshot: Path) -> tuple[dt.date, dt.datetime]:
    row = _read(sorted((snapshot / "as_of").glob("*.parquet"))).row(0, named=True)
    return row["as_of"], row["as_of_at"]


def _taken_back(after: Path, moment: dt.datetime) -> pl.Series:
    """Reports that ``after`` leaves out, wholly or in some revision, because they were taken back since ``moment``."""
    folder = after / "withdrawn_report"
    if not folder.is_dir():
        return pl.Series(dtype=pl.String)
    return _read(sorted(folder.glob("*.parquet"))).filter(pl.col("withdrawn_at") >= moment)["report_id"].unique()


def _corrected(
    table: Table,
    before: pl.DataFrame,
    after: pl.DataFrame,
    day: dt.date,
    moment: dt.datetime,
    taken_back: pl.Series,
) -> tuple[pl.DataFrame, int]:
    cells = [c for c in before.columns if c in after.columns and c not in _KEPT]
    seen = _as_known(table, after, day, moment).select("row_key", *(pl.col(c).alias(f"{c}_after") for c in cells))
    holds = pl.col("row_key").is_in(after["row_key"].implode())
    if "report_id" in before.columns and taken_back.len():
        holds |= pl.col("report_id").is_in(taken_back.implode()).fill_null(value=False)
    held = before.filter(holds).join(seen, on="row_key", how="left", maintain_order="left")
    if "report_id" in before.columns and taken_back.len():
        # What it told gives way to what was told before; that is no correction of it either.
        gone = pl.col("report_id").is_in(taken_back.implode()).fill_null(value=False)
        held = held.with_columns(pl.when(~gone).then(pl.col(f"{c}_after")).alias(f"{c}_after") for c in cells)
    empty = {r.column: r.value for r in table.resets}
    tests = {}
    for name in cells:
        old, new = pl.col(name), pl.col(f"{name}_after")
        other = old.is_not_null() & new.is_not_null() & old.ne_missing(new)
        tests[name] = other & (old != empty[name]) if name in empty else other
    count = int(held.select(pl.sum_horizontal(t.sum() for t in tests.values())).item() or 0) if tests else 0
    corrected = held.with_columns(
        pl.when(test).then(pl.col(f"{name}_after")).otherwise(pl.col(name)).alias(name) for name, test in tests.items()
    )
    return corrected.select(before.columns), count + before.height - held.height


def _as_known(table: Table, rows: pl.DataFrame, day: dt.date, moment: dt.datetime) -> pl.DataFrame:
    """``rows`` with the events from the earlier date on hidden, and what depends on them reset."""
    events = [c for c in table.columns if c.kind == "event" and c.name in rows.columns]
    hidden = rows.with_columns(
        pl.when(pl.col(c.name) < (day if c.type == "date" else moment)).then(pl.col(c.name)).alias(c.name)
        for c in events
    )
    for reset in table.resets:
        nothing = pl.all_horizontal(pl.col(c).is_null() for c in reset.when_null)
        lost = pl.any_horizontal(pl.col(f"{c}_now").is_not_null() for c in reset.when_null)
        now = rows.select("row_key", *(pl.col(c).alias(f"{c}_now") for c in reset.when_null))
        hidden = hidden.join(now, on="row_key", how="left", maintain_order="left").with_columns(
            pl.when(nothing & lost).then(pl.lit(reset.value)).otherwise(pl.col(reset.column)).alias(reset.column)
        )
    return hidden
