"""``exports/request_events.csv``: what happened to requests, one line an event, as process-mining tools read it.

The columns are those of the XES standard as pm4py names them: ``case:concept:name`` (the request), ``concept:name``
(what happened), ``time:timestamp`` (ISO 8601, UTC), and the request's own attributes, each called ``case:...``. So
``pm4py.format_dataframe`` and other tools need to be told nothing.

Belongs here: that file. Not here: figures (``exports``). It tells no person: neither who raised a request nor to whom
something was promised.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from reportmetrics.publish.text import FORMULA_STARTS, for_spreadsheet

CASE, ACTIVITY, TIME = "case:concept:name", "concept:name", "time:timestamp"
ATTRIBUTES = {
    "hq": "case:headquarters",
    "request_type": "case:request_type",
    "priority": "case:priority",
    "objective_id": "case:objective",
}
_EVENTS = (
    ("raised_at", pl.lit("raised")),
    ("acknowledged_at", pl.lit("first reply")),
    (
        "decided_at",
        pl.when(pl.col("outcome").is_in(["approved", "denied"])).then("outcome").otherwise(pl.lit("decided")),
    ),
    ("withdrawn_at", pl.lit("withdrawn")),
)
"""Columns of ``request`` with the name of their event, in the order of a request's life."""


def request_events(snapshot: Path) -> pl.DataFrame:
    """Events of all requests of the snapshot folder, by request and time; events of one instant in order of life.

    All columns are text. A request that was decided and withdrawn has both events.
    """
    wanted = ["request_id", *ATTRIBUTES, "outcome", *(column for column, _ in _EVENTS)]
    requests = pl.scan_parquet(sorted((snapshot / "request").glob("*.parquet"))).select(wanted)
    parts = [
        requests.filter(pl.col(column).is_not_null()).select(
            pl.col("request_id").alias(CASE),
            name.alias(ACTIVITY),
            pl.col(column).alias(TIME),
            *(pl.col(ours).alias(theirs) for ours, theirs in ATTRIBUTES.items()),
            pl.lit(place).alias("place"),
        )
        for place, (column, name) in enumerate(_EVENTS)
    ]
    events = pl.concat(parts).sort(CASE, TIME, "place").drop("place")
    return events.with_columns(pl.col(TIME).dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")).collect()


def write_request_events(path: Path, events: pl.DataFrame, *, marking: str) -> None:
    """Write the events as CSV; the marking is the last column, and no cell starts as a spreadsheet's formula does."""
    guarded = [
        pl.when(pl.col(c).str.slice(0, 1).is_in(list(FORMULA_STARTS))).then("'" + pl.col(c)).otherwise(c).alias(c)
        for c in events.columns
    ]
    events.select(*guarded, pl.lit(for_spreadsheet(marking)).alias("marking")).write_csv(path)
