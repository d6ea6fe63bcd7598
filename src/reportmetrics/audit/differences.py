"""What an examination found to be different from what it should be.

Belongs here: the shape of a difference, and comparing frames cell by cell. Not here: what is compared with what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from reportmetrics.metrics.results import Results

SHOWN = 20
"""Differing rows of one metric, or cells of one file, that are named one by one; the rest is counted."""

KEYS: dict[str, tuple[str, ...]] = {
    "figures": ("metric", "dims", "statistic", "label"),
    "series": ("metric", "dims", "series", "x"),
    "listings": ("metric", "dims", "listing", "rank"),
}
"""What tells the rows of each frame of results apart."""


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """``where`` names a file, a figure or a row; ``what`` says what is there and what should be."""

    part: str
    where: str
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.part}: {self.where}: {self.what}"


def compare_results(published: Results, recomputed: Results) -> list[Difference]:
    """Every cell of figures, series and listings that differs, and every row that only one side has. No tolerance."""
    found = []
    for name, keys in KEYS.items():
        found += list(_compare(name, getattr(published, name), getattr(recomputed, name), keys))
    return found


def _compare(name: str, published: pl.DataFrame, recomputed: pl.DataFrame, keys: Sequence[str]) -> Iterator[Difference]:
    if published.schema != recomputed.schema:
        yield Difference(name, "columns", f"published {dict(published.schema)}, should be {dict(recomputed.schema)}")
        return
    if published.equals(recomputed):
        return
    # Points of a curve may share their key; their order among equals tells them apart.
    nth = pl.int_range(pl.len()).over(keys).alias("nth")
    on = [*keys, "nth"]
    cells = [c for c in published.columns if c not in keys]
    both = (
        published.with_columns(nth, pl.lit(True).alias("was_published"))
        .join(
            recomputed.with_columns(nth, pl.lit(True).alias("was_recomputed")),
            on=on,
            how="full",
            coalesce=True,
            suffix="_recomputed",
            maintain_order="left_right",
            nulls_equal=True,
        )
        .filter(~pl.all_horizontal("was_published", "was_recomputed", *(_same(c) for c in cells)).fill_null(False))
    )
    if both.is_empty():
        yield Difference(name, "order", "the rows stand in another order than they are published in")
    for row in both.filter(pl.int_range(pl.len()).over("metric") < SHOWN).iter_rows(named=True):
        where = " ".join(str(row[k]) for k in keys if row[k] not in ("", None))
        if row["was_recomputed"] is None:
            yield Difference(name, where, "published, but does not come out of the snapshot")
        elif row["was_published"] is None:
            yield Difference(name, where, "comes out of the snapshot, but is not published")
        else:
            changed = [c for c in cells if row[c] != row[f"{c}_recomputed"]]
            text = "; ".join(f"{c} is {row[c]}, recomputed {row[f'{c}_recomputed']}" for c in changed)
            yield Difference(name, where, text)
    for metric, rows in both.group_by("metric", maintain_order=True).len().filter(pl.col("len") > SHOWN).iter_rows():
        yield Difference(name, f"{metric}, {rows - SHOWN} more rows", "differ too")


def _same(column: str) -> pl.Expr:
    return pl.col(column).eq_missing(pl.col(f"{column}_recomputed"))
