"""The rows behind a figure, and the figure computed again from those rows.

Belongs here: putting together what was published, what the rows give now, and where the rows came from. Not here:
printing (``cli_audit``), the archive (``raw``).
"""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import polars as pl

from reportmetrics.audit.group import frame_of, group_sql, recompute_group
from reportmetrics.audit.opened import NotPublishedError, Opened
from reportmetrics.audit.origins import SCHEMA, judged_by, origins
from reportmetrics.engines.base import Engine
from reportmetrics.metrics.metric import Metric
from reportmetrics.metrics.results import FIGURE_SCHEMA, Results, dims_key, dims_of

HELD = "rows_of_the_group"
"""Name under which the engine holds the rows that are asked about."""

ON = ("statistic", "label")
NUMBERS = ("value", "lower", "upper", "n", "n_missing", "reason")


@dataclass(frozen=True)
class Explanation:
    """What stands behind the figures of one group of a metric.

    ``figures``: statistic, label, unit, then each of ``NUMBERS`` as published and (``recomputed_...``) as the rows give
    it, and ``equal``. ``rows``: the contributing rows, at most the number asked for, with table, source, file and row;
    ``row_count`` counts all. ``support``: the sent records that rows without a file of their own were judged by.
    ``frame``: what the metric's frame says of the group, where zero is told from 'not reported'.
    """

    publication: str
    metric: Metric
    dims: Mapping[str, str | None]
    figures: pl.DataFrame
    rows: pl.DataFrame
    row_count: int
    support: pl.DataFrame
    frame: pl.DataFrame

    @property
    def equal(self) -> bool:
        """Whether every published figure of the group, and nothing else, comes out of the rows."""
        return self.figures.height > 0 and bool(self.figures["equal"].all())


def explain(
    opened: Opened,
    metric_id: str,
    dims: Mapping[str, str | None] | None = None,
    *,
    limit: int | None = None,
    engine: Engine | None = None,
    whole: dict[str, Results] | None = None,
) -> Explanation:
    """Explain all figures of the group ``dims`` of a metric. ``limit`` bounds the rows returned, not those counted.

    Whoever explains many groups over one ``engine`` passes a dictionary ``whole``, in which metrics that can only be
    computed as a whole are kept.

    Raises :class:`NotPublishedError`, which says what was published, for a metric or group that is not there.
    """
    metric, group = _published_group(opened, metric_id, dict(dims or {}))
    if engine is not None:
        return _explain(opened, metric, group, limit, engine, whole)
    with opened.engine(metric) as own:
        return _explain(opened, metric, group, limit, own, whole)


def _explain(
    opened: Opened,
    metric: Metric,
    dims: Mapping[str, str | None],
    limit: int | None,
    engine: Engine,
    whole: dict[str, Results] | None,
) -> Explanation:
    with ExitStack() as kept:
        sql = group_sql(metric, dims)
        if not metric.is_plain(()):  # rows that take joining are worked out once, not for each question about them
            kept.enter_context(engine.holding(HELD, sql))
            sql = f"SELECT * FROM {HELD}"
        return _explained(opened, metric, dims, limit, engine, whole, sql)


def _explained(
    opened: Opened,
    metric: Metric,
    dims: Mapping[str, str | None],
    limit: int | None,
    engine: Engine,
    whole: dict[str, Results] | None,
    sql: str,
) -> Explanation:
    """The explanation of a group whose rows ``sql`` returns."""
    published = opened.results.figures.filter(
        (pl.col("dims") == dims_key(dims)) & (pl.col("metric") == metric.definition.id)
    )
    recomputed = recompute_group(metric, engine, dims, sql, as_of=opened.as_of, whole=whole)
    bounded = sql if limit is None else f"SELECT * FROM ({sql}) AS every_row ORDER BY row_key LIMIT {int(limit)}"
    rows = engine.frame(bounded).sort("row_key")
    count = rows.height if limit is None or rows.height < limit else _count(engine, sql)
    keys = f"SELECT row_key FROM ({bounded}) AS shown"
    where = origins(metric, engine, keys)
    support = judged_by(metric, engine, keys, sorted(set(where["table"].to_list())))
    frame = frame_of(metric, dims)
    return Explanation(
        opened.name,
        metric,
        dims,
        side_by_side(published, recomputed.figures),
        rows.join(where.select(c for c in SCHEMA if c == "row_key" or c not in rows.columns), on="row_key", how="left"),
        count,
        support,
        pl.DataFrame() if frame is None else engine.frame(frame.sql),
    )


def _count(engine: Engine, sql: str) -> int:
    return int(engine.frame(f"SELECT count(*) AS n FROM ({sql}) AS every_row")["n"][0])


def side_by_side(published: pl.DataFrame, recomputed: pl.DataFrame) -> pl.DataFrame:
    """Figures as published and as recomputed, in published order, with ``equal``; what only one side has is unequal."""
    before = published.select(*ON, "unit", *NUMBERS, "caveats").with_columns(was=pl.lit(True))
    after = recomputed.cast(FIGURE_SCHEMA).select(  # type: ignore[arg-type]
        *ON, *(pl.col(c).alias(f"recomputed_{c}") for c in (*NUMBERS, "caveats")), pl.lit(True).alias("came")
    )
    joined = before.join(after, on=list(ON), how="full", coalesce=True, maintain_order="left_right")
    same = pl.all_horizontal(
        pl.col("was").fill_null(False),
        pl.col("came").fill_null(False),
        *(pl.col(c).eq_missing(pl.col(f"recomputed_{c}")) for c in (*NUMBERS, "caveats")),
    )
    return joined.with_columns(equal=same).drop("was", "came", "recomputed_caveats")


def _published_group(
    opened: Opened, metric_id: str, dims: dict[str, str | None]
) -> tuple[Metric, Mapping[str, str | None]]:
    figures = opened.results.figures
    metric = opened.metric(metric_id)
    if metric is None:
        known = list(opened.manifest["metrics"])
        near = difflib.get_close_matches(metric_id.lower(), known, n=1, cutoff=0.5)
        meant = f"; is {near[0]} meant?" if near else "."
        raise NotPublishedError(f"{opened.name} has no metric '{metric_id}'{meant} It has: {', '.join(known)}")
    groups = figures.filter(pl.col("metric") == metric_id)["dims"].unique(maintain_order=True).to_list()
    if dims_key(dims) not in groups:
        raise NotPublishedError(_what_there_is(opened.name, metric_id, dims, [dims_of(g) for g in groups]))
    return metric, dims


def _what_there_is(
    publication: str, metric_id: str, dims: dict[str, str | None], groups: list[dict[str, str | None]]
) -> str:
    said = _as_asked(dims) or "the whole mission"
    lines = [f"{publication} has no figure of {metric_id} for {said}. It has figures"]
    for columns in dict.fromkeys(tuple(sorted(g)) for g in groups):
        if not columns:
            lines.append("  for the whole mission (without --where)")
            continue
        some = [g for g in groups if tuple(sorted(g)) == columns]
        # Where part of what was asked for exists, that part decides which groups are worth showing.
        near = [g for g in some if all(g[k] == v for k, v in dims.items() if k in g)] or some
        shown = [_as_asked({k: g[k] for k in columns}) for g in near[:6]]
        more = f" ... and {len(some) - len(shown)} more" if len(some) > len(shown) else ""
        lines.append(f"  by {', '.join(columns)}: " + "; ".join(shown) + more)
    return "\n".join(lines)


def _as_asked(dims: Mapping[str, str | None]) -> str:
    """A group as it is asked for at a shell."""
    return " ".join(f"--where {shlex.quote(k + '=' + (v or ''))}" for k, v in dims.items())
