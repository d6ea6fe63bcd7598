"""When the share of blanks, of a code, or of refused or left out rows has moved by more than chance and habit explain.

Belongs here: limits and sentences, on frames of counts. Not here: counting (``earlier_rows``, ``earlier_verdicts``).

A frame of counts has ``k`` of ``n`` rows with a ``code``, or blank (code null), by ``source``, ``file_seq`` (null: the
deliveries before, together) and ``column_name``. Where a comparison is of no column, its kind stands there (``RISES``).
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from reportmetrics.warehouse.aside import WENT_BLANK

REFUSALS, LEFT_OUT = "refusals", "left_out"
RISES = (REFUSALS, LEFT_OUT)
"""Comparisons of the rows of deliveries, and of no column; only more than usual is told."""

ENOUGH_NEW, ENOUGH_OLD = 20, 100
"""Below so many new rows or earlier rows nothing is said of shares of blanks and codes."""

MOST_MOVED = 0.3
"""By more than this a share has not moved by chance."""

BLANK_NEW, BLANK_OLD = 10, 20
"""From so many on, a column that is blank in all new rows, and was in at most one of twenty earlier ones, went blank.

That is safe with so few: of a column with one blank in 20 rows, the true share of blanks is below 22 % (95 % bound), so
that ten blanks in a row come by chance in fewer than one of a million deliveries. Where rows of a delivery are alike,
as when one person fills in all of them, chance says less: a column that may end so is listed under ``may_go_blank``.
"""

BLANK = "(blank)"
"""Stands for a missing code among codes; ``blanks`` tells of those."""

MISSED = 10
"""Rows of a code that were to be expected by its share before, from which on it is told that there is none.

By chance alone that would come in fewer than one of twenty thousand deliveries (a Poisson count of ten).
"""

HABIT_ROWS, HABIT_LEAST, HABIT = BLANK_NEW, 3, 2
"""What makes a new delivery no news: so many rows of earlier ones that were blank throughout, each of at least three
rows; or two earlier ones with such a share.

One of several senders who always leaves a column blank must not stop each run, also one who has few rows at a time. A
delivery of ten rows that went blank was set aside, so one that stands is meant so; a share that moved is only warned
of, and one may have moved by mistake."""

SCHEMA: dict[str, pl.DataType] = {
    "row_key": pl.String(),
    "table_name": pl.String(),
    "kind": pl.String(),
    "holds": pl.Boolean(),
    "source": pl.String(),
    "column_name": pl.String(),
    "file_seq": pl.Int64(),
}
"""``row_key`` is the sentence that names the comparison; it begins with the table.

``source`` and ``column_name`` tell what it is about where it is one column in new rows of one source, else null;
``file_seq`` the delivery, where it is only one."""

_WHAT = ["source", "column_name", "code"]
_NOW, _WAS = pl.col("k") / pl.col("n"), pl.col("k_old") / pl.col("n_old")

_ENOUGH = (pl.col("n") >= ENOUGH_NEW) & (pl.col("n_old") >= ENOUGH_OLD)
_ENOUGH_FOR_ALL = (pl.col("n") >= BLANK_NEW) & (pl.col("n_old") >= BLANK_OLD)
_ALL = pl.col("k") == pl.col("n")
_ALL_AT_ONCE = _ALL & (20 * pl.col("k_old") <= pl.col("n_old"))


def compared(
    found: pl.DataFrame, judge: Callable[[pl.DataFrame], pl.DataFrame], earlier: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """What ``judge`` says of all new deliveries of ``found``, and of those that fail alone.

    A delivery alone is not told of where some ``earlier`` ones (counts by delivery) were like it, and does not go blank
    where it is the only new one.
    """
    pool = judge(_all_together(found))
    alone = _without_repeats(judge(_each_by_itself(found)).filter(~pl.col("holds")), pool)
    only = (pl.col("kind") == WENT_BLANK) & ~pl.col("holds") & pl.col("file_seq").is_not_null()
    pool, alone = pool.filter(~only), pl.concat([alone, pool.filter(only)])
    return pl.concat([pool, _without_habits(alone, earlier()) if alone.height else alone])


def _all_together(counts: pl.DataFrame) -> pl.DataFrame:
    """All new deliveries of a source beside those before: ``k_old`` of ``n_old`` rows, in so many new ``files``."""
    new = counts.filter(pl.col("file_seq").is_not_null())
    only = pl.when(pl.len() == 1).then(pl.col("file_seq").first())
    pool = new.group_by(_WHAT, maintain_order=True).agg(pl.col("k", "n").sum(), files=pl.len(), file_seq=only)
    return _beside(pool, counts)


def _each_by_itself(counts: pl.DataFrame) -> pl.DataFrame:
    """Each new delivery beside those before, where its source has several."""
    new = counts.filter(pl.col("file_seq").is_not_null())
    several = pl.col("file_seq").n_unique().over(_WHAT) > 1
    return _beside(new.filter(several).with_columns(files=pl.lit(1, pl.UInt32)), counts)


def _beside(new: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    old = counts.filter(pl.col("file_seq").is_null()).select(*_WHAT, k_old="k", n_old="n")
    beside = new.join(old, on=_WHAT, how="inner", nulls_equal=True)
    return beside.select(*_WHAT, "file_seq", "files", "k", "n", "k_old", "n_old").sort(*_WHAT, "file_seq")


def judged(beside: pl.DataFrame) -> pl.DataFrame:
    """The comparisons of blanks and codes that there are rows enough for, with ``kind`` and ``holds``."""
    of_blanks = pl.col("code").is_null()
    kinds = (
        (WENT_BLANK, of_blanks & _ENOUGH_FOR_ALL, ~_ALL_AT_ONCE),
        ("blanks", of_blanks & _ENOUGH, ~_moved() | _ALL_AT_ONCE),
        ("drift", ~of_blanks & _ENOUGH, ~_moved() & ~_vanished()),
    )
    parts = [beside.filter(asked).with_columns(kind=pl.lit(kind), holds=holds) for kind, asked, holds in kinds]
    return pl.concat(parts)


def risen(beside: pl.DataFrame) -> pl.DataFrame:
    """The comparisons of refused or left out rows: a share may not rise that far, nor that of fewer rows to all."""
    fails = _ALL_AT_ONCE | (_ENOUGH & (_NOW - _WAS > MOST_MOVED))
    return beside.filter(_ENOUGH_FOR_ALL).with_columns(kind=pl.col("column_name"), holds=~fails)


def _moved() -> pl.Expr:
    return (_NOW - _WAS).abs() > MOST_MOVED


def _vanished() -> pl.Expr:
    return (pl.col("code") != BLANK) & (pl.col("k") == 0) & (_WAS * pl.col("n") >= MISSED)


def _without_repeats(alone: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """Where a column is blank in all new deliveries, or all rows are refused or left out, that is said once."""
    whole = pool.filter(pl.col("kind").is_in((WENT_BLANK, *RISES)), _ALL, ~pl.col("holds"))
    return alone.join(whole, on=["source", "column_name", "kind"], how="anti")


def _without_habits(alone: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """Without failures of single deliveries that are like some of the ``earlier`` ones (counts by delivery)."""
    failed = alone.with_row_index("id")
    pairs = failed.join(earlier.select(*_WHAT, k_then="k", n_then="n"), on=_WHAT, nulls_equal=True)
    then = pl.col("k_then") / pl.col("n_then")
    throughout = (pl.col("k_then") == pl.col("n_then")) & (pl.col("n_then") >= HABIT_LEAST)
    near = pl.when(_moved()).then((then - _NOW).abs() <= MOST_MOVED).otherwise(pl.col("k_then") == 0)
    share = near & (pl.col("n_then") >= ENOUGH_NEW)
    went_blank = pl.col("kind") == WENT_BLANK
    all_of_few = pl.col("kind").is_in(RISES) & _ALL & throughout
    alike = pairs.filter(pl.when(went_blank).then(throughout).otherwise(share | all_of_few))
    alike = alike.group_by("id", "kind").agg(pl.len(), rows=pl.col("n_then").sum())
    habits = alike.filter((pl.col("rows") >= HABIT_ROWS) & (went_blank | (pl.col("len") >= HABIT)))
    return failed.join(habits, on="id", how="anti").drop("id")


def said(table: str, compared: pl.DataFrame) -> pl.DataFrame:
    """The columns of ``SCHEMA``: each comparison in a sentence, with the ``original_name`` where it is of one file."""
    found = [
        (_sentence(table, row), table, row["kind"], row["holds"], row["source"], row["column_name"], row["file_seq"])
        for row in compared.iter_rows(named=True)
    ]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")


def _sentence(table: str, row: dict[str, object]) -> str:
    now, was = (int(str(row[k])) / int(str(row[n])) for k, n in (("k", "n"), ("k_old", "n_old")))
    files = row["original_name"] or f"{row['files']} files"
    if row["kind"] == REFUSALS:
        return (
            f"{table}: of {row['source']}, {now:.0%} of {row['n']} new rows of {files} were refused, before {was:.0%}"
        )
    if row["kind"] == LEFT_OUT:
        return f"{table}: of {row['source']}, {now:.0%} of {row['n']} rows of {files} were left out, before {was:.0%}"
    what = "blank" if row["code"] is None else row["code"]
    return (
        f"{table}: {row['column_name']} of {row['source']} is {what} in {now:.0%} of {row['n']} rows of {files}, "
        f"before in {was:.0%}"
    )
