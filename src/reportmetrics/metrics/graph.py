"""The way of a figure: from columns of the canonical tables, through derived views and the metric, to its estimators.

Belongs here: the lineage of one metric as boxes in layers, and that as text, DOT and JSON. Not here: finding the edges
(``levels.lineage``), the picture on the page (``publish.lineage``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from reportmetrics.metrics.catalogue import Catalogue
from reportmetrics.metrics.estimators import ESTIMATORS
from reportmetrics.metrics.levels.check import Levels
from reportmetrics.metrics.levels.lineage import Edge, known_levels, lineage
from reportmetrics.metrics.metric import Metric

FIGURES = "figures"
GROUPS = "groups"
BoxKind = Literal["table", "view", "metric", "figures"]
LinkKind = Literal["value", "rows"]


@dataclass(frozen=True, slots=True)
class Box:
    """A table, a view, the metric, or its figures; ``columns`` are those on the way to a figure.

    ``levels``: steps of the result chain that the rows or a column of it tell of. ``layer`` counts from the tables (0).
    """

    name: str
    kind: BoxKind
    layer: int
    levels: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """``value``: a column depends on a column. ``rows``: which rows there are, or count, depends on the source."""

    source: str
    column: str
    target: str
    target_column: str
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class Graph:
    """Boxes by layer and name; links between their columns (an empty column stands for the rows)."""

    metric: str
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]

    def sources_of(self, box: str, column: str) -> tuple[list[str], list[str]]:
        """Columns of tables that the values of a column come from, and the views on the way."""
        tables = {b.name for b in self.boxes if b.kind == "table"}
        into: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for link in self.links:
            if link.kind == "value":
                into.setdefault((link.target, link.target_column), []).append((link.source, link.column))
        found, through, todo, done = set(), set(), [(box, column)], set()
        while todo:
            at = todo.pop()
            if at in done:
                continue
            done.add(at)
            for source in into.get(at, ()):
                if source[0] in tables:
                    found.add(".".join(source))
                else:
                    through.add(source[0])
                    todo.append(source)
        return sorted(found), sorted(through)


def graph_of(catalogue: Catalogue, metric_id: str, levels: Levels | None = None) -> Graph:
    """The graph of a metric. ``levels`` (``known_levels``) saves time over many. Raises ``KeyError`` where unknown."""
    metric = catalogue.metrics[metric_id]
    edges = lineage(catalogue, metric_id, levels or known_levels(catalogue)).edges
    links = sorted({*_links(edges), *_to_figures(metric)})
    order = _layers(links)
    used: dict[str, set[str]] = {name: set() for name in order}
    for link in links:
        used[link.source].add(link.column)
        used[link.target].add(link.target_column)
    tells: dict[str, set[str]] = {}
    for edge in edges:
        for node in (edge.source, edge.target):
            tells.setdefault(node.relation, set()).update(node.levels)
    boxes = [
        Box(
            name,
            _kind(name, metric, catalogue),
            layer,
            (metric.definition.level,) if name in (metric_id, FIGURES) else tuple(sorted(tells.get(name, ()))),
            _in_order(used[name] - {""}, metric.definition.select.columns if name == metric_id else ()),
        )
        for name, layer in order.items()
    ]
    return Graph(metric_id, tuple(sorted(boxes, key=lambda b: (b.layer, b.name))), tuple(links))


def _links(edges: Sequence[Edge]) -> Iterator[Link]:
    for e in edges:
        if e.kind == "value":
            yield Link(e.source.relation, e.source.column, e.target.relation, e.target.column, "value")
        else:
            yield Link(e.source.relation, "", e.target.relation, e.target.column, "rows")


def _to_figures(metric: Metric) -> Iterator[Link]:
    """From the metric's columns to its estimators, and to the groups that its figures are told for."""
    d = metric.definition
    returned = d.select.columns
    for use in d.estimators:
        wanted = [n.name for n in ESTIMATORS[use.name].needs if n.name in returned]
        for column in wanted:
            yield Link(d.id, column, FIGURES, use.name, "value")
        if not wanted:
            yield Link(d.id, "row_key", FIGURES, use.name, "value")
    for column in dict.fromkeys(c for grouping in d.groupings for c in grouping):
        yield Link(d.id, column, FIGURES, GROUPS, "value")


def _layers(links: Sequence[Link]) -> dict[str, int]:
    """Longest way from the tables to each box."""
    into: dict[str, set[str]] = {}
    for link in links:
        into.setdefault(link.source, set())
        into.setdefault(link.target, set()).add(link.source)
    found: dict[str, int] = {}

    def layer(name: str) -> int:
        if name not in found:
            found[name] = 1 + max((layer(s) for s in into[name]), default=-1)
        return found[name]

    for name in sorted(into):
        layer(name)
    return found


def _kind(name: str, metric: Metric, catalogue: Catalogue) -> BoxKind:
    if name == metric.definition.id:
        return "metric"
    if name == FIGURES:
        return "figures"
    return "view" if name in catalogue.derived else "table"


def _in_order(columns: set[str], order: Sequence[str]) -> tuple[str, ...]:
    first = [c for c in order if c in columns]
    return (*first, *sorted(columns - set(first)))


def as_text(graph: Graph) -> str:
    """For people: each column of the metric with the columns that it comes from, then what decides on the rows."""
    lines = [f"{graph.metric}: from source column to figure", ""]
    (own,) = [b for b in graph.boxes if b.kind == "metric"]
    width = max(len(c) for c in own.columns)
    for column in own.columns:
        sources, through = graph.sources_of(graph.metric, column)
        uses = [x.target_column for x in graph.links if x.source == graph.metric and x.column == column]
        way = f" through {', '.join(through)}" if through else ""
        lines.append(f"  {column.ljust(width)} <- {', '.join(sources) or 'no column'}{way}")
        lines.append(
            f"  {' ' * width} -> {', '.join(uses)}" if uses else f"  {' ' * width}    not used by an estimator"
        )
    lines += ["", "Rows: what decides which there are"]
    for box in graph.boxes:
        rows = sorted(
            {x.source for x in graph.links if x.target == box.name and x.kind == "rows" and not x.target_column}
        )
        if rows:
            lines.append(f"  {box.name} <- {', '.join(rows)}")
    lines += ["", "Levels that each reads of"]
    lines += [f"  {b.name} ({b.kind}): {', '.join(b.levels) or 'neutral'}" for b in graph.boxes if b.name != FIGURES]
    return "\n".join(lines)


def as_dot(graph: Graph) -> str:
    """For Graphviz: a record for each box with a port for each column."""
    ports = {(b.name, c): f"c{i}" for b in graph.boxes for i, c in enumerate(("", *b.columns))}
    lines = [f"digraph {_quoted(graph.metric)} {{", "  rankdir=LR;", '  node [shape=record, fontname="sans-serif"];']
    for box in graph.boxes:
        fields = "|".join(f"<{ports[box.name, c]}> {c or box.name}" for c in ("", *box.columns))
        lines.append(f"  {_quoted(box.name)} [label={_quoted(fields)}];")
    for x in graph.links:
        style = "" if x.kind == "value" else " [style=dashed]"
        source, target = ports[x.source, x.column], ports[x.target, x.target_column]
        lines.append(f"  {_quoted(x.source)}:{source} -> {_quoted(x.target)}:{target}{style};")
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


def as_json(graph: Graph) -> str:
    """For programs."""
    return json.dumps(asdict(graph), indent=2, ensure_ascii=False)
