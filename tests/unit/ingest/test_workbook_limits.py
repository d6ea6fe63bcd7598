"""Workbooks that would take more memory than they may, or hold a row twice, are refused before they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportmetrics.ingest.readers.base import UnreadableError
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.profile.sources import Options
from tests.unit.ingest.workbooks import book, packed, unpacked


def test_one_cell_in_the_last_corner_is_refused_before_it_is_asked_for(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")

    path = tmp_path / "a.xlsx"
    path.write_bytes(book(fill))
    found = read_xlsx(path, Options(), ["Log"])["Log"]
    assert isinstance(found, UnreadableError)
    assert (found.code, "1,048,576 rows and 16,384 columns" in found.message) == ("workbook_too_large", True)


def prefixed(sheet: bytes) -> bytes:
    """A sheet whose elements have a prefix, as some programs write them."""
    return re.sub(rb"<(/?)(?=[A-Za-z])", rb"<\1x:", sheet).replace(b'xmlns="', b'xmlns:x="', 1)


@pytest.mark.parametrize("written", [bytes, prefixed], ids=["plain", "prefixed"])
@pytest.mark.parametrize("reference", [b"A99999999", b"XFD1048576", b"ALL40001"])
def test_far_references_are_refused_however_they_are_written(
    tmp_path: Path, reference: bytes, written: Callable[[bytes], bytes]
) -> None:
    parts = unpacked(book(lambda _, sheet: sheet.write_row(0, 0, ["id", 1, 2])))
    name = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    parts[name] = written(parts[name].replace(b'r="C1"', b'r="' + reference + b'"'))
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts))
    found = read_xlsx(path, Options(), ["Log"])["Log"]
    assert isinstance(found, UnreadableError)
    assert found.code == "workbook_too_large"


def test_cells_without_references_count_too(tmp_path: Path) -> None:
    parts = unpacked(book(lambda _, sheet: sheet.write(0, 0, "id")))
    name = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    body = b"<row>" + b"<c><v>1</v></c>" * 5_000 + b"</row>" + b"<row><c><v>1</v></c></row>" * 10_000
    head, _, tail = parts[name].partition(b"<sheetData>")
    parts[name] = head + b"<sheetData>" + body + b"</sheetData>" + tail.partition(b"</sheetData>")[2]
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts))
    found = read_xlsx(path, Options(), ["Log"])["Log"]
    assert isinstance(found, UnreadableError)
    assert found.code == "workbook_too_large"


def test_a_part_that_unpacks_to_more_than_it_states_is_refused(tmp_path: Path) -> None:
    content = packed({**unpacked(book(lambda _, s: s.write(0, 0, "id"))), "xl/media/image1.png": bytes(9_000_000)})
    path = tmp_path / "a.xlsx"
    path.write_bytes(content.replace((9_000_000).to_bytes(4, "little"), (900).to_bytes(4, "little")))
    with pytest.raises(UnreadableError, match=r"more than the 900 bytes that xl/media/image1\.png states"):
        read_xlsx(path, Options(), ["Log"])


@pytest.mark.parametrize("written", [bytes, prefixed], ids=["plain", "prefixed"])
@pytest.mark.parametrize("telling", [b"", b"<f>1+1</f>"], ids=["plain numbers", "a formula"])
@pytest.mark.parametrize(
    ("second", "said"),
    [
        (b'<row r="2"><c r="A2"><v>3</v></c></row>', "row 2 of sheet 'Log' stands there twice"),
        (b'<row r="2"><c r="D2"><v>3</v></c></row>', "row 2 of sheet 'Log' stands there twice"),
        (b'<row r="3"><c r="B2"><v>3</v></c></row>', "row 2 of sheet 'Log' stands there twice"),
        (b'<row r="3"><c r="A3"><v>3</v></c><c r="A3"><v>4</v></c></row>', "row 3 of sheet 'Log' has a cell twice"),
        (b'<row r="3"><c r="B3"><v>3</v></c><c r="A3"/><c r="A3" s="1"/></row>', None),
        (b'<row r="4"><c r="A4"><v>3</v></c></row><row r="3"><c r="B3"><v>3</v></c><c r="A3"><v>4</v></c></row>', None),
        (b'<row r="2"/>', None),
    ],
)
def test_a_row_or_cell_that_stands_twice_refuses_the_sheet(
    tmp_path: Path, second: bytes, said: str | None, telling: bytes, written: Callable[[bytes], bytes]
) -> None:
    parts = unpacked(book(lambda _, sheet: sheet.write_row(0, 0, [1, 2])))
    name = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    head, _, tail = parts[name].partition(b"</sheetData>")
    first = b'<row r="2"><c r="A2"><v>1</v></c><c r="B2">' + telling + b"<v>2</v></c></row>"
    parts[name] = written(head + first + second + b"</sheetData>" + tail)
    path = tmp_path / "a.xlsx"
    path.write_bytes(packed(parts))
    found = read_xlsx(path, Options(), ["Log"])["Log"]
    told = (found.code, found.message) if isinstance(found, UnreadableError) else None
    assert told == (said and ("damaged_workbook", said))
