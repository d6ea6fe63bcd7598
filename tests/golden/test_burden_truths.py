"""Ground truths 6, 9 to 12 and 15 come out of the product: copies, cadence, hours, tours, a small unit, answers."""

from __future__ import annotations

import datetime as dt
from fnmatch import fnmatch

import numpy as np
import polars as pl
import pytest

from pipelines.launch import Outcome
from reportmetrics.audit.explain import explain
from reportmetrics.audit.opened import Opened
from reportmetrics.engines.duckdb import DuckDBEngine
from reportmetrics.metrics.catalogue import load_catalogue
from reportmetrics.metrics.estimators.replay_loss import carried_forward_errors
from reportmetrics.metrics.results import dims_key
from reportmetrics.metrics.run import metric_rows
from reportmetrics.metrics.suppression import HIDDEN
from reportmetrics.sample import truths
from reportmetrics.settings import sql_folder
from tests.golden.reference import Reference

KS = ("2", "4", "8", "13")
FORM = truths.CADENCE_TEMPLATE


def test_a_copied_form_tells_a_fifth_new_words_and_three_tenths_new_answers(reference: Reference) -> None:
    form = truths.COPIED_TEMPLATE
    assert reference.value("burden.text_novelty", "share", template_id=form) == pytest.approx(truths.TEXT_NOVELTY)
    assert reference.value("burden.field_novelty", "share", template_id=form) == pytest.approx(truths.FIELD_NOVELTY)
    assert reference.value("burden.confirmed_unchanged", "share", template_id=form) == 0


def test_a_form_ticked_as_unchanged_throughout_tells_nothing_new(reference: Reference) -> None:
    form = truths.UNCHANGED_TEMPLATE
    assert reference.value("burden.confirmed_unchanged", "share", template_id=form) == 1
    assert reference.value("burden.field_novelty", "share", template_id=form) == 0
    assert reference.value("burden.cadence_replay", "advised", template_id=form) == 13


def test_fields_without_use_are_listed_for_retirement_and_others_are_not(reference: Reference) -> None:
    # Two units, one report a week, six minutes, nothing ever new: 2 x 6 minutes x 52.18 weeks / 12 months.
    minutes = reference.value("burden.field_retirement", "sum", template_id=truths.UNCHANGED_TEMPLATE, field_id="Q01")
    assert minutes == pytest.approx(2 * 6 * 30.4375 / 7, rel=0.05)
    listed = set(reference.results.figures.filter(metric="burden.field_retirement")["dims"])
    for field in ("Q02", "Q05"):  # in use; an alarm
        assert dims_key({"template_id": truths.UNCHANGED_TEMPLATE, "field_id": field}) not in listed


@pytest.mark.parametrize("k", KS)
def test_a_line_a_lasting_change_and_spells_lose_what_the_formulas_say(reference: Reference, k: str) -> None:
    def value(statistic: str, field: str) -> float:
        return reference.value("burden.cadence_replay", statistic, k, template_id=FORM, field_id=field)

    steps, every = 58, int(k)
    assert value("error", truths.LINE_FIELD) == pytest.approx((every - 1) / 2 / steps)
    assert value("delay_mean", truths.CHANGE_FIELD) == pytest.approx(7 * (every - 1) / 2)
    assert value("delay", truths.CHANGE_FIELD) <= 7 * (every - 1)
    assert value("missed", truths.CHANGE_FIELD) == 0
    # Each spell is two changes: into it, which may be missed, and out of it, which lasts.
    missed = max(0.0, 1 - truths.SPELL_REPORTS / every) / 2
    assert value("missed_mean", truths.SPELL_FIELD) == pytest.approx(missed, abs=0.02 if every == 13 else 1e-9)


@pytest.mark.parametrize("k", KS)
def test_a_random_walk_loses_what_the_formula_says(outcome: Outcome, k: str) -> None:
    assert outcome.publication is not None
    with DuckDBEngine(outcome.publication.folder / "audit" / "snapshot") as engine:
        rows = metric_rows(load_catalogue(sql_folder()), "burden.cadence_replay", engine)
    rows = rows.filter(pl.col("template_id") == FORM, pl.col("field_id") == truths.WALK_FIELD).sort("series", "at")
    walks = np.array([s["value"].to_list() for s in rows.partition_by("series", maintain_order=True)])
    assert walks.shape == (10, 59)
    errors = np.concatenate([carried_forward_errors(walks, int(k), p).ravel() for p in range(int(k))])
    assert (errors**2).mean() == pytest.approx(truths.WALK_STEP**2 * (int(k) - 1) / 2, rel=0.25)


def test_late_and_missing_reports_of_the_counted_form(reference: Reference) -> None:
    form = truths.COUNTED_TEMPLATE
    late = reference.row("burden.lateness", "events", template_id=form)
    assert (late["value"], late["n"]) == (truths.RECEIVED, truths.EXPECTED)
    assert reference.value("burden.lateness", "median", template_id=form) == 0
    states = {
        "on time": truths.ON_TIME,
        "late": truths.RECEIVED - truths.ON_TIME,
        "overdue": truths.EXPECTED - truths.RECEIVED,
    }
    for state, count in states.items():
        assert reference.value("burden.answer_state", "count", template_id=form, answer_state=state) == count


def test_hours_of_the_exact_unit_and_share_of_the_mission(reference: Reference) -> None:
    unit = reference.row("burden.hours_per_advisor_week", "rate", unit_id=truths.EXACT_HOURS_UNIT)
    assert unit["value"] == pytest.approx(truths.REPORTING_HOURS)
    assert truths.MISSION_REPORTING_HOURS.holds(reference.value("burden.hours_per_advisor_week", "rate"))
    assert reference.value("burden.hours_vs_contact", "rate") == pytest.approx(truths.REPORTING_SHARE, abs=0.02)


def test_one_question_in_three_forms_costs_four_minutes_a_round(reference: Reference) -> None:
    minutes = reference.value(
        "burden.duplicate_askings", "sum", concept_id=truths.THRICE_ASKED, unit_id=truths.EXACT_HOURS_UNIT
    )
    assert minutes == truths.DUPLICATE_MINUTES


def test_half_of_one_form_is_answered_after_ten_days_and_nothing_else_ever_is(reference: Reference) -> None:
    form = truths.ANSWERED_TEMPLATE
    answered = reference.row("burden.return_answered", "numerator", template_id=form)
    assert (answered["value"], answered["n"]) == (truths.ANSWERED, truths.ANSWERED_SENT)
    assert reference.value("burden.return_answered", "numerator") == truths.ANSWERED
    assert reference.value("burden.return_answered", "share", template_id=truths.COUNTED_TEMPLATE) == 0
    assert reference.value("burden.return_used", "numerator", template_id=form) == truths.USED
    assert reference.value("burden.return_days", "median", template_id=form) == pytest.approx(truths.ANSWERED_DAYS)
    assert reference.value("burden.return_days", "survival", "7", template_id=form) == 1
    never = reference.row("burden.return_days", "median", template_id=truths.CADENCE_TEMPLATE)
    assert never["value"] is None


@pytest.mark.parametrize(("form", "share"), truths.FIELDS_WITH_USE.items())
def test_answers_whose_use_is_recorded(reference: Reference, form: str, share: float) -> None:
    assert reference.value("burden.return_fields", "share", template_id=form) == pytest.approx(share)


def test_refused_rows_of_reports_are_open_until_they_come_back(reference: Reference) -> None:
    tables = {"report", "report_field", "activity", "observation"}
    refused = sum(f.table in tables for f in truths.FAULTS)
    assert reference.value("burden.return_refused", "count", row_state="open") == refused
    steps = {
        s: reference.value("burden.return_rows", "sum", step=s) for s in ("refused", "given back", "mended", "open")
    }
    assert steps == {"refused": refused, "given back": 0, "mended": 0, "open": refused}
    # The unit of a reading stands in the name of its workbook; activities are of the unit of who held them, U-01, which
    # is hidden beside the unit of four. None is of nobody known.
    by_unit = reference.results.figures.filter(metric="burden.return_rows", statistic="sum")
    told = dict(by_unit.filter(pl.col("dims").str.contains('"refused","unit_id"')).select("dims", "value").rows())
    assert [dims for dims, value in told.items() if value] == [dims_key({"unit_id": "U-05", "step": "refused"})]
    hidden = [dims for dims, value in told.items() if value is None]
    assert hidden == [dims_key({"unit_id": unit, "step": "refused"}) for unit in ("U-01", truths.SMALL_UNIT)]


def test_a_refused_row_leads_to_its_file_and_row(outcome: Outcome) -> None:
    assert outcome.publication is not None
    explained = explain(Opened(outcome.publication.folder), "burden.return_refused", {"row_state": "open"})
    assert explained.equal
    told = explained.rows.select("file", "row").sort("file").rows()
    wanted = [f for f in truths.FAULTS if f.table in ("report", "report_field", "activity", "observation")]
    assert [row for _, row in told] == [f.row for f in sorted(wanted, key=lambda f: f.file)]
    assert all(fnmatch(name, f.file) for (name, _), f in zip(told, sorted(wanted, key=lambda f: f.file), strict=True))


def test_posts_stand_empty_for_three_weeks(reference: Reference) -> None:
    assert reference.value("rotation.vacancy", "median") == truths.GAP_DAYS
    assert reference.value("rotation.vacancy", "q25") == truths.GAP_DAYS
    tenure = reference.value("rotation.tenure_at_report", "median")
    assert 0 < tenure < truths.TOUR_DAYS


@pytest.mark.parametrize(
    "metric",
    [
        "burden.completeness",
        "burden.timeliness",
        "burden.lateness",
        "burden.field_novelty",
        "burden.return_answered",
        "burden.return_days",
        "burden.hours_per_advisor_week",
        "rotation.tenure_at_report",
        "rotation.turnover",
        "rotation.qualified",
    ],
)
def test_the_unit_of_four_is_hidden_and_the_same_other_unit_with_it(reference: Reference, metric: str) -> None:
    figures = reference.results.figures.filter(metric=metric)
    hidden = figures.filter(pl.col("reason") == HIDDEN)
    assert dims_key({"unit_id": truths.SMALL_UNIT}) in set(hidden["dims"])
    assert set(hidden.filter(pl.col("dims").str.starts_with('{"unit_id":'))["dims"]) == {
        dims_key({"unit_id": truths.SMALL_UNIT}),
        dims_key({"unit_id": "U-01"}),
    }
    for name in ("value", "lower", "upper"):
        assert hidden[name].null_count() == hidden.height
    assert hidden["n"].sum() == 0
    assert hidden["caveats"].list.len().sum() == 0
    curves = reference.results.series.filter(metric=metric)
    assert not set(curves["dims"]) & set(hidden["dims"])


def test_hours_at_todays_size_are_those_of_the_last_weeks_and_at_twice_the_size_less_than_twice(
    reference: Reference,
) -> None:
    weeks = [(truths.AS_OF - dt.timedelta(weeks=k)).isoformat() for k in range(2, 15)]
    hours = sum(reference.value("burden.hours", "sum", week=week) for week in weeks) / 13
    assert reference.value("burden.projection", "hours_per_week", "500") == pytest.approx(hours)
    double, eightfold = (reference.value("burden.projection", "hours_per_week", n) for n in ("1000", "4000"))
    assert hours < double <= 2 * hours
    # Linear in size: what grows, and what is made once for the mission.
    growing = double - hours
    assert eightfold == pytest.approx(hours + 7 * growing)
    requests = [reference.value("burden.projection", "requests_per_week", n) for n in ("500", "4000")]
    assert requests[1] == pytest.approx(8 * requests[0])
