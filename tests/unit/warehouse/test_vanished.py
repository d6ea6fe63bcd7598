"""A register sent again each week: requests are updated, what was known before stays, and one that vanishes is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.settings import sql_folder
from reportmetrics.validation.rules import load_rules
from reportmetrics.validation.run import CheckResult, cross_checks
from reportmetrics.warehouse.snapshot import Snapshot
from tests.conftest import REQUESTS, SmallMission

Rows = Callable[[Snapshot, str], pl.DataFrame]

WEEKS = {
    "2021-02-01": "R1,2021-01-04,,\nR2,2021-01-05,,\nR3,2021-01-06,2021-01-20,OK\n",
    # R1 is decided; R2 is missing while open; R3 was decided before and may leave a list of open ones.
    "2021-02-08": "R1,2021-01-04,2021-02-03,OK\nR4,2021-02-02,,\n",
    # R2 is back; R4 is missing.
    "2021-02-15": "R1,2021-01-04,2021-02-03,OK\nR2,2021-01-05,,\n",
}


@pytest.fixture
def registered(mission: SmallMission) -> SmallMission:
    mission.sources = [{**REQUESTS, "complete": "open"}]
    for day, rows in WEEKS.items():
        mission.put(f"requests/{day}.csv", "id,raised,decided,outcome\n" + rows)
        mission.ingest(day)
    return mission


def gone(snapshot: Snapshot, rows_of: Rows) -> list[tuple[str, dt.date, dt.date]]:
    found = rows_of(snapshot, "vanished_request").sort("request_id")
    return found.select("request_id", "last_seen_on", "missing_since").rows()


def test_each_week_updates_and_keeps_what_was_known_before(registered: SmallMission, rows_of: Rows) -> None:
    before = rows_of(registered.snapshot("2021-02-05"), "request").sort("request_id")
    after = rows_of(registered.snapshot("2021-02-09", "later"), "request").sort("request_id")
    assert before.select("request_id", "decided_at").rows() == [
        ("R1", None),
        ("R2", None),
        ("R3", dt.datetime(2021, 1, 20)),
    ]
    assert dict(after.select("request_id", "outcome").rows()) == {
        "R1": "approved",
        "R2": None,
        "R3": "approved",
        "R4": None,
    }


def test_an_open_request_that_is_missing_is_named_with_when_it_was_seen_last(
    registered: SmallMission, rows_of: Rows
) -> None:
    first, second, third = (dt.date.fromisoformat(d) for d in WEEKS)
    assert gone(registered.snapshot("2021-02-05", "a"), rows_of) == []
    assert gone(registered.snapshot("2021-02-09", "b"), rows_of) == [("R2", first, second)]
    assert gone(registered.snapshot("2021-02-16", "c"), rows_of) == [("R4", second, third)]


def test_a_register_of_all_requests_misses_the_decided_ones_too(mission: SmallMission, rows_of: Rows) -> None:
    mission.sources = [{**REQUESTS, "complete": "all"}]
    for day, rows in list(WEEKS.items())[:2]:
        mission.put(f"requests/{day}.csv", "id,raised,decided,outcome\n" + rows)
        mission.ingest(day)
    assert [g[0] for g in gone(mission.snapshot("2021-02-09"), rows_of)] == ["R2", "R3"]


def test_a_source_that_promises_nothing_is_not_judged(mission: SmallMission, rows_of: Rows) -> None:
    for day, rows in WEEKS.items():
        mission.put(f"requests/{day}.csv", "id,raised,decided,outcome\n" + rows)
        mission.ingest(day)
    assert gone(mission.snapshot("2021-02-16"), rows_of) == []


def test_an_unchanged_row_and_a_refused_one_are_seen(mission: SmallMission, rows_of: Rows) -> None:
    """A repeat is stored nowhere else, and a row with a fault still says that the register lists the request."""
    mission.sources = [{**REQUESTS, "complete": "open"}]
    mission.put("requests/1.csv", "id,raised,decided,outcome\nR1,2021-01-04,,\nR2,2021-01-05,,\n")
    mission.ingest("2021-02-01")
    mission.put("requests/2.csv", "id,raised,decided,outcome\nR1,2021-01-04,,\nR2,2021-01-05,soon,\n\n")
    mission.ingest("2021-02-08")
    assert gone(mission.snapshot("2021-02-09"), rows_of) == []


def test_the_check_names_the_request_and_both_days(registered: SmallMission) -> None:
    with DuckDBEngine(registered.snapshot("2021-02-09").folder) as engine:
        found: list[CheckResult] = [
            c for c in cross_checks(engine, load_rules(sql_folder())) if c.check == "request_vanished"
        ]
    assert [(c.success, c.severity, c.failing_count) for c in found] == [(False, "warning", 1)]
    assert found[0].observed == ("request R2 at HQ was last listed by log on 2021-02-01, and no more since 2021-02-08")
