"""What is wrong with a row: casts that failed, missing entries, unknown codes and ids, numbers out of range, rules.

All follow from the declarations in ``warehouse.tables`` and the ids of the profile. Rows that may fail any check are
marked when they are made (``doubt``); only these few are looked at check by check.

Leaves the temporary table ``fault``: row_id, column_name, code, message, remedy, entry (the text that was judged).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from reportmetrics.ingest.readers.base import (
    BAD_MARK,
    CONTRADICTION_MARK,
    FORMULA_MARK,
)
from reportmetrics.ingest.reasons import REASONS
from reportmetrics.ingest.row_faults import row_faults
from reportmetrics.ingest.text import NOTHING_BEFORE, literal, not_among
from reportmetrics.ingest.typed import filled_bit
from reportmetrics.warehouse.shape import Column, Rule, Table, Type
from reportmetrics.warehouse.store import has_rows

Ids = Mapping[str, frozenset[str]]
"""Known ids by profile table."""

Agreed = Mapping[str, Mapping[int, str]]
"""Per column, for each group of rows, how senders may write dates, times, numbers and flags: ``like 31.12.2021``."""

_KINDS: Mapping[Type, tuple[str, str, str]] = {
    "text": ("unreadable_cell", "the cell cannot be understood", "correct the cell"),
    "integer": ("bad_integer", "not a whole number", "enter digits only"),
    "number": ("bad_number", "not a number as agreed", "enter a number with the agreed decimal mark"),
    "boolean": ("bad_flag", "not a yes or no as agreed", "enter one of the agreed words"),
    "date": ("bad_date", "not a date in the agreed format", "enter an existing day in the agreed format"),
    "timestamp": ("bad_time", "not a time in the agreed format", "enter an existing time in the agreed format"),
}
_HARD_SPACE = " (it holds a space that does not break: what looks like an ordinary one is another character)"
UNTOLD = "no event has told yet: "
"""How the fault of an event begins whose record lacks a column."""
_EARLIER = (
    "send the event once more, with or after what it is about (earlier events, or the register or report that "
    "describes the record); or correct its identifier, or the name of the event"
)
_BAD = "starts_with({text}, chr(26))"
_SOUND = "m.row_fault IS NULL"
_TEXT = re.compile(r'm\."(?P<column>\w+)"(?P<asked> IS NULL| IS NOT NULL)?')
"""The text of a column, and whether there is any."""


@dataclass(frozen=True, slots=True)
class _Check:
    """A row is at fault where ``hint`` and ``narrowed`` hold; ``hint`` alone is cheap, and seldom so of a sound row."""

    code: str
    column: str | None
    hint: str
    narrowed: str
    message: str
    remedy: str

    @property
    def found(self) -> str:
        return f"({self.hint}) AND {self.narrowed}"


def find_faults(connection: duckdb.DuckDBPyConnection, table: Table, ids: Ids, agreed: Agreed, mapped: str) -> int:
    """Fill ``fault`` from ``typed`` and the SELECT ``mapped``. Returns the number of faults."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE fault (row_id BIGINT, column_name VARCHAR, code VARCHAR, message VARCHAR, "
        "remedy VARCHAR, entry VARCHAR)"
    )
    rules = "".join(f", {_broken(r)} AS rule_{i}" for i, r in enumerate(table.rules))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE doubtful AS SELECT *{rules} FROM typed WHERE doubt")
    if not has_rows(connection, "doubtful"):
        return 0
    checks = [*_checks(table, ids, agreed)]
    wanted = [_by_typed(table, c.found) for c in checks]
    counts = connection.execute(
        f"SELECT {', '.join(f'count(*) FILTER (WHERE {w})' for w in wanted)} FROM doubtful AS t"
    ).fetchall()[0]
    hits = [c for c, n in zip(checks, counts, strict=True) if n]
    if hits:
        # The text of these few rows is made once more, to be told.
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE suspect AS SELECT m.* FROM ({mapped}) AS m SEMI JOIN doubtful USING (row_id)"
        )
    for check in hits:
        name = "NULL" if check.column is None else literal(check.column)
        entry = "NULL" if check.column is None else f'ltrim(m."{check.column}", chr(26))'
        connection.execute(
            f"INSERT INTO fault SELECT t.row_id, {name}, {literal(check.code)}, {check.message}, "
            f"{literal(check.remedy)}, {entry} FROM doubtful AS t JOIN suspect AS m USING (row_id) "
            f"WHERE {check.found}"
        )
        if check.column is not None:
            _name_formulas(connection, check.column)
            _name_contradictions(connection, check.column)
            _name_reasons(connection, check.column)
            if check.code in ("bad_number", "bad_integer"):
                _name_too_large(connection, check.column)
    return sum(counts)


def doubt(table: Table, ids: Ids) -> str:
    """SQL of whether any check may fail, over the columns of ``typed``, called ``t``.

    It is asked of every row, while the rows are made: so it has the hints only, each once.
    """
    rules = {f"t.rule_{i}": _broken(rule) for i, rule in enumerate(table.rules)}
    hints = (_by_typed(table, rules.get(c.hint, c.hint)) for c in _checks(table, ids, {}))
    return f"({' OR '.join(f'({hint})' for hint in dict.fromkeys(hints))})"


def _broken(rule: Rule) -> str:
    return f"coalesce({rule.violated}, false)"


def _name_formulas(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    """Where the cell is a formula without a usable value, say that, and not what the value should have been."""
    connection.execute(
        "UPDATE fault SET code = 'formula_without_value', entry = substr(entry, 2), "
        "message = '''' || left(substr(entry, 2), 100) || CASE WHEN entry[2] = '#' "
        "THEN ''' is an error, which the spreadsheet gives for the value of a formula' "
        "ELSE ''' is the cell of a formula without a value' END, "
        "remedy = CASE WHEN entry[2] = '#' THEN 'mend the formula, or enter the value itself' "
        "ELSE 'let the spreadsheet compute the formula, or enter the value itself' END "
        "WHERE column_name = $column AND starts_with(entry, $mark)",
        {"column": column, "mark": FORMULA_MARK.removeprefix(BAD_MARK)},
    )


def _name_contradictions(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    """Where other cells contradict a yes, say which, and not that it could not be read."""
    connection.execute(
        "UPDATE fault SET code = 'contradiction', message = substr(entry, 2), entry = 'yes', "
        "remedy = CASE WHEN ends_with(entry, $nothing) THEN 'clear the tick, and enter the answer where there is one' "
        "ELSE 'clear the tick, or restore what was there before' END "
        "WHERE column_name = $column AND starts_with(entry, $mark)",
        {"column": column, "mark": CONTRADICTION_MARK.removeprefix(BAD_MARK), "nothing": NOTHING_BEFORE},
    )


def _name_reasons(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    """Where it is known why a cell was not understood, say that."""
    for mark, (code, said, remedy) in REASONS.items():
        connection.execute(
            "UPDATE fault SET code = coalesce($code, code), entry = substr(entry, 2), "
            "message = '''' || left(substr(entry, 2), 100) || ''' ' || $said, remedy = $remedy "
            "WHERE column_name = $column AND starts_with(entry, $mark)",
            {"code": code, "said": said, "remedy": remedy, "column": column, "mark": mark.removeprefix(BAD_MARK)},
        )


def _name_too_large(connection: duckdb.DuckDBPyConnection, column: str) -> None:
    """A number as agreed that no column can hold is not one that could not be read."""
    connection.execute(
        "UPDATE fault SET message = '''' || left(entry, 100) || ''' is a number too large to be stored', "
        "remedy = 'enter the number that is meant; leave the cell blank where there is none' "
        "FROM suspect AS m WHERE m.row_id = fault.row_id AND column_name = $column "
        "AND code IN ('bad_number', 'bad_integer') "
        f"AND regexp_full_match(m.\"{column}\", '[+-]?[0-9.]+([eE][+-]?[0-9]+)?')",
        {"column": column},
    )


def _by_typed(table: Table, found: str) -> str:
    """A condition over ``typed`` and ``mapped`` as one over ``typed`` alone, which tells where there was text."""

    def told(said: re.Match[str]) -> str:
        column, asked = table.by_name[said["column"]], said["asked"]
        if column.type == "text":
            return f't."{column.name}"{asked or ""}'
        if asked is None:
            return said[0]
        return f"(t.filled & {filled_bit(table, column)}) {'=' if asked == ' IS NULL' else '<>'} 0"

    return _TEXT.sub(told, found).replace("m.row_fault", "t.row_fault")


def _checks(table: Table, ids: Ids, agreed: Agreed) -> Iterator[_Check]:
    for code, found, message, remedy in row_faults():
        yield _Check(code, None, "m.row_fault IS NOT NULL", found, message, remedy)
    for column in table.columns:
        yield from _of_column(column, ids, agreed.get(column.name, {}))
    if table.name == "report_field":
        yield _Check(
            "report_refused",
            "report_id",
            "(t.file_seq, t.report_id, t.revision) IN (SELECT (file_seq, report_id, revision) FROM refused_report)",
            _SOUND,
            literal("the report that it answers was refused in this file, and another file has told of that report"),
            "mend the report too, or give it the next revision, and send both again",
        )
    for number, rule in enumerate(table.rules):
        # A date that could not be read is one fault; that it is missing from a rule's point of view is not another.
        failed = f'm."{rule.column}" IS NOT NULL AND t."{rule.column}" IS NULL'
        narrowed = f"{_SOUND} AND NOT ({failed})"
        yield _Check(rule.code, rule.column, f"t.rule_{number}", narrowed, literal(rule.message), rule.remedy)


def _of_column(column: Column, ids: Ids, agreed: Mapping[int, str]) -> Iterator[_Check]:
    text, typed = f'm."{column.name}"', f't."{column.name}"'
    marked = _BAD.format(text=text)
    shown = f"left(ltrim({text}, chr(26)), 100)"
    if column.required:
        missing = f"{text} IS NULL"
        said = literal(f"nothing is entered: {column.meaning}")
        # What an event log tells of a record has no cell.
        narrowed = f"{_SOUND} AND t.event_at IS NULL"
        yield _Check("missing", column.name, missing, narrowed, said, "fill in the cell")
        said = literal(f"{UNTOLD}{column.meaning}")
        narrowed = f"{_SOUND} AND t.event_at IS NOT NULL"
        yield _Check("missing", column.name, missing, narrowed, said, _EARLIER)
    code, said, remedy = _KINDS[column.type]
    message = f"'''' || {shown} || ''' is ' || {literal(said)}"
    if agreed:
        whens = " ".join(f"WHEN {group} THEN {literal(f': {like}')}" for group, like in agreed.items())
        message += f" || CASE t.grp {whens} ELSE '' END"
    if column.type in ("integer", "number"):
        message += (
            f" || CASE WHEN regexp_matches({text}, '[\u00a0\u2009\u202f]') THEN {literal(_HARD_SPACE)} ELSE '' END"
        )
    if column.type != "text":
        failed = f"{text} IS NOT NULL AND ({typed} IS NULL{_not_finite(column, typed)})"
        yield _Check(code, column.name, failed, _SOUND, message, remedy)
    elif column.codes:
        unknown = f"'''' || {shown} || ''' is not one of: ' || {literal(', '.join(column.codes))}"
        remedy = "use one of these, or add it to the source's mapping"
        yield _Check("unknown_code", column.name, not_among(text, column.codes), _SOUND, unknown, remedy)
    else:
        yield _Check(
            "unknown_code",
            column.name,
            f"{text} < chr(27)",
            f"{_SOUND} AND {marked}",
            f"'''' || {shown} || ''' is not in the mapping of the source'",
            "correct the entry, or add it to the source's mapping",
        )
    if column.refers is not None and column.refers in ids:
        unknown = f"'''' || {shown} || ''' is no known {column.refers}'"
        remedy = f"correct it, or add the {column.refers} to the profile"
        hint = not_among(text, sorted(ids[column.refers]))
        yield _Check("unknown_id", column.name, hint, f"{_SOUND} AND NOT {marked}", unknown, remedy)
    yield from _range(column, typed, shown)


def _not_finite(column: Column, typed: str) -> str:
    return f" OR NOT isfinite({typed})" if column.type == "number" else ""


def _range(column: Column, typed: str, shown: str) -> Iterator[_Check]:
    bounds = []
    if column.minimum is not None:
        bounds.append((f"{typed} < {column.minimum:g}", f"at least {column.minimum:g}"))
    if column.maximum is not None:
        bounds.append((f"{typed} > {column.maximum:g}", f"at most {column.maximum:g}"))
    for found, said in bounds:
        message = f"{shown} || ' is out of range: ' || {literal(said)}"
        yield _Check("out_of_range", column.name, found, "true", message, "correct the number")
