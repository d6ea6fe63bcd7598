"""What the sample was built to show comes out of the product: ledger, waits, progress, coverage, reports, hours."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatch

import polars as pl
import pytest

from pipelines.launch import Outcome
from reportmetrics.sample import truths
from reportmetrics.warehouse.store import Store
from tests.golden.reference import Reference

WAITS = (truths.JFC, truths.SHAPE, truths.COMMITTEE, truths.STALE)


def test_the_ledger_balances_and_is_as_built(outcome: Outcome) -> None:
    assert outcome.ingested is not None
    totals: dict[tuple[str, str], Counter[str]] = {}
    for d in outcome.ingested.deliveries:
        assert d.rows_read == d.accepted + d.rejected + d.duplicate + d.superseded, d
        counted = totals.setdefault((d.source, d.table_name), Counter())
        for name in ("rows_read", "accepted", "rejected", "duplicate", "superseded"):
            counted[name] += getattr(d, name)
    for key, expected in truths.LEDGER.items():
        got = tuple(totals[key][n] for n in ("rows_read", "accepted", "rejected", "duplicate", "superseded"))
        assert got == expected, key
    assert outcome.ingested.unchanged == 1
    assert sum(t["rejected"] for t in totals.values()) == len(truths.FAULTS)


def test_each_deliberate_fault_is_refused_where_it_stands(outcome: Outcome) -> None:
    assert outcome.publication is not None
    home = outcome.publication.folder.parent.parent
    with Store(home / "warehouse.duckdb") as store:
        rejects = store.connection.sql(
            "SELECT original_name, table_name, source_row, code, raw, remedy FROM reject"
        ).pl()
    for fault in truths.FAULTS:
        found = [
            r
            for r in rejects.iter_rows(named=True)
            if fnmatch(r["original_name"], fault.file) and (r["source_row"], r["code"]) == (fault.row, fault.code)
        ]
        assert len(found) == 1, fault
        assert (found[0]["table_name"], found[0]["raw"]) == (fault.table, fault.raw)
        assert found[0]["remedy"]


@pytest.mark.parametrize("wait", WAITS, ids=lambda w: w.hq)
def test_median_wait_is_recovered_with_open_requests_counted_in(reference: Reference, wait: truths.Wait) -> None:
    row = reference.row("latency.time_to_decision", "median", hq=wait.hq)
    assert row["n"] == wait.requests
    assert wait.kaplan_meier_median.holds(row["value"])
    assert row["lower"] <= wait.median_days <= row["upper"]


def test_the_slow_headquarters_and_the_biased_figure_beside_it(reference: Reference) -> None:
    jfc = truths.JFC
    assert reference.value("latency.time_to_decision", "survival", "90", hq=jfc.hq) == pytest.approx(
        truths.JFC_SURVIVAL_90, abs=0.05
    )
    assert jfc.answered_only_median is not None
    assert jfc.open_share is not None
    biased = reference.row("latency.answered_only", "median", hq=jfc.hq)
    assert jfc.answered_only_median.holds(biased["value"])
    assert any(c.startswith("biased") for c in biased["caveats"])
    assert jfc.open_share.holds(reference.value("latency.open_backlog", "open", hq=jfc.hq) / jfc.requests)


def test_a_stale_extract_is_said_and_the_committee_is_not_stale(reference: Reference) -> None:
    stale = reference.row("latency.time_to_decision", "median", hq=truths.STALE.hq)["caveats"]
    assert any(c.startswith("extract stale") for c in stale)
    for hq in (truths.JFC.hq, truths.COMMITTEE.hq):
        caveats = reference.row("latency.time_to_decision", "median", hq=hq)["caveats"]
        assert not any(c.startswith("extract stale") for c in caveats), hq


def test_withdrawn_requests_are_never_decided(reference: Reference) -> None:
    mixed = truths.MIXED
    assert reference.value("latency.time_to_decision", "events", hq=mixed.hq) == mixed.approved + mixed.denied
    assert reference.value("latency.open_backlog", "open", hq=mixed.hq) == mixed.open
    tied = reference.row("latency.time_to_decision", "median", hq=mixed.hq, request_type=mixed.tied_type)
    assert (tied["n"], tied["value"]) == (mixed.tied, mixed.tied_days)


def test_ten_oldest_are_named_without_who_raised_them(reference: Reference) -> None:
    oldest = reference.results.listings.filter(metric="latency.open_backlog", listing="oldest")
    jfc = oldest.filter(pl.col("dims").str.contains(truths.JFC.hq))
    assert jfc["rank"].to_list() == list(range(1, 11))
    assert not oldest["cells"].str.contains("raised_by|p-").any()


@pytest.mark.parametrize("objective", truths.FINAL_PROGRESS)
def test_progress_of_each_objective(reference: Reference, objective: str) -> None:
    built = truths.FINAL_PROGRESS[objective]
    known = [p for p in built if p is not None]

    def value(statistic: str) -> float:
        return reference.value("outcome.objective_progress", statistic, objective_id=objective)

    assert value("known") == len(known)
    assert value("total") == len(built)
    if not known:
        median = reference.row("outcome.objective_progress", "median", objective_id=objective)
        assert median["value"] is None
        assert median["reason"]
        return
    assert value("median") == pytest.approx(truths.MEDIAN_PROGRESS[objective], abs=truths.PROGRESS_TOLERANCE)
    assert value("minimum") == pytest.approx(min(known), abs=truths.PROGRESS_TOLERANCE)
    assert value("regressed") == sum(p < 0 for p in known)


def test_coverage_and_what_was_never_read(reference: Reference) -> None:
    assert reference.value("outcome.coverage", "numerator") == truths.FRESH_INDICATORS
    assert reference.row("outcome.coverage", "share")["n"] == truths.OUTCOME_INDICATORS
    assert reference.value("outcome.coverage", "share", objective_id=truths.UNREAD) == 0
    unread = reference.results.figures.filter(
        metric="outcome.indicator_progress", statistic="progress", reason="no reading"
    )
    assert sorted(pl.Series(unread["dims"]).str.json_path_match("$.indicator_id")) == sorted(truths.NEVER_READ)


def test_completeness_and_timeliness_count_only_what_was_expected(reference: Reference) -> None:
    form = truths.COUNTED_TEMPLATE
    complete = reference.row("burden.completeness", "share", template_id=form)
    assert (complete["n"], complete["value"]) == (truths.EXPECTED, truths.COMPLETENESS)
    assert reference.value("burden.completeness", "numerator", template_id=form) == truths.RECEIVED
    assert reference.value("burden.timeliness", "share", template_id=form) == truths.TIMELINESS
    assert reference.value("burden.timeliness", "numerator", template_id=form) == truths.ON_TIME


def test_hours_a_week_of_an_advisor(reference: Reference) -> None:
    total = reference.row("burden.hours", "sum")
    assert total["lower"] <= total["value"] <= total["upper"]
    advisors_weeks = 61 * truths.WEEKS
    assert truths.MISSION_REPORTING_HOURS.holds(total["value"] / advisors_weeks)


def test_planned_and_held(reference: Reference) -> None:
    share = reference.row("activity.execution", "share", objective_id=truths.EXECUTION_OBJECTIVE)
    assert share["n"] == truths.EXECUTION_PLANNED
    held = reference.value("activity.execution", "numerator", objective_id=truths.EXECUTION_OBJECTIVE)
    assert held == truths.EXECUTION_HELD


def test_busy_and_quiet(reference: Reference) -> None:
    for objective, rate in (
        (truths.BUSY_STALLED, truths.BUSY_MEETINGS_PER_WEEK),
        (truths.QUIET_MOVING, truths.QUIET_MEETINGS_PER_WEEK),
    ):
        meetings = reference.value("activity.held", "sum", objective_id=objective, kind="meeting")
        assert meetings / truths.WEEKS == pytest.approx(rate, rel=0.1), objective
