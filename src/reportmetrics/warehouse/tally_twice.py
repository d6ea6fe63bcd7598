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

import datetime as dt
from bisect import bisect_right, insort
from pathlib import Path

import polars as pl

SCHEMA: dict[str, pl.DataType] = {
    "row_key": pl.String(),
    "template_id": pl.String(),
    "unit_id": pl.String(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "due_twice": pl.Boolean(),
    "on_time_twice": pl.Boolean(),
    "came_twice": pl.Boolean(),
    "file_seq": pl.Int64(),
    "source_row": pl.Int64(),
}
"""Columns of ``tally_twice``."""

_SERIES = ["template_id", "unit_id"]
_DAYS = ["period_start", "period_end"]
_FLAGS: dict[str, tuple[str, ...]] = {
    "due_twice": ("expected", "received"),
    "on_time_twice": ("expected", "on_time"),
    "came_twice": ("received",),
}
"""By flag what a tally has to tell to be counted, and so to take part."""


def tally_twice(snapshot: Path) -> pl.DataFrame:
    """Rows of the table, by row_key, for the tables of the snapshot's folder: only tallies that something displaces."""
    tallies = _read(snapshot, "report_tally").collect().drop_nulls([*_SERIES, *_DAYS])
    if tallies.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    due, came = _single_reports(snapshot, tallies.select(_SERIES).unique())
    singles = {"due_twice": due, "on_time_twice": due, "came_twice": came}
    twice = tallies.with_columns(
        pl.col("row_key").is_in(_displaced(tallies.drop_nulls(told), singles[flag]).implode()).alias(flag)
        for flag, told in _FLAGS.items()
    )
    marked = twice.filter(pl.any_horizontal(*_FLAGS))
    return marked.select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()).sort("row_key")


def _read(snapshot: Path, table: str) -> pl.LazyFrame:
    return pl.scan_parquet(snapshot / table / "*.parquet")


def _single_reports(snapshot: Path, series: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Form, unit and days of the reports that were due, and of those that came; only where tallies are told of.

    A report counts in its latest revision. A joint one came for each unit that it serves.
    """
    reports = (
        _read(snapshot, "report")
        .select("report_id", "revision", *_SERIES, *_DAYS)
        .sort("revision")
        .unique("report_id", keep="last")
        .join(series.lazy().select("template_id").unique(), on="template_id", how="semi")
        .drop("report_id", "revision")
        .collect()
    )
    expected = (
        _read(snapshot, "expected_report")
        .select(*_SERIES, *_DAYS, "answered_by")
        .join(series.lazy(), on=_SERIES, how="semi")
        .collect()
    )
    answered = expected.join(
        reports,
        left_on=["template_id", "answered_by", "period_start"],
        right_on=["template_id", "unit_id", "period_start"],
        how="semi",
    )
    columns = [*_SERIES, *_DAYS]
    came = pl.concat([reports.join(series, on=_SERIES, how="semi").select(columns), answered.select(columns)])
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
    together = [*_SERIES, "known_from", "file_seq"]
    until = pl.col("period_end").cum_max().shift(1).over(together)
    following = pl.col("period_start").shift(-1).over(together)
    shared = (pl.col("period_start") <= until).fill_null(value=False)
    return tallies.sort(*together, "period_start", "row_key").with_columns(
        at_once=shared | (following <= pl.col("period_end")).fill_null(value=False)
    )


def _beside(tallies: pl.DataFrame, singles: pl.DataFrame) -> pl.DataFrame:
    """Tallies, and whether a single report shares days (``beside``): one begun by the last day ends late enough."""
    until = (
        singles.sort("period_start")
        .with_columns(until=pl.col("period_end").cum_max().over(_SERIES))
        .select(*_SERIES, "until", begins="period_start")
    )
    return (
        tallies.sort("period_end")
        .join_asof(until, left_on="period_end", right_on="begins", by=_SERIES, check_sortedness=False)
        .with_columns(beside=(pl.col("until") >= pl.col("period_start")).fill_null(value=False))
    )


def _after_later(tallies: pl.DataFrame) -> pl.Series:
    """Keys of the tallies that share days with one told later that stands; none share days with one told at once."""
    until = pl.col("period_end").cum_max().shift(1).over(_SERIES)
    contested = (
        tallies.sort(*_SERIES, "period_start", "row_key")
        .with_columns(opens=(pl.col("period_start") > until).fill_null(value=True))
        .with_columns(stretch=pl.col("opens").cum_sum())
        .filter(pl.len().over("stretch") > 1)
        .sort("stretch", "known_from", "file_seq", descending=[False, True, True])
    )
    gone: list[str] = []
    stretch, standing = 0, list[tuple[dt.date, dt.date]]()
    for key, of, first, last in contested.select("row_key", "stretch", *_DAYS).iter_rows():
        if of != stretch:
            stretch, standing = of, []
        # Those that stand share no days, so of those that begin by the last day the one that begins last ends last.
        before = bisect_right(standing, (last, dt.date.max))
        if before and standing[before - 1][1] >= first:
            gone.append(key)
        else:
            insort(standing, (first, last))
    return pl.Series("row_key", gone, dtype=pl.String())
