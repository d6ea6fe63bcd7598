"""A report that its sender takes back, beyond tables: figures, checks, corrections, the past and forgetting."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reportmetrics.audit.corrected import corrected_snapshot
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.publish.files import digest_of
from reportmetrics.settings import sql_folder
from reportmetrics.upkeep.redaction import Wanted, rows_in
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import cross_checks, validate
from reportmetrics.warehouse.staged import stage_unvalidated
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission
from tests.unit.warehouse.withdrawing import (
    LOG,
    R1,
    R2,
    WEEKLY,
    figures,
    told,
    weekly_mission,
)


@pytest.fixture
def weekly(tmp_path: Path) -> SmallMission:
    return weekly_mission(tmp_path / "mission")


def test_figures_leave_it_out_and_its_share_is_told(weekly: SmallMission) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    told(weekly, "2021-01-20", R2.format("withdrawn", "2021-01-18"))
    before, after = weekly.snapshot("2021-01-20", "before"), weekly.snapshot("2021-01-21", "after")
    assert [figures(s, "burden.hours")["sum"] for s in (before, after)] == [2.0, 1.0]
    assert [figures(s, "burden.completeness")["numerator"] for s in (before, after)] == [2, 1]
    share = figures(after, "quality.withdrawn")
    assert (share["numerator"], share["share"]) == (1, 0.5)
    assert figures(before, "quality.withdrawn")["numerator"] == 0


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
