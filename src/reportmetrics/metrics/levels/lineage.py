"""Column lineage: from the columns of canonical tables, through derived views, to a metric.

Belongs here: the edges of that graph. Not here: drawing it (``publish``), levels being allowed (``verdict``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.levels.check import Levels
from reportmetrics.metrics.levels.reader import read_sql
from reportmetrics.metrics.levels.relation import NOTHING, Reference, Relation

Kind = Literal["value", "rows", "condition"]


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A column of a table, a view or the metric itself; its rows where ``column`` is empty.

    ``levels`` are those that it depends on, neutral left out.
    """

    relation: str
    column: str
    levels: tuple[str, ...]

    @property
    def label(self) -> str:
        """As a path shows it: ``activity.hours``, or ``activity (rows)``."""
        return Reference(self.relation, self.column).label


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """``target`` depends on ``source``.

    On its ``value``; on which ``rows`` it has; or the rows of ``target`` on a ``condition`` that reads it.
    """

    source: Node
    target: Node
    kind: Kind


@dataclass(frozen=True, slots=True)
class Lineage:
    """All edges that lead to a metric, sorted. ``sources`` are the columns and rows of canonical tables among them."""

    metric: str
    edges: tuple[Edge, ...]

    @property
    def sources(self) -> tuple[Node, ...]:
        """Nodes that nothing leads to."""
        targets = {e.target for e in self.edges}
        return tuple(sorted({e.source for e in self.edges} - targets))


def known_levels(catalogue: Catalogue) -> Levels:
    """All derived views of a catalogue, read once for the lineage of many metrics."""
    levels = Levels()
    levels.add_views({name: view.sql for name, view in catalogue.derived.items()})
    return levels


def lineage(catalogue: Catalogue, metric_id: str, levels: Levels | None = None) -> Lineage:
    """Where each column that a metric returns, and its rows, come from. Raises ``KeyError`` for an unknown metric."""
    metric = catalogue.metrics[metric_id]
    levels = levels or known_levels(catalogue)
    output = read_sql(metric.definition.sql, levels.shapes).output
    frame = metric.definition.frame
    if frame:  # a frame says which groups there are, and which of them are zero
        seen = frozenset(Reference(frame, c) for c in ("", *levels.views[frame].output.columns))
        output = Relation(output.columns, output.rows | seen)
    edges: set[Edge] = set()
    todo = list(_edges(metric_id, output, ["", *output.columns], levels, edges))
    done: set[Reference] = set()
    while todo:
        reference = todo.pop()
        if reference in done:
            continue
        done.add(reference)
        view = levels.views.get(reference.relation)
        if view is not None:
            todo += _edges(reference.relation, view.output, [reference.column], levels, edges)
    return Lineage(metric_id, tuple(sorted(edges)))


def _edges(relation: str, output: Relation, columns: Iterable[str], levels: Levels, edges: set[Edge]) -> set[Reference]:
    """Add the edges into some columns of a relation (its rows for an empty name); returns what they come from."""
    found: set[Reference] = set()
    for column in columns:
        refs = output.columns.get(column, NOTHING) if column else output.rows
        target = Node(relation, column, tuple(sorted(levels.of_all(refs))))
        for reference in refs:
            source = Node(reference.relation, reference.column, tuple(sorted(levels.of(reference))))
            kind: Kind = "rows" if not reference.column else "value" if column else "condition"
            edges.add(Edge(source, target, kind))
        found |= refs
    return found
