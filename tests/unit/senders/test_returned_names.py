"""Returned workbooks of sources with odd names, and what a spreadsheet cannot hold or its user may do to them."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest

from reportmetrics.ingest.guard import SIGN
from tests.conftest import REQUESTS, SmallMission
from tests.unit.senders.test_returned import faults, give_back, send_again

ROWS = "id,raised,decided,outcome\n{id},soon,,\n"


def register(source_id: str, number: int, **more: Any) -> dict[str, Any]:
    return {**REQUESTS, "source": source_id, "files": f"d{number}/*.csv", **more}


def sheet_names(path: Path) -> list[str]:
    """As they stand in the file."""
    with zipfile.ZipFile(path) as packed:
        root = ElementTree.fromstring(packed.read("xl/workbook.xml"))
    return [sheet.attrib["name"] for sheet in root.iterfind(".//{*}sheet")]


def length(text: str) -> int:
    """As Excel counts."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "ids",
    [
        ["log", "Log"],
        ["Read me", "x"],
        ["History"],
        ["a:b", "a-b", "a+b", "a b"],
        ["\U0001f600" * 20],
        ["q" * 80, "q" * 79, "w" * 80, "e" * 80],
        ["\u8cc7\u6599" * 40],
        [f"s{number}" for number in range(12)],
    ],
    ids=json.dumps,
)
def test_each_source_has_a_sheet_of_its_own_that_excel_opens_and_its_rows_come_back(
    mission: SmallMission, ids: list[str]
) -> None:
    mission.sources = [register(name, number) for number, name in enumerate(ids)]
    for number in range(len(ids)):
        mission.put(f"d{number}/a.csv", ROWS.format(id=f"R{number:02d}"))
    mission.ingest("2021-02-01")
    for book in give_back(mission):
        names = sheet_names(book.path)
        assert all(length(n) <= 31 and not re.search(r"[\[\]:*?/\\\\]|^'|'$", n) for n in names)
        assert len({n.lower() for n in names} - {"history"}) == len(names)
        send_again(mission, book, {f"{name}!raised": {2: "2021-01-05"} for name in names if name != "Read me"})
    lines = mission.ingest("2021-03-02").deliveries
    assert [(d.accepted, d.rejected) for d in lines] == [(1, 0)] * len(ids)
    assert {d.source for d in lines} == {f"{name}.returned" for name in ids}
    assert set(faults(mission)["state"]) == {"mended"}


def test_a_text_that_is_too_long_for_a_cell_is_not_taken_in_cut_off(mission: SmallMission) -> None:
    """33,000 characters, and 20,000 that count twice."""
    mission.sources = [register("log", 0, columns={**REQUESTS["columns"], "request_type": "type"})]
    texts = ["x" * 33_000, "\U0001f600" * 20_000, "y" * 32_767]
    rows = [f"R{n},soon,,,{text}" for n, text in enumerate(texts)]
    mission.put("d0/a.csv", "\n".join(["id,raised,decided,outcome,type", *rows]) + "\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    sheet = openpyxl.load_workbook(book.path)["log"]
    told = "characters are too long for a cell: shorten the text, or send the row in its own format"
    assert [sheet.cell(r, 6).value for r in (2, 3, 4)] == [f"{SIGN}33,000 {told}", f"{SIGN}20,000 {told}", texts[2]]
    send_again(mission, book, {"log!raised": dict.fromkeys((2, 3, 4), "2021-01-05")})
    [line] = mission.ingest("2021-03-02").deliveries
    assert (line.accepted, line.rejected) == (1, 2)
    assert mission.ask("SELECT request_id, request_type FROM core.request") == [("R2", texts[2])]


def test_a_workbook_whose_sheet_was_renamed_is_refused(mission: SmallMission) -> None:
    mission.put("requests/a.csv", ROWS.format(id="R1"))
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    opened = openpyxl.load_workbook(book.path)
    opened["log"].title = "Sheet1"
    opened.save(book.path)
    send_again(mission, book, {"Sheet1!raised": {2: "2021-01-05"}})
    [line] = mission.ingest("2021-03-02").deliveries
    assert (line.status, line.accepted) == ("unreadable", 0)
    assert mission.ask("SELECT message, remedy FROM reject WHERE file_seq = 2") == [
        ("sheet 'log' is missing (there are: Read me, Sheet1)", "name the sheet 'log' and send the workbook again")
    ]
    opened["Sheet1"].title = "log"
    opened.save(book.path)
    send_again(mission, book, {"log!raised": {2: "2021-01-05"}})
    mission.ingest("2021-03-03")
    assert set(faults(mission)["state"]) == {"mended"}


def test_rows_may_be_deleted_added_and_moved(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR1,soon,,\nR2,soon,,\nR3,soon,,\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    opened = openpyxl.load_workbook(book.path)
    sheet = opened["log"]
    for row in (2, 3, 4):
        sheet.cell(row, 3).value = f"2021-01-0{row}"
    sheet.delete_rows(3)
    sheet.insert_rows(2)
    sheet.cell(2, 2).value, sheet.cell(2, 3).value = "R9", "2021-01-09"
    opened.save(book.path)
    send_again(mission, book, {})
    mission.ingest("2021-03-02")
    assert mission.ask("SELECT request_id, raised_at::DATE::VARCHAR FROM core.request ORDER BY 1") == [
        ("R1", "2021-01-02"),
        ("R3", "2021-01-04"),
        ("R9", "2021-01-09"),
    ]
    assert sorted(faults(mission).select("source_row", "state").rows()) == [(2, "mended"), (3, "open"), (4, "mended")]


def test_more_refusals_than_a_sheet_holds_are_an_error_and_not_cut_off(
    mission: SmallMission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportmetrics.senders.returned._MOST_FAULTS", 2)
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR1,soon,,\nR2,soon,,\nR3,soon,,\n")
    mission.ingest("2021-02-01")
    with pytest.raises(OSError, match="desk: 3 refusals are more than a sheet holds; give back fewer at once"):
        give_back(mission)
