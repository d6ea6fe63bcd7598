"""Corrections of cells: when they count, what they need to hold, and that history stays as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.profile.corrections import Correction, correction_problems
from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import REQUESTS, SmallMission
from tests.unit.ingest.test_workbooks import BOOK, HEADER, book, rows
from tests.unit.senders.test_returned import give_back, send_again

Rows = Callable[[Snapshot, str], pl.DataFrame]

LOG = "id,raised,decided,outcome\nA,2021-02-01,2021-02-05,OK\nB,2021-02-02,2021-20-05,OK\nC,2021-02-03,,\n"
SHA = hashlib.sha256(LOG.encode()).hexdigest()


def correction(**other: Any) -> dict[str, Any]:
    """The decision of request A came on 15 February."""
    return {
        "file": SHA[:12],
        "row": 2,
        "column": "decided",
        "was": "2021-02-05",
        "now": "2021-02-15",
        "reason": "letter of the desk",
        "author": "a.auditor",
        "date": "2021-03-01",
        **other,
    }


def decided(mission: SmallMission) -> list[tuple[Any, ...]]:
    return mission.ask(
        "SELECT request_id, decided_at::DATE::VARCHAR, source_row, file_seq FROM core.request ORDER BY ALL"
    )


def test_a_correction_counts_from_its_arrival_and_history_stays(mission: SmallMission, rows_of: Rows) -> None:
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20T00:00:00")
    before = rows_of(mission.snapshot("2021-03-01", "before"), "request")
    mission.sources = [{**REQUESTS, "corrections": [correction()]}]
    [line] = mission.ingest("2021-03-02T00:00:00").deliveries
    assert (line.source, line.rows_read, line.accepted, line.status) == ("log.corrected", 1, 1, "stored")
    assert line.original_name == "requests/log.csv (corrected 2021-03-01)"
    said = "row 2 corrected: decided '2021-02-05' -> '2021-02-15' (letter of the desk; a.auditor, 2021-03-01)"
    assert line.message == said
    assert decided(mission) == [("A", "2021-02-05", 2, 1), ("A", "2021-02-15", 2, 2), ("C", None, 4, 1)]
    again = rows_of(mission.snapshot("2021-03-01", "again"), "request")
    assert again.equals(before)
    now = rows_of(mission.snapshot("2021-04-01", "now"), "request")
    assert now.filter(request_id="A")["decided_at"].dt.day().to_list() == [15]
    assert mission.ingest("2021-03-03T00:00:00").deliveries == []


def test_the_file_that_was_sent_stays_as_it_was_and_the_warehouse_can_be_made_anew(mission: SmallMission) -> None:
    by_unit = {**REQUESTS, "facts": r"log_(?P<who>\w+)\.csv"}
    by_unit["columns"] = {**REQUESTS["columns"], "funder": {"fact": "who"}}
    mission.sources = [{**by_unit, "corrections": [correction()]}]
    mission.put("requests/log_desk.csv", LOG)
    assert len(mission.ingest("2021-03-02T00:00:00").deliveries) == 2
    assert (mission.settings.archive / SHA).read_text() == LOG
    assert not (mission.settings.staging / "corrections").exists()
    every = "SELECT * EXCLUDE (content) FROM core.request ORDER BY ALL"
    before = mission.ask(every)
    assert mission.ask("SELECT DISTINCT funder FROM core.request") == [("desk",)]
    assert rebuild(mission.settings, mission.profile).changed == []
    assert mission.ask(every) == before
    assert mission.ingest("2021-03-03T00:00:00").deliveries == []


def test_names_of_people_are_not_said(mission: SmallMission) -> None:
    log = "id,raised,decided,outcome,who\nA,2021-02-01,,,Miller\n"
    sha256 = hashlib.sha256(log.encode()).hexdigest()
    change = correction(file=sha256, column="who", was="Miller", now="Muller")
    mission.sources = [{**REQUESTS, "corrections": [change, correction(file=sha256, was="Smith", column="who", row=3)]}]
    mission.put("requests/log.csv", log)
    mission.ingest()
    mission.sources = [{**REQUESTS, "corrections": [change]}]
    [line] = mission.ingest().deliveries
    assert line.message == "row 2 corrected: who (letter of the desk; a.auditor, 2021-03-01)"
    said = mission.ask("SELECT message FROM ledger UNION ALL SELECT message FROM reject")
    assert not [m for (m,) in said if m and ("ller" in m or "Smith" in m)]


def test_a_refused_row_is_mended_by_a_correction(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "corrections": [correction(row=3, was="2021-20-05", now="2021-02-20")]}]
    mission.put("requests/log.csv", LOG)
    first, second = mission.ingest().deliveries
    assert (first.rejected, second.accepted) == (1, 1)
    snapshot = mission.snapshot("2100-01-01")
    answers = pl.read_parquet(sorted((snapshot.folder / "reject_answer").glob("*.parquet")))
    assert answers.select("source_row", "answer").rows() == [(3, "mended")]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"was": "2021-02-06"}, "the cell holds '2021-02-05' and not '2021-02-06'"),
        ({"row": 9}, "there is no such row below the header"),
        ({"row": 1}, "there is no such row below the header"),
        ({"column": "decision"}, "the header does not name the column once (there are: id, raised, decided, outcome)"),
    ],
)
def test_what_does_not_fit_is_refused_as_a_whole(mission: SmallMission, wrong: dict[str, Any], said: str) -> None:
    fits = correction(row=4, was="", now="2021-02-09")
    mission.sources = [{**REQUESTS, "corrections": [fits, correction(**wrong)]}]
    mission.put("requests/log.csv", LOG)
    _, line = mission.ingest().deliveries
    assert (line.status, line.rows_read) == ("unreadable", 0)
    [(code, message, remedy)] = mission.ask("SELECT code, message, remedy FROM reject WHERE source_row IS NULL")
    assert (code, said in message) == ("wrong_correction", True)
    assert "nothing of 2021-03-01 was applied" in remedy
    assert [d[:2] for d in decided(mission)] == [("A", "2021-02-05"), ("C", None)]
    mission.sources = [{**REQUESTS, "corrections": [fits, correction()]}]
    [mended] = mission.ingest().deliveries
    assert mended.accepted == 2


def test_a_file_that_was_not_taken_in_is_named(mission: SmallMission) -> None:
    mission.sources = [{**REQUESTS, "corrections": [correction(file="0" * 12)]}]
    mission.put("requests/log.csv", LOG)
    summary = mission.ingest()
    assert summary.uncorrected == ["correction of 000000000000 in source log: no such file was taken in"]
    assert len(summary.deliveries) == 1


def test_later_corrections_build_on_earlier_ones(mission: SmallMission) -> None:
    """A cell is corrected twice, and another cell of the row in between; each day is a delivery of its own."""
    later = [
        correction(column="outcome", was="OK", now="NO", date="2021-03-05"),
        correction(was="2021-02-15", now="2021-02-16", date="2021-03-09"),
    ]
    mission.sources = [{**REQUESTS, "corrections": [later[1], correction(), later[0]]}]
    mission.put("requests/log.csv", LOG)
    assert [d.accepted for d in mission.ingest().deliveries] == [2, 1, 1, 1]
    told = "SELECT decided_at::DATE::VARCHAR, outcome FROM core.request WHERE request_id = 'A' ORDER BY file_seq"
    assert mission.ask(told) == [
        ("2021-02-05", "approved"),
        ("2021-02-15", "approved"),
        ("2021-02-15", "denied"),
        ("2021-02-16", "denied"),
    ]


def test_corrections_of_a_declared_backfill_are_known_from_their_day(mission: SmallMission) -> None:
    backfill = {**REQUESTS, "facts": r"log_(?P<file_date>\d{8})\.csv", "known_from": {"file_date": "%Y%m%d"}}
    mission.sources = [
        {**backfill, "corrections": [correction(), correction(row=4, was="", now="2021-02-04", date="2021-02-06")]}
    ]
    mission.put("requests/log_20210210.csv", LOG)
    mission.ingest()
    known = "SELECT request_id, known_from::VARCHAR FROM core.request WHERE file_seq > 1 ORDER BY file_seq"
    # Nothing can be corrected before it was told; midnight is that of the mission's zone.
    assert mission.ask(known) == [("C", "2021-02-09 21:00:00"), ("A", "2021-02-28 21:00:00")]


@pytest.mark.parametrize("known", [{"column": "raised_at"}, "arrival"])
def test_of_rows_that_say_when_they_were_known_the_past_stays_as_it_was(
    mission: SmallMission, rows_of: Rows, known: Any
) -> None:
    """A correction, and a row that came back mended, are known from when they came."""
    source = {**REQUESTS, "known_from": known}
    mission.sources = [source]
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20")
    before = rows_of(mission.snapshot("2021-02-25", "before"), "request")
    mission.sources = [{**source, "corrections": [correction()]}]
    (mended,) = give_back(mission)
    send_again(mission, mended, {"log!decided": {2: "2021-02-07"}})
    lines = mission.ingest("2021-03-02").deliveries
    assert [line.accepted for line in lines] == [1, 1]
    assert rows_of(mission.snapshot("2021-02-25", "again"), "request").equals(before)
    assert rows_of(mission.snapshot("2021-03-03", "after"), "request").height == before.height + 1


def test_a_cell_of_a_workbook_is_corrected_on_its_sheet(mission: SmallMission) -> None:
    content = book(lambda _, sheet: rows(sheet, [HEADER, ["A", "2021-02-01"], ["B", "2021-02-0l"]]))
    sha256 = hashlib.sha256(content).hexdigest()
    change = correction(file=sha256, sheet="Log", row=3, column="raised", was="2021-02-0l", now="2021-02-01")
    mission.sources = [{**BOOK, "corrections": [change]}]
    mission.put("log.xlsx", content)
    assert [(d.accepted, d.rejected) for d in mission.ingest().deliveries] == [(1, 1), (1, 0)]


def test_mistakes_in_the_records_are_seen_by_the_lint() -> None:
    bad = [correction(now="2021-02-05"), correction(sheet="Log"), correction(), correction()]
    said = [p.message for p in correction_problems("log.yaml", [Correction.model_validate(b) for b in bad], [None])]
    assert said == [
        "'2021-02-05' is replaced by itself",
        "the source reads no sheet 'Log'",
        "row 2, column 'decided' is corrected twice on 2021-03-01",
        "row 2, column 'decided' is corrected twice on 2021-03-01",
    ]
    source = Source.model_validate({**REQUESTS, "corrections": [correction()]})
    assert (
        source_problems([("log.yaml", source)], {"headquarters": {"HQ"}, "objective": set(), "activity": set()}) == []
    )
    with pytest.raises(ValueError, match="String should match pattern"):
        Correction.model_validate(correction(file="../../etc"))


CHANGED = "id,raised,decided,outcome\nA,2021-02-01,2021-02-05,NO\n"


@pytest.mark.parametrize("facts", [None, r"(?P<part>log|later)\.csv"])
def test_a_row_that_a_later_one_has_overtaken_is_not_brought_back(mission: SmallMission, facts: str | None) -> None:
    source = REQUESTS | ({} if facts is None else {"facts": facts})
    mission.sources = [source]
    mission.put("requests/log.csv", LOG)
    mission.ingest("2021-02-20")
    mission.put("requests/later.csv", CHANGED)
    mission.ingest("2021-02-25")
    both = [correction(), correction(row=4, was="", now="2021-02-09", date="2021-03-02")]
    mission.sources = [{**source, "corrections": both}]
    refused, sound = mission.ingest("2021-03-03").deliveries
    assert (refused.status, sound.status, sound.accepted) == ("unreadable", "stored", 1)
    [(code, message, remedy)] = mission.ask("SELECT code, message, remedy FROM reject WHERE file_seq = 3")
    assert code == "overtaken_correction"
    assert "row 2 is no longer what is known of its record: row 2 of requests/later.csv tells something else" in message
    assert remedy == "correct that row instead, if it is wrong"
    later = {"file": hashlib.sha256(CHANGED.encode()).hexdigest()[:12], "date": "2021-03-04"}
    mission.sources = [{**source, "corrections": [*both, correction(**later)]}]
    [line] = mission.ingest("2021-03-05").deliveries
    assert (line.status, line.accepted) == ("stored", 1)
    newest = "SELECT outcome, decided_at::DATE::VARCHAR FROM core.request WHERE request_id = 'A' ORDER BY file_seq"
    assert mission.ask(newest)[-1] == ("denied", "2021-02-15")


def test_of_two_rows_of_a_file_the_one_that_was_replaced_is_not_brought_back(mission: SmallMission) -> None:
    text = LOG + "A,2021-02-01,2021-02-05,NO\n"
    of_text = {"file": hashlib.sha256(text.encode()).hexdigest()[:12]}
    mission.put("requests/log.csv", text)
    mission.sources = [{**REQUESTS, "corrections": [correction(**of_text), correction(**of_text, row=5)]}]
    taken, refused = mission.ingest("2021-02-20").deliveries
    assert (taken.superseded, refused.status) == (1, "unreadable")
    mission.sources = [{**REQUESTS, "corrections": [correction(**of_text, row=5)]}]
    [line] = mission.ingest("2021-02-21").deliveries
    assert (line.status, line.accepted) == ("stored", 1)


def test_a_later_correction_of_a_row_that_was_corrected_counts(mission: SmallMission) -> None:
    mission.put("requests/log.csv", LOG)
    two = [correction(), correction(column="outcome", was="OK", now="NO", date="2021-03-05")]
    mission.sources = [{**REQUESTS, "corrections": two}]
    lines = mission.ingest("2021-03-06").deliveries
    assert [d.status for d in lines] == ["stored"] * 3
    newest = "SELECT outcome, decided_at::DATE::VARCHAR FROM core.request WHERE request_id = 'A' ORDER BY file_seq"
    assert mission.ask(newest)[-1] == ("denied", "2021-02-15")


def test_a_wrong_record_and_a_later_one_of_its_row_are_two_deliveries(
    mission: SmallMission,
) -> None:
    mission.put("requests/log.csv", LOG)
    two = [correction(was="2021-02-06"), correction(column="outcome", was="OK", now="NO", date="2021-03-05")]
    mission.sources = [{**REQUESTS, "corrections": two}]
    assert [d.status for d in mission.ingest("2021-03-06").deliveries] == ["stored", "unreadable", "unreadable"]
    assert fsck(mission.settings).findings == []
    before = mission.ask("SELECT * EXCLUDE (message) FROM ledger ORDER BY ALL")
    rebuild(mission.settings, mission.profile)
    assert mission.ask("SELECT * EXCLUDE (message) FROM ledger ORDER BY ALL") == before
