"""Activity beside progress: the truths 7, 8, 13 and 14 come out of the product."""

from __future__ import annotations

import json

import polars as pl
import pytest

from reportmetrics.sample import truths
from tests.golden.reference import Reference

QUADRANT = "separation.quadrant"


def position(reference: Reference, objective_id: str) -> str:
    found = reference.results.figures.filter(
        metric=QUADRANT, statistic="position", dims=f'{{"objective_id":"{objective_id}"}}'
    )
    return str(found["label"].item())


def test_busy_and_stalled_quiet_and_moving_unmeasured(reference: Reference) -> None:
    assert position(reference, truths.BUSY_STALLED) == "busy and stalled"
    assert position(reference, truths.QUIET_MOVING) == "quiet and moving"
    assert position(reference, truths.UNREAD) == "unmeasured"
    stalled = reference.results.figures.filter(metric=QUADRANT, statistic="position").filter(
        pl.col("label").str.ends_with("and stalled")
    )
    assert stalled.height == 1, "only the objective that was built so is stalled beyond the bands"


def test_the_busy_objective_stands_still_and_the_quiet_one_moves(reference: Reference) -> None:
    assert reference.value(QUADRANT, "progress", objective_id=truths.BUSY_STALLED) == 0
    assert reference.value(QUADRANT, "median_now", objective_id=truths.BUSY_STALLED) == pytest.approx(
        truths.MEDIAN_PROGRESS[truths.BUSY_STALLED], abs=truths.PROGRESS_TOLERANCE
    )
    assert reference.value(QUADRANT, "progress", objective_id=truths.QUIET_MOVING) > 1
    unread = reference.row(QUADRANT, "progress", objective_id=truths.UNREAD)
    assert (unread["value"], unread["reason"]) == (None, "unmeasured")


def test_hours_without_a_reading_are_those_of_the_unread_objective(reference: Reference) -> None:
    for objective_id in truths.MEDIAN_PROGRESS:
        assert reference.value("separation.unmeasured_activity", "rate", objective_id=objective_id) == 0
    assert reference.value("separation.unmeasured_activity", "rate", objective_id=truths.UNREAD) == 1
    unread = reference.value("separation.unmeasured_activity", "numerator", objective_id=truths.UNREAD)
    assert reference.value("separation.unmeasured_activity", "numerator") == unread


def test_the_regression_is_told_and_nothing_else(reference: Reference) -> None:
    assert reference.value("outcome.regressions", "count") == 1
    objective_id = truths.REGRESSION_INDICATOR.rsplit(".", 1)[0]
    assert (
        reference.value(
            "outcome.regressions", "count", objective_id=objective_id, indicator_id=truths.REGRESSION_INDICATOR
        )
        == 1
    )
    assert reference.row("outcome.regressions", "count", objective_id=truths.UNREAD)["value"] is None


def test_the_indicator_to_be_maintained_is_the_one_that_is_met(reference: Reference) -> None:
    assert reference.value("outcome.met", "numerator") == 1
    assert reference.row("outcome.met", "share_of_all")["n"] == truths.OUTCOME_INDICATORS
    objective_id = truths.MAINTAIN_INDICATOR.rsplit(".", 1)[0]
    assert reference.value("outcome.met", "numerator", objective_id=objective_id) == 1


def test_activity_leads_progress_at_eight_weeks_over_the_mission(reference: Reference) -> None:
    metric = "separation.association"
    for lag in truths.LAGS_WEEKS:
        q = reference.value(metric, "q_value", str(lag))
        assert (q < 0.05) == (lag == truths.DRIVEN_LAG_WEEKS), lag
    for objective_id in truths.DRIVEN:
        rho = reference.value(metric, "rho", str(truths.DRIVEN_LAG_WEEKS), objective_id=objective_id)
        assert rho == pytest.approx(truths.DRIVEN_CORRELATION, abs=truths.CORRELATION_TOLERANCE)
    others = set(truths.MEDIAN_PROGRESS) - {*truths.DRIVEN, truths.REGRESSION_INDICATOR.rsplit(".", 1)[0]}
    for objective_id in others:
        rho = reference.row(metric, "rho", str(truths.DRIVEN_LAG_WEEKS), objective_id=objective_id)["value"]
        assert rho is None or abs(rho) < truths.CORRELATION_TOLERANCE, objective_id


def test_a_count_that_doubled_when_it_became_reportable(reference: Reference) -> None:
    group = {"objective_id": truths.REPORTABLE, "kind": "meeting"}
    assert truths.REPORTABLE_BEFORE.holds(reference.value("separation.goodhart", "weekly", "before", **group))
    assert truths.REPORTABLE_AFTER.holds(reference.value("separation.goodhart", "weekly", "after", **group))
    for phase in ("before", "after"):
        hours = reference.value("separation.goodhart", "weekly_hours", phase, **group)
        assert hours == pytest.approx(truths.REPORTABLE_CONTACT_HOURS)
    change = reference.row("separation.goodhart", "change", **group)
    assert change["lower"] < 2 < change["upper"]
    assert change["lower"] > 1


def test_the_doubled_count_is_a_signal_and_steady_ones_are_not(reference: Reference) -> None:
    assert reference.value("activity.signals", "signal", "run of 8", objective_id=truths.REPORTABLE) > 8
    for objective_id in (truths.BUSY_STALLED, "LO-02"):
        for rule in ("outside", "run of 8", "trend of 7"):
            assert reference.value("activity.signals", "signal", rule, objective_id=objective_id) == 0
    quiet = reference.row("activity.signals", "mean", objective_id=truths.QUIET_MOVING)
    assert quiet["reason"] == "no variation: limits without width"


@pytest.mark.parametrize("counterpart_type", truths.MOVEMENT)
def test_movements_granted_by_type_of_counterpart(reference: Reference, counterpart_type: str) -> None:
    asked, granted = truths.MOVEMENT[counterpart_type]
    row = reference.row("activity.movement_granted", "share", counterpart_type=counterpart_type)
    assert (row["value"], row["n"]) == (pytest.approx(granted / asked), asked)


def test_small_grants_are_mostly_national(reference: Reference) -> None:
    row = reference.row("activity.small_grants", "share", request_state="granted")
    assert (row["value"], row["n"]) == (pytest.approx(truths.NATIONAL_GRANTS / truths.GRANTS), truths.GRANTS)


def test_reporting_hours_beside_contact_hours(reference: Reference) -> None:
    row = reference.row("burden.hours_vs_contact", "rate")
    assert row["value"] == pytest.approx(truths.REPORTING_SHARE, abs=0.01)
    assert row["lower"] < truths.REPORTING_SHARE < row["upper"]


def test_grants_stand_beside_the_activity_that_waited_for_them(reference: Reference) -> None:
    rows = reference.results.figures.filter(metric="activity.small_grants", statistic="sum")
    states = {
        json.loads(dims)["activity_state"]: n
        for dims, n in rows.select("dims", "n").iter_rows()
        if "activity_state" in dims
    }
    assert states == {"held after the answer": 7, "held before the answer": 2, "cancelled": 1}
