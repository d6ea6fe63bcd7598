"""Putting a query and the derived views beneath it together as one text that runs on a snapshot as it is.

Belongs here: text from trees. Not here: which views a query needs (``catalogue``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from reportmetrics.metrics.select import written


@dataclass(frozen=True)
class OwnSql:
    """A SELECT as text, parted from its own CTEs so that others can go before them.

    The parts are written one by one and put together as text: a view is beneath many metrics, and writing its tree anew
    for each of them took longer than reading all files.
    """

    ctes: tuple[str, ...]
    select: str

    @classmethod
    def of(cls, query: exp.Query) -> OwnSql:
        """The parts of a query."""
        query = query.copy()
        own = query.args.get("with_")
        ctes = tuple(written(cte) for cte in own.expressions) if own else ()
        query.set("with_", None)
        return cls(ctes, written(query))

    def with_views(self, views: Mapping[str, str]) -> str:
        """The query with the views as CTEs ahead of its own."""
        ctes = [f"{_name(name)} AS (\n{sql}\n)" for name, sql in views.items()] + list(self.ctes)
        return f"WITH {', '.join(ctes)}\n{self.select}" if ctes else self.select


def _name(name: str) -> str:
    return exp.to_identifier(name).sql(dialect="duckdb")
