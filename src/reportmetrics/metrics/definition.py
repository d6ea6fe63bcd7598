"""What a definition says: the header's fields, each checked on its own, and one SELECT.

Belongs here: the shape of definitions. Not here: reading them from files (``definition_file``), how they fit together
(``catalogue``). Nothing here imports the SQL parser: whoever has a definition from elsewhere does without it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True)
class Select:
    """A query that was parsed and found fit: its text, the columns it returns in order, the tables and views it names.

    ``plain``: rows are read one by one, nothing is joined, grouped or worked out ahead.
    Packed (``pickle``), it keeps its text to run and leaves its tree, which is made from the text when it is wanted.
    """

    sql: str
    columns: tuple[str, ...]
    reads: tuple[str, ...]
    plain: bool = False

    @cached_property
    def tree(self) -> exp.Query:
        """The syntax tree, shared with others: whoever changes it copies it first."""
        from reportmetrics.metrics.select import query_of

        return query_of(self.sql)

    @cached_property
    def written(self) -> str:
        """The query as text to run."""
        from reportmetrics.metrics.select import written

        return written(self.tree)

    def __getstate__(self) -> dict[str, object]:
        """What is packed."""
        return {
            "sql": self.sql,
            "columns": self.columns,
            "reads": self.reads,
            "plain": self.plain,
            "written": self.written,
        }

    def canonical(self) -> str:
        """The query as text in which comments, layout and letter case of keywords do not count."""
        return self.tree.sql(dialect="duckdb", comments=False, normalize=True, pretty=False)


@dataclass(frozen=True, slots=True)
class EstimatorUse:
    """An estimator and its parameters, defaults filled in."""

    name: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """A few named rows of each group of the headline: the ``rows`` largest by ``order_by``, with these ``columns``."""

    name: str
    order_by: str
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What the file of a metric says, each field checked on its own. ``sql`` is the file's SELECT as written."""

    id: str
    version: int
    title: str
    question: str
    level: str
    unit: str
    by: tuple[str, ...]
    also_by: tuple[tuple[str, ...], ...]
    estimators: tuple[EstimatorUse, ...]
    owner: str
    reviewed: dt.date
    review_every: int
    decision: str
    limits: str
    source: str
    caveats: tuple[str, ...]
    frame: str | None
    people: str | None
    reads: tuple[str, ...]
    listings: tuple[Listing, ...]
    sql: str
    path: Path
    theme: str
    select: Select

    @property
    def groupings(self) -> tuple[tuple[str, ...], ...]:
        """The headline's group columns, then the further ones."""
        return (self.by, *self.also_by)


@dataclass(frozen=True, slots=True)
class DerivedDefinition:
    """What the file of a derived view says."""

    id: str
    one_row_is: str
    level: str
    sql: str
    path: Path
    select: Select
