"""A report that its sender takes back: it counts in what was published before, and in nothing after."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.audit.corrected import corrected_snapshot
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.publish.files import digest_of
from reportmetrics.settings import sql_folder
from reportmetrics.upkeep.redaction import Wanted, rows_in
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks, validate
from reportmetrics.warehouse.snapshot import Snapshot
from reportmetrics.warehouse.staged import stage_unvalidated
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission
from tests.unit.reporting import Reporting

Rows = Callable[[Snapshot, str], pl.DataFrame]
DAYS = {"format": "%Y-%m-%d"}
MOMENTS = {"format": ["%Y-%m-%d", "%Y-%m-%d %H:%M"], "timezone": "UTC"}
COMMON: dict[str, Any] = {"title": "t", "sender": "desk", "reader": "csv"}
WEEKLY: dict[str, Any] = {
    **COMMON,
    "source": "weekly",
    "files": "weekly/*.csv",
    "tables": [
        {
            "table": "report",
            "columns": {
                "report_id": "report",
                "template_id": {"value": "T"},
                "unit_id": {"value": "U-1"},
                "period_start": {"from": "day", **DAYS},
                "period_end": {"from": "day", **DAYS},
                "submitted_at": {"from": "sent", **MOMENTS},
                "revision": "revision",
                "prep_minutes": "minutes",
                "withdrawn": {"from": "state", "map": {"sent": "false", "withdrawn": "true"}, "optional": True},
                "withdrawn_at": {"from": "withdrawn", "optional": True, **MOMENTS},
            },
        },
        {
            "table": "report_field",
            "columns": {"report_id": "report", "field_id": {"value": "Q1"}, "value_number": "answer"},
        },
    ],
}
ACTS: dict[str, Any] = {
    **COMMON,
    "source": "acts",
    "files": "acts/*.csv",
    "table": "activity",
    "columns": {
        "activity_id": "id",
        "objective_id": {"value": "LO-1"},
        "kind": {"value": "meeting"},
        "status": {"value": "held"},
        "occurred_on": {"from": "held", **DAYS},
        "count": "count",
        "report_id": "report",
    },
}
ANSWERS: dict[str, Any] = {
    **COMMON,
    "source": "replies",
    "files": "replies/*.csv",
    "table": "feedback",
    "columns": {
        "report_id": "report",
        "kind": {"value": "acknowledged"},
        "given_at": {"from": "given", **MOMENTS},
    },
}
LOG: dict[str, Any] = {
    **COMMON,
    "source": "withdrawals",
    "files": "withdrawals/*.csv",
    "table": "report",
    "events": {
        "event": "what",
        "time": {"from": "at", **MOMENTS},
        "means": {"withdrawn": {"at": "withdrawn_at", "set": {"withdrawn": "true"}}},
    },
    "columns": {"report_id": "report", "revision": "revision"},
}
HEADER = "report,day,sent,revision,minutes,answer,state,withdrawn\n"
R1 = "R1,2021-01-04,2021-01-05 10:00,0,60,7,{},{}\n"
R2 = "R2,2021-01-11,2021-01-12 10:00,0,60,8,{},{}\n"


@pytest.fixture
def weekly(tmp_path: Path) -> SmallMission:
    mission = Reporting(tmp_path / "mission")
    mission.sources = [WEEKLY, ACTS, ANSWERS, LOG]
    return mission


def told(mission: SmallMission, day: str, *rows: str) -> None:
    mission.put(f"weekly/{day}.csv", HEADER + "".join(rows))
    mission.ingest(day)


def reports(snapshot: Snapshot, rows_of: Rows) -> list[tuple[str, int]]:
    return rows_of(snapshot, "report").sort("report_id", "revision").select("report_id", "revision").rows()


def answered(snapshot: Snapshot, rows_of: Rows) -> list[float]:
    return rows_of(snapshot, "report_field").sort("value_number")["value_number"].to_list()


def figures(snapshot: Snapshot, metric: str) -> dict[str, float]:
    """Statistics of the group of all."""
    with DuckDBEngine(snapshot.folder) as engine:
        found = compute(load_catalogue(sql_folder(), only=metric), engine, as_of=snapshot.as_of).figures
    return dict(found.filter(pl.col("dims") == json.dumps({})).select("statistic", "value").rows())


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


def test_figures_leave_it_out_and_its_share_is_told(weekly: SmallMission) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    told(weekly, "2021-01-20", R2.format("withdrawn", "2021-01-18"))
    before, after = weekly.snapshot("2021-01-20", "before"), weekly.snapshot("2021-01-21", "after")
    assert [figures(s, "burden.hours")["sum"] for s in (before, after)] == [2.0, 1.0]
    assert [figures(s, "burden.completeness")["numerator"] for s in (before, after)] == [2, 1]
    share = figures(after, "quality.withdrawn")
    assert (share["numerator"], share["share"]) == (1, 0.5)
    assert figures(before, "quality.withdrawn")["numerator"] == 0


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


def test_a_withdrawal_that_leaves_a_later_revision_is_asked_about(weekly: SmallMission) -> None:
    second = R2.replace(",0,60,8", ",1,60,9").replace("10:00", "11:00").format("sent", "")
    told(weekly, "2021-01-13", R2.format("withdrawn", "2021-01-13"), second)
    with DuckDBEngine(weekly.snapshot("2021-01-20").folder) as engine:
        results = {r.check: r for r in cross_checks(engine, load_rules(sql_folder()))}
    found = results["withdrawal_leaves_revision"]
    assert (found.failing_count, found.severity) == (1, "warning")


@pytest.mark.parametrize(
    ("state", "moment", "code"),
    [
        ("sent", "2021-01-18", "withdrawn_or_not"),
        ("withdrawn", "2021-01-11", "withdrawn_before_sent"),
        ("", "2021-01-11 08:59", "withdrawn_before_sent"),
        ("gone", "", "bad_flag"),
    ],
)
def test_what_cannot_be_is_refused(weekly: SmallMission, state: str, moment: str, code: str) -> None:
    told(weekly, "2021-01-13", R2.format(state, moment))
    assert [c for (c,) in weekly.ask("SELECT DISTINCT code FROM reject WHERE table_name = 'report'")] == [code]


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


def test_past_snapshots_come_out_again(weekly: SmallMission) -> None:
    """Sent, taken back, sent again and taken back again: at each step, at the end, and after a rebuild."""
    taken: dict[tuple[str, int], str] = {}
    rows = [
        R2.format("sent", ""),
        R2.format("withdrawn", "2021-01-14"),
        R2.replace(",0,60,8", ",1,60,9").format("sent", ""),
        R2.replace(",0,60,8", ",1,60,9").format("withdrawn", ""),
    ]
    for number, row in enumerate(rows):
        day = f"2021-01-{13 + number}"
        told(weekly, day, R1.format("sent", ""), row)
        for as_of in ("2021-01-15", "2021-02-01"):
            made = weekly.snapshot(as_of)
            taken[as_of, made.position] = digest_of(made.folder)

    def again() -> dict[tuple[str, int], str]:
        return {at: digest_of(weekly.snapshot(at[0], position=at[1]).folder) for at in taken}

    assert len(set(taken.values())) == 2 * len(rows)
    assert again() == taken
    rebuild(weekly.settings, weekly.profile)
    assert again() == taken


def test_that_it_was_taken_back_is_news_or_a_correction(weekly: SmallMission, tmp_path: Path) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    before = weekly.snapshot("2021-01-15", "before")
    told(weekly, "2021-01-20", R2.format("withdrawn", "2021-01-18"))
    assert corrected_snapshot(before.folder, weekly.snapshot("2021-01-21", "news").folder, tmp_path / "a") == {}
    told(weekly, "2021-01-21", R2.format("withdrawn", "2021-01-14"))
    later = weekly.snapshot("2021-01-22", "correction").folder
    assert corrected_snapshot(before.folder, later, tmp_path / "b") == {"report": 1, "report_field": 1}


def test_what_gives_way_with_a_withdrawn_report_is_no_correction(weekly: SmallMission, tmp_path: Path) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    for number, row in enumerate(("A,2021-01-11,3,R1", "A,2021-01-11,30,R2")):
        weekly.put(f"acts/{number}.csv", f"id,held,count,report\n{row}\n")
        weekly.ingest(f"2021-01-{13 + number}")
    before = weekly.snapshot("2021-01-16", "before")
    told(weekly, "2021-01-20", R2.format("withdrawn", "2021-01-18"))
    assert corrected_snapshot(before.folder, weekly.snapshot("2021-01-21", "news").folder, tmp_path / "a") == {}


def test_a_withdrawn_report_is_forgotten_with_its_sender_or_its_file(weekly: SmallMission) -> None:
    weekly.sources = json.loads(json.dumps(weekly.sources))
    weekly.sources[0]["tables"][0]["columns"]["reporter_id"] = {"value": "Jane Doe"}
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("withdrawn", ""))
    weekly.snapshot("2021-01-14", "publication/audit/snapshot")
    [[person, delivery]] = weekly.ask("SELECT DISTINCT reporter_id, file_seq FROM core.report")
    for wanted in (
        Wanted(people=frozenset([person])),
        Wanted(deliveries=frozenset([delivery])),
        Wanted(rows=frozenset([("report", delivery, 2), ("report", delivery, 3)])),
    ):
        found = rows_in(weekly.folder / "publication", wanted)
        assert (found["report"], found["withdrawn_report"]) == (1, 1)


@pytest.mark.parametrize("known", ["arrival", "event"])
def test_a_withdrawal_years_ahead_is_warned_of(weekly: SmallMission, tmp_path: Path, known: str) -> None:
    weekly.sources = [WEEKLY, {**LOG, "known_from": known}]
    told(weekly, "2021-01-13", R2.format("sent", ""))
    weekly.put("withdrawals/1.csv", "report,revision,what,at\nR2,0,withdrawn,2035-01-14 08:00\n")
    weekly.ingest("2021-01-15")
    with Store(weekly.settings.warehouse) as store:
        staged = {"report": stage_unvalidated(store, tmp_path / "staged")["report"]}
    found = {r.check: r for r in validate(staged, weekly.profile)}["withdrawn_at_not_foretold"]
    assert (found.severity, found.failing_count) == ("warning", 1)
