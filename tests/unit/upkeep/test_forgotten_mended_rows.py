"""Forgetting a file takes its rows out of the workbooks in which they came back mended."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.readers.archived import read_archived
from reportmetrics.ingest.readers.base import Sheet
from reportmetrics.ingest.sidecars import read_sidecar, sidecar_paths
from reportmetrics.profile.intake import intake
from reportmetrics.profile.sources import sheet_of
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import REQUESTS, SmallMission
from tests.unit.senders.test_returned import REPORTS, give_back, send_again
from tests.unit.upkeep.test_forgetting import order

JANE, JOHN = "requests/jane.csv", "requests/john.csv"
HEADER = "id,raised,decided,outcome,who\n"


def archived_texts(mission: SmallMission) -> str:
    """Everything that the archive can be read for: all sheets of its workbooks, all bytes of the rest."""
    said = []
    for path in sorted(mission.settings.archive.glob("*")):
        if path.is_file() and path.read_bytes()[:2] == b"PK":
            book = openpyxl.load_workbook(path)
            said += [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
        elif path.is_file():
            said.append(path.read_text())
    return "\n".join(said)


def mended(mission: SmallMission) -> Path:
    """One workbook with a refused row of each of two files; the row of Jane is refused once more."""
    mission.put(JANE, HEADER + "A,soon,,,Jane Doe\n")
    mission.put(JOHN, HEADER + "B,later,,,John Roe\n")
    mission.ingest("2021-02-01")
    (book,) = give_back(mission)
    rows = [r[1].value for r in openpyxl.load_workbook(book.path)["log"].iter_rows()]
    send_again(mission, book, {"log!raised": {rows.index("A") + 1: "soon after", rows.index("B") + 1: "2021-01-05"}})
    mission.ingest("2021-03-02")
    for path in mission.settings.landing.rglob("*.*"):
        path.unlink()
    return book.path


def test_rows_of_the_file_go_and_those_of_others_stay(mission: SmallMission) -> None:
    mended(mission)
    plan = plan_of(mission.settings, mission.profile, JANE)
    assert [s.name for s in plan.files] == [JANE]
    assert {s.source: sheets for s, sheets in plan.rows.values()} == {"log.returned": {"log": [2]}}
    order(mission, JANE)
    said = archived_texts(mission)
    assert "Jane Doe" not in said
    assert "John Roe" in said
    hidden = pseudonym(pseudonym_key(mission.settings), "Jane Doe")
    assert hidden.encode() not in mission.settings.warehouse.read_bytes()
    assert mission.ask("SELECT request_id, raised_at::DATE::VARCHAR FROM core.request") == [("B", "2021-01-05")]
    [stone] = [s for s in map(read_sidecar, sidecar_paths(mission.settings.archive)) if s.source == "log.returned"]
    assert [r["rows"] for r in stone.said["rows_forgotten"]] == [1]
    assert fsck(mission.settings).findings == []
    assert mission.ingest("2021-03-03").deliveries == []


def test_a_row_that_came_back_twice_goes_out_of_both_workbooks(mission: SmallMission) -> None:
    mended(mission)
    (second,) = give_back(mission)
    send_again(mission, second, {"log!raised": {2: "2021-01-07"}})
    mission.ingest("2021-03-04")
    assert ("A",) in mission.ask("SELECT request_id FROM core.request")
    order(mission, JANE)
    assert "Jane Doe" not in archived_texts(mission)
    assert mission.ask("SELECT request_id FROM core.request") == [("B",)]
    assert fsck(mission.settings).findings == []


def test_a_workbook_of_several_sources_keeps_what_each_reads(mission: SmallMission) -> None:
    mission.sources = [REQUESTS, {**REPORTS, "sender": "desk"}]
    mission.put("monthly/U-1_jan.csv", "who,post,from\nann,P1,32.01.2021\n")
    mended(mission)
    order(mission, JANE)
    assert "Jane Doe" not in archived_texts(mission)
    sources = {s.source: s for s in intake(mission.profile.sources)}
    for sidecar in map(read_sidecar, sidecar_paths(mission.settings.archive)):
        if sidecar.source == "monthly.returned":
            source = sources[sidecar.source]
            wanted = [sheet_of(source, t) for t in source.tables]
            [sheet] = read_archived(mission.settings.archive / sidecar.sha256, source, wanted).values()
            assert isinstance(sheet, Sheet)
            assert "ann" in sheet.rows.row(0)
    assert fsck(mission.settings).findings == []
