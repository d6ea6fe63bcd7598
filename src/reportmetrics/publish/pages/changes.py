"""Changes: what this publication says otherwise than the one before it, and why.

Belongs here: tables made from the comparison. Not here: comparing (``audit.changes``).

Restated figures (by corrections or by changed definitions) stand apart from those that moved because time went on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import polars as pl

from reportmetrics.metrics.results import dims_of
from reportmetrics.publish import numbers
from reportmetrics.publish.blocks import Block, Cell, Column, Table, definition_href, name_cell, number_cell
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.page import Page

if TYPE_CHECKING:
    from reportmetrics.audit.changes import Changes

NAVIGATION = "Changes"
SHOWN = 200
"""Figures of one table on the page, those that changed most first; the command shows all."""

PERIODS = {"week": 7, "month": 31}
"""Group columns that hold the first day of a period, and after how many days it is over."""

EFFECTS = ("corrections", "new_data", "definitions")
_NO_DEFINITION: Cell = Cell(numbers.DASH, None, quiet=True)


def build(edition: Edition) -> Page:
    """The page; without a publication before, or one that cannot be compared with, it says so."""
    found = edition.changes
    if isinstance(found, str):
        return _page(edition, *_nothing(edition, found), [])
    restated, late, moved = _parts(edition, found)
    blocks = [_restated_block(edition, restated)]
    if not late.is_empty():
        blocks.append(_late_block(edition, late))
    blocks.append(_moved_block(edition, found, moved))
    if found.versions:
        blocks.append(_definitions_block(edition, found))
    blocks.append(_metrics_block(edition, found, restated))
    lede = (
        f"Compared with publication {found.before}: {numbers.count(found.figures.height)} figures changed, "
        f"{numbers.count(found.unchanged)} did not. "
        f"{_corrections(found.corrected)} corrected of what was known before."
    )
    return _page(edition, _heading(restated), lede, blocks)


def _corrections(count: int) -> str:
    if count == 1:
        return "One cell or row was"
    return f"{numbers.count(count)} cells and rows were" if count else "Nothing was"


def _page(edition: Edition, heading: str, lede: str, blocks: list[Block]) -> Page:
    commands = f"reportmetrics metrics diff {edition.before} {edition.name}" if edition.before else ""
    return Page(
        file="changes.html",
        template="changes.html",
        navigation=NAVIGATION,
        crumb=[NAVIGATION],
        heading=heading,
        lede=lede,
        blocks=blocks,
        content={"blocks": blocks, "stem": "changes", "command": commands},
    )


def _nothing(edition: Edition, why: str) -> tuple[str, str]:
    if not edition.before:
        return (
            "The first publication: nothing to compare with",
            "From the next one on, each changed figure stands here.",
        )
    reason = f" Reason: {why}." if why else ""
    return f"Not compared with {edition.before}", f"Its figures are on its own pages.{reason}"


def _heading(restated: pl.DataFrame) -> str:
    if restated.is_empty():
        return "No figure is restated; what changed is new data"
    by_definition = int(restated.select(_moves("definitions").sum()).item())
    by_correction = int(restated.select(_moves("corrections").sum()).item())
    many = restated.height
    causes = [(by_correction, "corrections"), (by_definition, "changed definitions")]
    told = " and ".join(f"by {word}" if n == many else f"{numbers.in_words(n)} by {word}" for n, word in causes if n)
    subject = "One figure is" if many == 1 else f"{numbers.count(many)} figures are"
    return f"{subject} restated: {told}" if told else f"{subject} restated: without a value on one side"


def _moves(effect: str) -> pl.Expr:
    return (pl.col(effect).is_not_null() & (pl.col(effect) != 0)).fill_null(False)


def _parts(edition: Edition, found: Changes) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Restated figures; then, moved by new data: those of closed periods, and main figures of headline groups.

    A figure whose definition changed and that has no value on one side is restated too: no effect can be given for it.
    """
    redefined = pl.col("metric").is_in([m for m in found.versions if m in edition.catalogue.metrics])
    unexplained = redefined & pl.col("definitions").is_null()
    dims = [dims_of(d) for d in found.figures["dims"]]
    headline = {m.id: sorted(m.by) for m in edition.catalogue.metrics.values()}
    as_of = numbers.parse_day(found.before)
    marked = found.figures.with_columns(
        (_moves("corrections") | _moves("definitions") | unexplained).alias("restated"),
        pl.Series("closed", [_closed(d, as_of) for d in dims], dtype=pl.Boolean),
        pl.Series(
            "headline",
            [headline.get(m) == sorted(d) for m, d in zip(found.figures["metric"], dims, strict=True)],
            dtype=pl.Boolean,
        ),
    )
    other = marked.filter(~pl.col("restated") & _moves("change"))
    first = edition.figures.first_statistics()
    main = pl.col("headline") & (pl.col("statistic") == pl.col("metric").replace_strict(first, default=""))
    late, moved = other.filter("closed"), other.filter(~pl.col("closed") & main)
    return marked.filter("restated"), late, moved


def _closed(dims: dict[str, str | None], as_of: dt.date | None) -> bool:
    """Whether a group is of a week or month that was over when the publication before was made."""
    starts = {name: numbers.parse_day(dims.get(name)) for name in PERIODS}
    ends = [start + dt.timedelta(days=PERIODS[name]) for name, start in starts.items() if start is not None]
    return as_of is not None and any(end <= as_of for end in ends)


def _by_size(figures: pl.DataFrame) -> pl.DataFrame:
    """Largest change first, as a share of what was said before; without a number before or after, last."""
    size = pl.col("change").abs() / pl.max_horizontal(pl.col("before").abs(), pl.col("after").abs())
    return figures.sort(size.fill_nan(None), *figures.columns[:4], descending=[True, *[False] * 4], nulls_last=True)


def _restated_block(edition: Edition, restated: pl.DataFrame) -> Block:
    shown = _by_size(restated).head(SHOWN)
    heads = ["Before", "After", "Change", "Corrections", "New data", "Definition"]
    rows = [[*_names(edition, r), *_values(r, ("before", "after", "change", *EFFECTS))] for r in _rows(shown)]
    more = f"; the {numbers.count(SHOWN)} that changed most" if restated.height > SHOWN else ""
    none = "No correction and no changed definition reached a figure that was published before."
    return Block(
        id="restated",
        finding=f"{numbers.count(restated.height)} figures restated{more}" if rows else "No figure is restated",
        subtitle="Change = effect of corrections + of new data + of the changed definition, in the unit of the figure; "
        "definitions of then and now computed over the tables of then, of then corrected, and of now",
        span=12,
        metrics=[],
        table=_table("Restated figures", heads, rows) if rows else None,
        caveat="A dash stands where a side has no value or is hidden: then no effect can be given." if rows else "",
        nothing=none,
    )


def _late_block(edition: Edition, late: pl.DataFrame) -> Block:
    shown = _by_size(late).head(SHOWN)
    rows = [[*_names(edition, r), *_values(r, ("before", "after", "change"))] for r in _rows(shown)]
    more = f", the {numbers.count(SHOWN)} that moved most" if late.height > SHOWN else ""
    return Block(
        id="late",
        finding=f"{numbers.count(late.height)} figures of closed periods moved by late data{more}",
        subtitle="The week or month was over when the publication before was made; reports of it came since",
        span=12,
        metrics=[],
        table=_table("Figures of closed periods", ["Before", "After", "Change"], rows),
    )


def _moved_block(edition: Edition, found: Changes, moved: pl.DataFrame) -> Block:
    shown = _by_size(moved).head(SHOWN)
    rows = [[*_names(edition, r), *_values(r, ("before", "after", "change"))] for r in _rows(shown)]
    more = f", the {numbers.count(SHOWN)} that moved most" if moved.height > SHOWN else ""
    return Block(
        id="moved",
        finding="Moved by new data" + more,
        subtitle=f"Main figure of each headline group, {found.before} to {edition.name}; all others are counted below",
        span=12,
        metrics=[],
        table=_table("Figures moved by new data", ["Before", "After", "Change"], rows) if rows else None,
        nothing="New data moved no figure of a headline group.",
    )


def _definitions_block(edition: Edition, found: Changes) -> Block:
    rows = [[_metric_cell(edition, name), name_cell(what)] for name, what in found.versions.items()]
    return Block(
        id="redefined",
        finding=f"{numbers.in_words(len(rows)).capitalize()} definition{'' if len(rows) == 1 else 's'} changed",
        subtitle="By the hash of what a definition means; its text may have changed without this",
        span=12,
        metrics=[],
        table=Table("Changed definitions", [Column("Metric"), Column("Change")], rows),
    )


def _metrics_block(edition: Edition, found: Changes, restated: pl.DataFrame) -> Block:
    counted = (
        found.figures.group_by("metric", maintain_order=True)
        .agg(
            pl.len().alias("all"),
            (pl.col("what") == "appeared").sum().alias("appeared"),
            (pl.col("what") == "gone").sum().alias("gone"),
        )
        .join(restated.group_by("metric").len("restated"), on="metric", how="left", maintain_order="left")
        .with_columns(pl.col("restated").fill_null(0))
    )
    heads = ("Figures changed", "New groups", "Groups gone", "Restated")
    rows = [
        [
            _metric_cell(edition, r["metric"]),
            *(number_cell(r[c], numbers.count) for c in ("all", "appeared", "gone", "restated")),
        ]
        for r in _rows(counted)
    ]
    return Block(
        id="by-metric",
        finding="Every metric with a changed figure",
        subtitle="All groups and statistics, intervals and counts of rows included",
        span=12,
        metrics=[],
        table=Table("Changed figures by metric", [Column("Metric"), *(Column(h, "right") for h in heads)], rows)
        if rows
        else None,
        nothing="No figure changed.",
    )


def _table(caption: str, heads: list[str], rows: list[list[Cell]]) -> Table:
    names = [Column(h) for h in ("Metric", "Group", "Figure", "Unit")]
    return Table(caption, [*names, *(Column(h, "right") for h in heads)], rows)


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return list(frame.iter_rows(named=True))


def _metric_cell(edition: Edition, metric: object) -> Cell:
    known = str(metric) in edition.catalogue.metrics
    return name_cell(str(metric), definition_href(str(metric)) if known else None)


def _names(edition: Edition, row: dict[str, Any]) -> list[Cell]:
    dims = dims_of(str(row["dims"]))
    group = (
        ", ".join(f"{_column(k)} {numbers.DASH if v is None else v}" for k, v in dims.items()) or "the whole mission"
    )
    figure = f"{row['statistic']} {row['label']}".strip()
    return [
        _metric_cell(edition, row["metric"]),
        name_cell(group),
        name_cell(figure),
        name_cell(str(row["unit"] or "")),
    ]


def _column(name: str) -> str:
    return name.removesuffix("_id").replace("_", " ")


def _values(row: dict[str, Any], columns: tuple[str, ...]) -> list[Cell]:
    write: Callable[[float], str] = numbers.percent if row["unit"] == "share" else numbers.plain
    found = []
    for column in columns:
        value = row[column]
        if isinstance(value, float):
            # Differences of doubles carry noise of their last digits, which is not a change.
            shown = value if column in ("before", "after") else float(f"{value:.9g}")
            found.append(Cell(_signed(shown, write) if column not in ("before", "after") else write(shown), shown))
        else:
            found.append(_NO_DEFINITION)
    return found


def _signed(value: float, write: Callable[[float], str]) -> str:
    if value == 0:
        return "0"
    return f"+{write(value)}" if value > 0 else f"{numbers.MINUS}{write(-value)}"
