"""What must hold of the mappings in ``sources/*.yaml``, judged against the canonical tables and the profile's ids.

Belongs here: mistakes that can be seen without a file to read. Not here: what a file turns out to hold (``ingest``).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence

from reportmetrics.profile.breakdown_rules import breakdown_problems
from reportmetrics.profile.corrections import correction_problems
from reportmetrics.profile.event_rules import event_problems
from reportmetrics.profile.format_rules import format_problems, zone_problems
from reportmetrics.profile.name_rules import report_id_problems, report_key_problems
from reportmetrics.profile.reading import Problem
from reportmetrics.profile.rules import unknown_id
from reportmetrics.profile.shape_rules import pattern_problems, shape_problems
from reportmetrics.profile.sources import (
    ColumnMap,
    FileDate,
    FromColumn,
    Options,
    Source,
    TableMap,
    facts_of_sender,
)
from reportmetrics.warehouse.shape import NOT_APPLICABLE, Column, Table
from reportmetrics.warehouse.tables import SOURCE_TABLES

_TABLES = {t.name: t for t in SOURCE_TABLES}
Ids = Mapping[str, set[str]]
Groups = set[str] | None


def source_problems(sources: Sequence[tuple[str, Source]], ids: Ids) -> list[Problem]:
    """All mistakes of the sources, given as (file name, source). ``ids`` are the known ids by profile table."""
    problems: list[Problem] = []
    first: dict[str, str] = {}
    for file, source in sources:
        if source.source in first:
            said = f"source '{source.source}' is described in {first[source.source]} too"
            problems.append(Problem(file, "source", said, "give each source a name of its own"))
        first.setdefault(source.source, file)
        problems += _one_source(file, source, ids)
    return problems


def _one_source(file: str, source: Source, ids: Ids) -> Iterator[Problem]:
    groups, bad = _groups(file, "facts", source.facts)
    yield from bad
    if groups is not None:
        for fact in dict.fromkeys(facts_of_sender(source.sender)):
            if fact not in groups:
                yield unknown_id(file, "sender", "fact of the file's name", fact, groups)
    try:
        codecs.lookup(source.options.encoding)
    except LookupError:
        known = "use a name that Python knows, such as utf-8 or cp1252"
        yield Problem(file, "options.encoding", f"unknown encoding '{source.options.encoding}'", known)
    yield from _unused_options(file, source)
    sheets = list(dict.fromkeys(t.sheet or source.options.sheet for t in source.tables))
    yield from correction_problems(file, source.corrections, sheets)
    if source.options.ends_before is not None:
        yield from pattern_problems(file, "options.ends_before", source.options.ends_before)
    yield from _known_from(file, source, groups)
    if source.complete is not None and all(t.table != "request" for t in source.tables):
        yield Problem(file, "complete", "no table 'request' is filled", "remove 'complete': it is about registers")
    names = [t.table for t in source.tables]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield Problem(file, f"tables[{name}]", f"table '{name}' is filled twice", "merge the two entries")
    for entry in source.tables:
        key = f"tables[{entry.table}]" if len(source.tables) > 1 else entry.table
        if entry.table not in _TABLES:
            yield unknown_id(file, key, "table", entry.table, _TABLES)
            continue
        yield from _sheet(file, key, source, entry)
        yield from _one_table(file, key, source, entry, _TABLES[entry.table], groups, ids)
        yield from event_problems(file, key, source, entry, _TABLES[entry.table], ids)
        yield from report_key_problems(file, key, entry, _TABLES[entry.table])
        yield from breakdown_problems(file, key, source, entry)
        if groups is not None:
            yield from report_id_problems(file, key, entry, source.facts)


_OPTIONS: Mapping[str, frozenset[str]] = {
    "csv": frozenset({"encoding", "delimiter", "quote"}),
    "json": frozenset({"encoding", "records"}),
    "ndjson": frozenset({"encoding"}),
    "xlsx": frozenset({"header_rows", "hidden_rows", "hidden_sheets"}),
}
_LAYOUT = frozenset({"encoding", "delimiter", "quote", "records", "header_rows", "hidden_rows", "hidden_sheets"})
"""Options that only some readers know."""


def _unused_options(file: str, source: Source) -> Iterator[Problem]:
    known = _OPTIONS.get(source.reader, frozenset())
    beyond = set(_LAYOUT if source.reader in ("csv", "xlsx") else Options.model_fields) - known - {"sheet"}
    for name in sorted(source.options.model_fields_set & beyond):
        yield Problem(file, f"options.{name}", f"the reader '{source.reader}' has no such option", "remove it")


def _groups(file: str, key: str, pattern: str | None) -> tuple[Groups, list[Problem]]:
    """Named groups of a pattern; None where it cannot be read, so that it is blamed once."""
    if pattern is None:
        return set(), []
    bad = list(pattern_problems(file, key, pattern))
    return (None, bad) if bad else (set(re.compile(pattern).groupindex), [])


def _known_from(file: str, source: Source, groups: Groups) -> Iterator[Problem]:
    if isinstance(source.known_from, FileDate):
        if groups is not None and "file_date" not in groups:
            remedy = "add a group (?P<file_date>...) to 'facts'"
            yield Problem(file, "known_from", "the file's name gives no fact 'file_date'", remedy)
        yield from format_problems(file, "known_from.file_date", source.known_from.file_date)
    if isinstance(source.known_from, FromColumn):
        name = source.known_from.column
        for entry in source.tables:
            table = _TABLES.get(entry.table)
            column = table.by_name.get(name) if table else None
            if table and (column is None or column.type not in ("date", "timestamp")):
                said = f"'{name}' is not a date or time of table '{table.name}'"
                dates = ", ".join(c.name for c in table.columns if c.type in ("date", "timestamp"))
                yield Problem(file, "known_from.column", said, f"use one of: {dates or 'none'}, or a file date")


def _sheet(file: str, key: str, source: Source, entry: TableMap) -> Iterator[Problem]:
    sheet = entry.sheet or source.options.sheet
    if source.reader == "xlsx" and sheet is None:
        yield Problem(file, key, "the sheet of the workbook is not named", "add 'sheet'")
    if source.reader != "xlsx" and sheet is not None:
        yield Problem(file, key, f"a {source.reader} file has no sheets", "remove 'sheet'")


def _one_table(
    file: str, key: str, source: Source, entry: TableMap, table: Table, groups: Groups, ids: Ids
) -> Iterator[Problem]:
    yield from shape_problems(file, key, entry)
    for name, column_map in entry.columns.items():
        where = f"{key}.columns.{name}"
        if name not in table.by_name:
            yield unknown_id(file, where, f"column of table '{table.name}'", name, table.by_name)
            continue
        if column_map.not_applicable and NOT_APPLICABLE not in table.by_name:
            said = f"table '{table.name}' cannot say that something does not apply"
            yield Problem(file, f"{where}.not_applicable", said, "list the texts under 'blank'")
        yield from _one_column(file, where, column_map, table.by_name[name], groups, ids)
        if column_map.timezone is not None:
            yield from _needless_zone(file, f"{where}.timezone", table.by_name[name], source.reader)
    for column in table.columns:
        # An event may leave to a register what it does not tell; a record that nobody told it of is then rejected.
        left_to_others = entry.events is not None and column.name not in (entry.key or table.key)
        if not column.required or left_to_others or column.filled:
            continue
        given = entry.columns.get(column.name)
        if given is None:
            said = f"required column '{column.name}' of table '{table.name}' is not mapped"
            yield Problem(file, f"{key}.columns", said, f"add '{column.name}': {column.meaning}")
        elif given.optional:
            said = f"every row of a file without the column would be refused: '{column.name}' is required"
            remedy = "remove 'optional', so that such a file is refused with the name of the column that it lacks"
            yield Problem(file, f"{key}.columns.{column.name}.optional", said, remedy)
    for name in entry.key or []:
        if name not in table.by_name:
            yield unknown_id(file, f"{key}.key", f"column of table '{table.name}'", name, table.by_name)
        elif name not in entry.columns:
            yield Problem(file, f"{key}.key", f"column '{name}' of the key is not mapped", "map it, or leave it out")
    for name in entry.may_go_blank:
        if name not in entry.columns:
            yield unknown_id(file, f"{key}.may_go_blank", "mapped column", name, entry.columns)


def _one_column(file: str, key: str, given: ColumnMap, column: Column, groups: Groups, ids: Ids) -> Iterator[Problem]:
    if given.fact is not None and groups is not None and given.fact not in groups:
        yield unknown_id(file, f"{key}.fact", "fact of the file's name", given.fact, groups)
    if given.same is not None and column.type != "boolean":
        said = f"a {column.type} column does not say that something is unchanged"
        yield Problem(file, f"{key}.same", said, "remove 'same': it is for flags, such as 'confirmed_unchanged'")
    if given.join is not None and column.type in ("integer", "number") and given.map is None:
        remedy = "take it 'from' one column; or give a 'map' of the joined words, such as {high high: \"9\"}"
        yield Problem(file, f"{key}.join", "texts that follow each other, a blank between, are no number", remedy)
    moment = column.type in ("date", "timestamp")
    if moment and not given.formats:
        yield Problem(file, key, "a date without a format", "add 'format', such as \"%Y-%m-%d\": nothing is guessed")
    if not moment and given.formats:
        yield Problem(file, f"{key}.format", f"a {column.type} column has no date format", "remove 'format'")
    spans = {"first_day_of": given.first_day_of, "last_day_of": given.last_day_of}
    named = [name for name, span in spans.items() if span is not None]
    if named and column.type != "date":
        yield Problem(
            file, f"{key}.{named[0]}", f"a {column.type} column has no first or last day", f"remove '{named[0]}'"
        )
    if len(named) > 1:
        yield Problem(file, key, "first and last day are both asked for", "keep one of them")
    for pattern in given.formats:
        if column.type == "date" and "%z" in pattern.replace("%%", "") and not pattern.endswith("%z"):
            remedy = "put %z last, so that the day is the one that stands before it"
            yield Problem(file, f"{key}.format", f"'{pattern}' has an offset within the date", remedy)
        yield from format_problems(file, f"{key}.format", pattern, whole=not named, timed=column.type == "timestamp")
        yield from zone_problems(file, f"{key}.format", pattern, given.timezone) if column.type == "timestamp" else ()
    yield from _map_problems(file, f"{key}.map", given)
    targets = [v for v in (given.map or {}).values() if v is not None]
    if given.value is not None:
        targets.append(given.value)
    allowed = set(column.codes) or (ids.get(column.refers) if column.refers else None)
    for value in sorted(set(targets)):
        if allowed is not None and value not in allowed:
            yield unknown_id(file, key, f"value of '{column.name}'", value, allowed)


def _needless_zone(file: str, key: str, column: Column, reader: str) -> Iterator[Problem]:
    if column.type == "date" and reader != "parquet":
        yield Problem(file, key, f"a date of a {reader} file has no time zone", "remove 'timezone'")
    elif column.type not in ("date", "timestamp"):
        yield Problem(file, key, f"a {column.type} column has no time zone", "remove 'timezone'")


def _map_problems(file: str, key: str, given: ColumnMap) -> Iterator[Problem]:
    """Words of a map that are never looked up, since a cell that holds them counts as one without a value."""
    nothing = {"blank": given.blank, "not_applicable": given.not_applicable}
    for word, value in (given.map or {}).items():
        listed = [name for name, words in nothing.items() if word in words]
        if value is None:
            continue
        if not word.strip():
            remedy = f"remove it: a blank means that nothing was entered; have '{value}' entered where it is meant"
            yield Problem(file, key, "a blank cell is never looked up in the map", remedy)
        elif listed:
            said = f"'{word}' stands under '{listed[0]}' too, so it never becomes '{value}'"
            yield Problem(file, key, said, "keep it in one of the two")
