"""What a file holds beside what is asked for, what it lacks, and names that do not fit."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from tests.conftest import REQUESTS, SmallMission

GOOD = "id,raised,decided,outcome\nG1,2021-02-01,,\n"
HEADER = "id,raised,decided,outcome\n"


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
