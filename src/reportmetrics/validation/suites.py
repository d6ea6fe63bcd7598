"""Which expectations a table's staged batch must meet, derived from its declaration.

Belongs here: the translation of ``warehouse/tables.py`` into named expectations, as plain data that can be listed
without importing Great Expectations. Not here: running them (``batch``), rules between tables (``sql/checks``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from reportmetrics.profile.load import Profile
from reportmetrics.validation import limits
from reportmetrics.warehouse.schema import ARRIVED
from reportmetrics.warehouse.shape import PROVENANCE, SQL_TYPES, Column, Rule, Table
from reportmetrics.warehouse.told import MOMENT, MOMENT_PLACE, STANDS_FROM, STANDS_SEQ, tells_column

Severity = Literal["critical", "warning"]
Kind = Literal["present", "known", "range", "reference", "unique", "typed", "holds"]

Group = Literal["as_declared", "as_usual"]
"""What expectations of one table are shown together, as one check of the orchestration: all of one severity.

Not one check each: recording a check in a run's history costs more than evaluating it."""

CLOCK_TOLERANCE = "INTERVAL 1 DAY"
"""A file may tell of the day on which it was written, and a declared backfill is known from that day's start."""

LONG_PAST = 10
"""Years before the mission's start. Nothing is refused: a register may be as old as the office that keeps it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a table's batch. ``name`` is unique within the table and tells what must hold.

    ``columns`` are those that it reads. ``violated`` (kind *holds*) is a SQL predicate that is true for a bad row,
    ``types`` (kind *typed*) the SQL type of each column. ``message`` completes the sentence "N rows: ...".
    """

    name: str
    kind: Kind
    severity: Severity
    columns: tuple[str, ...]
    message: str
    codes: tuple[str, ...] = ()
    refers: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    violated: str | None = None
    types: Mapping[str, str] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        """The group that it is shown in."""
        return "as_declared" if self.severity == "critical" else "as_usual"


def _compared(name: str, severity: Severity, message: str) -> Expected:
    violated = f"kind = '{name}' AND NOT holds"
    return Expected(name, "holds", severity, ("kind", "holds"), message, violated=violated)


COMPARED = (
    _compared("went_blank", "critical", "a column that was always filled came without a single entry"),
    _compared("volume", "warning", "a delivery holds far more or far fewer rows than the eight before it"),
    _compared(
        "volume_of_period", "warning", "all files of a period hold far fewer rows than those of the eight before it"
    ),
    _compared("gap", "warning", "nothing came for more than twice the time that the source promises"),
    _compared("blanks", "warning", "the share of blanks of a column moved by more than 30 points"),
    _compared("drift", "warning", "the share of a code moved by more than 30 points, or ten rows of it were missing"),
    _compared(
        "refusals",
        "warning",
        "far more rows were refused than of the eight deliveries before; `reportmetrics rejects list` says why: have "
        "the mapping fit the file and rebuild, or the sender mend the rows",
    ),
    _compared(
        "left_out",
        "warning",
        "the mapping left out far more rows than of the eight deliveries before; look whether 'only', 'drop', the "
        "names of events and the end of the table fit the file still",
    ),
    _compared("same_report", "warning", "a report's identifier came again for another unit, form or period"),
    _compared(
        "two_reporters",
        "warning",
        "two people sent the same report in the same revision, and the one known last displaced the other; ask them "
        "which one holds, and have it sent as a correction, in the next revision",
    ),
)
"""Expectations on the comparisons with the deliveries before (``earlier``), for every table alike."""


def expectations_of(table: Table, profile: Profile | None = None) -> list[Expected]:
    """All expectations of a source table's batch, in the order of its columns.

    ``profile`` fills in what is a matter of the mission; without it, they are only named.
    """
    expected = [_unique(), _typed(table)]
    for column in (*PROVENANCE, *table.columns):
        expected += _of_column(column)
    expected += [_none_breaks(rule, "critical") for rule in table.rules]
    expected += [_none_breaks(rule, "warning") for rule in table.doubts]
    events = [c for c in table.columns if c.kind == "event"]
    expected += [_not_foretold(table, c) for c in events]
    if events:
        expected.append(_not_long_past(events, None if profile is None else profile.mission.starts_on))
    return [*expected, *_within_limits(table.name, profile)]


def allowed_ids(profile: Profile) -> Mapping[str, frozenset[str]]:
    """Identifiers that a column may refer to, by profile table."""
    return {
        "objective": frozenset(o.objective_id for o in profile.objectives),
        "indicator": frozenset(i.indicator_id for i in profile.indicators),
        "template": frozenset(t.template_id for t in profile.templates),
        "unit": frozenset(u.unit_id for u in profile.mission.units),
    }


def _unique() -> Expected:
    """A file tells a thing of a record once for a time: its state, or an event of its own. See ``told.FACT``.

    A workbook with mended rows tells what each of several files told.
    """
    return Expected(
        "key_unique_in_file",
        "unique",
        "critical",
        ("row_key", "file_seq", "known_from", MOMENT, MOMENT_PLACE, STANDS_FROM, STANDS_SEQ),
        "the same key stands twice in one file for the same time",
    )


def _typed(table: Table) -> Expected:
    types = {c.name: SQL_TYPES[c.type] for c in (*PROVENANCE, *table.columns)}
    message = "a column is of another type than declared"
    return Expected("types_as_declared", "typed", "critical", tuple(types), message, types=types)


def _of_column(column: Column) -> list[Expected]:
    name = column.name
    expected: list[Expected] = []
    if column.required:
        expected.append(Expected(f"{name}_present", "present", "critical", (name,), f"{name} is empty"))
    if column.codes:
        known = ", ".join(column.codes)
        message = f"{name} is none of {known}"
        expected.append(Expected(f"{name}_known", "known", "critical", (name,), message, codes=column.codes))
    if column.minimum is not None or column.maximum is not None:
        expected.append(
            Expected(
                f"{name}_in_range",
                "range",
                "critical",
                (name,),
                f"{name} is {_outside_of(column)}",
                minimum=column.minimum,
                maximum=column.maximum,
            )
        )
    if column.refers is not None:
        message = f"{name} names no {column.refers} of the profile"
        expected.append(Expected(f"{name}_in_profile", "reference", "critical", (name,), message, refers=column.refers))
    return expected


def _outside_of(column: Column) -> str:
    if column.maximum is None:
        return f"below {column.minimum:g}"
    if column.minimum is None:
        return f"above {column.maximum:g}"
    return f"outside {column.minimum:g} to {column.maximum:g}"


def _within_limits(table: str, profile: Profile | None) -> list[Expected]:
    """An answer or a reading against what the profile says of its field or indicator."""
    match table:
        case "report_field":
            templates = [] if profile is None else profile.templates
            return [
                _limit("value_number", ("field_id", "value_number"), limits.beyond_fields(templates), _OF_THE_FORM),
                Expected(
                    "value_text_among_choices",
                    "holds",
                    "warning",
                    ("field_id", "value_text"),
                    "value_text is none of the choices that the form gives the field",
                    violated=limits.beyond_choices(templates),
                ),
                Expected(
                    "value_of_the_kind_asked",
                    "holds",
                    "warning",
                    ("field_id", "value_number", "value_text"),
                    "a text answers a number, or a number a text: no figure has it; have it sent in its own column",
                    violated=limits.of_another_kind(templates),
                ),
            ]
        case "observation":
            violated = limits.beyond_indicators([] if profile is None else profile.indicators)
            return [_limit("value", ("indicator_id", "value", "observed_on"), violated, "profile gives the indicator")]
        case _:
            return []


_OF_THE_FORM = "form gives the field"


def _limit(column: str, columns: tuple[str, ...], violated: str, who: str) -> Expected:
    message = f"{column} lies outside the limits that the {who}"
    return Expected(f"{column}_within_limits", "holds", "warning", columns, message, violated=violated)


def _none_breaks(rule: Rule, severity: Severity) -> Expected:
    message = rule.message if severity == "critical" else f"{rule.message}; {rule.remedy}"
    return Expected(f"no_{rule.code}", "holds", severity, (rule.column,), message, violated=rule.violated)


def _not_long_past(events: Sequence[Column], starts_on: dt.date | None) -> Expected:
    """A mistyped year, or a date that stands for "unknown": requests and tours may be older than the mission, a bit."""
    names = tuple(c.name for c in events)
    oldest = "NULL" if starts_on is None else f"DATE '{starts_on}' - INTERVAL {LONG_PAST} YEAR"
    violated = " OR ".join(f"{name} < {oldest}" for name in names)
    message = f"{' or '.join(names)} lies more than {LONG_PAST} years before the mission starts; correct the year"
    return Expected("not_long_past", "holds", "warning", names, message, violated=violated)


def _not_foretold(table: Table, column: Column) -> Expected:
    """An event that is dated after the file that tells of it: possible through a wrong clock or a wrong year.

    A row that is known from a moment of its own is so from that very date; then the arrival of its file counts. That of
    an event log also holds what others tell of its record, which may be known from later.
    """
    return Expected(
        f"{column.name}_not_foretold",
        "holds",
        "warning",
        (column.name,),
        f"{column.name} lies after the day on which it became known",
        violated=f"{tells_column(table, column.name)} "
        f"AND {column.name} > least(known_from, {ARRIVED}) + {CLOCK_TOLERANCE}",
    )
