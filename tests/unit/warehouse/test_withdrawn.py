"""A report that its sender takes back: it counts in what was published before, and in nothing after."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import SmallMission
from tests.unit.warehouse.withdrawing import (
    COMMON,
    HEADER,
    MOMENTS,
    R1,
    R2,
    WEEKLY,
    Rows,
    answered,
    reports,
    told,
    weekly_mission,
)


@pytest.fixture
def weekly(tmp_path: Path) -> SmallMission:
    return weekly_mission(tmp_path / "mission")


def test_a_withdrawn_report_counts_until_it_was_taken_back(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    told(weekly, "2021-01-20", R1.format("sent", ""), R2.format("withdrawn", "2021-01-18 09:00"))
    before = weekly.snapshot("2021-01-18", "before")
    assert (reports(before, rows_of), answered(before, rows_of)) == ([("R1", 0), ("R2", 0)], [7.0, 8.0])
    # The moment itself lies before; that it was withdrawn became known two days later.
    assert reports(weekly.snapshot("2021-01-20", "not known"), rows_of) == [("R1", 0), ("R2", 0)]
    after = weekly.snapshot("2021-01-21", "after")
    assert (reports(after, rows_of), answered(after, rows_of)) == ([("R1", 0)], [7.0])
    gone = rows_of(after, "withdrawn_report")
    assert gone.select("report_id", "revision", "withdrawn_at", "stands").rows() == [
        ("R2", 0, dt.datetime(2021, 1, 18, 9), False)
    ]
    assert rows_of(before, "withdrawn_report").is_empty()


def test_one_that_is_to_be_taken_back_later_still_counts(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R2.format("withdrawn", "2021-01-18 09:00"))
    before = weekly.snapshot("2021-01-18", "before")
    assert rows_of(before, "report").select("withdrawn", "withdrawn_at").rows() == [(False, None)]
    assert reports(weekly.snapshot("2021-01-19", "after"), rows_of) == []


def test_a_state_without_a_moment_holds_from_when_it_was_known(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R2.format("sent", ""))
    told(weekly, "2021-01-20", R2.format("withdrawn", ""))
    assert reports(weekly.snapshot("2021-01-20", "before"), rows_of) == [("R2", 0)]
    after = weekly.snapshot("2021-01-21", "after")
    assert reports(after, rows_of) == []
    assert rows_of(after, "withdrawn_report")["withdrawn_at"].to_list() == [dt.datetime(2021, 1, 20)]


def test_what_was_withdrawn_by_mistake_stands_again(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R2.format("withdrawn", "2021-01-12 12:00"))
    told(weekly, "2021-01-20", R2.format("sent", ""))
    assert reports(weekly.snapshot("2021-01-14", "then"), rows_of) == []
    assert reports(weekly.snapshot("2021-01-21", "now"), rows_of) == [("R2", 0)]


def test_earlier_revisions_go_too_and_a_later_one_stands(weekly: SmallMission, rows_of: Rows) -> None:
    first, second, third = (R1.replace(",0,60,7", f",{n},60,{7 + n}").format("sent", "") for n in range(3))
    told(weekly, "2021-01-06", first, second)
    told(weekly, "2021-01-13", second.replace("sent", "withdrawn"))
    gone = weekly.snapshot("2021-01-14", "gone")
    assert (reports(gone, rows_of), answered(gone, rows_of)) == ([], [])
    assert rows_of(gone, "withdrawn_report").sort("revision")["stands"].to_list() == [False, False]
    told(weekly, "2021-01-20", third)
    again = weekly.snapshot("2021-01-21", "again")
    assert (reports(again, rows_of), answered(again, rows_of)) == ([("R1", 2)], [9.0])
    assert rows_of(again, "withdrawn_report").sort("revision")["stands"].to_list() == [True, True]


def test_what_only_it_tells_of_goes_with_it(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    header = "id,held,count,report\n"
    weekly.put("acts/1.csv", header + "A,2021-01-11,3,R1\nB,2021-01-11,4,R2\nC,2021-01-11,5,\n")
    weekly.ingest("2021-01-13")
    # The second report tells of the first activity too, with another number.
    weekly.put("acts/2.csv", header + "A,2021-01-11,30,R2\n")
    weekly.put("replies/1.csv", "report,given\nR1,2021-01-14\nR2,2021-01-14\n")
    weekly.ingest("2021-01-15")
    told(weekly, "2021-01-20", R2.format("withdrawn", "2021-01-18"))

    def held(snapshot: Snapshot) -> list[tuple[str, int]]:
        return rows_of(snapshot, "activity").sort("activity_id").select("activity_id", "count").rows()

    before, after = weekly.snapshot("2021-01-18", "before"), weekly.snapshot("2021-01-21", "after")
    assert held(before) == [("A", 30), ("B", 4), ("C", 5)]
    assert held(after) == [("A", 3), ("C", 5)]
    assert rows_of(after, "feedback")["report_id"].to_list() == ["R1"]
    assert rows_of(before, "feedback").height == 2
    with DuckDBEngine(after.folder) as engine:
        found = {r.check: r.failing_count for r in cross_checks(engine, load_rules(sql_folder()))}
    assert found["activity_report_unknown"] == found["feedback_without_report"] == 0


def test_a_log_of_withdrawals_takes_back_what_a_register_told(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    weekly.put("withdrawals/1.csv", "report,revision,what,at\nR2,0,withdrawn,2021-01-14 08:00\n")
    weekly.ingest("2021-01-15")
    # The register is sent again, without a column for the state.
    weekly.put(
        "weekly/2021-01-20.csv", HEADER.replace(",state,withdrawn", "") + "R2,2021-01-11,2021-01-12 10:00,0,60,8\n"
    )
    weekly.ingest("2021-01-20")
    assert weekly.ask("SELECT count(*) FROM reject") == [(0,)]
    assert reports(weekly.snapshot("2021-01-16"), rows_of) == [("R1", 0)]
    assert reports(weekly.snapshot("2021-01-21", "later"), rows_of) == [("R1", 0)]


def test_answers_of_other_sources_and_earlier_revisions_go_too(weekly: SmallMission, rows_of: Rows) -> None:
    """The report is known in revision 1 only; its answers came alone, and are of the revision before."""
    alone = {
        **COMMON,
        "source": "answers",
        "files": "answers/*.csv",
        "table": "report_field",
        "columns": {"report_id": "report", "field_id": "field", "value_number": "value"},
    }
    weekly.sources = [WEEKLY, alone]
    weekly.put("answers/1.csv", "report,field,value\nR1,Q2,5\n")
    second = R1.replace(",0,60,7", ",1,60,8")
    told(weekly, "2021-01-13", second.format("sent", ""))
    told(weekly, "2021-01-20", second.format("withdrawn", ""))
    told(weekly, "2021-01-27", R1.replace(",0,60,7", ",2,60,").format("sent", ""))
    for day, held in (("2021-01-20", [5.0, 8.0]), ("2021-01-21", []), ("2021-01-28", [None])):
        assert answered(weekly.snapshot(day, day), rows_of) == held


def test_a_day_of_25_hours_is_one_day(weekly: SmallMission) -> None:
    rome = {**MOMENTS, "timezone": "Europe/Rome"}
    weekly.sources = json.loads(json.dumps(weekly.sources))
    weekly.sources[0]["tables"][0]["columns"] |= {
        "submitted_at": {"from": "sent", **rome},
        "withdrawn_at": {"from": "withdrawn", **rome},
    }
    told(weekly, "2021-11-03", "R1,2021-10-25,2021-10-31 23:30,0,60,7,,2021-10-31\n")
    assert weekly.ask("SELECT count(*) FROM reject") == [(0,)]


def test_a_day_without_time_is_not_before_the_report_of_that_day(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R2.format("withdrawn", "2021-01-12"))
    assert weekly.ask("SELECT count(*) FROM reject") == [(0,)]
    assert reports(weekly.snapshot("2021-01-14"), rows_of) == []
