"""Bad input, one case each: what the ledger says, what the reject says, and that sound files beside it go on."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from tests.conftest import REQUESTS, SmallMission

GOOD = "id,raised,decided,outcome\nG1,2021-02-01,,\n"
HEADER = "id,raised,decided,outcome\n"

BAD_FILES: dict[str, tuple[str | bytes, str, str]] = {
    # content, code of the reject, part of its message
    "empty": (b"", "empty_file", "empty"),
    "only line ends": (b"\n\n\r\n", "empty_file", "empty"),
    "wrong encoding": ("id,raised,decided,outcome\nÄ,2021-02-01,,\n".encode("cp1252"), "wrong_encoding", "line 2"),
    "UTF-16": ((HEADER + "A,2021-02-01,,\n").encode("utf-16"), "wrong_encoding", "UTF-16"),
    "NUL character": (HEADER + "A\x00,2021-02-01,,\n", "nul_character", "line 2"),
    "quote that never closes": (HEADER + 'A,"2021-02-01,,\nB,2021-02-02,,\n', "broken_csv", "line 3"),
    "column missing": ("id,raized,decided,outcome\nA,2021-02-01,,\n", "missing_column", "'raised' is missing"),
    "mapped column twice": ("id,raised,raised,decided,outcome\nA,,,,\n", "duplicate_column", "'raised'"),
    "blank header": (",,,\nA,2021-02-01,,\n", "no_header", "blank"),
    "other delimiter": (HEADER.replace(",", ";") + "A;2021-02-01;;\n", "missing_column", "'id' is missing"),
    "a million columns": (",".join(["x"] * 1_000_000) + "\n", "too_many_columns", "1,000,000"),
}

BAD_ROWS: dict[str, tuple[str, str, str | None, str | None]] = {
    # row, code, column, raw text
    "31 June": ("A,2021-06-31,,", "bad_time", "raised", "2021-06-31"),
    "year 217": ("A,217-06-01,,", "bad_time", "raised", "217-06-01"),
    "date of another kind": ("A,01/06/2021,,", "bad_time", "raised", "01/06/2021"),
    "date missing": ("A,,,", "missing", "raised", None),
    "id missing": (",2021-02-01,,", "missing", "id", None),
    "unknown code": ("A,2021-02-01,2021-02-02,MAYBE", "unknown_code", "outcome", "MAYBE"),
    "end before start": ("A,2021-02-02,2021-02-01,OK", "decided_before_raised", "decided", "2021-02-01"),
    "too many cells": ("A,2021-02-01,,,x", "ragged_row", None, None),
    "too few cells": ("A,2021-02-01", "ragged_row", None, None),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_file_is_refused_with_reason_and_the_rest_goes_on(mission: SmallMission, case: str) -> None:
    content, code, said = BAD_FILES[case]
    mission.put("requests/bad.csv", content)
    mission.put("requests/good.csv", GOOD)
    summary = mission.ingest()
    bad, good = sorted(summary.deliveries, key=lambda d: d.original_name)
    assert (bad.status, bad.rows_read) == ("unreadable", 0)
    assert (good.status, good.accepted) == ("stored", 1)
    [(found, message, remedy, row)] = mission.ask("SELECT code, message, remedy, source_row FROM reject")
    assert (found, row) == (code, None)
    assert said in message
    assert remedy
    assert bad.message == f"{message}; {remedy}"


@pytest.mark.parametrize("case", BAD_ROWS)
def test_bad_row_is_rejected_with_reason_and_the_rest_goes_on(mission: SmallMission, case: str) -> None:
    row, code, column, raw = BAD_ROWS[case]
    mission.put("requests/log.csv", f"{HEADER}G1,2021-02-01,,\n{row}\n")
    [delivery] = mission.ingest().deliveries
    assert (delivery.rows_read, delivery.accepted, delivery.rejected) == (2, 1, 1)
    assert mission.ask("SELECT source_row, code, column_name, raw FROM reject") == [(3, code, column, raw)]
    assert mission.ask("SELECT request_id FROM core.request") == [("G1",)]


def test_unknown_id_of_the_profile_is_rejected(mission: SmallMission) -> None:
    mission.put("requests/log.csv", "id,raised,decided,outcome,objective\nA,2021-02-01,,,LO-9\nB,2021-02-01,,,LO-2\n")
    [delivery] = mission.ingest().deliveries
    assert (delivery.accepted, delivery.rejected) == (1, 1)
    assert mission.ask("SELECT code, column_name, raw FROM reject") == [("unknown_id", "objective", "LO-9")]


def test_two_faults_of_a_row_are_two_rejects_and_one_rejected_row(mission: SmallMission) -> None:
    mission.put("requests/log.csv", HEADER + "A,yesterday,2021-02-30,OK\n")
    [delivery] = mission.ingest().deliveries
    assert delivery.rejected == 1
    assert mission.ask("SELECT column_name FROM reject ORDER BY 1") == [("decided",), ("raised",)]


def test_unknown_column_is_said_and_stays_in_the_archive(mission: SmallMission) -> None:
    mission.put("requests/log.csv", "id,raised,decided,outcome,mood\nA,2021-02-01,,,bright\n")
    [delivery] = mission.ingest().deliveries
    assert delivery.status == "stored"
    assert delivery.message is not None
    assert "mood" in delivery.message
    [kept] = [p for p in mission.settings.archive.iterdir() if p.is_file() and len(p.name) == 64]
    assert b"bright" in kept.read_bytes()


def test_listed_column_is_not_said(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "ignore": ["mood"]}]
    mission.put("requests/log.csv", "id,raised,decided,outcome,mood\nA,2021-02-01,,,bright\n")
    assert mission.ingest().deliveries[0].message is None


def test_missing_column_names_the_closest(mission: SmallMission) -> None:
    mission.put("requests/log.csv", "id,Raised,decided,outcome\nA,2021-02-01,,\n")
    message = mission.ingest().deliveries[0].message
    assert message is not None
    assert "is 'Raised' meant?" in message
    assert "there are: id, Raised, decided, outcome" in message


def test_file_of_no_source_is_named(mission: SmallMission) -> None:
    mission.put("elsewhere/letter.txt", "hello")
    assert mission.ingest().unmatched == ["elsewhere/letter.txt"]


def test_name_that_does_not_fit_is_refused(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "facts": r"log_(?P<file_date>\d{8})\.csv", "known_from": {"file_date": "%Y%m%d"}}]
    mission.put("requests/log_today.csv", GOOD)
    mission.put("requests/log_20211399.csv", GOOD)
    codes = {(d.original_name, d.status) for d in mission.ingest().deliveries}
    assert codes == {("requests/log_today.csv", "unreadable"), ("requests/log_20211399.csv", "unreadable")}
    assert mission.ask("SELECT code FROM reject ORDER BY 1") == [("name_without_date",), ("unknown_name",)]


BOOK: dict[str, Any] = {
    **REQUESTS,
    "source": "book",
    "reader": "xlsx",
    "files": "books/*.xlsx",
    "options": {"sheet": "Log"},
}


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                sheet.write_row(i, 0, row)
    return buffer.getvalue()


LOG = [["id", "raised", "decided", "outcome"], ["A", "2021-02-01", "", ""]]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"not a workbook", "not_a_workbook"),
        (b"PK\x03\x04 cut off", "not_a_workbook"),
        (b"\xd0\xcf\x11\xe0 old", "not_a_workbook"),
        (workbook({"Log": LOG})[:-300], "not_a_workbook"),
        (workbook({"Sheet1": LOG}), "missing_sheet"),
        (workbook({"Log": []}), "no_header"),
    ],
)
def test_bad_workbook_is_refused_and_the_rest_goes_on(mission: SmallMission, content: bytes, code: str) -> None:
    mission.sources = [BOOK]
    mission.put("books/bad.xlsx", content)
    mission.put("books/good.xlsx", workbook({"Log": LOG}))
    bad, good = sorted(mission.ingest().deliveries, key=lambda d: d.original_name)
    assert (bad.status, bad.rows_read, good.status, good.accepted) == ("unreadable", 0, "stored", 1)
    assert mission.ask("SELECT code FROM reject") == [(code,)]


def test_zip_bomb_is_refused_unopened(mission: SmallMission) -> None:
    mission.sources = [BOOK]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", bytes(30_000_000))
    mission.put("books/bomb.xlsx", buffer.getvalue())
    mission.ingest()
    assert mission.ask("SELECT code FROM reject") == [("workbook_too_large",)]


def test_one_missing_sheet_leaves_the_other_tables(mission: SmallMission) -> None:
    tour = {
        "table": "tour",
        "sheet": "Tours",
        "columns": {"reporter_id": "who", "post_id": "post", "started_on": {"from": "from", "format": "%Y-%m-%d"}},
    }
    inner = {"table": "request", "sheet": "Log", "columns": REQUESTS["columns"]}
    mission.sources = [
        {k: v for k, v in BOOK.items() if k not in ("table", "columns")} | {"tables": [inner, tour], "options": {}}
    ]
    mission.put("books/half.xlsx", workbook({"Log": LOG}))
    status = {d.table_name: (d.status, d.accepted) for d in mission.ingest().deliveries}
    assert status == {"request": ("stored", 1), "tour": ("unreadable", 0)}


def test_formula_error_in_a_mapped_cell_is_a_fault(mission: SmallMission, tmp_path: Path) -> None:
    mission.sources = [BOOK]
    path = tmp_path / "formula.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Log")
        sheet.write_row(0, 0, LOG[0])
        sheet.write_row(1, 0, ["A", "2021-02-01"])
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
    mission.put("books/formula.xlsx", path.read_bytes())
    [delivery] = mission.ingest().deliveries
    assert delivery.rejected == 1
    assert mission.ask("SELECT code, column_name, raw FROM reject") == [("formula_without_value", "outcome", "#DIV/0!")]
