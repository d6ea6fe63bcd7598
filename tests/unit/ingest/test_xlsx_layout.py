"""Workbooks as people lay them out: headers of several rows, merged cells, what is hidden, both epochs."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from reportmetrics.ingest.readers.base import Sheet, UnreadableError
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.ingest.readers.xlsx_parts import column_number, parts_of
from reportmetrics.profile.sources import Options
from tests.conftest import REQUESTS, SmallMission

Fill = Callable[[Any, Any], None]


def workbook(fill: Fill, **options: Any) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("Log"))
    return buffer.getvalue()


def read(tmp_path: Path, content: bytes, **options: Any) -> Sheet | UnreadableError:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    return read_xlsx(path, Options.model_validate(options), ["Log"])["Log"]


def _grouped(book: Any, page: Any) -> None:
    page.write(0, 0, "Returns of the year")
    page.write(1, 0, "Unit")
    page.merge_range(1, 1, 1, 2, "Reports")
    page.merge_range(1, 3, 2, 3, "Remark")
    page.write_row(2, 0, ["", "due", "came"])
    page.write_row(3, 0, ["U-1", 4, 3, "late"])


def test_header_of_two_rows_is_joined_and_merged_cells_name_all_their_columns(tmp_path: Path) -> None:
    sheet = read(tmp_path, workbook(_grouped), skip_rows=1, header_rows=2)
    assert isinstance(sheet, Sheet)
    assert sheet.header == ("Unit", "Reports / due", "Reports / came", "Remark")
    assert sheet.rows.rows() == [(4, "U-1", "4", "3", "late", None)]


def test_header_rows_that_name_two_columns_alike_are_refused(tmp_path: Path) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["Unit", "Reports", "Reports"])
        page.write_row(1, 0, ["", "due", "due"])

    refused = read(tmp_path, workbook(fill), header_rows=2)
    assert isinstance(refused, UnreadableError)
    assert refused.code == "duplicate_column"
    assert "'Reports / due'" in refused.message


def _hidden(book: Any, page: Any) -> None:
    page.write_row(0, 0, ["id", "n"])
    for i in range(3):
        page.write_row(i + 1, 0, [f"R{i}", i])
    page.set_row(2, None, None, {"hidden": True})
    book.add_worksheet("Scratch").hide()


def test_hidden_rows_are_taken_and_said_or_left_as_declared(tmp_path: Path) -> None:
    content = workbook(_hidden)
    taken, left = read(tmp_path, content), read(tmp_path, content, hidden_rows="leave")
    assert isinstance(taken, Sheet)
    assert isinstance(left, Sheet)
    assert taken.rows["c0"].to_list() == ["R0", "R1", "R2"]
    assert left.rows["c0"].to_list() == ["R0", "R2"]
    assert "1 hidden rows of sheet 'Log' were read" in taken.notes
    assert any("left out, as the source declares" in n for n in left.notes)
    assert "hidden sheets beside it: Scratch" in taken.notes


def test_what_is_hidden_stands_on_the_line_of_the_ledger(mission: SmallMission) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["id", "raised", "decided", "outcome"])
        page.write_row(1, 0, ["A", "2021-02-01", "", ""])
        page.set_row(1, None, None, {"hidden": True})

    mission.sources = [{**REQUESTS, "reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}}]
    mission.put("a.xlsx", workbook(fill))
    [delivery] = mission.ingest().deliveries
    assert delivery.accepted == 1
    assert "1 hidden rows of sheet 'Log' were read" in (delivery.message or "")


@pytest.mark.parametrize(("from_1904", "epoch"), [(False, 1900), (True, 1904)])
def test_dates_are_the_same_whichever_epoch_the_workbook_counts_from(
    tmp_path: Path, *, from_1904: bool, epoch: int
) -> None:
    def fill(book: Any, page: Any) -> None:
        page.write_row(0, 0, ["day"])
        page.write_datetime(1, 0, dt.datetime(2021, 2, 1), book.add_format({"num_format": "yyyy-mm-dd"}))

    content = workbook(fill, date_1904=from_1904)
    sheet = read(tmp_path, content)
    assert isinstance(sheet, Sheet)
    assert sheet.rows["c0"].to_list()[0].startswith("2021-02-01")
    assert parts_of(tmp_path / "a.xlsx", {"Log"}).epoch == epoch


@pytest.mark.parametrize(("epoch", "number"), [("excel-1900", "44228"), ("excel-1904", "42766")])
def test_dates_as_numbers_count_from_the_declared_epoch(mission: SmallMission, epoch: str, number: str) -> None:
    columns = {**REQUESTS["columns"], "raised_at": {"from": "raised", "format": epoch, "timezone": "UTC"}}
    mission.sources = [{**REQUESTS, "columns": columns}]
    mission.put("requests/a.csv", f"id,raised,decided,outcome\nA,{number},,\nB,{number}.25,,\nC,1e9,,\n")
    mission.ingest()
    assert mission.ask("SELECT request_id, raised_at FROM core.request ORDER BY 1") == [
        ("A", dt.datetime(2021, 2, 1)),
        ("B", dt.datetime(2021, 2, 1, 6)),
    ]
    assert mission.ask("SELECT code, raw FROM reject") == [("bad_time", "1e9")]


def test_letters_of_columns() -> None:
    assert [column_number(c) for c in ("A", "Z", "AA", "AZ", "BA", "XFD")] == [0, 25, 26, 51, 52, 16_383]
