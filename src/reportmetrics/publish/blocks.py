"""The parts that pages are made of: chart, table, figure block, key figure.

Belongs here: their shape, and text that follows from the shape alone. Not here: which page has which (``pages``), how
they become HTML (``dashboards/pages``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from reportmetrics.publish import numbers
from reportmetrics.publish.text import for_shell

BLOCK_WIDTH = {4: 365, 6: 560, 8: 755, 12: 1144}
"""Width in CSS pixels of a block of so many twelfths, on a page of 1,144."""

_LONGEST_WORD = 30
_WHOLE = 20
"""Tables of up to so many rows stay on one sheet."""

Raw = str | float | int | bool | dt.date | None
Facet = Literal["objective", "period", "template", "hq"]
"""What a reader can narrow a page by; kept in the address under these names."""
TOTAL = "*"
"""Key of a row that no filter takes away."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Numbers are aligned right; the unit stands in ``head``."""

    head: str
    align: Literal["left", "right"] = "left"
    bar: bool = False
    """The cells are drawn as bars beside their number; such a column is neither sorted nor exported."""
    facet: Facet | None = None
    """The rows of the table follow this filter by their cell in this column: its ``key``, else its value."""
    days: int = 1
    """With the facet ``period``: how many days from its date on a row tells of."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is read (``text``), and what is sorted and exported (``value``)."""

    text: str
    value: Raw = None
    href: str | None = None
    strong: bool = False
    quiet: bool = False
    ends: tuple[Raw, Raw] | None = None
    """Both ends of an interval, for export; the lower one sorts."""
    around: tuple[Raw, Raw] | None = None
    """Both ends of the interval around the value, for export."""
    key: str = ""
    """What a filter knows the row by, where that is not the value; several are parted by line breaks."""

    @property
    def unbroken(self) -> bool:
        """Whether a word of it is so long that it must be broken anywhere, or it would push the table apart."""
        return len(self.text) > _LONGEST_WORD and any(len(word) > _LONGEST_WORD for word in self.text.split())

    @property
    def sort_key(self) -> str:
        """Text by which the page sorts; numbers and dates sort as such."""
        return "" if self.value is None else str(self.value)


@dataclass(frozen=True, slots=True)
class Table:
    """A table in the order in which it is read."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    def records(self) -> tuple[list[str], list[list[Raw]]]:
        """Heads and values for export; a missing value is empty, not its explanation.

        An interval is two columns, a value with the interval around it three.
        """
        heads: list[str] = []
        values: list[list[Raw]] = [[] for _ in self.rows]
        for i, column in enumerate(self.columns):
            if column.bar:
                continue
            cells = [row[i] for row in self.rows]
            spread = any(c.ends is not None for c in cells)
            around = any(c.around is not None for c in cells)
            heads += [f"{column.head}, from", f"{column.head}, to"] if spread else [column.head]
            heads += [f"{column.head}, lower", f"{column.head}, upper"] if around else []
            for record, cell in zip(values, cells, strict=True):
                record += (cell.ends or (cell.value, None)) if spread else (cell.value,)
                record += (cell.around or (None, None)) if around else ()
        return heads, values


@dataclass(frozen=True, slots=True)
class Keys:
    """What a filter picks out of a chart.

    With ``rows``, the key of each row, a mark belongs to the row of its whole y. Without, each trace has its key as
    ``meta``, or one for each point as ``customdata``, and each label as ``name``.
    """

    facet: Facet
    rows: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Time:
    """The x axis as time: x = 0 is ``start``, one step is so many ``days``, ``rim`` steps are free at both ends.

    A label ``end:N`` stands at the last point shown of trace N; a label ``edge`` at the right edge, if a shape does.
    """

    start: dt.date
    days: int
    rim: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A Plotly figure for wide and for narrow places, each ``{"data", "layout"}`` with a fixed height.

    On A4 they are drawn lower and with smaller letters; where labels have to keep clear of marks, ``paper`` is made
    for it and drawn as it is. ``keys`` and ``time``: what it follows of the filters.
    """

    wide: dict[str, Any]
    compact: dict[str, Any]
    paper: dict[str, Any] | None = None
    keys: Keys | None = None
    time: Time | None = None

    @property
    def drawings(self) -> dict[str, Any]:
        """What the page's script draws from."""
        page: dict[str, Any] = {"wide": self.wide, "compact": self.compact}
        if self.paper:
            page["paper"] = self.paper
        if self.keys:
            page["keys"] = {"facet": self.keys.facet, "rows": list(self.keys.rows)}
        if self.time:
            page["time"] = {"start": self.time.start.isoformat(), "days": self.time.days, "rim": self.time.rim}
        return page


def theme_file(theme: str) -> str:
    """Page of the definitions of a theme."""
    return f"definitions-{theme}.html"


def definition_href(metric: str) -> str:
    """Where a metric's definition stands."""
    return f"{theme_file(metric.partition('.')[0])}#{metric}"


@dataclass(frozen=True, slots=True)
class MetricRef:
    """A metric that a block shows; ``where`` is the group for the explain command."""

    id: str
    version: int
    where: Mapping[str, str] = field(default_factory=dict)

    @property
    def href(self) -> str:
        """Its definition."""
        return definition_href(self.id)


@dataclass(frozen=True, slots=True)
class Block:
    """A figure on a page: finding, subtitle, chart or table, caveat, links.

    ``span`` is in twelfths of the page. ``description`` is the text alternative: measure, main figures, caveat. With
    no chart the table stands in its place. With neither, ``nothing`` says what is awaited.
    """

    id: str
    finding: str
    subtitle: str
    span: Literal[4, 6, 8, 12]
    metrics: Sequence[MetricRef]
    description: str = ""
    chart: Chart | None = None
    table: Table | None = None
    more: Sequence[Table] = ()
    words: str = ""
    """A finding in full, as a paragraph before the table."""
    caveat: str = ""
    nothing: str = ""
    screen_only: bool = False
    """Left out on paper, where the page has room for less."""
    listed: Sequence[tuple[str, Sequence[str]]] = ()
    """Groups of names that stand in the chart's place on a screen too narrow for it."""

    @property
    def is_long(self) -> bool:
        """Whether its table may run on to the next sheet."""
        return self.chart is None and self.table is not None and len(self.table.rows) > _WHOLE

    @property
    def print_width(self) -> int:
        """Width in CSS pixels at which its chart is drawn on A4: half of the sheet, or all of it."""
        return 343 if self.span <= 6 else 710

    @property
    def facets(self) -> set[Facet]:
        """The filters that its chart or its tables follow."""
        found = {c.facet for t in (self.table, *self.more) if t for c in t.columns if c.facet}
        if self.chart and self.chart.keys:
            found.add(self.chart.keys.facet)
        return found | ({"period"} if self.chart and self.chart.time else set())

    @property
    def link_lines(self) -> int:
        """Lines that the links and metric names take beside 'Table', so that nothing below them is covered."""
        whole = BLOCK_WIDTH[self.span] - (44 if self.chart else 0)
        character, links = 7.3, 150
        names = [character * len(f"{m.id} v{m.version}") for m in self.metrics]
        needed = sum(names) + 3 * character * (len(names) - 1)
        if needed <= whole - links:
            return 1
        return 2 if needed <= whole else 1 + len(names)

    def commands(self, publication: str) -> list[str]:
        """The commands that show the rows behind the block, for those who may see them."""
        lines = []
        for metric in self.metrics:
            where = [for_shell(f"{k}={v}") for k, v in metric.where.items()]
            words = ["reportmetrics explain", metric.id, *(f"--where {w}" for w in where)]
            lines.append(" ".join([*words, f"--publication {publication}"]))
        return lines


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One of the four questions: a figure, its unit in words, interval or base, the last 13 weeks."""

    question: str
    figure: str
    words: str
    note: str
    level: str
    trail: Sequence[float | None] = ()
    before: str = ""

    @property
    def spark(self) -> list[str]:
        """Points of the small line in a box of 120 x 24, one polyline for each unbroken stretch."""
        return _polylines(self.trail, 116.0, 20.0)

    @property
    def spark_end(self) -> tuple[float, float] | None:
        """Place of the last point, None when the last week is missing."""
        if not self.spark or self.trail[-1] is None:
            return None
        x, y = self.spark[-1].split(" ")[-1].split(",")
        return float(x), float(y)


def _polylines(trail: Sequence[float | None], width: float, height: float) -> list[str]:
    known = [v for v in trail if v is not None]
    if len(known) < 2:
        return []
    low, high = min(known), max(known)
    step, spread = width / (len(trail) - 1), (high - low) or 1.0
    runs: list[list[str]] = [[]]
    for i, value in enumerate(trail):
        if value is None:
            runs.append([])
            continue
        y = height / 2 if high == low else height - (value - low) / spread * height
        runs[-1].append(f"{2 + i * step:.1f},{2 + y:.1f}")
    return [" ".join(run) for run in runs if run]


def name_cell(text: str, href: str | None = None) -> Cell:
    """A cell of text, sorted as text."""
    return Cell(text, text, href=href)


def number_cell(value: float | None, write: numbers.Format, *, reason: str | None = None, strong: bool = False) -> Cell:
    """A number, or why there is none."""
    return Cell(
        numbers.or_missing(value, write, reason), value, strong=strong and value is not None, quiet=value is None
    )


def estimate_cell(value: float, lower: float | None, upper: float | None, write: numbers.Format) -> Cell:
    """A number with the interval around it, sorted by the number."""
    return Cell(numbers.with_interval(value, lower, upper, write), value, around=(lower, upper))


def interval_cell(lower: float | None, upper: float | None, write: numbers.Format) -> Cell:
    """An interval in words, sorted by its lower end."""
    text = numbers.interval(lower, upper, write) or numbers.DASH
    return Cell(text, lower, quiet=lower is None and upper is None, ends=(lower, upper))


def date_cell(day: dt.date | None) -> Cell:
    """A date."""
    return Cell(numbers.date_short(day) if day else numbers.DASH, day, quiet=day is None)
