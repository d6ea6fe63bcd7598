"""Models of ``sources/*.yaml``: how the files of a source become canonical columns.

Nothing is guessed: every column, format, zone, code and encoding is declared. A mapping says where a value comes
from; what type it must have is declared by the canonical table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from reportmetrics.profile.base import ColumnName, Identifier, Model, TimeZone
from reportmetrics.profile.corrections import Correction
from reportmetrics.profile.shapes import Condition, Explode, Unpivot, several

Span = Literal["week", "month", "quarter", "year"]

SERIAL_EPOCHS = {"excel-1900": "1899-12-30", "excel-1904": "1904-01-01"}
"""Formats of dates that a workbook holds as numbers, and the day 0 of each. Day 0 of the first is set so that every day
from 1 March 1900 is right; the program that it comes from believes in a 29 February 1900."""


class ColumnMap(Model):
    """Where a canonical column comes from: exactly one of ``from``, ``join``, ``value``, ``fact``."""

    from_: Annotated[
        ColumnName | list[ColumnName] | None, Field(alias="from", description="column of the file, or its aliases")
    ] = None
    join: Annotated[
        list[ColumnName] | None,
        Field(min_length=2, description="columns of the file whose texts follow each other, a blank between"),
    ] = None
    value: Annotated[str | None, Field(description="a constant")] = None
    fact: Annotated[str | None, Field(description="a fact of the file's name")] = None
    optional: Annotated[bool, Field(description="the file may lack the column: then null")] = False
    format: Annotated[
        str | list[str] | None,
        Field(
            description="formats of dates and times, tried in order: strptime, or day numbers: excel-1900, excel-1904"
        ),
    ] = None
    first_day_of: Annotated[Span | None, Field(description="dates: the first day of the time they are in")] = None
    last_day_of: Annotated[Span | None, Field(description="dates: the last day of the time they are in")] = None
    timezone: Annotated[
        TimeZone | None,
        Field(description="zone of times without offset, and of days of moments in Parquet; default: the mission's"),
    ] = None
    map: Annotated[dict[str, str | None] | None, Field(description="values of the file -> canonical values")] = None
    ignore_case: Annotated[bool, Field(description="of 'map' and of codes")] = False
    same: Annotated[
        list[ColumnName] | None,
        Field(
            min_length=2,
            max_length=2,
            description="flags: two columns of the file, now and before; a yes is refused where they differ",
        ),
    ] = None
    blank: Annotated[list[str], Field(description="texts that mean 'nothing was entered'")] = [""]
    not_applicable: Annotated[
        list[str], Field(description="texts that mean 'does not apply': no value, and the record says so")
    ] = []
    decimal: Annotated[Literal[".", ","], Field(description="decimal mark of numbers")] = "."
    thousands: Annotated[str | None, Field(description="thousands mark of numbers")] = None

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        origins = {"from": self.from_, "join": self.join, "value": self.value, "fact": self.fact}
        given = [name for name, value in origins.items() if value is not None]
        if len(given) != 1:
            names = "'from', 'join', 'value' and 'fact'"
            raise ValueError(f"give exactly one of {names} (given: {', '.join(given) or 'none'})")
        return self

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        mark = self.thousands
        if mark is None:
            return self
        if len(mark) != 1 or mark.isalnum() or mark in "+-":
            raise ValueError(
                f"'{mark}' is no mark of thousands; give one character, such as '.', ',', ' ' or an apostrophe"
            )
        if mark == self.decimal and "decimal" in self.model_fields_set:
            raise ValueError(f"'{mark}' cannot stand for thousands and for decimals")
        return self

    @property
    def candidates(self) -> tuple[str, ...]:
        """Names under which the file may hold the column, in order of preference."""
        return several(self.from_)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns of the file that it may read."""
        return (*self.candidates, *self.paired)

    @property
    def paired(self) -> tuple[str, ...]:
        """Those of them that it reads whichever alias is there: what is joined, or must agree."""
        return (*(self.join or ()), *(self.same or ()))

    @property
    def formats(self) -> tuple[str, ...]:
        """Date formats in the order in which they are tried."""
        return several(self.format)


class Event(Model):
    """What an event tells of the record that it belongs to. The short form is the column that takes its time."""

    at: Annotated[str | list[str] | None, Field(description="canonical columns that take the event's time")] = None
    set: Annotated[dict[str, str], Field(description="canonical column -> value that it has from then on")] = {}
    clear: Annotated[list[str], Field(description="canonical columns that are empty from then on")] = []

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical columns that the event tells of."""
        return (*several(self.at), *self.set, *self.clear)


class Events(Model):
    """An event log: a row is an event (record, event, time) and changes only what it tells of."""

    event: Annotated[
        ColumnName | list[ColumnName], Field(description="column of the file that names the event, or its aliases")
    ]
    time: Annotated[ColumnMap, Field(description="when it happened: a column with its format and zone")]
    means: Annotated[dict[str, Event], Field(min_length=1, description="name of the event -> what it tells")]
    ignore_case: Annotated[bool, Field(description="of the names of events")] = False
    others: Annotated[
        Literal["reject", "drop", "keep"],
        Field(description="events not named: a bad row, a row that does not count, or one that tells its columns only"),
    ] = "reject"

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_at(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("means"), dict):
            return {**data, "means": {k: {"at": v} if isinstance(v, str) else v for k, v in data["means"].items()}}
        return data

    @property
    def columns(self) -> tuple[str, ...]:
        """Canonical columns that events tell of."""
        return tuple(dict.fromkeys(c for event in self.means.values() for c in event.columns))

    @property
    def timed(self) -> frozenset[str]:
        """Those of them that take the time of an event."""
        return frozenset(c for event in self.means.values() for c in several(event.at))


class Options(Model):
    """Options of the readers; each reader names those that it knows."""

    encoding: str = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    quote: Annotated[str, Field(min_length=1, max_length=1)] = '"'
    skip_rows: Annotated[int, Field(ge=0, description="rows before the header")] = 0
    header_rows: Annotated[
        int, Field(ge=1, le=10, description="xlsx: rows of the header, joined to one name a column")
    ] = 1
    hidden_rows: Annotated[Literal["take", "leave"], Field(description="xlsx: whether what is hidden counts")] = "take"
    hidden_sheets: Annotated[
        list[str], Field(description="xlsx: sheets that are hidden on purpose, of which nothing is said")
    ] = []
    sheet: Annotated[str | None, Field(description="sheet of a workbook")] = None
    ends_before: Annotated[
        str | None,
        Field(
            description="the table ends before the first row whose first entry matches this regular expression whole"
        ),
    ] = None
    ends_at_blank_row: Annotated[bool, Field(description="the table ends at the first blank row below the header")] = (
        False
    )
    records: Annotated[
        str | None, Field(description="json: where the list of records is, names joined by dots; default: the top")
    ] = None


class TableMap(Model):
    """How one canonical table is filled from a file of the source."""

    table: str
    sheet: Annotated[str | None, Field(description="sheet of a workbook, when it differs from 'options.sheet'")] = None
    per: Annotated[
        Literal["row", "file"],
        Field(
            description="'file': one record a file, from the facts of its name and constants, even of one without rows"
        ),
    ] = "row"
    unpivot: Unpivot | None = None
    explode: Explode | None = None
    only: Annotated[list[Condition], Field(description="rows count only when all of these hold")] = []
    drop: Annotated[list[Condition], Field(description="rows do not count when any of these holds")] = []
    events: Annotated[Events | None, Field(description="the file is an event log")] = None
    key: Annotated[list[str] | None, Field(description="business key, when it differs from the table's")] = None
    columns: dict[str, ColumnMap]
    ignore: Annotated[list[ColumnName], Field(description="columns of the file that are known and not used")] = []
    may_go_blank: Annotated[
        list[str], Field(description="canonical columns that senders may stop filling: no check stops a run for it")
    ] = []
    end_before_start: Annotated[
        Literal["reject", "zero"], Field(description="what an end before its start means: a bad row, or a wait of zero")
    ] = "reject"

    @model_validator(mode="after")
    def _one_turn(self) -> Self:
        if self.unpivot is not None and self.explode is not None:
            raise ValueError("give either 'unpivot' or 'explode', not both")
        return self

    @model_validator(mode="before")
    @classmethod
    def _plain_string_is_from(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("columns"), dict):
            columns = {k: {"from": v} if isinstance(v, str) else v for k, v in data["columns"].items()}
            return {**data, "columns": columns}
        return data


class FileDate(Model):
    """A backfill whose rows are known from the date that the file's name states (fact ``file_date``)."""

    file_date: Annotated[str, Field(description="strptime format of the fact 'file_date'")]


class FromColumn(Model):
    """A backfill whose rows are known from a date of their own: a canonical column of the table."""

    column: str


class Source(Model):
    """A source of files. Either one table (``table``, ``columns``) or several from each file (``tables``)."""

    source: Identifier
    title: str
    sender: Annotated[
        str, Field(description="who sends it, and gets its rejects back; {fact} stands for a fact of the file's name")
    ]
    files: Annotated[str, Field(description="glob below the landing folder")]
    complete: Annotated[
        Literal["all", "open"] | None,
        Field(description="each file lists all requests, or at least all open ones: one that is missing is noticed"),
    ] = None
    every: Annotated[str, Field(pattern=r"^\d+ days?$", description="how often it is expected")] = "7 days"
    reader: Literal["csv", "xlsx", "json", "ndjson", "parquet", "iati", "xes"]
    options: Options = Options()
    facts: Annotated[
        str | None, Field(description="regular expression with named groups, matched to the file's name")
    ] = None
    known_from: Annotated[
        Literal["arrival", "event"] | FileDate | FromColumn,
        Field(description="from when rows count as known; 'event': each event of a log from its own time"),
    ] = "arrival"
    tables: list[TableMap]
    corrections: Annotated[
        list[Correction], Field(description="cells of files that were wrong, and what they should hold")
    ] = []

    @model_validator(mode="before")
    @classmethod
    def _one_table_is_a_list_of_one(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "table" not in data:
            return data
        if "tables" in data:
            raise ValueError("give either 'table' with 'columns', or 'tables', not both")
        inner = {k: data[k] for k in TableMap.model_fields if k in data and k != "sheet"}
        return {**{k: v for k, v in data.items() if k not in inner}, "tables": [inner]}

    @model_validator(mode="after")
    def _answers_take_the_revision_of_their_row(self) -> Self:
        """Where report and answers are rows of one sheet, or the revision is the same for a whole file."""
        entries = {t.table: t for t in self.tables}
        report, answers = entries.get("report"), entries.get("report_field")
        given = None if report is None else report.columns.get("revision")
        if report is None or answers is None or given is None or "revision" in answers.columns:
            return self
        one_row = report.per == answers.per == "row" and sheet_of(self, report) == sheet_of(self, answers)
        plain = report.unpivot is None and report.explode is None and report.events is None
        if (one_row and plain) or given.value is not None or given.fact is not None:
            taken = answers.model_copy(update={"columns": {**answers.columns, "revision": given}})
            self.tables[self.tables.index(answers)] = taken
        return self

    def sender_of(self, facts: Mapping[str, str] | None) -> str:
        """Who sent a file with these facts of its name; a fact that it lacks shows as a question mark."""
        return _FACT.sub(lambda found: (facts or {}).get(found[1], "?"), self.sender)

    def unit_of(self, facts: Mapping[str, str] | None) -> str | None:
        """The unit that a whole file is from: what the mapping of a table states once for all rows; None: it does not.

        A fact goes through the column's own map; one that the map does not know tells no unit.
        """
        for given in (t.columns["unit_id"] for t in self.tables if "unit_id" in t.columns):
            if given.value is not None:
                return given.value
            told = None if given.fact is None else (facts or {}).get(given.fact)
            if told is not None:
                return told if given.map is None else given.map.get(told)
        return None

    @property
    def has_own_moments(self) -> bool:
        """Whether its rows are known from a moment of their own, and not from their file's."""
        return self.known_from == "event" or isinstance(self.known_from, FromColumn)

    @property
    def has_events(self) -> bool:
        """Whether a table is filled from an event log."""
        return any(t.events is not None for t in self.tables)

    @property
    def every_days(self) -> int:
        """Days between two deliveries."""
        return int(self.every.split()[0])


_FACT = re.compile(r"\{(\w+)\}")


def facts_of_sender(sender: str) -> list[str]:
    """Facts of the file's name that the name of a sender holds."""
    return _FACT.findall(sender)


def sheet_of(source: Source, entry: TableMap) -> str | None:
    """The sheet that fills a table; None where the format has none."""
    return entry.sheet or source.options.sheet
