"""Corrections of a file out of which rows were forgotten go on; one that was forgotten itself stays away."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from reportmetrics.ingest.rebuild import rebuild
from reportmetrics.ingest.sidecars import read_sidecar, sidecar_paths
from reportmetrics.publish.corrected import APPLIED, read_corrected
from reportmetrics.upkeep.fsck import fsck
from reportmetrics.upkeep.plan import plan_of
from tests.conftest import REQUESTS, SmallMission
from tests.unit.upkeep.test_forgetting import order, traces
from tests.unit.upkeep.test_forgotten_corrections import FILE, HEADER, NAME, record

JOHN = {"row": 3, "was": "2021-02-02", "now": "2021-01-31"}
RAISED = "SELECT request_id, raised_at::DATE::VARCHAR FROM core.request ORDER BY 1, file_seq"


def recorded(mission: SmallMission, *records: dict[str, Any]) -> None:
    mission.sources = [{**REQUESTS, "corrections": list(records)}]


def became(mission: SmallMission, as_of: str = "2021-04-01") -> list[str]:
    told = read_corrected(mission.snapshot(as_of, f"as of {as_of}, {mission.sources}"[-60:].replace("/", "")).folder)
    [source] = mission.profile.sources
    return [told.became(source, each) for each in source.corrections]


def hash_now(mission: SmallMission) -> str:
    [sidecar] = [s for s in map(read_sidecar, sidecar_paths(mission.settings.archive)) if s.name == NAME]
    return sidecar.sha256


def without_landing(mission: SmallMission, *names: str) -> None:
    for name in names:
        (mission.settings.landing / name).unlink()


@pytest.fixture
def forgotten(mission: SmallMission) -> SmallMission:
    """Jane Doe's row went out of the file; both records of the file were applied before."""
    mission.put(NAME, FILE)
    mission.ingest("2021-02-10")
    recorded(mission, record(), record(**JOHN))
    mission.ingest("2021-02-21")
    without_landing(mission, NAME)
    [named] = plan_of(mission.settings, mission.profile, "Jane Doe").records
    assert named == f"source log, correction of row 2 of {record()['file']}, 2021-02-20"
    order(mission, "Jane Doe")
    return mission


def test_what_was_applied_stays_and_the_hash_of_now_is_said(forgotten: SmallMission) -> None:
    run = forgotten.ingest("2021-02-22")
    assert run.deliveries == []
    assert forgotten.ask(RAISED) == [("B", "2021-02-02"), ("B", "2021-01-31")]
    [gone] = run.uncorrected
    assert "row 2 is not there; rows of the file were forgotten" in gone
    assert "take the record out of the profile" in gone
    since = f"; rows of its file were forgotten since, whose hash is {hash_now(forgotten)[:12]} now"
    assert became(forgotten) == [APPLIED + since] * 2
    assert traces(forgotten, "2021-01-30") == []  # what the forgotten row was corrected to
    assert fsck(forgotten.settings).findings == []


def test_once_the_record_of_the_row_is_taken_out_nothing_is_left_to_say(forgotten: SmallMission) -> None:
    recorded(forgotten, record(**JOHN))
    run = forgotten.ingest("2021-02-22")
    assert (run.deliveries, run.uncorrected) == ([], [])
    assert rebuild(forgotten.settings, forgotten.profile).changed == []
    assert forgotten.ingest("2021-02-23").deliveries == []


@pytest.mark.parametrize("named_by", ["as it was sent", "now", "in between"])
def test_a_record_that_comes_later_is_applied_by_any_hash_that_the_file_had(
    forgotten: SmallMission, named_by: str
) -> None:
    between = hash_now(forgotten)
    if named_by == "in between":
        forgotten.put("requests/c.csv", HEADER + "C,2021-02-03,,,Ann Poe\n")
        forgotten.ingest("2021-02-22")
        between = hash_now(forgotten)
    sent = hashlib.sha256(FILE.encode()).hexdigest()
    named = {"as it was sent": sent, "now": hash_now(forgotten), "in between": between}[named_by]
    later = record(**JOHN, date="2021-02-25", column="decided") | {"was": "2021-02-09", "now": "2021-02-08"}
    recorded(forgotten, record(**JOHN), later | {"file": named[:12]})
    [line] = forgotten.ingest("2021-02-26").deliveries
    assert (line.original_name, line.accepted) == (f"{NAME} (corrected 2021-02-25)", 1)


def test_rows_of_a_correction_that_were_forgotten_do_not_come_back(mission: SmallMission) -> None:
    mission.put(NAME, HEADER + "A,2021-02-01,,,Jane Doe\nB,2021-02-02,2021-02-09,OK,John Roe\n")
    mission.ingest("2021-02-10")
    swapped = {"row": 3, "column": "who", "was": "John Roe", "now": "Jane Doe"}
    recorded(mission, record(), record(**swapped))
    mission.ingest("2021-02-21")
    without_landing(mission, NAME)
    order(mission, "Jane Doe")
    run = mission.ingest("2021-02-22")
    assert run.deliveries == []
    assert any("of 2021-02-20" in said and "give a new record a later date" in said for said in run.uncorrected)
    assert mission.ask(RAISED) == [("B", "2021-02-02")]


def test_a_correction_that_was_forgotten_by_its_name_says_so_and_stays_away(mission: SmallMission) -> None:
    mission.put(NAME, FILE)
    mission.ingest("2021-02-10")
    recorded(mission, record())
    mission.ingest("2021-02-21")
    order(mission, f"{NAME} (corrected 2021-02-20)")
    said = "it was forgotten; take the record out of the profile, or give it another date"
    run = mission.ingest("2021-02-22")
    assert (run.deliveries, [said in each for each in run.uncorrected]) == ([], [True])
    assert became(mission) == [f"not applied: {said}"]
    recorded(mission, record(), record(**JOHN))  # the day's corrections with another one
    assert mission.ingest("2021-02-23").deliveries == []
    assert mission.ask(RAISED) == [("A", "2021-02-01"), ("B", "2021-02-02")]
    recorded(mission, record(), record(**JOHN, date="2021-02-24"))
    assert [d.accepted for d in mission.ingest("2021-02-25").deliveries] == [1]
    assert mission.ask(RAISED) == [("A", "2021-02-01"), ("B", "2021-02-02"), ("B", "2021-01-31")]


def test_a_correction_of_a_later_day_does_not_bring_a_forgotten_one_of_its_row_back(mission: SmallMission) -> None:
    mission.put(NAME, FILE)
    mission.ingest("2021-02-10")
    recorded(mission, record())
    mission.ingest("2021-02-21")
    order(mission, f"{NAME} (corrected 2021-02-20)")
    other = {"column": "decided", "was": "", "now": "2021-02-15", "date": "2021-02-24"}
    recorded(mission, record(), record(**other))
    assert [d.accepted for d in mission.ingest("2021-02-25").deliveries] == [1]
    assert mission.ask(RAISED) == [("A", "2021-02-01"), ("A", "2021-02-01"), ("B", "2021-02-02")]
