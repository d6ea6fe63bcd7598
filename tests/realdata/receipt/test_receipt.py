"""A municipality's permit applications, an event log that nobody here wrote: one case is one request."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.realdata.request_logs import latency

pytestmark = pytest.mark.realdata

HQ = "Municipality"


def test_events_of_a_case_are_one_request_and_the_wait_is_as_published(realdata: Path, tmp_path: Path) -> None:
    folder = Path(__file__).parent / "profile"
    summary, found = latency(folder, realdata / "receipt", tmp_path, as_of=dt.date(2012, 1, 24))
    [line] = summary.deliveries
    assert (line.rows_read, line.accepted, line.rejected, line.duplicate) == (8_577, 1_434, 0, 7_143)
    row = found.row("latency.time_to_decision", "median", hq=HQ)
    assert (row["n"], row["n_missing"]) == (1_434, 0)
    assert [row["value"], row["lower"], row["upper"]] == pytest.approx([52.50, 50.64, 53.70], abs=0.005)
    assert found.value("latency.time_to_decision", "events", hq=HQ) == 1_329
    assert found.value("latency.open_backlog", "open", hq=HQ) == 39 + 66
    states = {"on time": 952, "late": 377, "open, overdue": 39, "open, not due": 66}
    for state, number in states.items():
        assert found.value("latency.deadlines", "count", hq=HQ, due_state=state) == number


def test_two_cases_that_end_before_they_start_count_as_decided_at_once(realdata: Path, tmp_path: Path) -> None:
    """The profile says ``end_before_start: zero``; both are the first step of the curve, at 0 days."""
    folder = Path(__file__).parent / "profile"
    _, found = latency(folder, realdata / "receipt", tmp_path, as_of=dt.date(2012, 1, 24))
    series = found.results.series.filter(metric="latency.time_to_decision", dims=f'{{"hq":"{HQ}"}}')
    assert series.row(0, named=True)["x"] == 0
    assert series.row(0, named=True)["y"] == pytest.approx(1 - 2 / 1_434)
