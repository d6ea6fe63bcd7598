"""A metric, ready to be computed: its definition, and the SQL that runs on a snapshot as it is.

Belongs here: the shape, and the texts of its queries. Not here: how definitions become metrics (``catalogue``),
computing (``run``). Nothing here imports the SQL parser: texts are put together, not parsed again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from reportmetrics.metrics.definition import Definition
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.inlining import OwnSql, quoted

ROWS = "contributing_rows"
"""Name of a metric's SELECT inside the queries that are made from it."""

FRAME_COLUMN = "reported"
"""Column of a frame view that tells a true zero from what nobody reported."""


@dataclass(frozen=True)
class Frame:
    """The groups that a metric's frame view tells of: its columns but for the key, and the query of them."""

    columns: tuple[str, ...]
    query: OwnSql

    @cached_property
    def sql(self) -> str:
        """The frame, on a snapshot as it is."""
        return self.query.with_views({})

    def only(self, predicate: str) -> Frame:
        """Those of its rows for which ``predicate`` (SQL over its columns) holds."""
        return replace(self, query=OwnSql((), self.query.restricted({}, self.columns, predicate)))


@dataclass(frozen=True)
class Metric:
    """A metric and all that lies beneath it.

    ``views`` are the derived views in the order in which they must be defined; ``tables`` the canonical tables beneath
    all of them; ``rows_sql`` returns the contributing rows and runs on a snapshot as it is. ``ctes`` are the views that
    its SELECT needs, as text, in order, and ``own_sql`` the SELECT without them.
    """

    definition: Definition
    views: tuple[str, ...]
    tables: tuple[str, ...]
    ctes: Mapping[str, str]
    own_sql: OwnSql
    frame_query: Frame | None
    definition_hash: str

    @cached_property
    def rows_sql(self) -> str:
        """The contributing rows, on a snapshot as it is."""
        return self.rows_sql_over(frozenset())

    def rows_sql_over(self, held: Collection[str]) -> str:
        """The contributing rows where the views in ``held`` stand ready as tables of their names."""
        return self.own_sql.with_views({name: sql for name, sql in self.ctes.items() if name not in held})

    @property
    def read_again(self) -> bool:
        """Whether the rows are read more than once: to count people, or for listings."""
        return self.definition.people is not None or bool(self.definition.listings)

    def is_plain(self, held: Collection[str]) -> bool:
        """Whether reading the rows again costs no more than reading a table: no view to work out, nothing joined."""
        select = self.definition.select
        return select.plain and all(view in held for view in self.ctes if view in select.reads)

    def narrowed(self, rows_sql: str) -> str:
        """The rows with the columns alone that figures and listings are made of."""
        definition = self.definition
        needed = {need.name for use in definition.estimators for need in ESTIMATORS[use.name].needs}
        needed.update(column for grouping in definition.groupings for column in grouping)
        needed.update(column for x in definition.listings for column in ("row_key", x.order_by, *x.columns))
        needed.add(definition.people or "")
        names = ", ".join(quoted(c) for c in definition.select.columns if c in needed)
        return f"SELECT {names} FROM ({rows_sql}) AS every_column"

    def rows_where(self, predicate: str) -> str:
        """The contributing rows for which ``predicate`` (SQL over the returned columns) holds."""
        return self.own_sql.restricted(self.ctes, self.definition.select.columns, predicate)

    def with_rows(self, sql: str) -> Metric:
        """The same metric over other rows: ``sql`` runs on a snapshot as it is."""
        return replace(self, ctes={}, own_sql=OwnSql((), sql))

    def __getattr__(self, name: str) -> Any:
        """Fields of the definition are fields of the metric."""
        if name.startswith("_") or name == "definition":
            raise AttributeError(name)
        return getattr(self.definition, name)
