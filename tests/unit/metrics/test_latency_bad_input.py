"""Bad rows of a request register, from the file to the figures: each is refused, left out or told, never guessed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.run import compute
from reportmetrics.profile.mission import Mission
from reportmetrics.settings import sql_folder
from reportmetrics.warehouse.snapshot import Snapshot, make_snapshot
from reportmetrics.warehouse.store import Store
from tests.conftest import MISSION, REQUESTS, SmallMission
from tests.golden.reference import Reference

DECISION, WORKING = "latency.time_to_decision", "latency.working_days"
HEAD = "id,raised,decided,outcome,hq,type,entry,after\n"
AS_OF = "2021-03-01"


@pytest.fixture
def register(tmp_path: Any) -> SmallMission:
    """A register that names headquarters, type, first day in the register, and the list before the decision."""

    def day(name: str) -> dict[str, Any]:
        return {"from": name, "format": "%Y-%m-%d", "timezone": "UTC"}

    more = {"hq": "hq", "request_type": "type", "entry_at": day("entry"), "decided_after": day("after")}
    source = {**REQUESTS, "every": "7 days", "columns": {**REQUESTS["columns"], **more}}
    return SmallMission(tmp_path / "mission", [source])


def figures(snapshot: Snapshot, *metrics: str) -> Reference:
    catalogue = load_catalogue(sql_folder())
    with DuckDBEngine(snapshot.folder) as engine:
        return Reference(compute(catalogue, engine, as_of=snapshot.as_of, select=metrics or [DECISION]))


def waits(register: SmallMission, *lines: str) -> Reference:
    register.put("requests/log.csv", HEAD + "\n".join(lines) + "\n")
    register.ingest(now="2021-02-27T00:00:00")
    return figures(register.snapshot(AS_OF))


def codes(register: SmallMission) -> list[tuple[str, str]]:
    return register.ask("SELECT code, raw FROM reject ORDER BY code, raw")


def test_a_decision_before_the_request_is_refused_with_its_remedy(register: SmallMission) -> None:
    found = waits(register, "R1,2021-01-10,2021-01-05,OK,HQ,a,,", "R2,2021-01-10,2021-01-12,OK,HQ,a,,")
    assert [c for c, _ in codes(register)] == ["decided_before_raised"]
    assert register.ask("SELECT remedy FROM reject") == [("correct one of the two dates",)]
    row = found.row(DECISION, "median", hq="HQ")
    assert (row["value"], row["n"], row["n_missing"]) == (2, 1, 0)


def test_a_date_of_another_century_or_that_does_not_exist_is_refused(register: SmallMission) -> None:
    waits(register, "R1,0021-01-10,,,HQ,a,,", "R2,2021-02-30,,,HQ,a,,", "R3,2021-01-10,,,HQ,a,,")
    assert len(codes(register)) == 2
    assert {raw for _, raw in codes(register)} == {"0021-01-10", "2021-02-30"}


def test_what_is_dated_after_as_of_has_not_happened(register: SmallMission) -> None:
    """Raised later: not in the log; decided later: open up to the last extract, 27 February."""
    found = waits(register, "R1,2021-04-01,,,HQ,a,,", "R2,2021-02-01,2021-12-24,OK,HQ,a,,")
    row = found.row(DECISION, "median", hq="HQ")
    assert (row["value"], row["n"]) == (None, 1)
    assert found.value(DECISION, "events", hq="HQ") == 0


def test_a_decision_before_the_register_could_show_it_is_missing_and_said(register: SmallMission) -> None:
    found = waits(
        register,
        "R1,2021-01-01,2021-01-05,OK,HQ,a,2021-01-10,",
        "R2,2021-01-01,2021-01-21,OK,HQ,a,2021-01-10,",
    )
    row = found.row(DECISION, "median", hq="HQ")
    assert (row["value"], row["n"], row["n_missing"]) == (20, 1, 1)
    assert any(c.startswith("not observed: 1 rows") for c in row["caveats"])


def test_an_unknown_headquarters_and_a_missing_type_have_figures_of_their_own(register: SmallMission) -> None:
    register.put("requests/log.csv", HEAD + "R1,2021-01-01,2021-01-05,OK,Nowhere,,,\n")
    register.ingest(now="2021-02-27T00:00:00")
    found = figures(register.snapshot(AS_OF), DECISION, WORKING)
    assert found.row(DECISION, "median", hq="Nowhere", request_type=None)["value"] == 4
    working = found.row(WORKING, "median", hq="Nowhere", calendar="headquarters")
    assert (working["value"], working["reason"]) == (None, "nothing observed")


def test_one_request_no_decision_and_all_on_one_day(register: SmallMission) -> None:
    one = waits(register, "R1,2021-02-01,,,HQ,a,,").row(DECISION, "median", hq="HQ")
    assert (one["value"], one["reason"], one["n"]) == (None, "not reached", 1)
    assert [c.split(":")[0] for c in one["caveats"]] == ["few", "median not reached"]
    same = [f"S{i},2021-02-01,2021-02-08,OK,ONE,a,," for i in range(12)]
    register.put("requests/more.csv", HEAD + "\n".join(same) + "\n")
    register.ingest(now="2021-02-27T00:00:00")
    row = figures(register.snapshot(AS_OF, "again")).row(DECISION, "median", hq="ONE")
    assert (row["value"], row["lower"], row["upper"]) == (7, 7, 7)


def test_a_register_that_began_late_and_lists_every_other_week(register: SmallMission) -> None:
    """R1 waited 30 days, seen from day 20 on; R2 was decided between its days 4 and 18, as the list of day 18 tells."""
    register.put(
        "requests/log.csv",
        HEAD + "R1,2021-01-01,2021-01-31,OK,HQ,a,2021-01-21,\nR2,2021-02-01,2021-02-19,NO,HQ,a,,2021-02-05\n",
    )
    register.ingest(now="2021-02-27T00:00:00")
    found = figures(register.snapshot(AS_OF), DECISION, "latency.earliest_decision")
    # At 18 days only R2 is at risk (R1 entered at 20), so the curve falls to 0 there.
    assert found.value(DECISION, "median", hq="HQ") == 18
    assert found.value("latency.earliest_decision", "median", hq="HQ") == 4


def test_calendars_are_those_of_the_publication(register: SmallMission) -> None:
    """A holiday that the profile learns of later changes the next snapshot and leaves the one before as it was."""
    register.put("requests/log.csv", HEAD + "R1,2021-02-14,2021-02-16,OK,HQ,a,,\n")  # Sunday to Tuesday
    register.ingest(now="2021-02-27T00:00:00")
    before = register.snapshot(AS_OF)
    place = {**MISSION["places"]["baghdad"], "extra_holidays": {"2021-02-16": "Flood"}}
    changed = replace(register.profile, mission=Mission.model_validate({**MISSION, "places": {"baghdad": place}}))
    with Store(register.settings.warehouse) as store:
        after = make_snapshot(store, changed, as_of=dt.date(2021, 3, 1), target=register.folder / "later")
    medians = [figures(s, WORKING).value(WORKING, "median", hq="HQ", calendar="both") for s in (before, after)]
    assert medians == [2, 1]


def test_the_first_day_of_a_whole_register_is_a_constant_of_its_source(tmp_path: Any) -> None:
    """All was seen from 10 January on: R1, decided on the 5th, is missing; R2 and R3 are at risk from then on."""
    began = {"value": "2021-01-10", "format": "%Y-%m-%d", "timezone": "UTC"}
    source = {**REQUESTS, "columns": {**REQUESTS["columns"], "entry_at": began}}
    mission = SmallMission(tmp_path / "mission", [source])
    lines = ["R1,2021-01-01,2021-01-05,OK", "R2,2021-01-01,2021-01-21,OK", "R3,2021-01-15,2021-02-14,OK"]
    mission.put("requests/log.csv", "id,raised,decided,outcome\n" + "\n".join(lines) + "\n")
    mission.ingest(now="2021-02-27T00:00:00")
    row = figures(mission.snapshot(AS_OF)).row(DECISION, "median", hq="HQ")
    assert (row["value"], row["n"], row["n_missing"]) == (20, 2, 1)
