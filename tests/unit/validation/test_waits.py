"""A headquarters that no longer answers: its register says so, and must not stop what shows it."""

from __future__ import annotations

import datetime as dt

import pytest

from reportmetrics.steps import check_new
from reportmetrics.warehouse.store import Store
from tests.conftest import SmallMission, may_lack
from tests.unit.passing import mark_passed

HEAD = "id,raised,decided,outcome\n"
ANSWERED = "2021-01-20,OK"


def answered_until_now(mission: SmallMission) -> None:
    for week in range(3):
        rows = "".join(f"{week}-{n},2021-01-02,{ANSWERED}\n" for n in range(20))
        mission.put(f"requests/{week}.csv", HEAD + rows)
    mission.ingest("2021-02-01")
    with Store(mission.settings.warehouse) as store:
        mark_passed(store)


def failed(mission: SmallMission) -> dict[str, str]:
    results = check_new(mission.settings, mission.profile, now=dt.datetime(2021, 3, 1)).results
    return {r.check: r.observed for r in results if not r.success and r.check != "volume"}


def put(mission: SmallMission, name: str, *rows: str) -> None:
    mission.put(f"requests/{name}.csv", HEAD + "".join(f"{row}\n" for row in rows))


def test_new_requests_that_nobody_answers_are_warned_of(mission: SmallMission) -> None:
    answered_until_now(mission)
    put(mission, "silent", *(f"s-{n},2021-02-02,," for n in range(12)))
    mission.ingest("2021-02-08")
    assert failed(mission) == {
        "blanks": "decided_at of log is blank in 100% of 12 rows of requests/silent.csv, before in 0%; "
        "outcome of log is blank in 100% of 12 rows of requests/silent.csv, before in 0%"
    }
    assert mission.ask("SELECT count(*) FROM core.request") == [(72,)], "nothing is set aside"


def test_a_register_that_takes_back_what_it_told_stops_the_run(mission: SmallMission) -> None:
    answered_until_now(mission)
    put(mission, "export", *(f"0-{n},2021-01-02,," for n in range(12)))
    mission.ingest("2021-02-08")
    assert set(failed(mission)) == {"went_blank"}
    assert mission.ask("SELECT DISTINCT reasons FROM set_aside") == [
        ('{"request.went_blank (decided_at)": 12, "request.went_blank (outcome)": 12}',)
    ]


@pytest.mark.parametrize(("reopened", "stops"), [(1, False), (2, False), (3, True)])
def test_a_few_that_are_opened_again_among_them_stop_nothing(mission: SmallMission, reopened: int, stops: bool) -> None:
    answered_until_now(mission)
    again = (f"0-{n},2021-01-02,," for n in range(reopened))
    put(mission, "silent", *again, *(f"s-{n},2021-02-02,," for n in range(12 - reopened)))
    mission.ingest("2021-02-08")
    assert ("went_blank" in failed(mission)) is stops


def test_what_was_opened_again_before_takes_nothing_back(mission: SmallMission) -> None:
    answered_until_now(mission)
    decided = [f"d-{n},2021-01-02,{ANSWERED}" for n in range(300)]
    put(mission, "reopened", *decided, *(f"0-{n},2021-01-02,," for n in range(12)))
    mission.ingest("2021-02-05")
    with Store(mission.settings.warehouse) as store:
        mark_passed(store)
    put(mission, "silent", *(f"0-{n},2021-01-03,," for n in range(12)))
    mission.ingest("2021-02-08")
    assert set(failed(mission)) == {"blanks"}


def test_what_was_told_in_the_same_run_can_be_taken_back_too(mission: SmallMission) -> None:
    answered_until_now(mission)
    put(mission, "more", *(f"m-{n},2021-01-02,{ANSWERED}" for n in range(20)))
    mission.ingest("2021-02-08")
    put(mission, "taken back", *(f"m-{n},2021-01-02,," for n in range(20)))
    mission.ingest("2021-02-08")
    assert "went_blank" in failed(mission)


def test_of_two_files_the_one_that_takes_back_stops_the_run_and_is_named(mission: SmallMission) -> None:
    answered_until_now(mission)
    put(mission, "export", *(f"0-{n},2021-01-02,," for n in range(12)))
    put(mission, "silent", *(f"s-{n},2021-02-02,," for n in range(12)))
    mission.ingest("2021-02-08")
    assert "went_blank" in failed(mission)


@pytest.mark.parametrize("column", ["decided_at", "raised_by"])
def test_what_a_file_may_lack_or_does_not_wait_for_stops_the_run(mission: SmallMission, column: str) -> None:
    """A column that is not there was renamed perhaps; and who raised a request is known from the start."""
    mission.sources = [may_lack(column)]
    for week in range(3):
        rows = "".join(f"{week}-{n},2021-01-02,{ANSWERED},x\n" for n in range(20))
        mission.put(f"requests/{week}.csv", HEAD.replace("\n", ",who\n") + rows)
    mission.ingest("2021-02-01")
    with Store(mission.settings.warehouse) as store:
        mark_passed(store)
    cells = "2021-02-02,,,x" if column == "decided_at" else f"2021-01-02,{ANSWERED},"
    rows = "".join(f"s-{n},{cells}\n" for n in range(12))
    mission.put("requests/now.csv", HEAD.replace("\n", ",who\n") + rows)
    mission.ingest("2021-02-08")
    found = failed(mission)
    assert found["went_blank"] == f"{column} of log is blank in 100% of 12 rows of requests/now.csv, before in 0%"
