"""Answers belong to the revision of the report that they came with, in whatever order the revisions come."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.senders.given_back import give_back
from reportmetrics.senders.rejected import rejected
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission
from tests.unit.reporting import Reporting

DAYS = {"format": "%Y-%m-%d"}
REPORT: dict[str, Any] = {
    "table": "report",
    "columns": {
        "report_id": "report",
        "template_id": {"value": "T"},
        "unit_id": {"value": "U-1"},
        "period_start": {"from": "day", **DAYS},
        "period_end": {"from": "day", **DAYS},
        "submitted_at": {"from": "sent", **DAYS},
        "revision": "revision",
        "prep_minutes": "minutes",
    },
}
SHARED: dict[str, Any] = {"title": "Weekly", "sender": "desk"}
ROWS: dict[str, Any] = {
    **SHARED,
    "source": "weekly",
    "files": "weekly/*.csv",
    "reader": "csv",
    "tables": [
        REPORT,
        {
            "table": "report_field",
            "unpivot": {"columns": "Q.", "name_to": "field", "value_to": "answer"},
            "columns": {"report_id": "report", "field_id": "field", "value_number": "answer"},
        },
    ],
}
SHEETS: dict[str, Any] = {
    **SHARED,
    "source": "books",
    "files": "books/*.xlsx",
    "reader": "xlsx",
    "tables": [
        {**REPORT, "sheet": "Report"},
        {
            "table": "report_field",
            "sheet": "Answers",
            "columns": {"report_id": "report", "field_id": "field", "value_number": "answer"},
        },
    ],
}
HEADER = "report,day,sent,revision,minutes,Q1,Q2\n"
ORIGINAL = "R1,2021-01-04,2021-01-05,0,60,0,0\n"
CORRECTION = "R1,2021-01-04,2021-01-07,1,90,147,\n"


@pytest.fixture
def weekly(tmp_path: Path) -> SmallMission:
    mission = Reporting(tmp_path / "mission")
    mission.sources = [ROWS]
    return mission


def answers(mission: SmallMission) -> list[tuple[Any, ...]]:
    return mission.ask("SELECT revision, field_id, value_number FROM core.report_field ORDER BY revision, field_id")


def states(mission: SmallMission) -> dict[str, float]:
    """What the fields of reports hold, by kind."""
    snapshot = mission.snapshot("2021-03-01")
    with DuckDBEngine(snapshot.folder) as engine:
        figures = compute(load_catalogue(sql_folder(), only="burden.field_state"), engine, as_of=snapshot.as_of).figures
    rows = figures.select("dims", "value").rows()
    return {d["field_state"]: v for text, v in rows if set(d := json.loads(text)) == {"field_state"}}


@pytest.mark.parametrize(
    "files",
    [[ORIGINAL + CORRECTION], [CORRECTION + ORIGINAL], [ORIGINAL, CORRECTION], [CORRECTION, ORIGINAL]],
    ids=["in order", "correction above", "correction later", "original later"],
)
def test_the_answers_of_the_correction_hold_in_whatever_order_they_come(weekly: SmallMission, files: list[str]) -> None:
    for number, rows in enumerate(files, start=1):
        weekly.put(f"weekly/{number}.csv", HEADER + rows)
        weekly.ingest(f"2021-02-0{number}")
    assert answers(weekly) == [(0, "Q1", 0.0), (0, "Q2", 0.0), (1, "Q1", 147.0)]
    assert states(weekly) == {"number": 1.0}
    assert rebuild(weekly.settings, weekly.profile).changed == []


def test_a_row_without_revision_is_refused_with_its_answers(weekly: SmallMission) -> None:
    weekly.put("weekly/1.csv", HEADER + "R1,2021-01-04,2021-01-05,,60,0,0\n")
    weekly.ingest("2021-02-01")
    assert answers(weekly) == []
    assert weekly.ask("SELECT table_name, column_name, code, source_row FROM reject ORDER BY ALL") == [
        ("report", "revision", "missing", 2),
        *[("report_field", "revision", "missing", 2)] * 2,
    ]


def book(revision: int, **given: str) -> bytes:
    """A workbook of one report; ``given`` are its answers."""
    made = openpyxl.Workbook()
    made.active.title = "Report"
    made.active.append(["report", "day", "sent", "revision", "minutes"])
    made.active.append(["R1", "2021-01-04", f"2021-01-0{5 + revision}", str(revision), "60"])
    sheet = made.create_sheet("Answers")
    sheet.append(["report", "field", "answer"])
    for name, answer in given.items():
        sheet.append(["R1", name, answer])
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


@pytest.mark.parametrize("together", [True, False])
def test_answers_of_another_sheet_take_the_revision_of_the_report_in_their_file(
    weekly: SmallMission, together: bool
) -> None:
    weekly.sources = [SHEETS]
    weekly.put("books/correction.xlsx", book(1, Q1="147"))
    if not together:
        weekly.ingest("2021-02-01")
    weekly.put("books/original.xlsx", book(0, Q1="0", Q2="0"))
    weekly.ingest("2021-02-02")
    assert answers(weekly) == [(0, "Q1", 0.0), (0, "Q2", 0.0), (1, "Q1", 147.0)]
    assert states(weekly) == {"number": 1.0}


def test_mended_answers_go_to_the_revision_that_they_were_refused_in(weekly: SmallMission) -> None:
    weekly.sources = [SHEETS]
    weekly.put("books/a.xlsx", book(0, Q1="many"))
    weekly.put("books/b.xlsx", book(1, Q1="more"))
    weekly.ingest("2021-02-01")
    with Store(weekly.settings.warehouse) as store:
        found = rejected(store, weekly.profile, only_open=True)
    (back,) = give_back(weekly.settings, weekly.profile, found, weekly.folder / "out", day=dt.date(2021, 2, 2))
    opened = openpyxl.load_workbook(back.path)
    sheet = opened["books Answers"]
    at = [c.value for c in sheet[1]].index("answer") + 1
    for row in (2, 3):
        sheet.cell(row, at).value = {"many": "0", "more": "147"}[str(sheet.cell(row, at).value)]
    opened.save(weekly.folder / "mended.xlsx")
    weekly.put(f"returned/{back.path.name}", (weekly.folder / "mended.xlsx").read_bytes())
    weekly.ingest("2021-02-03")
    assert answers(weekly) == [(0, "Q1", 0.0), (1, "Q1", 147.0)]


def test_a_corrected_answer_stays_in_its_revision(weekly: SmallMission) -> None:
    weekly.sources = [SHEETS]
    weekly.put("books/a.xlsx", book(0, Q1="0"))
    weekly.put("books/b.xlsx", book(1, Q1="1477"))
    weekly.ingest("2021-02-01")
    [(sha256,)] = weekly.ask("SELECT DISTINCT source_file FROM ledger WHERE original_name = 'books/b.xlsx'")
    record = {"file": sha256[:12], "sheet": "Answers", "row": 2, "column": "answer", "was": "1477", "now": "147",
              "date": "2021-02-02", "reason": "a slip", "author": "desk"}  # fmt: skip
    weekly.sources = [{**SHEETS, "corrections": [record]}]
    weekly.ingest("2021-02-03")
    assert answers(weekly) == [(0, "Q1", 0.0), (1, "Q1", 1477.0), (1, "Q1", 147.0)]


def test_a_source_of_answers_alone_goes_on_and_its_answers_hold_for_a_corrected_report(weekly: SmallMission) -> None:
    alone = {**SHARED, "source": "alone", "files": "alone/*.csv", "reader": "csv", **ROWS["tables"][1]}
    weekly.sources = [{**ROWS, "tables": [REPORT]}, alone]
    weekly.put("weekly/1.csv", HEADER + ORIGINAL + CORRECTION)
    weekly.put("alone/1.csv", "report,Q1,Q2\nR1,5,\n")
    weekly.ingest("2021-02-01")
    assert sorted(answers(weekly)) == [(0, "Q1", 5.0)]
    assert states(weekly) == {"number": 1.0}


@pytest.mark.parametrize(("later", "state"), [("147,3", "mended"), ("147,", "open"), ("x,3", "mended")])
def test_a_refused_answer_is_mended_by_the_next_revision_that_answers(
    weekly: SmallMission, later: str, state: str
) -> None:
    weekly.put("weekly/1.csv", HEADER + "R1,2021-01-04,2021-01-05,0,60,0,many\n")
    weekly.ingest("2021-02-01")
    weekly.put("weekly/2.csv", HEADER + f"R1,2021-01-04,2021-01-07,1,90,{later}\n")
    weekly.ingest("2021-02-02")
    with Store(weekly.settings.warehouse) as store:
        found = rejected(store, weekly.profile)
    assert found.filter(raw="many")["state"].to_list() == [state]


def test_a_refused_report_is_mended_by_its_next_revision(weekly: SmallMission) -> None:
    weekly.put("weekly/1.csv", HEADER + "R1,2021-01-04,2021-01-05,0,an hour,0,0\n")
    weekly.ingest("2021-02-01")
    weekly.put("weekly/2.csv", HEADER + "R1,2021-01-04,2021-01-07,3,90,147,5\n")
    weekly.ingest("2021-02-02")
    with Store(weekly.settings.warehouse) as store:
        found = rejected(store, weekly.profile)
    assert found.select("table_name", "raw", "state").rows() == [("report", "an hour", "mended")]


def test_a_later_revision_that_is_only_repeated_answers(weekly: SmallMission) -> None:
    revision_1 = "R1,2021-01-04,2021-01-07,1,90,147,5\n"
    for day, rows in (
        (1, revision_1),
        (2, "R1,2021-01-04,2021-01-05,0,an hour,0,0\n"),
        (3, revision_1 + CORRECTION.replace("R1", "R2")),
    ):
        weekly.put(f"weekly/{day}.csv", HEADER + rows)
        weekly.ingest(f"2021-02-0{day}")
    with Store(weekly.settings.warehouse) as store:
        found = rejected(store, weekly.profile).filter(table_name="report")
    assert found["state"].to_list() == ["mended"]


@pytest.mark.parametrize("apart", [True, False])
def test_answers_of_a_refused_report_are_taken_whether_or_not_a_sound_one_comes_with_the_same_run(
    weekly: SmallMission, apart: bool
) -> None:
    weekly.put("weekly/1.csv", HEADER + "R1,2021-01-04,2021-01-05,0,an hour,5,1\n")
    if apart:
        weekly.ingest("2021-02-01")
    weekly.put("weekly/2.csv", HEADER + "R1,2021-01-04,2021-01-05,0,62,6,\n")
    weekly.ingest("2021-02-02")
    assert sorted(answers(weekly)) == [(0, "Q1", 5.0), (0, "Q1", 6.0), (0, "Q2", 1.0)]
    assert rebuild(weekly.settings, weekly.profile).changed == []
