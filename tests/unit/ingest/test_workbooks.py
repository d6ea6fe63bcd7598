"""Workbooks as people make them: headers of several rows, merged and hidden cells, formulas, errors, totals."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.ingest.readers.base import unmarked
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.workbooks import BOOK, HEADER, book, packed, read, rows, unpacked


def test_header_of_three_rows_becomes_one_name_a_column(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.merge_range(1, 1, 2, 1, "County")
        sheet.merge_range(1, 2, 1, 3, "Antenatal\ncare")
        sheet.write_row(2, 2, ["Expected", "Received"])
        sheet.write_row(0, 1, ["unit", "anc_exp", "anc_rec"])
        sheet.write_row(3, 1, ["Baringo", 230, 197])

    found = read(tmp_path / "a.xlsx", book(fill), header_rows=3)
    assert found.header == (
        "unit / County",
        "anc_exp / Antenatal care / Expected",
        "anc_rec / Antenatal care / Received",
    )
    assert found.rows.rows() == [(4, "Baringo", "230", "197", None)]


def test_a_merged_cell_names_each_column_that_it_spans(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "place")
        sheet.merge_range(0, 1, 0, 2, "phone")
        sheet.write_row(1, 0, ["Erbil", "1", "2"])

    found = read(tmp_path / "a.xlsx", book(fill))
    assert found.header == ("place", "phone", "phone")
    assert found.rows["row_fault"].to_list() == [None]


def test_hidden_rows_are_said_and_count_unless_the_source_leaves_them(mission: SmallMission) -> None:
    def fill(_: Any, sheet: Any) -> None:
        rows(sheet, [HEADER, ["A", "2021-02-01"], ["B", "2021-02-02"], ["C", "2021-02-03"]])
        sheet.set_row(2, None, None, {"hidden": True})

    for choice, accepted, filtered, fate in (("take", 3, 0, "count"), ("leave", 2, 1, "do not count")):
        here = mission.elsewhere(choice)
        here.sources = [{**BOOK, "options": {"sheet": "Log", "hidden_rows": choice}}]
        here.put("log.xlsx", book(fill))
        [line] = here.ingest().deliveries
        assert (line.rows_read, line.accepted, line.filtered) == (3, accepted, filtered)
        assert line.message == f"rows that are hidden {fate}: row 3"


def test_hidden_sheets_are_said(mission: SmallMission) -> None:
    def fill(made: Any, sheet: Any) -> None:
        rows(sheet, [HEADER, ["A", "2021-02-01"]])
        other = made.add_worksheet("Old")
        other.activate()
        sheet.hide()
        made.add_worksheet("Lists").very_hidden()

    mission.sources = [{**BOOK, "options": {"sheet": "Log", "hidden_rows": "leave"}}]
    mission.put("log.xlsx", book(fill))
    [line] = mission.ingest().deliveries
    assert (line.rows_read, line.accepted, line.filtered) == (1, 0, 1)
    assert line.message == (
        "sheet 'Log' is hidden; its rows do not count; hidden sheets that the mapping does not name: Lists"
    )


TOTALS = [HEADER, ["A", "2021-02-01"], ["B", "2021-02-02"], ["Total", 2], [], ["Note: as of today"]]


@pytest.mark.parametrize(
    ("options", "filtered", "said"),
    [
        ({"ends_before": "Total.*"}, 2, "the table ends above row 4; rows from there do not count"),
        ({"ends_at_blank_row": True}, 1, "the table ends above row 6; rows from there do not count"),
    ],
)
@pytest.mark.parametrize("reader", ["xlsx", "csv"])
def test_the_table_ends_where_the_source_says(
    mission: SmallMission, reader: str, options: dict[str, Any], filtered: int, said: str
) -> None:
    lines = [line for line in TOTALS if "ends_before" in options or line[:1] != ["Total"]]
    if len(lines) < len(TOTALS):
        lines[3:3] = [["C", "2021-02-03"]]
    if reader == "xlsx":
        mission.sources = [{**BOOK, "options": {"sheet": "Log", **options}}]
        mission.put("log.xlsx", book(lambda _, sheet: rows(sheet, lines)))
    else:
        mission.sources = [{**REQUESTS, "options": options}]
        full = [",".join([*map(str, line), *[""] * (4 - len(line))]) for line in lines]
        mission.put("requests/log.csv", "\n".join("" if not line.strip(",") else line for line in full))
    [line] = mission.ingest().deliveries
    assert (line.rejected, line.filtered, line.message) == (0, filtered, said)
    assert line.rows_read == line.accepted + filtered


def test_a_formula_counts_with_its_value_and_without_one_is_a_fault(mission: SmallMission) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Log"
    for line in (HEADER, ["A", "2021-02-01"], ["B", '="2021-02-"&"02"']):
        sheet.append(line)
    buffer = io.BytesIO()
    made.save(buffer)
    mission.sources = [BOOK]
    mission.put("typed.xlsx", buffer.getvalue())

    def fill(_: Any, sheet: Any) -> None:
        rows(sheet, [HEADER, ["C"]])
        sheet.write_formula(1, 1, '="2021-02-"&"03"', None, "2021-02-03")
        sheet.write_formula(1, 3, '=IF(A1="","x","")', None, "")

    parts = unpacked(book(fill))
    log = "xl/worksheets/sheet1.xml"
    # As an office program writes a formula whose value is an empty text.
    parts[log] = parts[log].replace(b'<c r="D2"><f>', b'<c r="D2" t="str"><f>')
    mission.put("computed.xlsx", packed(parts))
    mission.ingest()
    assert mission.ask("SELECT request_id, raised_at::DATE::VARCHAR FROM core.request ORDER BY 1") == [
        ("A", "2021-02-01"),
        ("C", "2021-02-03"),
    ]
    [(code, row, column, raw, remedy)] = mission.ask("SELECT code, source_row, column_name, raw, remedy FROM reject")
    assert (code, row, column, raw) == (
        "formula_without_value",
        3,
        "raised",
        '="2021-02-"&"02" (not computed)',
    )
    assert remedy == "let the spreadsheet compute the formula, or enter the value itself"


def test_a_formula_below_all_values_is_not_lost(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Log"
    for line in (["id", "n"], ["A", 1], [None, "=SUM(B2:B2)"]):
        sheet.append(line)
    made.save(tmp_path / "made.xlsx")
    found = read(tmp_path / "a.xlsx", (tmp_path / "made.xlsx").read_bytes())
    assert [(row, unmarked(cell)) for row, _, cell, _ in found.rows.rows()] == [
        (2, "1"),
        (3, "=SUM(B2:B2) (not computed)"),
    ]


def test_the_cell_of_a_person_that_is_no_name_is_refused_without_a_word_of_it(mission: SmallMission) -> None:
    day = {"from": "day", "format": "%Y-%m-%d"}
    columns = {
        "activity_id": "id",
        "objective_id": {"value": "LO-1"},
        "kind": {"value": "call"},
        "status": {"value": "held"},
        "occurred_on": day,
        "reporter_id": "who",
    }
    kept = {k: v for k, v in BOOK.items() if k not in ("table", "columns")}
    mission.sources = [{**kept, "table": "activity", "columns": columns}]

    def fill(_: Any, sheet: Any) -> None:
        rows(sheet, [["id", "day", "who"], ["A", "2021-02-01", "Anne"], ["B", "2021-02-01"]])
        sheet.write_formula(2, 2, '=IF(1,NA(),"Berta")', None, "#N/A")

    mission.put("log.xlsx", book(fill))
    [line] = mission.ingest().deliveries
    assert (line.accepted, line.rejected) == (1, 1)
    [(code, row, column, raw, message)] = mission.ask("SELECT code, source_row, column_name, raw, message FROM reject")
    assert (code, row, column) == ("formula_without_value", 3, "who")
    assert "Berta" not in f"{raw}{message}"


def test_an_error_in_a_joined_cell_is_not_hidden_behind_the_others(mission: SmallMission) -> None:
    columns = {**REQUESTS["columns"], "request_id": {"join": ["decided", "id"]}, "decided_at": {"value": ""}}
    mission.sources = [{**BOOK, "columns": columns}]

    def fill(_: Any, sheet: Any) -> None:
        rows(sheet, [HEADER, ["A", "2021-02-01", "X"], [None, "2021-02-01", "Y"]])
        sheet.write_formula(2, 0, "=1/0", None, "#DIV/0!")

    mission.put("log.xlsx", book(fill))
    mission.ingest()
    assert mission.ask("SELECT request_id FROM core.request") == [("X A",)]
    assert mission.ask("SELECT code, source_row FROM reject") == [("formula_without_value", 3)]


MOMENTS = [
    dt.datetime(2021, 2, 1, 10, 0),
    dt.datetime(2021, 2, 1, 23, 59, 59, 120_000),
    dt.datetime(2021, 2, 2),
    dt.datetime(2021, 2, 3, 7, 5, 30),
]


def in_cells(*values: Any, iso: bool) -> bytes:
    """A workbook with the values in column B, dates and times as ISO text or as numbers."""
    made, held = openpyxl.Workbook(), io.BytesIO()
    made.iso_dates = iso
    made.active.title = "Log"
    made.active.append([None, "raised"])
    for value in values:
        made.active.append([None, value])
    made.save(held)
    return held.getvalue()


def test_moments_as_iso_text_are_told_as_those_that_are_numbers(tmp_path: Path) -> None:
    number, iso = (read(tmp_path / "a.xlsx", in_cells(*MOMENTS, iso=iso)).rows for iso in (False, True))
    assert iso.equals(number)
    assert iso["c0"].to_list()[:2] == ["2021-02-01 10:00:00", "2021-02-01 23:59:59.120"]
    exact = in_cells(*MOMENTS, iso=True)
    parts = unpacked(exact)
    sheet = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    parts[sheet] = parts[sheet].replace(b"2021-02-01T10:00:00<", b"2021-02-01T10:00<")
    parts[sheet] = parts[sheet].replace(b"T07:05:30<", b"T07:05:30.1234567<").replace(b"T23:59:59.120<", b"T23:59:59Z<")
    told = read(tmp_path / "b.xlsx", packed(parts)).rows["c0"].to_list()
    assert told[0] == "2021-02-01 10:00:00"
    assert told[1] == "2021-02-01T23:59:59Z"  # in which zone that is meant, a workbook does not say
    assert told[3] == "2021-02-03 07:05:30.123456"


def test_days_and_times_as_iso_text_are_read_as_what_they_are(mission: SmallMission) -> None:
    raised = {"from": "raised", "format": "%d/%m/%Y"}
    mission.sources = [{**BOOK, "columns": {"request_id": "raised", "hq": {"value": "HQ"}, "raised_at": raised}}]
    mission.put("a.xlsx", in_cells(*MOMENTS, dt.date(2021, 2, 4), dt.time(10, 30), iso=True))
    [line] = mission.ingest().deliveries
    assert (line.accepted, line.rejected) == (5, 1)
    assert mission.ask("SELECT raised_at FROM core.request ORDER BY 1")[-1] == (dt.datetime(2021, 2, 3, 21),)  # UTC
    # A time alone is no moment; it stays the text of a time.
    assert mission.ask("SELECT code, raw FROM reject") == [("bad_time", "10:30:00")]
