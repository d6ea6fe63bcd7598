"""Workbooks as people make them: headers of several rows, merged and hidden cells, formulas, totals, day numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet, UnreadableError, unmarked
from reportmetrics.ingest.readers.xlsx import read_xlsx
from reportmetrics.profile.sources import Options, Source
from tests.conftest import REQUESTS, SmallMission

BOOK: dict[str, Any] = {**REQUESTS, "source": "book", "reader": "xlsx", "files": "*.xlsx", "options": {"sheet": "Log"}}
HEADER = ["id", "raised", "decided", "outcome"]


def book(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook with a sheet Log that ``fill`` is given, after the workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, **options}) as made:
        fill(made, made.add_worksheet("Log"))
    return buffer.getvalue()


def rows(sheet: Any, lines: list[list[Any]]) -> None:
    for number, line in enumerate(lines):
        sheet.write_row(number, 0, line)


def read(path: Path, content: bytes, **options: Any) -> Sheet:
    path.write_bytes(content)
    found = read_xlsx(path, Options.model_validate(options), ["Log"])["Log"]
    assert isinstance(found, Sheet), found
    return found


def packed(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


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


def test_long_numbers_are_told_by_their_digits_or_refused(mission: SmallMission) -> None:
    """As XML has them: whole, as a program for numbers writes them; with an exponent, as a spreadsheet does."""
    amount = {"from": "amount", "optional": True}
    mission.sources = [{**BOOK, "columns": {**REQUESTS["columns"], "amount": amount}}]
    ids = [b"12345678901234567", b"12345678901234568", b"1.10105199001011E+17", b"1.5E+3", b"7"]
    amounts = [b"1E-10", b"1.1000000000000001E-2", b"1", b"2.5E+17", b"0.25"]
    lines = [[*HEADER, "amount"], *(["", "2021-02-01", None, None, ""] for _ in ids)]
    parts = unpacked(book(lambda _, sheet: rows(sheet, lines)))
    log = "xl/worksheets/sheet1.xml"
    for row, (number, sum_) in enumerate(zip(ids, amounts, strict=True), start=2):
        at = f'<c r="B{row}"'.encode()
        parts[log] = parts[log].replace(at, f'<c r="A{row}"><v>'.encode() + number + b"</v></c>" + at)
        at = f'<row r="{row}"'.encode()
        head, _, tail = parts[log].partition(at)
        body, _, rest = tail.partition(b"</row>")
        parts[log] = head + at + body + f'<c r="E{row}"><v>'.encode() + sum_ + b"</v></c></row>" + rest
    mission.put("log.xlsx", packed(parts))
    mission.ingest()
    assert mission.ask("SELECT request_id, amount FROM core.request ORDER BY source_row") == [
        ("12345678901234567", 1e-10),
        ("12345678901234568", 0.011),
        ("1500", 2.5e17),
        ("7", 0.25),
    ]
    [(code, row, column, raw, message)] = mission.ask("SELECT code, source_row, column_name, raw, message FROM reject")
    assert (code, row, column, raw) == ("inexact_number", 4, "id", "110105199001011000")
    assert message.startswith("'110105199001011000' is a number of more digits than the file holds exactly")


@pytest.mark.parametrize(("own", "mapped"), [(1904, "excel-1900"), (1900, "excel-1904")])
def test_a_mapping_that_counts_days_otherwise_than_the_workbook_is_refused(
    mission: SmallMission, own: int, mapped: str
) -> None:
    raised = {"from": "raised", "format": ["%Y-%m-%d", mapped], "timezone": "UTC"}
    both = {**raised, "format": ["%Y-%m-%d", mapped, f"excel-{own}"]}
    columns = {**REQUESTS["columns"], "raised_at": raised}
    mission.sources = [
        {**BOOK, "columns": columns},
        {**BOOK, "source": "both", "files": "both/*", "columns": {**columns, "raised_at": both}},
    ]
    number = {1904: 42766, 1900: 44228}[own]
    content = book(lambda _, sheet: rows(sheet, [HEADER, ["A", number], ["B", "2021-02-02"]]), date_1904=own == 1904)
    other = book(lambda _, sheet: rows(sheet, [HEADER, ["C", number]]), date_1904=own == 1904)
    fitting = book(
        lambda _, sheet: rows(sheet, [HEADER, ["D", 42766 if own == 1900 else 44228]]), date_1904=own == 1900
    )
    mission.put("log.xlsx", content)
    mission.put("both/log.xlsx", other)
    mission.put("fits.xlsx", fitting)
    mission.ingest()
    assert mission.ask("SELECT request_id, raised_at::DATE::VARCHAR FROM core.request ORDER BY 1") == [
        ("B", "2021-02-02"),
        ("C", "2021-02-01"),
        ("D", "2021-02-01"),
    ]
    [(code, row, column, message, remedy)] = mission.ask(
        "SELECT code, source_row, column_name, message, remedy FROM reject"
    )
    assert (code, row, column) == ("bad_time", 2, "raised")
    assert message == (
        f"'{number}' is a day number, and the workbook counts days from {own} while the mapping says {mapped}"
    )
    assert f"declare excel-{own}" in remedy


def test_the_epoch_outlasts_the_file(tmp_path: Path) -> None:
    """Of a file in which a person was forgotten, the cells are kept."""
    found = read(tmp_path / "a.xlsx", book(lambda _, sheet: rows(sheet, [HEADER, ["A", 1]]), date_1904=True))
    (tmp_path / "kept").write_bytes(kept_cells({"Log": found}))
    kept = read_archived(tmp_path / "kept", Source.model_validate(BOOK), ["Log"])["Log"]
    assert isinstance(kept, Sheet)
    assert (found.epoch, kept.epoch) == ("excel-1904", "excel-1904")


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


DAY_NUMBERS: dict[str, dict[str, str | None]] = {
    "excel-1900": {
        "44228": "2021-02-01 00:00:00",
        "44228.75": "2021-02-01 18:00:00",
        "59": "1900-02-28 00:00:00",
        "60": None,
        "61": "1900-03-01 00:00:00",
        "yesterday": None,
    },
    "excel-1904": {
        "42766": "2021-02-01 00:00:00",
        "44228.1234567890123456789": "2025-02-02 02:57:47",
        "60": "1904-03-01 00:00:00",
    },
}


@pytest.mark.parametrize("epoch", DAY_NUMBERS)
def test_day_numbers_of_both_epochs(mission: SmallMission, epoch: str) -> None:
    raised = {"from": "raised", "format": epoch, "timezone": "UTC"}
    mission.sources = [{**REQUESTS, "columns": {**REQUESTS["columns"], "raised_at": raised}}]
    lines = "".join(f"{number},{number},,\n" for number in DAY_NUMBERS[epoch])
    mission.put("requests/log.csv", f"id,raised,decided,outcome\n{lines}")
    [line] = mission.ingest().deliveries
    days = {number: day for number, day in DAY_NUMBERS[epoch].items() if day is not None}
    assert dict(mission.ask("SELECT request_id, raised_at::VARCHAR FROM core.request")) == days
    assert line.rejected == len(DAY_NUMBERS[epoch]) - len(days)


def test_two_columns_make_a_month_and_its_last_day(mission: SmallMission) -> None:
    month = {"join": ["Year", "Month"], "format": "%Y %B"}
    tally = {
        "unit_id": "unit",
        "template_id": {"value": "T"},
        "period_start": {**month, "first_day_of": "month"},
        "period_end": {**month, "last_day_of": "month"},
        "received": "n",
    }
    kept = {k: v for k, v in REQUESTS.items() if k not in ("table", "columns")}
    mission.sources = [{**kept, "table": "report_tally", "columns": tally}]
    mission.put("requests/log.csv", "unit,Year,Month,n\nU-1,2020,February,3\nU-1,,Mai,4\n")
    [line] = mission.ingest().deliveries
    assert mission.ask("SELECT period_start::VARCHAR, period_end::VARCHAR FROM core.report_tally") == [
        ("2020-02-01", "2020-02-29")
    ]
    assert line.message is None
    assert mission.ask("SELECT DISTINCT column_name, code FROM reject") == [("Year + Month", "missing")]


def test_two_and_four_digits_of_a_year_stand_side_by_side(mission: SmallMission) -> None:
    raised = {"from": "raised", "format": ["%m/%d/%Y", "%m/%d/%y"], "timezone": "UTC"}
    mission.sources = [{**REQUESTS, "columns": {**REQUESTS["columns"], "raised_at": raised}}]
    mission.put("requests/log.csv", "id,raised,decided,outcome\nA,11/9/2014,,\nB,11/9/14,,\nC,11/9/217,,\n")
    [line] = mission.ingest().deliveries
    assert (line.accepted, line.rejected) == (2, 1)
    assert mission.ask("SELECT DISTINCT raised_at::DATE::VARCHAR FROM core.request") == [("2014-11-09",)]


def test_one_cell_in_the_last_corner_is_refused_before_it_is_asked_for(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write(0, 0, "id")
        sheet.write(1_048_575, 16_383, "x")

    path = tmp_path / "a.xlsx"
    path.write_bytes(book(fill))
    found = read_xlsx(path, Options(), ["Log"])["Log"]
    assert isinstance(found, UnreadableError)
    assert (found.code, "1,048,576 rows and 16,384 columns" in found.message) == ("workbook_too_large", True)


@pytest.mark.parametrize("reference", [b"A99999999", b"XFD1048576", b"ALL40001"])
def test_far_references_are_refused_however_they_are_written(tmp_path: Path, reference: bytes) -> None:
    parts = unpacked(book(lambda _, sheet: sheet.write_row(0, 0, ["id", 1, 2])))
    name = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    parts[name] = parts[name].replace(b'r="C1"', b'r="' + reference + b'"')
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
