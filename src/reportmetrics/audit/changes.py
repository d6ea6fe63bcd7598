"""What changed between two publications, and why: corrections, new data, or changed definitions.

Belongs here: computing the crossed cases and splitting each change. Not here: what a correction is (``corrected``), how
changes are shown (``cli_audit``, the page of changes).

Each change of a value is split along one path, so that the three effects add up to it exactly::

    before          definitions of A on the snapshot of A (as published)
      corrections   -> definitions of A on the snapshot of A, corrected
      new data      -> definitions of A on the snapshot of B
      definitions   -> definitions of B on the snapshot of B (as published)

The other crossed case, definitions of B on the snapshot of A, is told beside it: where it differs from the effect
above, definitions and data act together.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl
from polars.exceptions import PolarsError

from reportmetrics.audit.corrected import corrected_snapshot
from reportmetrics.audit.opened import AuditError, Opened
from reportmetrics.engines.base import EngineError
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.header import DefinitionError
from reportmetrics.metrics.results import Results
from reportmetrics.metrics.run import ComputeError, compute
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.publish.files import digest_of

ON = ("metric", "dims", "statistic", "label")
CELLS = ("value", "lower", "upper", "n", "n_missing", "unit", "reason", "caveats")

SCHEMA: dict[str, pl.DataType] = {
    "metric": pl.String(),
    "dims": pl.String(),
    "statistic": pl.String(),
    "label": pl.String(),
    "unit": pl.String(),
    "what": pl.String(),
    "before": pl.Float64(),
    "after": pl.Float64(),
    "change": pl.Float64(),
    "corrections": pl.Float64(),
    "new_data": pl.Float64(),
    "definitions": pl.Float64(),
    "definitions_on_before": pl.Float64(),
}
"""One row per figure that changed. ``what``: ``appeared``, ``gone``, or which of ``CELLS`` changed. Effects are null
where one of the cases has no value, and where a side is hidden, as they would tell what it hides;
``definitions_on_before`` is the effect of the new definitions on the old data."""


@dataclass(frozen=True)
class Changes:
    """All that changed from one publication to another. ``figures`` is as ``SCHEMA`` says.

    ``versions``: metrics whose definition changed, was added or dropped, with the versions. ``corrected`` counts
    corrected cells and rows; ``unchanged`` figures that are the same in both.
    """

    before: str
    after: str
    figures: pl.DataFrame
    versions: dict[str, str]
    corrected: int
    unchanged: int


class Compared(Protocol):
    """One side of a comparison: an opened publication, or one in the making."""

    @property
    def name(self) -> str:
        """Name of the publication."""
        ...

    @property
    def as_of(self) -> dt.date:
        """The day that its snapshot is as of."""
        ...

    @property
    def snapshot(self) -> Path:
        """Folder of its snapshot."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """Its own definitions."""
        ...

    @property
    def results(self) -> Results:
        """What it publishes."""
        ...


@dataclass(frozen=True, slots=True)
class InTheMaking:
    """A publication that is being made."""

    name: str
    as_of: dt.date
    snapshot: Path
    catalogue: Catalogue
    results: Results


def changes_since(previous: Path | Compared, after: Compared) -> Changes | str:
    """Changes since a publication (or the one in a folder), or in words why it cannot be compared with.

    A publication before that was altered, shared without its audit folder, or made by definitions that cannot run on
    the tables of today keeps nobody from publishing.
    """
    try:
        before = Opened(previous, known=after.catalogue) if isinstance(previous, Path) else previous
        return changes(before, after)
    except (AuditError, DefinitionError, EngineError, ComputeError, OSError, PolarsError) as error:
        return (str(error).splitlines() or [type(error).__name__])[0]


def changes(before: Compared, after: Compared) -> Changes:
    """Every figure that differs between two publications, with the effects of corrections, new data and definitions.

    Crossed cases are computed by the estimators that are installed. Raises ``ComputeError`` or ``EngineError`` where
    the definitions of one cannot run on the snapshot of the other, ``AuditError`` where a side has no snapshot.
    """
    for side in (before, after):
        if not (side.snapshot / "snapshot.json").is_file():
            raise AuditError(f"{side.name} has no snapshot to compare: its audit folder is not there")
    definitions = _hashes(before) != _hashes(after)
    data = digest_of(before.snapshot) != digest_of(after.snapshot)
    a, b = before.results.figures, after.results.figures
    corrected: dict[str, int] = {}
    old_on_corrected = a
    if data:
        with tempfile.TemporaryDirectory(prefix="reportmetrics-") as scratch:
            corrected = corrected_snapshot(before.snapshot, after.snapshot, Path(scratch) / "snapshot")
            if corrected:
                old_on_corrected = _corrected(before, Path(scratch) / "snapshot", corrected)
    # A case that differs from a published one in nothing is the published one.
    old_on_new = _figures(before.catalogue, after.snapshot, after) if definitions and data else (b if data else a)
    new_on_old = _figures(after.catalogue, before.snapshot, before) if definitions and data else (a if data else b)
    if not definitions:
        old_on_new, new_on_old = b, a
    figures, unchanged = _split(a, b, old_on_corrected, old_on_new, new_on_old)
    return Changes(before.name, after.name, figures, _versions(before, after), sum(corrected.values()), unchanged)


def _figures(catalogue: Catalogue, snapshot: Path, dated: Compared) -> pl.DataFrame:
    with DuckDBEngine(snapshot) as engine:
        return compute(catalogue, engine, as_of=dated.as_of).figures


def _corrected(before: Compared, snapshot: Path, tables: Collection[str]) -> pl.DataFrame:
    """Figures of ``before`` on its corrected ``snapshot``: those that read one of the corrected ``tables``, anew."""
    catalogue = before.catalogue
    moved = [name for name, metric in catalogue.metrics.items() if not set(metric.tables).isdisjoint(tables)]
    kept = before.results.figures.filter(~pl.col("metric").is_in(moved))
    if not moved:
        return kept
    with DuckDBEngine(snapshot, only=catalogue.tables_of(moved)) as engine:
        return pl.concat([kept, compute(catalogue, engine, as_of=before.as_of, select=moved).figures])


def _hashes(opened: Compared) -> dict[str, str]:
    return {m.definition.id: m.definition_hash for m in opened.catalogue.metrics.values()}


def _versions(before: Compared, after: Compared) -> dict[str, str]:
    old, new = before.catalogue.metrics, after.catalogue.metrics
    told = {}
    for name in sorted({*old, *new}):
        if name not in old:
            told[name] = f"new, version {new[name].definition.version}"
        elif name not in new:
            told[name] = f"dropped, was version {old[name].definition.version}"
        elif old[name].definition_hash != new[name].definition_hash:
            told[name] = f"version {old[name].definition.version} to {new[name].definition.version}"
    return told


def _split(
    a: pl.DataFrame, b: pl.DataFrame, corrected: pl.DataFrame, old_on_new: pl.DataFrame, new_on_old: pl.DataFrame
) -> tuple[pl.DataFrame, int]:
    joined = (
        a.select(*ON, *(pl.col(c).alias(f"{c}_a") for c in CELLS), pl.lit(True).alias("in_a"))
        .join(
            b.select(*ON, *(pl.col(c).alias(f"{c}_b") for c in CELLS), pl.lit(True).alias("in_b")),
            on=list(ON),
            how="full",
            coalesce=True,
            maintain_order="left_right",
        )
        .with_columns(pl.col("in_a", "in_b").fill_null(False))
    )
    for name, case in (("corrected", corrected), ("old_on_new", old_on_new), ("new_on_old", new_on_old)):
        values = case.select(*ON, pl.col("value").alias(name))
        joined = joined.join(values, on=list(ON), how="left", maintain_order="left")
    differs = {c: pl.col(f"{c}_a").ne_missing(pl.col(f"{c}_b")) for c in CELLS}
    changed = joined.filter(~(pl.col("in_a") & pl.col("in_b")) | pl.any_horizontal(*differs.values()))
    cells = pl.concat_str([pl.when(t).then(pl.lit(c)) for c, t in differs.items()], separator=", ", ignore_nulls=True)
    what = pl.when(~pl.col("in_a")).then(pl.lit("appeared")).when(~pl.col("in_b")).then(pl.lit("gone")).otherwise(cells)
    hidden = pl.any_horizontal(pl.col("reason_a", "reason_b").eq_missing(HIDDEN))

    def effect(of: str, beside: str) -> pl.Expr:
        return pl.when(~hidden).then(pl.col(of) - pl.col(beside))

    figures = changed.select(
        *ON,
        pl.coalesce("unit_b", "unit_a").alias("unit"),
        what.alias("what"),
        pl.col("value_a").alias("before"),
        pl.col("value_b").alias("after"),
        (pl.col("value_b") - pl.col("value_a")).alias("change"),
        effect("corrected", "value_a").alias("corrections"),
        effect("old_on_new", "corrected").alias("new_data"),
        effect("value_b", "old_on_new").alias("definitions"),
        effect("new_on_old", "value_a").alias("definitions_on_before"),
    )
    return figures.cast(SCHEMA), joined.height - figures.height  # type: ignore[arg-type]
