"""A returned workbook whose sheet was renamed on the way is not taken for one without that sheet."""

from __future__ import annotations

import io
import json
from typing import Any

import openpyxl
import pytest

from tests.conftest import SmallMission
from tests.unit.senders.test_returned import BOOKS, give_back


@pytest.fixture
def returned(mission: SmallMission) -> openpyxl.Workbook:
    """Refused rows of both sheets of a source, mended."""
    mission.sources = [json.loads(json.dumps(BOOKS))]
    report = [["Report", "From", "To", "Sent"], ["R1", "2021-01-01", "2021-01-07", "soon"]]
    readings = [["Day", "LO-1.1"], ["someday", 4]]
    sent = openpyxl.Workbook()
    for name, rows in (("Report", report), ("Readings", readings)):
        for row in rows:
            (sent[name] if name in sent.sheetnames else sent.create_sheet(name)).append(row)
    buffer = io.BytesIO()
    sent.save(buffer)
    mission.put("books/U-1_jan.xlsx", buffer.getvalue())
    mission.ingest("2021-02-01")
    (made,) = give_back(mission)
    opened = openpyxl.load_workbook(made.path)
    opened["books Report"]["E2"] = "2021-01-08 09:00"
    opened["books Readings"]["B2"] = "2021-01-08"
    opened.name_of_file = made.path.name
    return opened


def send(mission: SmallMission, opened: Any, now: str) -> list[tuple[str, str, int]]:
    path = mission.folder / "mended.xlsx"
    opened.save(path)
    mission.put(f"returned/{opened.name_of_file}", path.read_bytes())
    return [(d.table_name, d.status, d.rows_read) for d in mission.ingest(now).deliveries]


def test_a_renamed_sheet_is_refused_and_the_other_is_read(mission: SmallMission, returned: Any) -> None:
    returned["books Readings"].title = "Sheet2"
    assert send(mission, returned, "2021-03-02") == [("report", "stored", 1), ("observation", "unreadable", 0)]
    [said] = mission.ask("SELECT message, remedy FROM reject WHERE code = 'missing_sheet'")
    assert said == (
        "sheet 'books Readings' is missing, and 'Sheet2' of the workbook holds rows to mend under a name that nobody "
        "reads",
        "give the sheets the names again with which the workbook went out, and send it again",
    )
    returned["Sheet2"].title = "books Readings"
    assert send(mission, returned, "2021-03-03") == [("report", "stored", 1), ("observation", "stored", 1)]
    assert mission.ask("SELECT value FROM core.observation") == [(4.0,)]


def test_a_sheet_that_was_deleted_or_added_says_nothing(mission: SmallMission, returned: Any) -> None:
    del returned["books Readings"]
    returned.create_sheet("Notes")["A1"] = "as telephoned"
    assert [line for line in send(mission, returned, "2021-03-02") if line[1] != "stored"] == []
