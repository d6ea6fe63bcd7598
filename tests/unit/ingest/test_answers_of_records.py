"""A row that is several records is mended when all of them are; a record that nobody told stays open."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reportmetrics.senders.rejected import rejected
from reportmetrics.senders.returned import return_rejects
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission

MONTHS: dict[str, Any] = {
    "source": "readings",
    "title": "Readings",
    "sender": "desk",
    "files": "readings/*.csv",
    "reader": "csv",
    "unpivot": {"columns": r"\d{4}-\d{2}", "name_to": "month", "value_to": "reading"},
    "table": "observation",
    "columns": {
        "indicator_id": "indicator",
        "level": {"value": "outcome"},
        "observed_on": {"from": "month", "format": "%Y-%m", "last_day_of": "month"},
        "value": "reading",
    },
}
SENT = "indicator,2022-01,2022-02,2022-03\nLO-1.1,x1,x2,3\n"


@pytest.fixture
def mission(tmp_path: Path) -> SmallMission:
    mission = SmallMission(tmp_path / "mission", sources=[MONTHS])
    mission.put("readings/a.csv", SENT)
    [line] = mission.ingest("2022-04-01").deliveries
    assert (line.accepted, line.rejected) == (1, 2)
    return mission


def states(mission: SmallMission) -> list[tuple[int, str, str]]:
    with Store(mission.settings.warehouse) as store:
        found = rejected(store, mission.profile)
    return sorted(found.select("file_seq", "raw", "state").iter_rows())


def correct(mission: SmallMission, day: str, column: str, was: str, now: str) -> None:
    [(sha256,)] = mission.ask("SELECT source_file FROM ledger WHERE file_seq = 1")
    record = {"file": sha256[:12], "row": 2, "column": column, "was": was, "now": now, "date": day}
    known = mission.sources[0].get("corrections", [])
    new = {**record, "reason": "letter", "author": "data officer"}
    mission.sources = [{**mission.sources[0], "corrections": [*known, new]}]
    mission.ingest(day)


def test_a_later_file_that_tells_one_of_two_leaves_the_row_open(mission: SmallMission) -> None:
    mission.put("readings/b.csv", "indicator,2022-01\nLO-1.1,1\n")
    mission.ingest("2022-04-02")
    assert states(mission) == [(1, "x1", "open"), (1, "x2", "open")]
    mission.put("readings/c.csv", "indicator,2022-02\nLO-1.1,2\n")
    mission.ingest("2022-04-03")
    assert states(mission) == [(1, "x1", "mended"), (1, "x2", "mended")]


def test_a_correction_of_one_of_two_leaves_the_row_open(mission: SmallMission) -> None:
    correct(mission, "2022-04-02", "2022-01", "x1", "1")
    assert {s for s in states(mission) if s[1] == "x2" and s[2] == "open"}
    correct(mission, "2022-04-03", "2022-02", "x2", "2")
    assert {state for _, _, state in states(mission)} == {"mended"}
    assert mission.ask("SELECT value FROM core.observation ORDER BY observed_on") == [(1.0,), (2.0,), (3.0,)]


def test_a_row_of_which_one_of_two_comes_back_mended_goes_back_once_more(mission: SmallMission) -> None:
    for number, mended in enumerate(({"2022-01": 1}, {"2022-01": 1, "2022-02": 2})):
        with Store(mission.settings.warehouse) as store:
            found = rejected(store, mission.profile, only_open=True)
        out = mission.folder / f"out{number}"
        (book,) = return_rejects(found, mission.profile, mission.settings.archive, out, today=dt.date(2022, 4, 2))
        opened = openpyxl.load_workbook(book.path)
        (name,) = (n for n in opened.sheetnames if n != "Read me")
        for cell in opened[name][1]:
            if cell.value in mended:
                opened[name].cell(2, cell.column).value = mended[cell.value]
        (mission.settings.landing / "returned").mkdir(exist_ok=True)
        path = mission.settings.landing / "returned" / f"{book.path.stem} {number}.xlsx"
        opened.save(path)
        os.utime(path, (0, 0))  # long ago: it is whole
        mission.ingest(f"2022-04-0{3 + number}")
        assert (("x2", "open") in {s[1:] for s in states(mission)}) is (number == 0)
    assert {state for _, _, state in states(mission)} <= {"mended", "refused again"}
    assert mission.ask("SELECT value FROM core.observation ORDER BY observed_on") == [(1.0,), (2.0,), (3.0,)]


def test_a_correction_of_a_key_answers_for_its_row(tmp_path: Path) -> None:
    mission = SmallMission(tmp_path / "mission", sources=[MONTHS])
    mission.put("readings/a.csv", "indicator,2022-01\nLO-9.9,1\n")
    assert mission.ingest("2022-04-01").deliveries[0].rejected == 1
    correct(mission, "2022-04-02", "indicator", "LO-9.9", "LO-1.1")
    assert [state for *_, state in states(mission)] == ["mended"]
