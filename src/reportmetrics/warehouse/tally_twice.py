"""The table ``tally_twice``: tallies whose days are counted anyway, so that they would be counted twice.

Tallies of one form and unit are gone through from the one told last to the first. One stands where no single report of
its days is known, no tally told later that stands shares a day with it, and none told at once does. Of two told at once
that share days neither is the later one, so neither stands, and they take nothing from others. Only tallies that tell a
number take part where it is counted: one that leaves it open takes nothing from one that does not.

What was due is told twice where single reports are due in these days. What came is told twice only where some came: of
single reports that were due and did not come nothing else is known, and the tally alone tells of their hours.

Belongs here: which tallies stand. Not here: what counts of them (``sql/derived``), naming them (``sql/checks``).
"""

from __future__ import annotations

from bisect import bisect_right, insort
from operator import itemgetter
from pathlib import Path

import polars as pl

from reportmetrics.warehouse.frames import keyed_schema
from reportmetrics.warehouse.tables import TABLES

SCHEMA = keyed_schema(TABLES["tally_twice"])
"""Columns of ``tally_twice``."""

_APART = 10_000_000
"""Days from one series to the next on a line: more than there are dates."""

_SERIES = ["template_id", "unit_id"]
_DAYS = ["period_start", "period_end"]
_FLAGS: dict[str, tuple[str, ...]] = {
    "due_twice": ("expected", "received"),
    "on_time_twice": ("expected", "on_time"),
    "came_twice": ("received",),
}
"""By flag what a tally has to tell to be counted, and so to take part."""


def tally_twice(snapshot: Path) -> pl.DataFrame:
    """Rows of the table, by row_key, for the tables of the snapshot's folder: only tallies that do not stand."""
    told = _read(snapshot, "report_tally").collect().drop_nulls([*_SERIES, *_DAYS])
    if told.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    series = told.select(_SERIES).unique().sort(_SERIES).with_row_index("series")
    tallies = _placed(told, series)
    due, came = (_placed(single, series) for single in _single_reports(snapshot, series))
    singles = {"due_twice": due, "on_time_twice": due, "came_twice": came}
    twice = tallies.with_columns(
        pl.col("row_key").is_in(_displaced(tallies.drop_nulls(numbers), singles[flag]).implode()).alias(flag)
        for flag, numbers in _FLAGS.items()
    )
    marked = twice.filter(pl.any_horizontal(*_FLAGS))
    return marked.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort("row_key")


def _read(snapshot: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(snapshot / table / "*.parquet")


def _placed(rows: pl.DataFrame, series: pl.DataFrame) -> pl.DataFrame:
    """Rows of the series, with ``series``, ``first`` and ``last``: days on a line on which series follow one another.

    So what shares days on the line is of one form and unit.
    """

    def place(day: str) -> pl.Expr:
        return pl.col("series").cast(pl.Int64) * _APART + pl.col(day).to_physical()

    return rows.join(series, on=_SERIES).with_columns(first=place("period_start"), last=place("period_end"))


def _single_reports(snapshot: Path, series: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Form, unit and days of the reports that were due, and of those that came.

    A report counts in its latest revision. A joint one came for each unit that it serves.
    """
    columns = [*_SERIES, *_DAYS]
    reports = (
        _read(snapshot, "report")
        .select("report_id", "revision", *columns)
        .sort("revision")
        .unique("report_id", keep="last", maintain_order=True)
        .join(series.lazy(), on="template_id", how="semi")
        .collect()
    )
    expected = (
        _read(snapshot, "expected_report")
        .select(*columns, "answered_by")
        .join(series.lazy(), on=_SERIES, how="semi")
        .collect()
    )
    answered = expected.join(
        reports,
        left_on=["template_id", "answered_by", "period_start"],
        right_on=["template_id", "unit_id", "period_start"],
        how="semi",
    )
    came = pl.concat([reports.select(columns), answered.select(columns)])
    return expected.select(columns).drop_nulls(), came.drop_nulls()


def _displaced(tallies: pl.DataFrame, singles: pl.DataFrame) -> pl.Series:
    """Keys of the tallies that do not stand."""
    marked = _beside(_at_once(tallies), singles)
    lone = pl.col("at_once") | pl.col("beside")
    return pl.concat([marked.filter(lone)["row_key"], _after_later(marked.filter(~lone))])


def _at_once(tallies: pl.DataFrame) -> pl.DataFrame:
    """Tallies, and whether another one told at once shares days (``at_once``).

    In order of their first days one shares days with one before it where any of those ends on or after its first day,
    and with one after it where the next begins by its last.
    """
    ordered = tallies.sort("known_from", "file_seq", "first", "row_key").with_columns(
        told=pl.struct("known_from", "file_seq").rle_id()
    )
    until = pl.col("last").cum_max().shift(1)
    following = pl.col("first").shift(-1)
    # Within one delivery; there are as many of these as deliveries, and not as tallies.
    shared = ((pl.col("first") <= until) | (following <= pl.col("last"))).over("told")
    return ordered.with_columns(at_once=shared.fill_null(value=False))


def _beside(tallies: pl.DataFrame, singles: pl.DataFrame) -> pl.DataFrame:
    """Tallies, and whether a single report shares days (``beside``): one begun by the last day ends late enough."""
    until = singles.sort("first").select(begins="first", until=pl.col("last").cum_max())
    return (
        tallies.sort("last")
        .join_asof(until, left_on="last", right_on="begins")
        .with_columns(beside=(pl.col("until") >= pl.col("first")).fill_null(value=False))
    )


def _after_later(tallies: pl.DataFrame) -> pl.Series:
    """Keys of the tallies that share days with one told later that stands; none share days with one told at once."""
    contested = (
        tallies.sort("first", "row_key")
        .with_columns(opens=(pl.col("first") > pl.col("last").cum_max().shift(1)).fill_null(value=True))
        .with_columns(stretch=pl.col("opens").cum_sum())
        .filter(~pl.col("opens") | ~pl.col("opens").shift(-1, fill_value=True))  # more than one in the stretch
        .sort("stretch", "known_from", "file_seq", descending=[False, True, True])
    )
    gone: list[str] = []
    stretch, standing = 0, list[tuple[int, int]]()
    for key, of, first, last in contested.select("row_key", "stretch", "first", "last").iter_rows():
        if of != stretch:
            stretch, standing = of, []
        # Those that stand share no days, so of those that begin by the last day the one that begins last ends last.
        before = bisect_right(standing, last, key=itemgetter(0))
        if before and standing[before - 1][1] >= first:
            gone.append(key)
        else:
            insort(standing, (first, last))
    return pl.Series("row_key", gone, dtype=pl.String())
