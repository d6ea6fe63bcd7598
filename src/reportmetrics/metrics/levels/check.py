"""Result-chain typing: judges what metrics and derived views read.

Belongs here: the level of each reference, through derived views down to the canonical tables, and the findings.
Not here: the walk over SQL (``reader``), the matrix (``matrix``), the other rules of the lint (``lint``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from reportmetrics.metrics.levels import matrix
from reportmetrics.metrics.levels.reader import read_sql
from reportmetrics.metrics.levels.relation import Reading, Reference, Shape
from reportmetrics.warehouse.shape import PROVENANCE, Column, Table
from reportmetrics.warehouse.tables import TABLES

AS_OF_COLUMNS = ("as_of", "as_of_at", "time_zone")
"""The one-row table of a snapshot that says how far it looks."""

Path = tuple[str, ...]


def table_shapes() -> dict[str, Shape]:
    """All tables of a snapshot that SQL may name."""
    shapes = {name: _shape(table) for name, table in TABLES.items()}
    shapes["as_of"] = Shape(AS_OF_COLUMNS, frozenset({frozenset[str]()}))
    return shapes


def _shape(table: Table) -> Shape:
    own = [c.name for c in table.columns]
    added = [c.name for c in PROVENANCE if c.name not in own and (table.origin == "source" or c.name == "row_key")]
    unique = frozenset({frozenset(table.key), frozenset({"row_key"})})
    level_column = "level" if table.level == matrix.ANY_LEVEL else ""
    return Shape((*added, *own), unique, level_column)


@dataclass(frozen=True, slots=True)
class Violation:
    """A reference to a level that its reader may not read; ``path`` runs from the source to what is read directly."""

    line: int
    level: str
    path: Path


@dataclass(slots=True)
class Levels:
    """The canonical tables and the derived views added so far; answers of which levels a reference is."""

    shapes: dict[str, Shape] = field(default_factory=table_shapes)
    views: dict[str, Reading] = field(default_factory=dict)
    _known: dict[Reference, Mapping[str, Path]] = field(default_factory=dict)

    def add_views(self, texts: Mapping[str, str]) -> None:
        """Read derived views, each after those that it reads; a circle shows as an unknown view in one of them."""
        for name in _in_order(texts, self.shapes):
            reading = read_sql(texts[name], self.shapes)
            self.views[name] = reading
            output = reading.output
            self.shapes[name] = Shape(tuple(output.columns), output.unique)

    def of(self, reference: Reference) -> Mapping[str, Path]:
        """Levels that a reference is of, neutral left out, each with the shortest path from its source."""
        if reference not in self._known:
            self._known[reference] = self._levels(reference)
        return self._known[reference]

    def _levels(self, reference: Reference) -> Mapping[str, Path]:
        view = self.views.get(reference.relation)
        if view is None:
            level = _declared_level(reference)
            return {} if level == matrix.NEUTRAL else {level: (reference.label,)}
        output = view.output
        refs = output.columns.get(reference.column, output.everything) if reference.column else output.rows
        found = self.of_all(refs)
        return {level: (*path, reference.label) for level, path in found.items()}

    def of_all(self, references: Iterable[Reference]) -> dict[str, Path]:
        """Levels of several references together."""
        found: dict[str, Path] = {}
        for reference in sorted(references):
            for level, path in self.of(reference).items():
                if level not in found or (len(path), path) < (len(found[level]), found[level]):
                    found[level] = path
        return found

    def violations(self, reading: Reading, allowed: Collection[str]) -> list[Violation]:
        """References of a text to levels that are not allowed, one per path: the first line that has it."""
        found: dict[tuple[str, Path], Violation] = {}
        for place in sorted(reading.places):
            for level, path in self.of(place.reference).items():
                if level not in allowed:
                    found.setdefault((level, path), Violation(place.line, level, path))
        return sorted(found.values(), key=lambda v: (v.line, v.path))

    def view_levels(self, name: str) -> dict[str, Path]:
        """All levels of a derived view, rows and columns together."""
        return self.of_all(self.views[name].output.everything)


def _declared_level(reference: Reference) -> str:
    """The level that the declarations give a table's rows or column."""
    table = TABLES.get(reference.relation)
    if table is None:
        return matrix.NEUTRAL
    column: Column | None = table.by_name.get(reference.column)
    if not reference.column:
        level: str = table.level
    else:
        level = column.level if column is not None else matrix.NEUTRAL
    return (reference.narrowed or level) if level == matrix.ANY_LEVEL else level


def _in_order(texts: Mapping[str, str], shapes: Mapping[str, Shape]) -> list[str]:
    """View names so that each comes after the views that it names; those in a circle last."""
    needs = {n: read_sql(t, shapes).tables & set(texts) - {n} for n, t in sorted(texts.items())}
    done: list[str] = []
    while needs:
        ready = [n for n, of in needs.items() if of <= set(done)] or sorted(needs)
        for name in ready:
            done.append(name)
            del needs[name]
    return done
