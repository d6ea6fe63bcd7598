"""Bad files of a log of activities: what senders do to files, each with what must become of it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import polars as pl
import xlsxwriter

from tests.faults.case import Case

Fault = tuple[int | None, str | None, str]
"""Row of the file, column as the file names it, code."""

NBSP, RTL = "\u00a0", "\u200f"
HEAD = "id;unit;day;count;hours;status;note"
COLUMNS = HEAD.split(";")
SOUND = ["A1", "LO-1", "01.02.2021", "3", "1,5", "held", ""]


ACTIVITIES: dict[str, Any] = {
    "title": "Activities",
    "sender": "desk",
    "table": "activity",
    "key": ["activity_id", "report_id"],
    "columns": {
        "activity_id": "id",
        "objective_id": "unit",
        "kind": {"value": "meeting"},
        "occurred_on": {"from": "day", "format": "%d.%m.%Y"},
        "count": "count",
        "hours": {"from": "hours", "decimal": ",", "thousands": "."},
        "status": {"from": "status", "ignore_case": True},
        "place": "note",
    },
}
"""A log of activities: German numbers and dates, one table from files of any kind."""


def bad_file(
    name: str, kind: str, content: bytes, faults: tuple[Fault, ...] = (), accepted: int = 0, *, note: str = ""
) -> Case:
    """``content`` of a file of ``kind``; beside the rows with ``faults`` it holds so many sound ones."""
    rejects = sorted(((code, line, column) for line, column, code in faults), key=str)
    bad = len({line for line, _, _ in faults if line is not None})
    options = {"delimiter": ";"} if kind == "csv" else {}
    rows = (accepted + bad, accepted, bad, 0, 0, 0)
    return Case(name, content, tuple(rejects), rows, kind, options, base=ACTIVITIES, note=note)


def row(**changes: str) -> str:
    """A line with semicolons, sound but for ``changes``."""
    return ";".join(changes.get(name, value) for name, value in zip(COLUMNS, SOUND, strict=True))


def lines(*rows: str, head: str = HEAD, end: str = "\n", encoding: str = "utf-8") -> bytes:
    """A CSV of these lines."""
    return (end.join([head, *rows]) + end).encode(encoding)


def _cell(name: str, column: str, text: str, code: str) -> Case:
    return bad_file(name, "csv", lines(row(), row(**{"id": "A2", column: text})), ((3, column, code),), 1)


def _meant(name: str, column: str, text: str) -> Case:
    return bad_file(name, "csv", lines(row(), row(**{"id": "A2", column: text})), (), 2)


def book(rows: list[list[Any]], *, sheet: str = "Log", **options: Any) -> bytes:
    """A workbook with one sheet; cells that start with '=' are formulas with the value after '|'."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as made:
        page = made.add_worksheet(sheet)
        for i, cells in enumerate(rows):
            for k, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("="):
                    formula, _, value = cell.partition("|")
                    page.write_formula(i, k, formula, None, value)
                else:
                    page.write(i, k, cell)
    return buffer.getvalue()


BOOK_SOUND: list[Any] = ["A1", "LO-1", "01.02.2021", 3, "1,5", "held", ""]


def _book_cell(name: str, column: str, cell: Any, code: str) -> Case:
    changed = [cell if c == column else v for c, v in zip(COLUMNS, BOOK_SOUND, strict=True)]
    return bad_file(name, "xlsx", book([COLUMNS, BOOK_SOUND, ["A2", *changed[1:]]]), ((3, column, code),), 1)


def _without_value(content: bytes) -> bytes:
    """The workbook with its formulas' values taken out, as programs write it that never work them out."""
    import re

    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename.startswith("xl/worksheets/"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", data)
            new.writestr(item, data)
    return buffer.getvalue()


def parquet(frame: pl.DataFrame) -> bytes:
    """A Parquet file."""
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def bomb(size: int) -> bytes:
    """A workbook that unpacks to ``size`` bytes of nothing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(size))
    return buffer.getvalue()


IATI = '<iati-activities version="2.03">{}</iati-activities>'
ENTITY = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def corpus() -> Iterator[Case]:
    """All of them."""
    yield from _files_of_text()
    yield from _cells()
    yield from _meant_well()
    yield from _workbooks()
    yield from _records()


def _files_of_text() -> Iterator[Case]:
    whole: tuple[Fault, ...] = ((None, None, "empty_file"),)
    yield bad_file("nothing at all", "csv", b"", whole)
    yield bad_file("line ends only", "csv", b"\r\n\n\r\n", whole)
    yield bad_file("cut off in a quoted cell", "csv", lines(row(note='"cut'))[:-1], ((None, None, "broken_csv"),))
    yield bad_file(
        "quote that never closes", "csv", lines(row(note='"open'), row(id="A2")), ((None, None, "broken_csv"),)
    )
    yield bad_file(
        "Latin-1 called UTF-8", "csv", lines(row(note="Zürich"), encoding="cp1252"), ((None, None, "wrong_encoding"),)
    )
    yield bad_file("UTF-16 called UTF-8", "csv", lines(row(), encoding="utf-16"), ((None, None, "wrong_encoding"),))
    yield bad_file("NUL in a cell", "csv", lines(row(note="a\0b")), ((None, None, "nul_character"),))
    yield bad_file("binary", "csv", bytes(range(256)) * 8, ((None, None, "wrong_encoding"),))
    yield bad_file(
        "a million columns", "csv", ";".join(["x"] * 1_000_000).encode(), ((None, None, "too_many_columns"),)
    )
    yield bad_file("header missing", "csv", lines(row(id="A2"), head=row()), ((None, None, "missing_column"),))
    yield bad_file(
        "header twice", "csv", lines(row(), head=HEAD.replace("note", "count")), ((None, None, "duplicate_column"),)
    )
    yield bad_file("other delimiter", "csv", lines(row()).replace(b";", b","), ((None, None, "missing_column"),))
    yield bad_file("header in capitals", "csv", lines(row(), head=HEAD.upper()), ((None, None, "missing_column"),))
    yield bad_file("one row too short", "csv", lines(row(), "A2;LO-1"), ((3, None, "ragged_row"),), 1)
    yield bad_file("one row too long", "csv", lines(row(), row(id="A2") + ";x;y"), ((3, None, "ragged_row"),), 1)
    yield bad_file("unquoted delimiter in a note", "csv", lines(row(note="first; second")), ((2, None, "ragged_row"),))


def _cells() -> Iterator[Case]:
    yield _cell("31 June", "day", "31.06.2021", "bad_date")
    yield _cell("29 February of a common year", "day", "29.02.2021", "bad_date")
    yield _cell("year 217", "day", "01.02.217", "bad_date")
    yield _cell("year 20222", "day", "01.02.20222", "bad_date")
    yield _cell("month and day exchanged", "day", "02.13.2021", "bad_date")
    yield _cell("date in words", "day", "first of June", "bad_date")
    yield _cell("American date", "day", "02/01/2021", "bad_date")
    yield _cell("ISO date where another is agreed", "day", "2021-02-01", "bad_date")
    yield _cell("day number of a workbook", "day", "44228", "bad_date")
    yield _cell("date missing although held", "id", "", "missing")
    yield _cell("negative count", "count", "-3", "out_of_range")
    yield _cell("count with decimals", "count", "3,5", "bad_integer")
    yield _cell("count in words", "count", "three", "bad_integer")
    yield _cell("count with a unit", "count", "3 meetings", "bad_integer")
    yield _cell("about so many", "count", "~3", "bad_integer")
    yield _cell("range instead of a number", "count", "3-5", "bad_integer")
    yield _cell("spaces inside a number", "count", "1 000", "bad_integer")
    yield _cell("decimal point where a comma is agreed", "hours", "1.5", "bad_number")
    yield _cell("thousands mark out of place", "hours", "1.00.000", "bad_number")
    yield _cell("not a number", "hours", "NaN", "bad_number")
    yield _cell("infinite", "hours", "inf", "bad_number")
    yield _cell("error value of a spreadsheet", "hours", "#DIV/0!", "bad_number")
    yield _cell("formula as text", "hours", "=SUM(A1:A9)", "bad_number")
    yield _cell("unknown status", "status", "happened", "unknown_code")
    yield _cell("status with a spelling mistake", "status", "hled", "unknown_code")
    yield _cell("objective of nobody", "unit", "LO-99", "unknown_id")
    yield _cell("two objectives in a cell", "unit", "LO-1, LO-2", "unknown_id")
    yield _cell("Arabic digits that no cast reads", "count", "٣", "bad_integer")
    four = [row(id="A2", day=d) for d in ("2021-02-01", "02/01/2021", "1 Feb 2021", "44228")]
    dates = tuple((n, "day", "bad_date") for n in range(3, 7))
    yield bad_file(
        "dates of four kinds in a column",
        "csv",
        lines(row(), *[r.replace("A2", f"B{i}") for i, r in enumerate(four)]),
        dates,
        1,
    )


def _meant_well() -> Iterator[Case]:
    """What looks bad and is not: it must be taken as it was meant."""
    yield _meant("blanks around a number", "count", "  3 ")
    yield _meant("no-break space after a number", "count", f"3{NBSP}")
    yield _meant("zero is a number", "count", "0")
    yield _meant("nothing entered is missing, not zero", "count", "")
    yield _meant("status in capitals", "status", "HELD")
    yield _meant("right-to-left text with marks", "note", f"{RTL}اجتماع مع الوزارة{RTL}")
    yield _meant("a line break in a quoted cell", "note", '"first\nsecond"')
    yield _meant("quotes doubled in a quoted cell", "note", '"said ""yes"""')
    yield _meant("text that begins like a formula", "note", "=cmd|' /C calc'!A0")
    yield _meant("text of 100,000 characters", "note", "x" * 100_000)
    yield _meant("markup", "note", "<script>alert(1)</script>")
    yield _meant("SQL", "note", '"\'; DROP TABLE core.activity; --"')
    yield bad_file("byte order mark", "csv", b"\xef\xbb\xbf" + lines(row()), (), 1)
    yield bad_file("line ends of Windows", "csv", lines(row(), row(id="A2"), end="\r\n"), (), 2)
    yield bad_file("last line without end", "csv", lines(row())[:-1], (), 1)
    yield bad_file("blank lines between", "csv", lines(row(), "", ";;;;;;", row(id="A2")), (), 2)
    yield bad_file("column too many", "csv", lines(row() + ";x", head=HEAD + ";mood"), (), 1, note="mood")


def _workbooks() -> Iterator[Case]:
    table = [COLUMNS, BOOK_SOUND]
    yield bad_file("no workbook", "xlsx", b"PK but no more", ((None, None, "not_a_workbook"),))
    yield bad_file(
        "old workbook or one with a password",
        "xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ((None, None, "not_a_workbook"),),
    )
    yield bad_file("CSV called workbook", "xlsx", lines(row()), ((None, None, "not_a_workbook"),))
    yield bad_file("workbook cut off", "xlsx", book(table)[:-200], ((None, None, "not_a_workbook"),))
    yield bad_file("zip bomb", "xlsx", bomb(50_000_000), ((None, None, "workbook_too_large"),))
    yield bad_file("sheet with another name", "xlsx", book(table, sheet="Tabelle1"), ((None, None, "missing_sheet"),))
    yield bad_file("empty sheet", "xlsx", book([]), ((None, None, "no_header"),))
    yield _book_cell("formula that divides by zero", "count", "=1/0|#DIV/0!", "formula_without_value")
    yield _book_cell("a text for a number", "count", "three", "bad_integer")
    yield _book_cell("a fraction for a count", "count", 3.5, "bad_integer")
    unworked = _without_value(book([COLUMNS, BOOK_SOUND, ["A2", "LO-1", "01.02.2021", "=1+2|3", "1,5", "held", ""]]))
    yield bad_file("formula that was never worked out", "xlsx", unworked, ((3, "count", "formula_without_value"),), 1)
    yield bad_file(
        "cells beside the table", "xlsx", book([COLUMNS, [*BOOK_SOUND, "", "see mail"]]), ((2, None, "ragged_row"),)
    )


def _records() -> Iterator[Case]:
    good = dict(zip(COLUMNS, SOUND, strict=True))
    yield bad_file("JSON cut off", "json", json.dumps([good]).encode()[:-2], ((None, None, "broken_json"),))
    yield bad_file("JSON of one object", "json", json.dumps(good).encode(), ((None, None, "no_records"),))
    yield bad_file("JSON in Latin-1", "json", '[{"id": "Zürich"}]'.encode("cp1252"), ((None, None, "wrong_encoding"),))
    yield bad_file(
        "JSON with a list in a cell",
        "json",
        json.dumps([good | {"note": [1, 2]}]).encode(),
        ((None, None, "nested_value"),),
    )
    yield bad_file(
        "NDJSON with a broken line", "ndjson", (json.dumps(good) + "\n{oops\n").encode(), ((None, None, "broken_json"),)
    )
    yield bad_file("Parquet cut off", "parquet", parquet(pl.DataFrame([good]))[:-20], ((None, None, "broken_parquet"),))
    yield bad_file(
        "Parquet without a column",
        "parquet",
        parquet(pl.DataFrame([good]).drop("day")),
        ((None, None, "missing_column"),),
    )
    yield bad_file(
        "XML that reads another file", "iati", (ENTITY + IATI.format("&e;")).encode(), ((None, None, "forbidden_xml"),)
    )
    yield bad_file(
        "XML that grows without end", "iati", (LAUGHS + IATI.format("&b;")).encode(), ((None, None, "forbidden_xml"),)
    )
    yield bad_file("XML that is not closed", "iati", b"<iati-activities><iati-activity>", ((None, None, "broken_xml"),))
    yield bad_file("XML of another kind", "iati", b"<html/>", ((None, None, "unknown_format"),))
    yield bad_file("event log cut off", "xes", b"<log><trace>", ((None, None, "broken_xml"),))
