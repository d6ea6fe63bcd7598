"""What the analysis of a SELECT knows about a relation: where its rows and its columns come from.

Belongs here: the vocabulary shared by the walk over a SELECT and by those who judge it. Not here: levels; a reference
says
*what* is read, ``check`` says of which level that is.

The contract that makes the analysis sound: the content of a relation depends on nothing but ``rows`` (why a line
exists) and ``columns`` (why a cell holds its value). Whoever reads a column reads the rows with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """A column of a table or derived view, or its rows where ``column`` is empty.

    ``narrowed`` is the level to which a conjunct literal filtered the rows of a table whose level depends on the row,
    else empty.
    """

    relation: str
    column: str = ""
    narrowed: str = ""

    @property
    def label(self) -> str:
        """As a path shows it: ``activity.hours``, or ``activity (rows)``."""
        return f"{self.relation}.{self.column}" if self.column else f"{self.relation} (rows)"


References = frozenset[Reference]
NOTHING: References = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """Columns in order, each with what its value depends on; what the existence of rows depends on; unique keys.

    ``unique`` holds sets of columns of which no two rows agree in all: an empty set means at most one row. ``open``
    relations (an unnested list, an illegal star) answer to any column name.
    """

    columns: Mapping[str, References]
    rows: References = NOTHING
    unique: frozenset[frozenset[str]] = frozenset()
    open: bool = False

    @property
    def cells(self) -> References:
        """What all columns together depend on."""
        return frozenset().union(*self.columns.values())

    @property
    def everything(self) -> References:
        """What rows and columns together depend on."""
        return self.rows | self.cells

    def renamed(self, names: list[str]) -> Relation:
        """The same relation as ``AS t(names)`` shows it."""
        if not names:
            return self
        old = list(self.columns)
        new = dict(zip(old, names, strict=False))
        columns = {new.get(c, c): refs for c, refs in self.columns.items()}
        columns.update(dict.fromkeys(names[len(old) :], self.everything))
        unique = frozenset(frozenset(new.get(c, c) for c in key) for key in self.unique)
        return Relation(columns, self.rows, unique, self.open)


@dataclass(frozen=True, slots=True)
class Shape:
    """What may be read by name: the columns and unique keys of a table or view.

    ``level_column`` is set where the level depends on the row: the column that states it.
    """

    columns: tuple[str, ...]
    unique: frozenset[frozenset[str]] = frozenset()
    level_column: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A reference and the line of the SQL text where it stands (1 = first line)."""

    line: int
    reference: Reference


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something in a SQL text that may not be there; ``line`` counts from the text's first line.

    ``path`` runs from a source to the reader, where a level is at fault.
    """

    line: int
    code: str
    message: str
    remedy: str
    path: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """All that one SQL text reads: its output, every reference anywhere in it, and what is wrong with it."""

    output: Relation
    places: set[Place] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    column_names: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
