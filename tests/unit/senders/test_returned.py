"""Refused rows go back to their sender as a workbook; mended, they are taken in, and the refusal shows as answered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.ingest.guard import guarded, unguarded
from reportmetrics.senders.rejected import UnknownNameError, rejected
from reportmetrics.senders.returned import Returned, return_rejects
from reportmetrics.warehouse.store import Store
from tests.conftest import REQUESTS, SmallMission

DAY = dt.date(2021, 3, 1)

REPORTS: dict[str, Any] = {
    "source": "monthly",
    "title": "Monthly workbooks",
    "sender": "Unit {unit}",
    "files": "monthly/*.csv",
    "reader": "csv",
    "facts": r"(?P<unit>U-\d)_.*\.csv",
    "tables": [
        {
            "table": "tour",
            "columns": {
                "reporter_id": "who",
                "post_id": "post",
                "unit_id": {"fact": "unit"},
                "started_on": {"from": "from", "format": "%d.%m.%Y"},
            },
        }
    ],
}


def faults(mission: SmallMission, **only: Any) -> pl.DataFrame:
    with Store(mission.settings.warehouse) as store:
        return rejected(store, mission.profile, **only)


def give_back(mission: SmallMission) -> list[Returned]:
    found = faults(mission, only_open=True)
    return return_rejects(found, mission.profile, mission.settings.archive, mission.folder / "out", today=DAY)


def send_again(mission: SmallMission, book: Returned, mend: dict[str, dict[int, object]]) -> None:
    """Put the workbook where mended ones go, after entering values: sheet!column -> row -> value."""
    opened = openpyxl.load_workbook(book.path)
    for place, cells in mend.items():
        sheet = opened[place.split("!")[0]]
        column = [c.value for c in sheet[1]].index(place.split("!")[1]) + 1
        for row, value in cells.items():
            sheet.cell(row, column).value = value
    mended = mission.folder / "mended.xlsx"
    opened.save(mended)
    mission.put(f"returned/{book.path.name}", mended.read_bytes())


def test_rows_come_back_marked_and_mended_ones_are_accepted(mission: SmallMission) -> None:
    mission.put(
        "requests/a.csv",
        "id,raised,decided,outcome\nR1,2021-01-04,2021-01-10,OK\nR2,31/02/2021,,\nR3,2021-01-06,2021-01-05,PERHAPS\n",
    )
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    assert (book.sender, book.rows, book.files) == ("desk", 2, 0)

    sheet = openpyxl.load_workbook(book.path)["log"]
    rows = [[c.value for c in row] for row in sheet.iter_rows()]
    assert rows[0][1:5] == ["id", "raised", "decided", "outcome"]
    assert [r[1:5] for r in rows[1:]] == [
        ["R2", "31/02/2021", None, None],
        ["R3", "2021-01-06", "2021-01-05", "PERHAPS"],
    ]
    commented = {c.coordinate: c.comment.text for row in sheet.iter_rows() for c in row if c.comment}
    assert set(commented) == {"C2", "D3", "E3"}
    assert "not a time in the agreed format" in commented["C2"]
    assert "enter an existing time" in commented["C2"]
    assert "PERHAPS" in commented["E3"]
    assert sheet["C2"].fill.fgColor.rgb != sheet["B2"].fill.fgColor.rgb
    explained = [str(c.value) for row in openpyxl.load_workbook(book.path)["Read me"].iter_rows() for c in row]
    assert "TEST" in explained
    assert any("desk" in text for text in explained)

    send_again(
        mission, book, {"log!raised": {2: "2021-01-05"}, "log!decided": {3: "2021-01-09"}, "log!outcome": {3: "NO"}}
    )
    again = mission.ingest("2021-03-02")
    assert [(d.source, d.rows_read, d.accepted, d.rejected) for d in again.deliveries] == [("log.returned", 2, 2, 0)]
    assert mission.ask("SELECT request_id, outcome, CAST(known_from AS DATE) FROM core.request ORDER BY ALL") == [
        ("R1", "approved", dt.date(2021, 2, 1)),
        ("R2", None, dt.date(2021, 3, 2)),
        ("R3", "denied", dt.date(2021, 3, 2)),
    ]
    assert set(faults(mission)["state"]) == {"mended"}
    assert give_back(mission) == []


def test_rows_of_files_with_other_columns_do_not_share_a_sheet(mission: SmallMission) -> None:
    """Under an alias an entry would be lost, and in a column that its file lacks a row would tell that it is blank."""
    columns = {**REQUESTS["columns"], "amount": {"from": ["amount", "sum"], "optional": True}}
    mission.sources = [{**REQUESTS, "columns": columns}, {**REQUESTS, "source": "old", "files": "old/*.csv"}]
    mission.sources[1]["columns"] = {**columns, "amount": "amount"}
    mission.put("old/a.csv", "id,raised,decided,outcome,amount\nR3,2021-01-04,2021-01-10,OK,9\n")
    mission.ingest("2021-01-31")
    files = {"a": ",amount", "b": ",sum", "c": "", "d": ",amount,new"}
    for number, (name, more) in enumerate(files.items(), start=1):
        cells = more.replace("amount", str(number)).replace("sum", str(number))
        mission.put(f"requests/{name}.csv", f"id,raised,decided,outcome{more}\nR{number},soon,2021-01-10,OK{cells}\n")
    mission.put("requests/e.csv", "nothing\n1\n")
    mission.ingest("2021-02-01")
    books = give_back(mission)
    assert sorted((b.rows, b.files) for b in books) == [(1, 0), (1, 0), (2, 1)]
    for book in books:
        send_again(mission, book, {"log!raised": dict.fromkeys(range(2, book.rows + 2), "2021-01-05")})
    mission.ingest("2021-03-02")
    found = mission.known("request", "2021-04-01").select("request_id", "amount", "decided_at").rows()
    assert [(key, amount) for key, amount, _ in found] == [("R1", 1), ("R2", 2), ("R3", 9), ("R4", 4)]
    assert {decided for *_, decided in found} == {dt.datetime(2021, 1, 10)}
    assert faults(mission)["state"].to_list().count("open") == 1  # the file that cannot be read


def test_a_row_that_comes_back_unmended_stays_open_and_one_mended_badly_is_refused_again(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR2,soon,,\nR3,later,,\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    send_again(mission, book, {"log!raised": {3: "still later"}})
    again = mission.ingest("2021-03-02")
    assert [(d.accepted, d.rejected, d.duplicate) for d in again.deliveries] == [(0, 1, 1)]
    states = {(r["file_seq"], r["source_row"]): r["state"] for r in faults(mission).iter_rows(named=True)}
    assert states == {(1, 2): "open", (1, 3): "refused again", (2, 3): "open"}
    (next_book,) = give_back(mission)
    assert next_book.rows == 2


def test_cells_beyond_the_columns_come_back_and_must_be_put_in_place(mission: SmallMission) -> None:
    """All cells that have a column are sound, and may be wrong for all that; of one row some are missing."""
    mission.put(
        "requests/a.csv", "id,who,raised,decided,outcome\nR1,Doe,2021-01-04,,,2021-01-09,OK\nR2,Roe,2021-01-05\n"
    )
    mission.ingest("2021-02-01")
    for number in range(2):
        (book,) = give_back(mission)
        sheet = openpyxl.load_workbook(book.path)["log"]
        beyond = [row[-1] for row in sheet.iter_rows()]
        assert [cell.value for cell in beyond] == [None, "2021-01-09; OK", "?"]
        assert all("then empty this cell" in cell.comment.text for cell in beyond[1:])
        send_again(mission, book, {})
        mission.ingest(f"2021-03-0{number + 2}")
        assert mission.ask("SELECT request_id FROM core.request") == []
        assert set(faults(mission, only_open=True)["code"]) == {"ragged_row"}
    opened = openpyxl.load_workbook(give_back(mission)[0].path)
    for row, decided in ((2, "2021-01-09"), (3, None)):
        opened["log"].cell(row, beyond[0].column).value = None
        opened["log"].cell(row, 5).value = decided
    opened.save(mission.folder / "mended.xlsx")
    mission.put(f"returned/{give_back(mission)[0].path.name}", (mission.folder / "mended.xlsx").read_bytes())
    mission.ingest("2021-03-05")
    known = mission.ask("SELECT request_id, decided_at::DATE::VARCHAR FROM core.request ORDER BY ALL")
    assert known == [("R1", "2021-01-09"), ("R2", None)]
    assert faults(mission, only_open=True).is_empty()


def test_an_event_of_two_times_comes_back_and_its_sender_must_choose(mission: SmallMission) -> None:
    log = {
        "event": "concept:name",
        "time": {"from": "time:timestamp", "format": "%Y-%m-%dT%H:%M:%S%z"},
        "means": {"opened": "raised_at"},
    }
    columns = {"request_id": "case:concept:name", "hq": {"value": "HQ"}}
    mission.sources = [{**REQUESTS, "files": "*.xes", "reader": "xes", "events": log, "columns": columns}]
    times = "".join(f'<date key="time:timestamp" value="2021-0{n}-01T10:00:00+00:00"/>' for n in (2, 3))
    event = f'<event><string key="concept:name" value="opened"/>{times}</event>'
    mission.put("a.xes", f'<log><trace><string key="concept:name" value="A"/>{event}</trace></log>')
    mission.ingest("2021-04-01")
    (book,) = give_back(mission)
    opened = openpyxl.load_workbook(book.path)
    beyond = opened["log"].cell(2, opened["log"].max_column)
    assert "Enter the value that is meant, then empty this cell" in beyond.comment.text
    send_again(mission, book, {})
    mission.ingest("2021-04-02")
    assert mission.ask("SELECT request_id FROM core.request") == []
    opened = openpyxl.load_workbook(give_back(mission)[0].path)
    opened["log"].cell(2, opened["log"].max_column).value = None
    opened.save(mission.folder / "mended.xlsx")
    mission.put(f"returned/{give_back(mission)[0].path.name}", (mission.folder / "mended.xlsx").read_bytes())
    mission.ingest("2021-04-05")
    assert mission.ask("SELECT raised_at::DATE::VARCHAR FROM core.request") == [("2021-03-01",)]
    assert faults(mission, only_open=True).is_empty()


def test_a_later_file_that_tells_of_the_same_key_answers_too(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR2,soon,,\nR3,later,,\n")
    mission.put("requests/b.csv", "id,raised\nR9,2021-01-01\n")
    mission.ingest("2021-02-01")
    mission.put("requests/c.csv", "id,raised,decided,outcome\nR2,2021-01-05,,\n")
    mission.put("requests/b.csv", "id,raised,decided,outcome\nR9,2021-01-01,,\n")
    mission.ingest("2021-02-08")
    by_row = {(r["file_seq"], r["source_row"]): r["state"] for r in faults(mission).iter_rows(named=True)}
    assert by_row == {(1, 2): "mended", (1, 3): "open", (2, None): "mended"}


def test_filters_take_source_code_and_part_of_the_sender(mission: SmallMission) -> None:
    mission.sources = [REQUESTS, REPORTS]
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR2,soon,,MAYBE\n")
    mission.put("monthly/U-1_jan.csv", "who,post,from\nann,P1,32.01.2021\n")
    mission.ingest("2021-02-01")
    assert set(faults(mission, source="log")["code"]) == {"bad_time", "unknown_code"}
    assert faults(mission, code="bad_time")["column_name"].to_list() == ["raised"]
    assert faults(mission, sender="unit u-1")["code"].to_list() == ["bad_date"]


def test_an_empty_sender_is_refused(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nR2,soon,,\n")
    mission.ingest("2021-02-01")
    for empty in ("", " "):
        with pytest.raises(UnknownNameError, match="leave --sender out for all"):
            faults(mission, sender=empty)


def test_facts_of_the_file_name_travel_with_the_row(mission: SmallMission) -> None:
    mission.sources = [REPORTS]
    mission.put("monthly/U-1_jan.csv", "who,post,from\nann,P1,32.01.2021\nbob,P2,01.01.2021\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    assert book.sender == "Unit U-1"
    send_again(mission, book, {"monthly!from": {2: "31.01.2021"}})
    assert [(d.accepted, d.rejected) for d in mission.ingest("2021-03-02").deliveries] == [(1, 0)]
    assert mission.ask("SELECT DISTINCT unit_id FROM core.tour") == [("U-1",)]


BOOKS: dict[str, Any] = {
    "source": "books",
    "title": "Workbooks",
    "sender": "Unit {unit}",
    "files": "books/*.xlsx",
    "reader": "xlsx",
    "facts": r"(?P<unit>U-\d)_.*\.xlsx",
    "tables": [
        {
            "table": "report",
            "sheet": "Report",
            "columns": {
                "report_id": "Report",
                "template_id": {"value": "T"},
                "unit_id": {"fact": "unit"},
                "period_start": {"from": "From", "format": "%Y-%m-%d"},
                "period_end": {"from": "To", "format": "%Y-%m-%d"},
                "submitted_at": {"from": "Sent", "format": "%Y-%m-%d %H:%M"},
                "revision": {"value": "0"},
            },
        },
        {
            "table": "observation",
            "sheet": "Readings",
            "unpivot": {"columns": r"LO-\d\.\d", "name_to": "indicator", "value_to": "value"},
            "columns": {
                "indicator_id": "indicator",
                "level": {"value": "outcome"},
                "observed_on": {"from": "Day", "format": "%Y-%m-%d"},
                "value": "value",
            },
        },
    ],
}


def test_only_the_sheets_with_refused_rows_come_back_and_are_asked_for(mission: SmallMission) -> None:
    """A workbook of two sheets, one of them wide: a cell of a column that was turned into rows is mended."""
    mission.sources = [BOOKS]
    path = mission.folder / "sent.xlsx"
    path.parent.mkdir(parents=True)
    sent = openpyxl.Workbook()
    sent.active.title = "Report"
    sent["Report"].append(["Report", "From", "To", "Sent"])
    sent.create_sheet("Readings")
    sent["Readings"].append(["Day", "LO-1.1"])
    sent["Readings"].append(["2021-01-31", "about 5"])
    sent["Readings"].append(["2021-02-28", 7])
    sent.save(path)
    mission.put("books/U-1_x.xlsx", path.read_bytes())
    mission.ingest("2021-03-01")
    (book,) = give_back(mission)
    assert openpyxl.load_workbook(book.path).sheetnames == ["Read me", "books Readings"]
    send_again(mission, book, {"books Readings!LO-1.1": {2: 5}})
    lines = {d.table_name: (d.status, d.accepted, d.rejected) for d in mission.ingest("2021-03-02").deliveries}
    assert lines == {"report": ("stored", 0, 0), "observation": ("stored", 1, 0)}
    assert mission.ask("SELECT value FROM core.observation ORDER BY 1") == [(5.0,), (7.0,)]
    assert set(faults(mission)["state"]) == {"mended"}


def test_an_unreadable_file_is_named_in_the_workbook(mission: SmallMission) -> None:
    mission.put("requests/a.csv", "")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    assert (book.rows, book.files) == (0, 1)
    cells = [str(c.value) for row in openpyxl.load_workbook(book.path)["Read me"].iter_rows() for c in row]
    assert "requests/a.csv" in cells
    assert "the file is empty" in cells


@pytest.mark.parametrize("text", ["=1+1", "-cut", "+plus", "@all", "'=x", "\ttab", "''-y"])
def test_text_like_a_formula_goes_out_guarded_and_comes_back_as_it_was(mission: SmallMission, text: str) -> None:
    mission.put("requests/a.csv", f'id,raised,decided,outcome\n"R{text}",2021-01-05,,\n"{text}",soon,,\n')
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    cell = openpyxl.load_workbook(book.path)["log"]["B2"]
    assert cell.data_type == "s"
    assert str(cell.value).startswith("'")
    send_again(mission, book, {"log!raised": {2: "2021-01-05"}})
    mission.ingest("2021-03-02")
    assert (text.strip(),) in mission.ask("SELECT request_id FROM core.request")


@given(st.text())
def test_guarding_is_undone_exactly(text: str) -> None:
    assert unguarded(pl.DataFrame({"c0": [guarded(text)]}))["c0"][0] == text


def test_returned_workbooks_leave_no_formula_or_link(mission: SmallMission, tmp_path: Path) -> None:
    mission.put("requests/a.csv", "id,raised,decided,outcome\nhttp://example.org/x,soon,,\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    cell = openpyxl.load_workbook(book.path)["log"]["B2"]
    assert cell.hyperlink is None


def test_rows_of_a_format_without_cells_come_back_as_a_sheet_too(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "files": "requests/*.ndjson", "reader": "ndjson"}]
    mission.put(
        "requests/a.ndjson",
        '{"id": "R1", "raised": "2021-01-04", "decided": null, "outcome": null}\n'
        '{"id": "R2", "raised": "soon", "decided": null, "outcome": null}\n',
    )
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    send_again(mission, book, {"log!raised": {2: "2021-01-05"}})
    mission.ingest("2021-03-02")
    assert mission.ask("SELECT request_id FROM core.request ORDER BY 1") == [("R1",), ("R2",)]
    assert set(faults(mission)["state"]) == {"mended"}
