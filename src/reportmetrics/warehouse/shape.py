"""What a declaration of a canonical table is made of: columns, rules within a row, resets, and their words.

Belongs here: the shape of declarations. Not here: any one table (``tables`` lists them).

Words:

* *level*: the step of the result chain (OECD DAC) that a table or column tells of. ``neutral`` columns (keys, dates,
  places) may be read by any metric; ``row`` means that the level depends on the row, so the table is only read
  through one derived view per level.
* *kind*: an ``event`` date cannot be known before it happens: in a snapshot it is null when it lies at or after
  ``as_of``. A ``plan`` date (due, promised, target) may lie in the future and is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Level = Literal["neutral", "input", "activity", "output", "outcome", "impact", "process", "row"]
Kind = Literal["key", "event", "plan", "attribute"]
Type = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
Origin = Literal["source", "profile", "derived", "system"]

SQL_TYPES: Mapping[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
"""DuckDB type of each declared type. A timestamp is an instant, stored as naive UTC."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    ``codes`` lists the allowed values of a closed vocabulary. ``refers`` names the profile table whose ids are the
    allowed values (``"objective"``). ``minimum`` and ``maximum`` bound a number, inclusive. ``personal`` marks an
    identifier of a person, replaced by a keyed hash before it is stored. ``filled`` marks a required column that the
    program fills where a mapping leaves it out.
    """

    name: str
    type: Type
    meaning: str
    level: Level = "neutral"
    kind: Kind = "attribute"
    required: bool = False
    codes: tuple[str, ...] = ()
    refers: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    personal: bool = False
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule within one row. ``violated`` is a SQL predicate over the typed columns that is true for a bad row.

    Among a table's ``rules`` it refuses the row; among its ``doubts`` the row is kept, and a check warns of it.
    """

    code: str
    column: str
    violated: str
    message: str
    remedy: str

    @property
    def end_and_start(self) -> tuple[str, str] | None:
        """The two columns of a rule that an end is not before its start; None for all others."""
        ordered = re.fullmatch(r"(\w+) < (\w+)", self.violated)
        return None if ordered is None else (ordered[1], ordered[2])


@dataclass(frozen=True, slots=True)
class Reset:
    """In a snapshot, ``column`` becomes ``value`` when the event dates named in ``when_null`` are all null."""

    column: str
    value: str | bool
    when_null: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A canonical table.

    ``happens`` is the event column without which the row does not exist yet at ``as_of``; its month also partitions
    the snapshot.
    """

    name: str
    one_row_is: str
    level: Level
    origin: Origin
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    happens: str | None = None
    rules: tuple[Rule, ...] = ()
    doubts: tuple[Rule, ...] = ()
    resets: tuple[Reset, ...] = ()
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})

    @property
    def awaited(self) -> frozenset[str]:
        """Columns that are blank until something happens: ends of waits, and what is unknown until then."""
        ends = {r.end_and_start[0] for r in self.rules if r.end_and_start is not None}
        return frozenset(ends | {r.column for r in self.resets if ends & set(r.when_null)})


PROVENANCE: tuple[Column, ...] = (
    Column("row_key", "text", "stable hash of the business key, 20 hex digits", kind="key", required=True),
    Column("source_file", "text", "SHA-256 of the archived file", required=True),
    Column("source_row", "integer", "row in the file or sheet as a spreadsheet numbers it (header row = 1)"),
    Column("file_seq", "integer", "position in the ledger of the delivery that brought the row", required=True),
    Column(
        "known_from", "timestamp", "when the row became known (arrival, or the date a backfill states)", required=True
    ),
)
"""Columns that every source table carries besides its own."""


def not_exact(column: str) -> Rule:
    """A doubt of a number that is larger than any count or sum of money: a slip, or one that stands for something."""
    return Rule(
        f"{column}_not_exact",
        column,
        f"abs({column}) > 1e15",
        f"{column} is above 1e15 or below -1e15, where numbers are no longer exact to a tenth",
        "ask the sender for the right number",
    )


NOT_APPLICABLE = "not_applicable"
"""Column of tables whose value may not apply; set where a mapping's ``not_applicable`` words stand in a cell."""


def key_column(
    name: str, meaning: str, *, refers: str | None = None, personal: bool = False, required: bool = True
) -> Column:
    """An identifier: a neutral text, required unless said otherwise."""
    return Column(name, "text", meaning, kind="key", required=required, refers=refers, personal=personal)
