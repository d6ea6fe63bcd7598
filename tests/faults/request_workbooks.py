"""Bad workbooks."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl

from tests.faults.case import LOG, Case, packed, refused, sound, with_part, workbook

SHEET = "xl/worksheets/sheet1.xml"
DOCTYPE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _after_declaration(part: bytes) -> bytes:
    return re.sub(rb"(<\?xml[^>]*\?>)", rb"\1" + DOCTYPE, part, count=1)


def _not_computed() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Log"
    for line in (LOG, ["W1", "2021-02-01", None, None, 5], ["W2", "2021-02-01", None, None, "=E2*2"]):
        sheet.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _far_cell(_: Any, sheet: Any) -> None:
    sheet.write(1_048_575, 16_383, "x")


def _error(_: Any, sheet: Any) -> None:
    sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")


def _merged(_: Any, sheet: Any) -> None:
    sheet.merge_range(1, 0, 2, 0, "W5")
    sheet.write(2, 1, "2021-02-02")


def _hide_row(_: Any, sheet: Any) -> None:
    sheet.set_row(2, None, None, {"hidden": True})


def _password(content: bytes) -> bytes:
    """Each entry says that it needs a password: bit 0 of the flags, in both headers."""
    data = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + place] |= 1
    return bytes(data)


def _lying(content: bytes) -> bytes:
    big = with_part(content, "xl/media/image1.png", lambda _: bytes(9_000_000))
    return big.replace((9_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little"))


ONE = workbook([["W3", "2021-02-01"]])
RELATIONS, BOOK = "xl/_rels/workbook.xml.rels", "xl/workbook.xml"
NO_RELATIONS = with_part(ONE, RELATIONS, lambda _: b"<R/>")
UNCLOSED = with_part(ONE, SHEET, lambda part: part.replace(b"</sheetData>", b""))
PARTS = packed({f"x/{number}": b"" for number in range(6_000)})
CORNER = workbook([["W4", "2021-02-01"]], _far_cell)
OUTSIDE_SHEET, OUTSIDE_BOOK = with_part(ONE, SHEET, _after_declaration), with_part(ONE, BOOK, _after_declaration)
TWICE = workbook([["x"]], lambda _, sheet: sheet.write(0, 5, "id"))
NO_DIMENSION = with_part(ONE, SHEET, lambda part: re.sub(rb"<dimension[^>]*/>", b"", part))
ONE_REJECTED = (1, 0, 1, 0, 0, 0)
SERIAL = {"raised_at": {"from": "raised", "format": "excel-1904"}}

CASES: list[Case] = [
    refused("an empty workbook file", b"", "empty_file", "xlsx"),
    refused("a text as workbook", b"not a workbook", "not_a_workbook", "xlsx"),
    refused("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "not_a_workbook", "xlsx"),
    refused("a workbook that is cut off", ONE[:-300], "not_a_workbook", "xlsx"),
    refused("a workbook with its middle gone", ONE[:400] + bytes(400) + ONE[800:], "not_a_workbook", "xlsx"),
    refused("a workbook with a password", _password(ONE), "not_a_workbook", "xlsx"),
    refused("a text document", packed({"word/document.xml": b"<w/>"}), "not_a_workbook", "xlsx"),
    refused("a workbook without the sheet", ONE, "missing_sheet", "xlsx", sheet="Register"),
    refused("a sheet whose part is gone", NO_RELATIONS, "not_a_workbook", "xlsx"),
    refused("a sheet of broken XML", UNCLOSED, "not_a_workbook", "xlsx"),
    refused("a zip bomb by its ratio", packed({SHEET: bytes(30_000_000)}), "workbook_too_large", "xlsx"),
    refused("a zip bomb that lies about its size", _lying(ONE), "workbook_too_large", "xlsx"),
    refused("a zip bomb of six thousand parts", PARTS, "workbook_too_large", "xlsx"),
    refused("one cell in the last corner", CORNER, "workbook_too_large", "xlsx"),
    refused("a sheet that names another file", OUTSIDE_SHEET, "forbidden_xml", "xlsx"),
    refused("a workbook part that names another file", OUTSIDE_BOOK, "forbidden_xml", "xlsx"),
    refused("a mapped column twice in a workbook", TWICE, "duplicate_column", "xlsx"),
    Case(
        "a formula with an error",
        workbook([["W6", "2021-02-01"]], _error),
        (("formula_without_value", 2, "amount"),),
        ONE_REJECTED,
        "xlsx",
    ),
    Case(
        "a formula that nobody computed",
        _not_computed(),
        (("formula_without_value", 3, "amount"),),
        (2, 1, 1, 0, 0, 0),
        "xlsx",
    ),
    Case(
        "cells merged below the header",
        workbook([["W5", "2021-02-01"], []], _merged),
        (("missing", 3, "id"),),
        (2, 1, 1, 0, 0, 0),
        "xlsx",
    ),
    Case(
        "a number with spaces, as text",
        workbook([["W7", "2021-02-01", "", "", "1 200"]]),
        (("bad_number", 2, "amount"),),
        ONE_REJECTED,
        "xlsx",
    ),
    Case("a date that lost its format", workbook([["W8", 44228]]), (("bad_time", 2, "raised"),), ONE_REJECTED, "xlsx"),
    Case(
        "a cell right of the header",
        workbook([["W9", "2021-02-01", "", "", 1, "", "note"]]),
        (("ragged_row", 2, None),),
        ONE_REJECTED,
        "xlsx",
    ),
    Case(
        "a hidden row that does not count",
        workbook([["W10", "2021-02-01"], ["W11", "2021-02-31"]], _hide_row),
        (),
        (2, 1, 0, 0, 0, 1),
        "xlsx",
        {"hidden_rows": "leave"},
    ),
    sound(
        "day numbers of 1904, as agreed", workbook([["W12", 42766]], date_1904=True), 1, reader="xlsx", columns=SERIAL
    ),
    sound("a workbook that says nothing of its cells", NO_DIMENSION, 1, reader="xlsx"),
]
