"""Numbers in workbooks: their digits, days counted from either epoch, years and months in columns of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportmetrics.ingest.readers.archived import kept_cells, read_archived
from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.profile.sources import Source
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.workbooks import BOOK, HEADER, book, packed, read, rows, unpacked


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
    odd, said = {1904: (999_999, "is of a year before"), 1900: (60, "is the number of 29 February 1900")}[own]
    content = book(lambda _, sheet: rows(sheet, [HEADER, ["A", number], ["B", "2021-02-02"]]), date_1904=own == 1904)
    other = book(lambda _, sheet: rows(sheet, [HEADER, ["C", number], ["E", odd]]), date_1904=own == 1904)
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
    [(code, row, column, message, remedy), (_, _, _, why, _)] = mission.ask(
        "SELECT code, source_row, column_name, message, remedy FROM reject ORDER BY source_row"
    )
    assert (code, row, column) == ("bad_time", 2, "raised")
    assert why.startswith(f"'{odd}' {said}")
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
