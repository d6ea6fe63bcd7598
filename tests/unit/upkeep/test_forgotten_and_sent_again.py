"""What was forgotten does not come back by another way: overwritten in place, or spelt with other code points."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from reportmetrics.ingest.pseudonyms import pseudonym, pseudonym_key
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.upkeep.forget import forget
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_file, plan_of, plan_person
from tests.conftest import REQUESTS, SmallMission
from tests.unit.senders.test_returned import give_back, send_again

HEADER = "id,raised,decided,outcome,who\n"
FIRST, SECOND = "A,2021-02-01,,,José\n", "B,2021-02-02,,,Ann\n"
CURRENT = "requests/current.csv"


def send(mission: SmallMission, row: str, now: str) -> list[int]:
    mission.put(CURRENT, HEADER + row)
    return [d.accepted for d in mission.ingest(now).deliveries]


def test_a_forgotten_file_does_not_come_back_when_its_name_goes_back_to_what_it_held(mission: SmallMission) -> None:
    assert send(mission, FIRST, "2021-02-10") == [1]
    [(first,)] = mission.ask("SELECT source_file FROM ledger")
    assert send(mission, SECOND, "2021-02-17") == [1]
    forget(mission.settings, mission.profile, plan_file(mission.settings, first[:12]), reason="a test")
    assert send(mission, FIRST, "2021-02-24") == []
    assert mission.ask("SELECT request_id FROM core.request") == [("B",)]


def test_a_person_is_found_however_the_letters_of_the_name_are_put_together(mission: SmallMission) -> None:
    apart = unicodedata.normalize("NFD", FIRST)
    assert apart != FIRST
    send(mission, apart + SECOND, "2021-02-10")
    hidden = pseudonym(pseudonym_key(mission.settings), "José")
    assert mission.ask(f"SELECT request_id FROM core.request WHERE raised_by = '{hidden}'") == [("A",)]
    for named in ("José", unicodedata.normalize("NFD", "José"), " José\u200f"):
        assert plan_person(mission.settings, mission.profile, named).row_count == 1
    forget(mission.settings, mission.profile, plan_person(mission.settings, mission.profile, "José"), reason="a test")
    assert mission.ask("SELECT request_id FROM core.request") == [("B",)]
    archived = [p for p in Path(mission.settings.archive).iterdir() if p.is_file()]
    assert not any(b"Jos" in p.read_bytes() for p in archived)


def test_a_person_goes_out_of_a_file_that_several_sources_read(mission: SmallMission) -> None:
    """A workbook of two sheets and two sources: each keeps what it reads, and neither keeps the name."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        for name, lines in (
            ("Log", [["id", "raised", "decided", "outcome", "who"], ["A", "2021-02-01", None, None, "José"]]),
            ("Tours", [["who", "post", "from"], ["Ann", "P1", "2021-01-01"]]),
        ):
            sheet = made.add_worksheet(name)
            for row, cells in enumerate(lines):
                sheet.write_row(row, 0, cells)
    book = {"reader": "xlsx", "files": "books/*.xlsx", "title": "t", "sender": "desk"}
    tours = {
        **book,
        "source": "tours",
        "table": "tour",
        "options": {"sheet": "Tours"},
        "columns": {"reporter_id": "who", "post_id": "post", "started_on": {"from": "from", "format": "%Y-%m-%d"}},
    }
    mission.sources = [{**REQUESTS, **book, "options": {"sheet": "Log"}}, tours]
    mission.put("books/1.xlsx", buffer.getvalue())
    mission.ingest("2021-02-10")
    plan = plan_person(mission.settings, mission.profile, "José")
    assert (len(plan.rows), plan.row_count) == (2, 1)
    forget(mission.settings, mission.profile, plan, reason="a test")
    files = [p for p in Path(mission.settings.archive).iterdir() if p.is_file()]
    assert not any(b"xl/worksheets" in p.read_bytes() or "José".encode() in p.read_bytes() for p in files)
    assert mission.ask("SELECT count(*) FROM core.request") == [(0,)]
    assert mission.ask("SELECT post_id FROM core.tour") == [("P1",)]
    assert fsck(mission.settings).findings == []
    assert rebuild(mission.settings, mission.profile).changed == []


@pytest.mark.parametrize(("named", "stays"), [("José", ["B"]), (CURRENT, [])])
def test_refused_rows_that_were_forgotten_do_not_come_back_in_the_workbook_that_was_out(
    mission: SmallMission, named: str, stays: list[str]
) -> None:
    mission.put(CURRENT, HEADER + FIRST.replace("-02-01", "-02-31") + SECOND.replace("-02-02", "-02-32"))
    [line] = mission.ingest("2021-02-10").deliveries
    assert line.rejected == 2
    [book] = give_back(mission)
    sent = book.path.read_bytes()
    forget(mission.settings, mission.profile, plan_of(mission.settings, mission.profile, named), reason="a test")

    book.path.write_bytes(sent)
    send_again(mission, book, {"log!raised": {2: "2021-02-01", 3: "2021-02-02"}})
    [line] = mission.ingest("2021-02-17").deliveries
    assert (line.rows_read, line.accepted, line.filtered) == (2, len(stays), 2 - len(stays))
    assert line.message is not None
    assert line.message.startswith("row 2 left out: what it stands for" if stays else "rows 2, 3 left out: what they")
    assert mission.ask("SELECT request_id FROM core.request") == [(name,) for name in stays]
    assert rebuild(mission.settings, mission.profile).changed == []
    forget(mission.settings, mission.profile, plan_file(mission.settings, line.original_name), reason="a test")
    archived = [p for p in Path(mission.settings.archive).iterdir() if p.is_file()]
    assert not any(b"Jos" in p.read_bytes() for p in archived)


def test_a_forgotten_row_does_not_come_back_since_another_sheet_has_a_row_of_its_number(mission: SmallMission) -> None:
    source = {**REQUESTS, "reader": "xlsx", "files": "books/*.xlsx"}
    columns = source.pop("columns")
    source.pop("table")
    source["tables"] = [{"table": "request", "sheet": name, "columns": columns} for name in ("Jan", "Feb")]
    mission.sources = [source]
    made = openpyxl.Workbook()
    for name, row in (("Jan", FIRST.replace("-02-01", "-02-31")), ("Feb", SECOND)):
        sheet = made.create_sheet(name)
        for line in (HEADER, row):
            sheet.append(line.strip().split(","))
    held = io.BytesIO()
    made.save(held)
    mission.put("books/a.xlsx", held.getvalue())
    mission.ingest("2021-02-10")
    [book] = give_back(mission)
    sent, name = book.path.read_bytes(), openpyxl.load_workbook(book.path).sheetnames[-1]
    forget(mission.settings, mission.profile, plan_person(mission.settings, mission.profile, "José"), reason="a test")
    book.path.write_bytes(sent)
    send_again(mission, book, {f"{name}!raised": {2: "2021-02-01"}})
    assert sum(line.accepted for line in mission.ingest("2021-02-17").deliveries) == 0
    assert mission.ask("SELECT request_id FROM core.request") == [("B",)]
