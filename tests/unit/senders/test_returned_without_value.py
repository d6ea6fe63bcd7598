"""Cells without a usable value (errors, numbers that were not exact) on their way to the sender and back."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from reportmetrics.ingest.guard import SIGN
from tests.conftest import REQUESTS, SmallMission
from tests.unit.senders.test_returned import faults, give_back, send_again

BOOK: dict[str, Any] = {
    **REQUESTS,
    "reader": "xlsx",
    "files": "*.xlsx",
    "options": {"sheet": "Log"},
    "columns": {**REQUESTS["columns"], "request_type": "type"},
}
HEADER = ["id", "raised", "decided", "outcome", "type", "state"]
ROWS = [
    [12345678901234567890, "soon", None, None, "A", "open"],
    ["#N/A", "2021-02-01", None, None, "A", "open"],
    ["R3", "2021-02-01", None, None, "#REF!", "open"],
    ["R4", "2021-02-01", None, None, "A", "open"],
]


def put(mission: SmallMission, rows: list[list[Any]], **more: Any) -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        sheet = made.add_worksheet("Log")
        sheet.write_row(0, 0, HEADER)
        for row, cells in enumerate(rows, 1):
            for column, cell in enumerate(cells):
                if str(cell).startswith("#"):
                    sheet.write_formula(row, column, "=NA()", None, cell)
                elif cell is not None:
                    sheet.write(row, column, cell)
    mission.sources = [{**BOOK, **more}]
    mission.put("log.xlsx", buffer.getvalue())
    mission.ingest("2021-02-10")


def test_what_comes_back_untouched_stays_refused(mission: SmallMission) -> None:
    put(mission, ROWS)
    (book,) = give_back(mission)
    sheet = openpyxl.load_workbook(book.path)["log Log"]
    shown = [[c.value for c in row][1:6] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in shown] == [f"{SIGN}12345678901234570000", f"{SIGN}#N/A", "R3"]
    assert shown[2][4] == f"{SIGN}#REF!"
    send_again(mission, book, {})
    [again] = mission.ingest("2021-03-02").deliveries
    assert (again.accepted, again.duplicate) == (0, 3)
    assert mission.ask("SELECT request_id FROM core.request") == [("R4",)]
    assert set(faults(mission)["state"]) == {"open"}
    (once_more,) = give_back(mission)
    sheet = openpyxl.load_workbook(once_more.path)["log Log"]
    assert [[c.value for c in row][1:6] for row in sheet.iter_rows(min_row=2)] == shown


def test_mending_one_cell_leaves_the_other_refused_and_all_mended_comes_in(mission: SmallMission) -> None:
    put(mission, ROWS)
    (book,) = give_back(mission)
    send_again(mission, book, {"log Log!raised": {2: "2021-02-02"}, "log Log!type": {4: "B"}})
    [first] = mission.ingest("2021-03-02").deliveries
    assert (first.accepted, first.rejected, first.duplicate) == (1, 1, 1)
    codes = mission.ask("SELECT code, raw FROM reject WHERE file_seq = 2")
    assert codes == [("inexact_number", "12345678901234570000")]
    (book,) = give_back(mission)
    sheet = openpyxl.load_workbook(book.path)["log Log"]
    ids = [sheet.cell(row, 2).value for row in (2, 3)]
    assert sorted(ids) == [f"{SIGN}#N/A", f"{SIGN}12345678901234570000"]
    mended = {2 + ids.index(f"{SIGN}#N/A"): "R2", 2 + ids.index(f"{SIGN}12345678901234570000"): "12345678901234567890"}
    send_again(mission, book, {"log Log!id": mended})
    mission.ingest("2021-03-03")
    assert mission.ask("SELECT request_id, request_type FROM core.request ORDER BY 1") == [
        ("12345678901234567890", "A"),
        ("R2", "A"),
        ("R3", "B"),
        ("R4", "A"),
    ]


@pytest.mark.parametrize("condition", ["only", "drop"])
def test_a_row_that_cannot_be_told_to_count_is_marked_mended_and_answered(
    mission: SmallMission, condition: str
) -> None:
    """Mended, the first two count and the third does not: none is refused any more."""
    asked = {"only": {"from": "state", "is": "open"}, "drop": {"from": "state", "is": "closed"}}[condition]
    rows = [["R1", "2021-02-01", None, None, "A", state] for state in ("#N/A", "#REF!", "#N/A")]
    for number, row in enumerate(rows, 1):
        row[0] = f"R{number}"
    put(mission, rows, **{condition: [asked]})
    assert mission.ask("SELECT DISTINCT code, column_name FROM reject") == [("undecided_row", "state")]
    (book,) = give_back(mission)
    sheet = openpyxl.load_workbook(book.path)["log Log"]
    commented = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert set(commented) == {"G2", "G3", "G4"}
    assert "cannot be told whether the row counts" in commented["G2"]
    send_again(mission, book, {"log Log!state": {2: "open", 3: "open", 4: "closed"}})
    [again] = mission.ingest("2021-03-02").deliveries
    assert (again.accepted, again.filtered, again.rejected) == (2, 1, 0)
    assert set(faults(mission)["state"]) == {"mended"}
    assert give_back(mission) == []


def test_a_sign_that_came_with_a_text_is_a_text(mission: SmallMission) -> None:
    """It comes back as it was, with or without apostrophes before it."""
    mission.put("requests/a.csv", f"id,raised,decided,outcome\n{SIGN}R1,soon,,\n'{SIGN}R1,soon,,\n")
    mission.ingest("2021-02-10")
    (book,) = give_back(mission)
    send_again(mission, book, {"log!raised": {2: "2021-02-01", 3: "2021-02-01"}})
    mission.ingest("2021-03-02")
    assert mission.ask("SELECT request_id FROM core.request ORDER BY source_row") == [(f"{SIGN}R1",), (f"'{SIGN}R1",)]
