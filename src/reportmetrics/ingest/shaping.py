"""Rows to records: the relation from which a table's columns are taken, and the rows of it that are left out.

A record is a row of the file, a cell of an unpivoted column, a part of a split cell, or a numbered group of columns.

Belongs here: how many records a row is, and which count. Not here: what their cells mean (``text``).
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import duckdb
import polars as pl

from reportmetrics.ingest.readers.base import BAD_MARK, MARKS, UNDECIDED, UnreadableError
from reportmetrics.ingest.text import BLANKS, alike, literal, put_together
from reportmetrics.profile.shapes import Condition
from reportmetrics.profile.sources import TableMap

_NEAR = 0.7
"""How alike two names are of which one may be meant for the other: ``kind`` and ``id`` are not."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a row of a file with one header becomes records.

    ``made`` gives the SQL of each name that is made. ``turned`` has, for each record of a row, the positions of the
    columns it takes, and ``called`` their names, also of those that the file lacks; ``names`` how the record is called.
    ``split`` is the position of a cell with separators.
    """

    made: dict[str, str] = field(default_factory=dict)
    turned: tuple[tuple[int | None, ...], ...] = ()
    called: tuple[tuple[str, ...], ...] = ()
    names: tuple[str, ...] = ()
    split: int | None = None
    drop_blank: bool = True


def shape_of(entry: TableMap, header: Sequence[str]) -> Shape:
    """Find what ``unpivot`` and ``explode`` name. Raises ``UnreadableError`` when nothing is there."""
    if entry.unpivot is not None:
        found = [(i, h) for i, h in enumerate(header) if re.fullmatch(entry.unpivot.columns, h)]
        if not found:
            raise _nothing_like(entry.unpivot.columns, header, "unpivot")
        for _, name in found:
            position([name], header)  # each must stand there once
        made = {entry.unpivot.name_to: "label", entry.unpivot.value_to: "g0"}
        turned = tuple((i,) for i, _ in found)
        called = tuple((h,) for _, h in found)
        return Shape(made, turned, called, tuple(h for _, h in found), drop_blank=entry.unpivot.drop_blank)
    if entry.explode is None:
        return Shape()
    number = {} if entry.explode.number_to is None else {entry.explode.number_to: "label"}
    if entry.explode.columns is None:
        at = position(entry.explode.candidates, header)
        if at is None:
            raise missing(entry.explode.candidates, header)
        return Shape({entry.explode.to or "": "g0", **number}, split=at, names=(header[at],))
    return _groups(entry.explode.columns, number, header)


def _groups(pattern: str, number: dict[str, str], header: Sequence[str]) -> Shape:
    groups: dict[str, dict[str, int]] = {}
    around: dict[str, tuple[str, str]] = {}
    for i, name in enumerate(header):
        match = re.fullmatch(pattern, name)
        if match is None:
            continue
        there = groups.setdefault(match["number"], {})
        if match["name"] in there:
            raise _twice(name, list(header))
        there[match["name"]] = i
        around.setdefault(match["name"], (name[: match.start("number")], name[match.end("number") :]))
    if not groups:
        raise _nothing_like(pattern, header, "explode")
    turned = tuple(tuple(group.get(name) for name in around) for group in groups.values())
    called = tuple(
        tuple(header[group[name]] if name in group else nr.join(ends) for name, ends in around.items())
        for nr, group in groups.items()
    )
    return Shape({n: f"g{i}" for i, n in enumerate(around)} | number, turned, called, tuple(groups))


def relation(
    connection: duckdb.DuckDBPyConnection, rows: str, shape: Shape, entry: TableMap, numbers: Collection[int] = ()
) -> tuple[str, int]:
    """SQL of the records of the table ``rows``, and the most records that a row can be.

    Beside the columns of ``rows`` it has ``pos`` (0, 1, ... within the row), ``label`` and ``g0``, ``g1``, ...
    With ``numbers``, the columns of ``rows`` that have an ``n0``, ``n1``, ..., it has an ``ng0``, ``ng1``, ... too.
    """
    if shape.split is not None and entry.explode is not None:
        return _split(connection, rows, shape.split, entry.explode.separators, numbers)
    if not shape.turned:
        return f"(SELECT *, 0 AS pos, CAST(NULL AS VARCHAR) AS label FROM {rows})", 1
    names = f"turned_{rows}_{entry.table}"
    connection.register(names, pl.DataFrame({"pos": range(len(shape.names)), "label": list(shape.names)}))
    width = len(shape.turned[0])
    cells = [
        f"list_extract([{', '.join('NULL' if t[g] is None else f'c{t[g]}' for t in shape.turned)}], t.pos + 1) AS g{g}"
        for g in range(width)
    ]
    for g in range(width) if numbers else ():
        told = ", ".join(f"n{t[g]}" if t[g] in numbers else "false" for t in shape.turned)
        cells.append(f"list_extract([{told}], t.pos + 1) AS ng{g}")
    blank = " AND ".join(f"nullif(trim(g{g}, {literal(BLANKS)}), '') IS NULL" for g in range(width))
    kept = f"WHERE NOT ({blank})" if shape.drop_blank else ""
    every = f"SELECT r.*, t.pos, t.label, {', '.join(cells)} FROM {rows} AS r CROSS JOIN {names} AS t"
    return f"(SELECT * FROM ({every}) {kept})", len(shape.turned)


def _split(
    connection: duckdb.DuckDBPyConnection, rows: str, at: int, separators: Sequence[str], numbers: Collection[int]
) -> tuple[str, int]:
    """A row without entry in the cell is one record without a part; nothing between two separators is no part."""
    text, first = f"c{at}", literal(separators[0])
    for other in separators[1:]:
        text = f"replace({text}, {literal(other)}, {first})"
    trimmed = f"list_transform(string_split({text}, {first}), lambda x: trim(x, {literal(BLANKS)}))"
    parts = f"list_filter({trimmed}, lambda x: x <> '')"
    most = connection.execute(f"SELECT max(len({parts})) FROM {rows}").fetchall()[0][0] or 1
    told = f"{f'n{at}' if at in numbers else 'false'} AS ng0, " if numbers else ""
    sql = (
        f"(SELECT {told}* EXCLUDE (parts), unnest(range(0, len(parts))) AS pos, "
        "CAST(unnest(range(1, len(parts) + 1)) AS VARCHAR) AS label, unnest(parts) AS g0 "
        f"FROM (SELECT *, CASE WHEN len({parts}) > 0 THEN {parts} ELSE [NULL] END AS parts FROM {rows}))"
    )
    return sql, max(1, most)


def left_out(entry: TableMap, shape: Shape, header: Sequence[str], unnamed: str | None = None) -> str | None:
    """SQL of why a record does not count, null when it does; None when the mapping leaves nothing out.

    A row that does not line up with the header is judged and rejected, since its cells may stand in other columns.
    ``unnamed`` is SQL of a further condition: the event of the row is not one of those that count.
    Raises ``UnreadableError`` when a column of a condition is missing.
    """
    cases = [f"WHEN NOT ({_holds(c, shape, header)}) THEN {literal('not only: ' + c.words)}" for c in entry.only]
    cases += [f"WHEN {_holds(c, shape, header)} THEN {literal('drop: ' + c.words)}" for c in entry.drop]
    cases += [] if unnamed is None else [f"WHEN {unnamed} THEN 'drop: the event is not in the mapping'"]
    return f"CASE WHEN row_fault IS NOT NULL THEN NULL {' '.join(cases)} END" if cases else None


def undecided(entry: TableMap, shape: Shape, header: Sequence[str], event: Sequence[str] | None = None) -> str | None:
    """SQL of the fault of a record, where a cell that decides whether it counts was marked by its reader.

    None when nothing is asked of any cell but whether it is blank. ``event`` are names of the column with the event of
    a log, where it decides. An error for a value is not the word that was asked for, nor is it another one.
    """
    asked = [part.candidates for c in (*entry.only, *entry.drop) for part in c.parts if part.blank is None]
    asked += [] if event is None else [tuple(event)]
    cases = []
    for candidates in dict.fromkeys(asked):
        cell, label = _decider(candidates, shape, header)
        before, after = literal(f"{UNDECIDED}column '"), literal("' holds ")
        said = f"{before} || {label} || {after}"
        shown = f"left(ltrim({cell}, {literal(BAD_MARK + MARKS)}), 100)"
        cases.append(f"WHEN starts_with({cell}, {literal(BAD_MARK)}) THEN {said} || '''' || {shown} || ''''")
    return f"CASE WHEN row_fault IS NOT NULL THEN row_fault {' '.join(cases)} END" if cases else None


def _decider(candidates: Sequence[str], shape: Shape, header: Sequence[str]) -> tuple[str, str]:
    """SQL of a cell that a condition asks for, and of what the file calls its column, which may differ by record."""
    made = next((c for c in candidates if c in shape.made), None)
    if made is not None:
        return shape.made[made], _called(shape, shape.made[made])
    at = position(candidates, header)
    if at is None:
        raise missing(candidates, header)
    return f"c{at}", literal(header[at])


def _called(shape: Shape, made: str) -> str:
    """SQL of the name of the column that a record takes what is made from."""
    if shape.split is not None:
        return literal(shape.names[0])
    if not made.startswith("g"):
        return "label"  # its name itself
    names = ", ".join(literal(of_record[int(made[1:])]) for of_record in shape.called)
    return f"list_extract([{names}], pos + 1)"


def _holds(condition: Condition, shape: Shape, header: Sequence[str]) -> str:
    return " AND ".join(_holds_alone(part, shape, header) for part in condition.parts)


def _holds_alone(condition: Condition, shape: Shape, header: Sequence[str]) -> str:
    made, _ = _decider(condition.candidates, shape, header)
    cell = f"nullif(nfc_normalize(trim({made}, {literal(BLANKS)})), '')"
    if condition.blank is not None:
        return f"{cell} IS {'' if condition.blank else 'NOT '}NULL"
    if condition.matches is not None:
        flags = "'i'" if condition.ignore_case else "'c'"
        return f"coalesce(regexp_full_match({cell}, {literal(put_together(condition.matches))}, {flags}), false)"
    texts = (condition.is_,) if isinstance(condition.is_, str) else tuple(condition.is_ or ())
    named = ", ".join(sql for t in texts for sql in alike(t, ignore_case=condition.ignore_case))
    subject = f"lower({cell})" if condition.ignore_case else cell
    return f"coalesce({subject} IN ({named}), false)"


def position(candidates: Sequence[str], header: Sequence[str]) -> int | None:
    """Place of the first of ``candidates`` that the header has; it must stand there once."""
    label = next((c for c in candidates if c in header), None)
    if label is None:
        return None
    if list(header).count(label) > 1:
        raise _twice(label, list(header))
    return list(header).index(label)


def _twice(label: str, header: list[str]) -> UnreadableError:
    return UnreadableError(
        "duplicate_column",
        f"column '{label}' stands in the header {max(2, header.count(label))} times",
        "give each column a name of its own",
    )


def missing(candidates: Sequence[str], header: Sequence[str]) -> UnreadableError:
    """A column that is not there, with the one that may be meant."""
    folded = {h.lower(): h for h in reversed(header)}
    near = difflib.get_close_matches(candidates[0].lower(), list(folded), n=1, cutoff=_NEAR)
    hint = f"is '{folded[near[0]]}' meant? Rename it, or add it as an alias to the source's mapping" if near else ""
    return UnreadableError(
        "missing_column",
        f"column '{candidates[0]}' is missing (there are: {_names(header)})",
        hint or f"add the column '{candidates[0]}' and send the file again",
    )


def _nothing_like(pattern: str, header: Sequence[str], key: str) -> UnreadableError:
    return UnreadableError(
        "missing_column",
        f"no column has a name like {pattern} (there are: {_names(header)})",
        f"send the columns that are asked for, or correct '{key}' in the source's mapping",
    )


def _names(header: Sequence[str]) -> str:
    shown = [h for h in header if h][:40]
    return ", ".join(shown) + (f" and {len(header) - 40} more" if len(header) > 40 else "")
