"""Reports that a log takes back: what its events may be about, and in which order they may come."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from reportmetrics.profile.source_rules import source_problems
from reportmetrics.profile.sources import Source
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import SmallMission
from tests.unit.reporting import Reporting
from tests.unit.warehouse.withdrawing import HEADER, LOG, R1, R2, WEEKLY, reports, told

Rows = Callable[[Snapshot, str], pl.DataFrame]
UNIT = {"unit_id": "U-2", "name": "Unit 2", "place": "baghdad", "advisors": 5, "opened": "2021-01-04"}
REINSTATED = {"set": {"withdrawn": "false"}, "clear": ["withdrawn_at"]}
BOTH_WAYS: dict[str, Any] = {
    **LOG,
    "events": {**LOG["events"], "means": {**LOG["events"]["means"], "reinstated": REINSTATED}},
}


@pytest.fixture
def weekly(tmp_path: Path) -> SmallMission:
    mission = Reporting(tmp_path / "mission")
    mission.sources = [WEEKLY, BOTH_WAYS]
    return mission


def logged(mission: SmallMission, day: str, *events: str) -> None:
    mission.put(f"withdrawals/{day}.csv", "report,revision,what,at\n" + "".join(f"R2,0,{e}\n" for e in events))
    mission.ingest(day)


def test_two_units_that_use_the_same_number(tmp_path: Path, rows_of: Rows) -> None:
    """What the profile is told to do where it tries to tell their reports apart by the key."""
    register, log = json.loads(json.dumps([WEEKLY, LOG]))
    both = {"join": ["unit", "report"]}
    register["tables"][0]["columns"] |= {"unit_id": "unit", "report_id": both}
    for columns in (register["tables"][1]["columns"], log["columns"]):
        columns["report_id"] = both
    mission = Reporting(tmp_path / "mission")
    mission.more |= {"units": [{**UNIT, "unit_id": "U-1"}, UNIT]}
    mission.sources = [register, log]
    row = R2.format("sent", "")
    mission.put("weekly/1.csv", f"unit,{HEADER}U-1,{row}U-2,{row}")
    mission.ingest("2021-01-13")
    mission.put("withdrawals/1.csv", "unit,report,revision,what,at\nU-2,R2,0,withdrawn,2021-01-14 08:00\n")
    mission.ingest("2021-01-15")
    snapshot = mission.snapshot("2021-01-20")
    assert reports(snapshot, rows_of) == [("U-1 R2", 0)]
    assert rows_of(snapshot, "report_field")["report_id"].to_list() == ["U-1 R2"]


def test_a_withdrawal_that_is_told_again_after_the_reinstatement(weekly: SmallMission, rows_of: Rows) -> None:
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    logged(weekly, "2021-01-19", "withdrawn,2021-01-14", "reinstated,2021-01-16")
    logged(weekly, "2021-01-20", "withdrawn,2021-01-14")
    assert reports(weekly.snapshot("2021-01-21", "both"), rows_of) == [("R1", 0), ("R2", 0)]
    logged(weekly, "2021-01-21", "withdrawn,2021-01-17")
    assert reports(weekly.snapshot("2021-01-22", "again"), rows_of) == [("R1", 0)]
    # The log is told from its beginning, twice; the reinstatement that was told last happened before the withdrawal.
    for number in (22, 23):
        logged(weekly, f"2021-01-{number}", "withdrawn,2021-01-14", "reinstated,2021-01-16")
    assert reports(weekly.snapshot("2021-01-24", "end"), rows_of) == [("R1", 0)]


@pytest.mark.parametrize("sound", [False, True])
def test_a_reinstatement_that_leaves_the_moment_of_the_withdrawal_is_refused_by_the_lint(sound: bool) -> None:
    """By the table's own rule every such event would be."""
    log = json.loads(json.dumps(BOTH_WAYS))
    if not sound:
        del log["events"]["means"]["reinstated"]["clear"]
    found = [str(p) for p in source_problems([("log.yaml", Source.model_validate(log))], {}) if "reinstated" in str(p)]
    said = "the event says that a report is not withdrawn and leaves 'withdrawn_at': it would always be refused"
    told = [f"log.yaml: report.events.means.reinstated: {said}; add clear: [withdrawn_at]"]
    assert found == ([] if sound else told)


def test_a_withdrawal_that_comes_before_its_report_says_what_to_do(weekly: SmallMission, rows_of: Rows) -> None:
    logged(weekly, "2021-01-12", "withdrawn,2021-01-14")
    [(message, remedy)] = weekly.ask("SELECT message, remedy FROM reject")
    assert message.startswith("no event has told yet:")
    assert remedy == (
        "send the event once more, with or after what it is about (earlier events, or the register or report that "
        "describes the record); or correct its identifier, or the name of the event"
    )
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    assert reports(weekly.snapshot("2021-01-14", "before"), rows_of) == [("R1", 0), ("R2", 0)]
    logged(weekly, "2021-01-20", "withdrawn,2021-01-14", "withdrawn,2021-01-14")
    assert reports(weekly.snapshot("2021-01-21", "after"), rows_of) == [("R1", 0)]


def test_a_number_in_the_key_is_found_however_a_log_writes_it(weekly: SmallMission, rows_of: Rows) -> None:
    assert list(source_problems([("sources/log.yaml", Source.model_validate(BOTH_WAYS))], {})) == []
    told(weekly, "2021-01-13", R1.format("sent", ""), R2.format("sent", ""))
    weekly.put("withdrawals/1.csv", "report,revision,what,at\nR2,00,withdrawn,2021-01-14\n")
    [line] = weekly.ingest("2021-01-19").deliveries
    assert (line.accepted, line.rejected) == (1, 0)
    assert reports(weekly.snapshot("2021-01-21"), rows_of) == [("R1", 0)]
