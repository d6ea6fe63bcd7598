"""Cells that are numbers, where the mapping declares a decimal comma and thousands points for texts."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import polars as pl
import pytest

from reportmetrics.ingest.by_value import number_columns, sheets_with_numbers
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.profile.sources import Source
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.plan import plan_person
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.workbooks import book, rows
from tests.unit.senders.test_returned import faults, give_back, send_again

GERMAN = {"from": "amount", "decimal": ",", "thousands": "."}
COLUMNS = {k: v for k, v in REQUESTS["columns"].items() if k not in ("decided_at", "outcome")} | {"amount": GERMAN}

ACTIVITY = {
    "activity_id": "id",
    "objective_id": {"value": "LO-1"},
    "kind": {"value": "meeting"},
    "status": {"value": "held"},
    "occurred_on": {"from": "raised", "format": "%Y-%m-%d"},
}


def source(reader: str, **more: Any) -> dict[str, Any]:
    options = {"sheet": "Log"} if reader == "xlsx" else {}
    return {**REQUESTS, "reader": reader, "files": f"*.{reader}", "options": options, "columns": COLUMNS, **more}


def workbook(amounts: list[Any]) -> bytes:
    lines = [["id", "raised", "amount"], *([f"R{i}", "2021-02-01", a] for i, a in enumerate(amounts))]
    return book(lambda _, sheet: rows(sheet, lines))


def records(amounts: list[Any]) -> list[dict[str, Any]]:
    return [{"id": f"R{i}", "raised": "2021-02-01", "amount": a} for i, a in enumerate(amounts)]


def parquet(amounts: list[Any]) -> bytes:
    buffer = io.BytesIO()
    pl.DataFrame(records(amounts)).write_parquet(buffer)
    return buffer.getvalue()


FORMATS: dict[str, Callable[[list[Any]], bytes]] = {
    "xlsx": workbook,
    "json": lambda amounts: json.dumps(records(amounts)).encode(),
    "ndjson": lambda amounts: "\n".join(map(json.dumps, records(amounts))).encode(),
    "parquet": parquet,
}


def amounts_of(mission: SmallMission) -> list[float]:
    return [row[0] for row in mission.ask("SELECT amount FROM core.request ORDER BY request_id")]


@pytest.mark.parametrize("reader", FORMATS)
def test_a_number_counts_by_its_value(mission: SmallMission, reader: str) -> None:
    numbers = [1.234, 0.125, 12.5, 1234.0, 1234567.891, 0.0000125, 2 / 3]
    mission.sources = [source(reader)]
    mission.put(f"log.{reader}", FORMATS[reader](numbers))
    mission.ingest()
    assert amounts_of(mission) == pytest.approx(numbers, rel=1e-14)


@pytest.mark.parametrize("reader", FORMATS)
def test_a_text_keeps_the_declared_marks(mission: SmallMission, reader: str) -> None:
    texts = ["1.234", "1.234,5", "12,5", "0,125", "12.5", "0.125"]
    mission.sources = [source(reader)]
    mission.put(f"log.{reader}", FORMATS[reader](texts))
    mission.ingest()
    assert amounts_of(mission) == [1234, 1234.5, 12.5, 0.125]
    assert mission.ask("SELECT code, raw FROM reject ORDER BY ALL") == [("bad_number", "0.125"), ("bad_number", "12.5")]


def test_a_number_too_large_to_be_stored_is_not_called_no_number(mission: SmallMission) -> None:
    tally = {"unit_id": "id", "template_id": {"value": "T"}, "received": "n"}
    day = {"value": "2021-02-01", "format": "%Y-%m-%d"}
    more = {"period_start": day, "period_end": day}
    kept = {k: v for k, v in source("json", source="tallies").items() if k not in ("table", "columns")}
    mission.sources = [source("json"), {**kept, "table": "report_tally", "columns": tally | more, "files": "t/*.json"}]
    mission.put("log.json", '[{"id": "A", "raised": "2021-02-01", "amount": 1E400}, '
                '{"id": "B", "raised": "2021-02-01", "amount": "NaN"}]')  # fmt: skip
    mission.put("t/log.json", '[{"id": "A", "n": 99999999999999999999}]')
    mission.ingest()
    said = mission.ask("SELECT code, message FROM reject ORDER BY raw")
    assert [(code, message.split(":")[0]) for code, message in said] == [
        ("bad_number", "'1E400' is a number too large to be stored"),
        ("bad_integer", "'99999999999999999999' is a number too large to be stored"),
        ("bad_number", "'NaN' is not a number as agreed"),
    ]


def test_decimals_of_parquet_and_numbers_beside_texts_of_json(mission: SmallMission) -> None:
    mission.sources = [source("json"), source("parquet", source="columns")]
    mission.put("log.json", '[{"id": "A", "raised": "2021-02-01", "amount": 1.234}, '
                '{"id": "B", "raised": "2021-02-01", "amount": "1.234"}, '
                '{"id": "C", "raised": "2021-02-01", "amount": 1.5e-3}]')  # fmt: skip
    decimals = pl.DataFrame({"id": ["D"], "raised": [dt.date(2021, 2, 1)], "amount": [1.234]})
    buffer = io.BytesIO()
    decimals.with_columns(pl.col("amount").cast(pl.Decimal(9, 3))).write_parquet(buffer)
    mission.put("log.parquet", buffer.getvalue())
    mission.ingest()
    assert amounts_of(mission) == [1.234, 1234, 0.0015, 1.234]


def test_in_a_workbook_texts_dates_looks_and_formulas_are_told_apart(mission: SmallMission) -> None:
    def fill(made: Any, sheet: Any) -> None:
        looks = {n: made.add_format({"num_format": n}) for n in ("0.0%", "yyyy-mm-dd hh:mm")}
        sheet.write_row(1, 2, ["id", "raised", "amount"])  # columns A and B and the first row are empty
        for row in range(2, 7):
            sheet.write(row, 2, f"R{row}")
            sheet.write_datetime(row, 3, dt.datetime(2021, 2, row, 6, 30), looks["yyyy-mm-dd hh:mm"])
        sheet.write_number(2, 4, 0.125, looks["0.0%"])
        sheet.write_formula(3, 4, "=1/8", None, 0.125)
        sheet.write_formula(4, 4, '=TEXT(1234,"0.000")', None, "1.234")
        sheet.write_string(5, 4, "1.234")
        sheet.write_number(6, 4, 1.234)

    mission.sources = [source("xlsx", options={"sheet": "Log", "skip_rows": 1})]
    mission.put("log.xlsx", book(fill))
    mission.ingest()
    assert amounts_of(mission) == [0.125, 0.125, 1234, 1234, 1.234]
    days = mission.ask("SELECT raised_at::VARCHAR FROM core.request ORDER BY request_id")
    assert [day for (day,) in days] == [f"2021-02-0{n} 06:30:00" for n in range(2, 7)]


def test_texts_conditions_and_words_see_the_number_as_before(mission: SmallMission) -> None:
    given = {**GERMAN, "blank": ["-99.5"], "map": {"7.5": "70"}}
    columns = {**COLUMNS, "amount": given, "request_type": "amount"}
    mission.sources = [source("xlsx", columns=columns, drop=[{"from": "amount", "is": "3.5"}])]
    mission.put("log.xlsx", workbook([1.5, 3.5, -99.5, 7.5]))
    mission.ingest()
    assert mission.ask("SELECT request_id, amount, request_type FROM core.request ORDER BY 1") == [
        ("R0", 1.5, "1.5"),
        ("R2", None, "-99.5"),
        ("R3", 70, "7.5"),
    ]


def test_two_tables_may_declare_different_marks_for_one_column(mission: SmallMission) -> None:
    tables = [
        {"table": "request", "columns": COLUMNS},
        {
            "table": "activity",
            "columns": {**ACTIVITY, "hours": "amount"},
        },
    ]
    given = {k: v for k, v in source("json").items() if k not in ("table", "columns")}
    mission.sources = [{**given, "tables": tables}]
    mission.put("log.json", FORMATS["json"]([1.234]))
    mission.ingest()
    assert amounts_of(mission) == [1.234]
    assert mission.ask("SELECT hours FROM core.activity") == [(1.234,)]


@pytest.mark.parametrize(
    "shape",
    [
        {"unpivot": {"columns": r"\d{4}-\d{2}", "name_to": "month", "value_to": "reading"}},
        {"explode": {"columns": r"(?P<number>\d{4}-\d{2})(?P<name>.*)", "number_to": "month"}},
    ],
)
def test_in_columns_that_become_rows(mission: SmallMission, shape: dict[str, Any]) -> None:
    ending = "reading" if "explode" in shape else ""
    header = ["indicator", f"2021-01{ending}", f"2021-02{ending}", f"2021-03{ending}", f"2021-04{ending}"]
    mission.sources = [
        {
            **source("xlsx", table="observation"),
            **shape,
            "columns": {
                "indicator_id": "indicator",
                "level": {"value": "output"},
                "observed_on": {"from": "month", "format": "%Y-%m", "last_day_of": "month"},
                "value": {**GERMAN, "from": "reading"},
            },
        }
    ]
    lines = [header, ["LO-1.1", -1.234, "1.234", 12.5, "12,5"]]
    mission.put("log.xlsx", book(lambda _, sheet: rows(sheet, lines)))
    mission.ingest()
    values = mission.ask("SELECT value FROM core.observation ORDER BY observed_on")
    assert values == [(-1.234,), (1234,), (12.5,), (12.5,)]


def test_in_a_cell_that_is_split(mission: SmallMission) -> None:
    split = {"from": "amount", "separator": ";", "to": "part", "number_to": "nr"}
    columns = {**COLUMNS, "request_id": {"join": ["id", "nr"]}, "amount": {**GERMAN, "from": "part"}}
    mission.sources = [source("json", explode=split, columns=columns)]
    mission.put("log.json", FORMATS["json"]([1.234, "1.234;12,5"]))
    mission.ingest()
    assert amounts_of(mission) == [1.234, 1234, 12.5]


def test_floats_of_an_event_log(mission: SmallMission) -> None:
    mission.sources = [source("xes", columns={**COLUMNS, "amount": {**GERMAN, "from": "cost"}, "request_type": "text"})]
    mission.put(
        "log.xes",
        '<log><trace><event><string key="id" value="A"/><string key="raised" value="2021-02-01"/>'
        '<float key="cost" value="1.234"/><string key="text" value="1.234"/></event></trace></log>',
    )
    mission.ingest()
    assert mission.ask("SELECT amount, request_type FROM core.request") == [(1.234, "1.234")]


@pytest.mark.parametrize("marks", [{"decimal": ",", "thousands": "."}, {"thousands": "."}])
def test_a_whole_number_is_asked_for(mission: SmallMission, marks: dict[str, str]) -> None:
    columns = {**ACTIVITY, "count": {"from": "amount", **marks}}
    mission.sources = [source("json", table="activity", columns=columns)]
    mission.put("log.json", FORMATS["json"]([12.0, 1.234, "1.234", 12.5]))
    mission.ingest()
    assert mission.ask("SELECT raw FROM reject ORDER BY ALL") == [("1.234",), ("12.5",)]
    assert mission.ask("SELECT activity_id, count FROM core.activity ORDER BY ALL") == [("R0", 12), ("R2", 1234)]


def test_nothing_is_looked_for_where_all_cells_are_texts_or_no_mark_misleads() -> None:
    header = ["id", "raised", "amount"]
    asked = Source.model_validate(source("json"))
    assert (sheets_with_numbers(asked), number_columns(asked, None, header)) == ({None}, (2,))
    spaced = {**COLUMNS, "amount": {"from": "amount", "thousands": " "}}
    for other in (source("csv"), source("json", columns=spaced)):
        given = Source.model_validate(other)
        assert (sheets_with_numbers(given), number_columns(given, None, header)) == (frozenset(), ())


def test_a_number_that_is_typed_into_a_returned_workbook(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "columns": COLUMNS}]
    mission.put("requests/log.csv", "id,raised,amount\nA,2021-02-01,0.125\nB,soon,1.234\nC,2021-02-01,much\n")
    mission.ingest("2021-02-10")
    assert amounts_of(mission) == []
    [given] = give_back(mission)
    send_again(mission, given, {"log!amount": {2: 1.234, 4: "1.234"}, "log!raised": {3: "2021-02-01"}})
    mission.ingest("2021-03-02")
    assert amounts_of(mission) == [1.234, 1234, 1234]


def test_a_refused_row_takes_its_number_to_the_sender_and_back(mission: SmallMission) -> None:
    mission.sources = [{**source("json"), "columns": {**COLUMNS, "request_type": {"from": "amount"}}}]
    mission.put("log.json", json.dumps([{"id": "A", "raised": "soon", "amount": 1.234}]))
    mission.ingest("2021-02-10")
    [given] = give_back(mission)
    sheet = openpyxl.load_workbook(given.path)["log"]
    assert [c.value for c in sheet[2]][1:4] == ["A", "soon", 1.234]
    send_again(mission, given, {})
    mission.ingest("2021-03-01")
    assert set(faults(mission)["state"]) == {"open"}
    [given] = give_back(mission)
    send_again(mission, given, {"log!raised": {2: "2021-02-01"}})
    mission.ingest("2021-03-02")
    assert mission.ask("SELECT amount, request_type FROM core.request") == [(1.234, "1.234")]


def test_a_correction_names_the_number_with_a_point_and_tells_a_text(mission: SmallMission) -> None:
    content = workbook([1.234, 12.5])
    change = {
        "file": hashlib.sha256(content).hexdigest(), "row": 2, "column": "amount", "was": "1.234", "now": "2.345,5",
        "reason": "letter", "author": "x", "date": "2021-03-01",
    }  # fmt: skip
    other = {**change, "row": 3, "column": "raised", "was": "2021-02-01", "now": "2021-02-02"}
    mission.sources = [{**source("xlsx"), "corrections": [change, other]}]
    mission.put("log.xlsx", content)
    mission.ingest("2021-03-02")
    every = "SELECT request_id, amount, raised_at::DATE::VARCHAR, source_row FROM core.request ORDER BY ALL"
    found = mission.ask(every)
    assert found == [
        ("R0", 1.234, "2021-02-01", 2),
        ("R0", 2345.5, "2021-02-01", 2),
        ("R1", 12.5, "2021-02-01", 3),
        ("R1", 12.5, "2021-02-02", 3),
    ]
    assert rebuild(mission.settings, mission.profile).changed == []
    assert mission.ask(every) == found


@pytest.mark.parametrize("reader", FORMATS)
def test_numbers_stay_numbers_where_other_rows_are_forgotten(mission: SmallMission, reader: str) -> None:
    lines = [{**line, "who": who} for line, who in zip(records([1.234, 0.125]), ["Miller", "Smith"], strict=True)]
    buffer = io.BytesIO()
    pl.DataFrame(lines).write_parquet(buffer)
    cells = [list(lines[0]), *(list(line.values()) for line in lines)]
    content = {
        "xlsx": book(lambda _, sheet: rows(sheet, cells)),
        "json": json.dumps(lines).encode(),
        "ndjson": "\n".join(map(json.dumps, lines)).encode(),
        "parquet": buffer.getvalue(),
    }[reader]
    mission.sources = [source(reader)]
    mission.put(f"log.{reader}", content)
    mission.ingest()
    plan = plan_person(mission.settings, mission.profile, "Miller")
    forget(mission.settings, mission.profile, plan, reason="asked for")
    assert mission.ask("SELECT request_id, amount FROM core.request") == [("R1", 0.125)]
