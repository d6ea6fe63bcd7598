"""Putting a query and the derived views beneath it together as one text that runs on a snapshot as it is.

Belongs here: text from trees, and from such text. Not here: which views a query needs (``catalogue``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


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
        from reportmetrics.metrics.select import written

        query = query.copy()
        own = query.args.get("with_")
        ctes = tuple(written(cte, copy=False) for cte in own.expressions) if own else ()
        query.set("with_", None)
        return cls(ctes, written(query, copy=False))

    def with_views(self, views: Mapping[str, str]) -> str:
        """The query with the views as CTEs ahead of its own."""
        return _after(self._ctes(views), self.select)

    def restricted(self, views: Mapping[str, str], columns: Iterable[str], predicate: str) -> str:
        """Those rows of the query, with the views ahead of it, for which ``predicate`` holds; its CTEs stay on top."""
        names = ", ".join(quoted(c) for c in columns)
        return _after(self._ctes(views), f"SELECT {names} FROM (\n{self.select}\n) AS every_group WHERE {predicate}")

    def _ctes(self, views: Mapping[str, str]) -> list[str]:
        return [named(name, sql) for name, sql in views.items()] + list(self.ctes)


def _after(ctes: list[str], select: str) -> str:
    return f"WITH {', '.join(ctes)}\n{select}" if ctes else select


def named(name: str, sql: str) -> str:
    """A query as a CTE of this name."""
    return f"{name if name.isidentifier() else quoted(name)} AS (\n{sql}\n)"


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'
