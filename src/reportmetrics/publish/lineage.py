"""The way of a figure drawn: boxes and curves as SVG, for wide and for narrow places, and the same as a table.

Belongs here: where boxes and curves lie. Not here: what depends on what (``metrics.graph``), colours (the theme).

Curves, boxes and marks of one kind are one path: a page holds the drawings of all metrics, and is to stay small.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from reportmetrics.metrics.graph import FIGURES, Box, Graph
from reportmetrics.publish.blocks import Column, Table, name_cell

LINE, PAD, GAP = 16, 8, 14
"""Height of a line of text, space inside a box, space between boxes, in CSS pixels."""
CHARACTER = 7.3
"""Width of a character of the 12 px monospace type, in CSS pixels."""
WAY = 64
"""Space between two layers, where curves run."""
NARROW, MARGIN = 342, 34
"""Width of the narrow drawing, and of the margin in which its curves run."""


@dataclass(frozen=True, slots=True)
class _Place:
    x: float
    y: float
    width: float
    height: float


def wide(graph: Graph, name: str) -> str:
    """Layers from left to right; each column has its line, each dependence its curve. ``name`` is a unique id."""
    layers: dict[int, list[Box]] = {}
    for box in graph.boxes:
        layers.setdefault(box.layer, []).append(box)
    places: dict[str, _Place] = {}
    x, height = 0.0, 0.0
    for layer in sorted(layers):
        width = max(_width(b) for b in layers[layer])
        y = 0.0
        for box in layers[layer]:
            tall = 2 * PAD + LINE * (1 + len(box.columns))
            places[box.name] = _Place(x, y, width, tall)
            y += tall + GAP
        height = max(height, y - GAP)
        x += width + WAY
    lines = {(b.name, c): i for b in graph.boxes for i, c in enumerate(("", *b.columns))}
    curves: dict[str, list[str]] = {"value": [], "rows": []}
    for link in graph.links:
        a, b = places[link.source], places[link.target]
        x1, y1 = a.x + a.width, a.y + PAD + LINE * (lines[link.source, link.column] + 0.5)
        x2, y2 = b.x, b.y + PAD + LINE * (lines[link.target, link.target_column] + 0.5)
        middle = x1 + min(WAY, x2 - x1) / 2
        curves[link.kind].append(_curve(x1, y1, middle, x2, y2))
    written = [_written(places[b.name], _title(b), b.columns) for b in graph.boxes]
    return _svg(graph, name, (x - WAY, height), curves, places, written)


def narrow(graph: Graph, name: str) -> str:
    """Boxes below each other, with their columns as running text; curves in the margin lead from box to box."""
    places: dict[str, _Place] = {}
    texts: dict[str, list[str]] = {}
    y = 0.0
    for box in graph.boxes:
        level = [f"level {', '.join(box.levels)}"] if box.levels and box.kind != FIGURES else []
        texts[box.name] = [*level, *_wrapped(box.columns, int((NARROW - MARGIN - 2 * PAD) / CHARACTER))]
        tall = 2 * PAD + LINE * (1 + len(texts[box.name]))
        places[box.name] = _Place(MARGIN, y, NARROW - MARGIN, tall)
        y += tall + GAP
    curves: dict[str, list[str]] = {"value": [], "rows": []}
    pairs: dict[tuple[str, str], str] = {}
    for link in graph.links:
        pair = (link.source, link.target)
        pairs[pair] = "value" if "value" in (link.kind, pairs.get(pair)) else "rows"
    for (source, target), kind in sorted(pairs.items()):
        a, b = places[source], places[target]
        y1, y2 = a.y + a.height - PAD - LINE / 2, b.y + PAD + LINE / 2
        out = MARGIN - min(MARGIN - 3, 8 + 5 * abs(_at(graph, target) - _at(graph, source)))
        curves[kind].append(_curve(MARGIN, y1, out, MARGIN, y2))
    written = [_written(places[b.name], b.name, texts[b.name]) for b in graph.boxes]
    return _svg(graph, name, (NARROW, y - GAP), curves, places, written)


def _curve(x1: float, y1: float, over: float, x2: float, y2: float) -> str:
    """A curve that leaves and arrives level, bent towards ``over``; its offsets are told, which takes fewer digits."""
    at_x, at_y = round(x1), round(y1)
    bend, right, down = round(over) - at_x, round(x2) - at_x, round(y2) - at_y
    offsets = " ".join(map(str, (bend, 0, bend, down, right, down))).replace(" -", "-")
    return f"M{at_x} {at_y}c{offsets}"


def table(graph: Graph) -> Table:
    """Each column of the metric: what it comes from, through which views, what uses it."""
    (own,) = [b for b in graph.boxes if b.kind == "metric"]
    rows = []
    for column in own.columns:
        sources, through = graph.sources_of(graph.metric, column)
        uses = [x.target_column for x in graph.links if x.source == graph.metric and x.column == column]
        texts = (column, ", ".join(sources) or "no column", ", ".join(through) or "directly", ", ".join(uses))
        rows.append([name_cell(text) for text in texts])
    heads = ("Column", "Comes from", "Through", "Used by")
    return Table(f"Where the columns of {graph.metric} come from", [Column(h) for h in heads], rows)


def words(graph: Graph) -> str:
    """The drawing in a sentence."""
    tables = [b.name for b in graph.boxes if b.kind == "table"]
    views = [b.name for b in graph.boxes if b.kind == "view"]
    through = f" through {', '.join(views)}" if views else ""
    (figures,) = [b for b in graph.boxes if b.kind == "figures"]
    return f"From {', '.join(tables)}{through} to {graph.metric} and its figures: {', '.join(figures.columns)}"


def _at(graph: Graph, name: str) -> int:
    return next(i for i, b in enumerate(graph.boxes) if b.name == name)


def _title(box: Box) -> str:
    level = f" · {', '.join(box.levels)}" if box.levels and box.kind != "figures" else ""
    return f"{box.name}{level}"


def _width(box: Box) -> float:
    return max(90.0, 2 * PAD + CHARACTER * max(len(t) for t in (_title(box), *box.columns)))


def _wrapped(words_: Sequence[str], width: int) -> Iterator[str]:
    line = ""
    for word in words_:
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = ""
        line = f"{line} {word}".strip()
    if line:
        yield line


def _drawn(boxes: Sequence[Box], places: Mapping[str, _Place]) -> Iterator[str]:
    """The frames of all boxes, and at each the mark of its level."""
    frames: dict[str, list[str]] = {}
    marks: dict[str, list[str]] = {}
    for box in boxes:
        place = places[box.name]
        frames.setdefault(box.kind, []).append(_rectangle(place, place.width))
        if box.kind != FIGURES:
            level = box.levels[0] if len(box.levels) == 1 else "several" if box.levels else "neutral"
            marks.setdefault(level, []).append(_rectangle(place, 4))
    for named, found in (("box", frames), ("mark", marks)):
        yield from (f'<path class="{named} {kind}" d="{"".join(shapes)}"/>' for kind, shapes in found.items())


def _rectangle(place: _Place, width: float) -> str:
    w, h = round(width), round(place.height)
    return f"M{round(place.x)} {round(place.y)}h{w}v{h}h-{w}z"


def _written(place: _Place, head: str, lines: Iterable[str]) -> str:
    x, y = round(place.x) + PAD, round(place.y) + PAD
    spans = [f'<tspan class="head" x="{x}" dy="12">{escape(head)}</tspan>']
    spans += [f'<tspan x="{x}" dy="{LINE}">{escape(line)}</tspan>' for line in lines]
    return f'<text y="{y}">{"".join(spans)}</text>'


def _svg(
    graph: Graph,
    name: str,
    size: tuple[float, float],
    curves: dict[str, list[str]],
    places: Mapping[str, _Place],
    texts: Sequence[str],
) -> str:
    w, h = (int(length) + 1 for length in size)
    paths = [f'<path class="{kind}" d="{"".join(found)}"/>' for kind, found in curves.items() if found]
    return (
        f'<svg class="lineage" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img" '
        f'aria-labelledby="{name}"><title id="{name}">{escape(words(graph))}</title>'
        f"{''.join([*paths, *_drawn(graph.boxes, places), *texts])}</svg>"
    )
