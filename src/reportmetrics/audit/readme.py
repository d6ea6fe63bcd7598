"""The README of an audit bundle: how to read it and recompute a figure, for somebody who has DuckDB and nothing else.

Belongs here: its words, and the figures that it recomputes. Not here: the files that it speaks of (``bundle``).
"""

from __future__ import annotations

import polars as pl

from reportmetrics.audit.by_hand import by_hand
from reportmetrics.audit.opened import Opened
from reportmetrics.audit.tables import as_lines
from reportmetrics.metrics.results import dims_of

EXAMPLES = (("latency.time_to_decision", "median"), ("activity.held", "sum"), ("burden.timeliness", "share"))
"""Figures that are recomputed step by step, the first that the publication has."""


def readme(opened: Opened) -> str:
    """The README of the bundle of a publication."""
    m = opened.manifest
    metric, statistic = example(opened)
    published = published_values(opened, metric, statistic)
    table = "\n".join(as_lines(published.head(20)))
    figures, metrics = f"{opened.results.figures.height:,}", len(opened.catalogue.metrics)
    plain = sum(len(by_hand(x)) for x in opened.catalogue.metrics.values())
    return f"""# Audit bundle of publication {opened.name}

{m["marking"]}

State of knowledge at the start of {m["as_of"]}, deliveries up to {m["ledger_position"]}. {figures} figures of {metrics}
metrics. This bundle holds single rows, posts and free text: handle it as you would the reports.

| folder | what it holds |
|---|---|
| `figures/` | what was published: figures, points of curves, listed rows (CSV and Parquet) |
| `data/` | every table that the figures come from (CSV and Parquet) |
| `datapackage.json` | what each table and column means |
| `sql/load.sql` | makes these tables known to DuckDB |
| `sql/rows/` | for each metric, the rows that count: one line for each record behind its figures |
| `sql/figures/` | for {plain} statistics, the whole way from tables to figure as one SELECT |
| `definitions/` | the metrics as they were written: who owns them, what they are for, their limits |
| `profile/` | the mission: objectives, indicators, forms, and how each source was read |
| `semantic_model.yaml` | the definitions in the format of Open Semantic Interchange, as far as it can hold them |
| `publication/` | manifest and seal of the publication |
| `SHA256SUMS` | hash of each file here: `sha256sum -c SHA256SUMS` |

## Recompute a figure by hand

The figure: `{metric}`, statistic `{statistic}`. You need the DuckDB command line (duckdb.org), in the unpacked folder:

    duckdb
    .read sql/load.sql
    .read sql/figures/{metric}.{statistic}.sql

What was published (`figures/figures.csv`, metric {metric}, statistic {statistic}):

{_indented(table)}

To see the rows behind it, and then any group, column or count of them:

    .read sql/rows/{metric}.sql
    FROM contributing_rows LIMIT 10;

Each row has a `row_key`. The same key in a table of `data/` leads to `source_file` (SHA-256 of the file that was
received), `source_row` (row in the file or sheet, the header counted) and `file_seq`, whose line in `data/ledger.csv`
gives the file's name.

## What SQL cannot say

Figures whose formula is no short SELECT (intervals, restricted means, tests) are not in `sql/figures/`. Their rows are
in `sql/rows/`; the header of each definition names the published source of the formula. A null in `figures.csv` has its
reason beside it, and is never zero.
"""


def example(opened: Opened) -> tuple[str, str]:
    """The figure that the README recomputes: metric and statistic."""
    for metric, statistic in EXAMPLES:
        if metric in opened.catalogue.metrics and not published_values(opened, metric, statistic).is_empty():
            return metric, statistic
    return next((m, s) for m, x in opened.catalogue.metrics.items() for s in by_hand(x))


def published_values(opened: Opened, metric: str, statistic: str) -> pl.DataFrame:
    """Published values of the headline groups: a column per group column, then ``value``."""
    by = opened.catalogue.metrics[metric].definition.by
    figures = opened.results.figures.filter(
        (pl.col("metric") == metric) & (pl.col("statistic") == statistic) & pl.col("value").is_not_null()
    )
    rows = [
        {**{c: dims[c] for c in by}, "value": value}
        for dims, value in ((dims_of(d), v) for d, v in figures.select("dims", "value").iter_rows())
        if set(dims) == set(by)
    ]
    return pl.DataFrame(rows, schema={**dict.fromkeys(by, pl.String()), "value": pl.Float64()})


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
