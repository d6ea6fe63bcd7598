"""Known answers 1 to 5 and 12 of the sample, as the latency metrics tell them: caveats, outcomes, groups, calendars."""

from __future__ import annotations

import json

import polars as pl
import pytest

from reportmetrics.sample import truths
from tests.golden.reference import Reference

DECISION = "latency.time_to_decision"


def codes(reference: Reference, hq: str) -> set[str]:
    return {c.split(":")[0] for c in reference.row(DECISION, "median", hq=hq)["caveats"]}


def test_the_silent_headquarters_is_said_to_be_silent_and_its_extract_is_not_stale(reference: Reference) -> None:
    said = codes(reference, truths.SILENT_HQ)
    assert "silent" in said
    assert "extract stale" not in said
    days = (truths.AS_OF - truths.SILENT_SINCE).days
    assert reference.value(DECISION, "days_since_decision", hq=truths.SILENT_HQ) >= days - 2
    assert reference.value(DECISION, "expected_since", hq=truths.SILENT_HQ) > 4.6


@pytest.mark.parametrize("wait", [truths.JFC, truths.SHAPE, truths.COMMITTEE, truths.STALE], ids=lambda w: w.hq)
def test_the_others_are_neither_silent_nor_selected(reference: Reference, wait: truths.Wait) -> None:
    assert not codes(reference, wait.hq) & {"silent", "selected on closing"}


def test_a_stale_extract_does_not_count_as_silence(reference: Reference) -> None:
    assert codes(reference, truths.STALE.hq) == {"extract stale"}


def test_the_log_of_closed_requests_is_marked(reference: Reference) -> None:
    assert "selected on closing" in codes(reference, truths.SELECTED_HQ)
    assert reference.value("latency.open_backlog", "open", hq=truths.SELECTED_HQ) == truths.SELECTED_OPEN
    marked = reference.results.figures.filter(
        pl.col("metric") == DECISION, pl.col("caveats").list.eval(pl.element().str.starts_with("selected")).list.any()
    )
    assert set(marked["dims"].map_elements(lambda d: json.loads(d)["hq"], return_dtype=pl.String)) == {
        truths.SELECTED_HQ
    }


def test_withdrawals_compete_and_what_is_left_adds_up(reference: Reference) -> None:
    mixed = truths.MIXED
    counted = {
        cause: reference.value("latency.outcome_incidence", "events", cause, hq=mixed.hq)
        for cause in ("approved", "denied", "withdrawn")
    }
    assert counted == {"approved": mixed.approved, "denied": mixed.denied, "withdrawn": mixed.withdrawn}
    parts = [reference.value("latency.outcome_incidence", "incidence", f"{cause} 30", hq=mixed.hq) for cause in counted]
    undecided = reference.value("latency.outcome_incidence", "undecided", "30", hq=mixed.hq)
    assert sum(parts) + undecided == pytest.approx(1, abs=1e-12)


def test_same_day_decisions_count_from_the_start(reference: Reference) -> None:
    """10 of 50 requests are decided on the day they were raised, before any other ended: S(0) = 0.8."""
    series = reference.results.series.filter(
        metric=DECISION, dims=json.dumps({"hq": truths.MIXED.hq}, separators=(",", ":"))
    )
    assert series.row(0, named=True)["x"] == 0
    assert series.row(0, named=True)["y"] == pytest.approx(1 - truths.MIXED.same_day / truths.MIXED.requests)


def test_keeping_withdrawn_requests_waiting_lengthens_the_wait(reference: Reference) -> None:
    hq = truths.MIXED.hq
    censored = reference.value(DECISION, "survival", "30", hq=hq)
    assert reference.value("latency.withdrawn_kept", "survival", "30", hq=hq) > censored
    assert reference.value("latency.withdrawn_kept", "events", hq=hq) == truths.MIXED.approved + truths.MIXED.denied


def test_headquarters_differ_and_types_of_the_slow_one_do_not(reference: Reference) -> None:
    assert reference.value("latency.by_group", "p", "hq") < 1e-10
    assert reference.value("latency.by_group", "p", "request_type", hq=truths.JFC.hq) > 0.05


@pytest.mark.parametrize("hq", [truths.JFC.hq, truths.SHAPE.hq, truths.MIXED.hq])
def test_days_waited_split_into_four_parts_that_add_up(reference: Reference, hq: str) -> None:
    parts = {
        name: reference.value("latency.days_at_work", "sum", hq=hq, at_work=name)
        for name in ("both", "mission only", "headquarters only", "neither")
    }
    assert all(v > 0 for v in parts.values())
    # A weekend on Friday and Saturday against one on Saturday and Sunday: four common days of seven, less holidays.
    assert 0.5 < parts["both"] / sum(parts.values()) < 4 / 7
    medians = [
        reference.value("latency.working_days", "median", hq=hq, calendar=c)
        for c in ("mission", "headquarters", "both")
    ]
    assert medians[2] < min(medians[:2])
    assert max(medians) < reference.value(DECISION, "median", hq=hq)


def test_every_wait_has_working_days_in_each_calendar(reference: Reference) -> None:
    rows = reference.results.figures.filter(metric="latency.working_days", statistic="median")
    assert rows["n_missing"].sum() == 0


def test_three_in_ten_requests_outlive_the_tour(reference: Reference) -> None:
    row = reference.row("latency.outlived_tour", "share", hq=truths.OUTLIVED_HQ)
    assert (row["n"], row["value"]) == (truths.OUTLIVED_REQUESTS, pytest.approx(truths.OUTLIVED_SHARE))


def test_promises_behind_open_requests_of_the_slow_headquarters(reference: Reference) -> None:
    owed = reference.value("latency.expectation_debt", "owed", hq=truths.JFC.hq)
    assert owed >= 10
    assert owed == reference.value("latency.open_promises", "open", hq=truths.JFC.hq)
    chance = reference.row("latency.expectation_debt", "probability", "30", hq=truths.JFC.hq)
    # Exponential waits with median 125 days: 1 - 2^(-30/125) = 0.153, whatever the age.
    assert chance["value"] == pytest.approx(1 - 2 ** (-30 / 125), abs=0.06)
    assert chance["n"] + chance["n_missing"] == owed
    cells = reference.results.listings.filter(metric="latency.open_promises")["cells"]
    assert all(json.loads(c)["promised_to"].startswith("SCH-") for c in cells)
    assert not cells.str.contains("raised_by").any()


def test_what_headquarters_asks_stands_beside_how_it_answers(reference: Reference) -> None:
    hours = reference.row("latency.reciprocity", "hours_per_week", hq=truths.JFC.hq)
    assert hours["value"] > 0
    assert hours["lower"] <= hours["value"] <= hours["upper"]
    median = reference.value("latency.reciprocity", "median", hq=truths.JFC.hq)
    assert median == reference.value(DECISION, "median", hq=truths.JFC.hq)
