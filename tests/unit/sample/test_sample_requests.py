"""Ground truths 1 to 5, 12 and 14, from the committed files alone, with lifelines as the judge."""

import datetime as dt
import itertools
from collections import Counter
from statistics import median

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from reportmetrics.sample import truths
from tests.unit.sample.sample_rows import BAGHDAD, read_all

AS_OF = dt.datetime.combine(truths.AS_OF, dt.time(), tzinfo=BAGHDAD)
DAY = dt.timedelta(days=1)


def waits(requests, end):
    """Durations in days to decision, withdrawal or ``end``, and whether decided."""
    durations = [((r.decided or r.withdrawn or end) - r.raised) / DAY for r in requests]
    return np.array(durations), np.array([r.decided is not None for r in requests])


def kaplan_meier(requests, end):
    return KaplanMeierFitter().fit(*waits(requests, end))


def test_jfc_naples_waits_as_built(requests):
    rows, truth = requests["JFC Naples"], truths.JFC
    assert len(rows) == truth.requests
    curve = kaplan_meier(rows, AS_OF - DAY)
    assert truth.kaplan_meier_median.holds(curve.median_survival_time_)
    assert curve.predict(90) == pytest.approx(truths.JFC_SURVIVAL_90, abs=0.07)
    durations, decided = waits(rows, AS_OF - DAY)
    assert truth.answered_only_median.holds(median(durations[decided]))
    assert truth.open_share.holds(1 - decided.mean())


def test_jfc_naples_is_raised_evenly_over_the_stated_days(requests):
    raised = sorted(r.raised for r in requests["JFC Naples"])
    assert raised[0].date() == truths.JFC_FIRST_DAY
    gaps = {round((b - a) / DAY, 2) for a, b in itertools.pairwise(raised)}
    assert gaps == {round(truths.JFC_DAYS / truths.JFC.requests, 2)}


def test_shape_is_quick(requests):
    rows, truth = requests["SHAPE"], truths.SHAPE
    assert len(rows) == truth.requests
    assert truth.kaplan_meier_median.holds(kaplan_meier(rows, AS_OF - DAY).median_survival_time_)


def test_committee_decides_on_its_days_only_and_is_not_overdue(requests):
    rows, truth = requests["Grants committee"], truths.COMMITTEE
    assert len(rows) == truth.requests
    assert truth.kaplan_meier_median.holds(kaplan_meier(rows, AS_OF - DAY).median_survival_time_)
    meetings = sorted({r.decided.date() for r in rows if r.decided})
    assert {(b - a).days for a, b in itertools.pairwise(meetings)} == {truths.COMMITTEE_EVERY_DAYS}
    assert meetings[-1] == truths.COMMITTEE_LAST_MEETING
    assert (truths.AS_OF - meetings[-1]).days < truths.COMMITTEE_EVERY_DAYS


def test_training_command_has_withdrawals_same_day_decisions_and_ties(requests):
    rows, truth = requests["Training Command"], truths.MIXED
    assert Counter(r.outcome for r in rows) == {
        "withdrawn": truth.withdrawn,
        "approved": truth.approved,
        "denied": truth.denied,
        "open": truth.open,
    }
    assert sum(r.withdrawn is not None for r in rows) == truth.withdrawn == 0.2 * truth.requests
    assert sum(r.decided == r.raised for r in rows) == truth.same_day
    tied = [r for r in rows if r.row["type"] == truth.tied_type]
    assert [(r.decided - r.raised).days for r in tied] == [truth.tied_days] * truth.tied


def test_aircom_register_is_old_and_its_median_holds_when_censored_at_its_extract(requests):
    rows, truth = requests["AIRCOM"], truths.STALE
    assert (truths.AS_OF - truths.STALE_EXTRACT).days == 60
    assert {r.row["_file"] for r in rows} == {f"requests/aircom/aircom_{truths.STALE_EXTRACT:%Y%m%d}.csv"}
    extract = dt.datetime.combine(truths.STALE_EXTRACT, dt.time(), tzinfo=BAGHDAD)
    assert len(rows) == truth.requests
    assert max(max(r.raised, r.decided or r.raised) for r in rows) < extract
    assert truth.kaplan_meier_median.holds(kaplan_meier(rows, extract).median_survival_time_)


def test_jsec_is_silent_by_the_rule_while_rows_keep_coming(requests):
    rows = requests[truths.SILENT_HQ]
    assert len(rows) == truths.SILENT_REQUESTS
    last = max(r.decided for r in rows if r.decided)
    silence = (AS_OF - last) / DAY
    assert silence >= 90
    assert (AS_OF - max(r.raised for r in rows)) / DAY < 7
    durations, decided = waits(rows, AS_OF - DAY)
    hazard = decided.sum() / durations.sum()
    assert (~decided).sum() * hazard * silence > 4.6
    days = sorted({r.decided.date() for r in rows if r.decided})
    assert silence > max((b - a).days for a, b in itertools.pairwise(days))


@pytest.mark.parametrize("hq", ["JFC Naples", "SHAPE", "Grants committee"])
def test_the_others_are_not_silent_by_the_rule(requests, hq):
    rows = requests[hq]
    durations, decided = waits(rows, AS_OF - DAY)
    gap = (AS_OF - max(r.decided for r in rows if r.decided)) / DAY
    expected = (~decided).sum() * decided.sum() / durations.sum() * gap
    days = sorted({r.decided.date() for r in rows if r.decided})
    assert expected <= 4.6 or gap <= max((b - a).days for a, b in itertools.pairwise(days))


def test_brunssum_was_selected_on_closing(requests):
    rows = requests[truths.SELECTED_HQ]
    assert sum(r.decided is None for r in rows) == truths.SELECTED_OPEN
    decided = [r.decided for r in rows if r.decided]
    assert min(decided).date() >= truths.SELECTED_FROM
    assert (max(decided) - min(decided)).days <= 365
    curve = kaplan_meier(rows, AS_OF - DAY)
    first = min(decided)
    already = sum(1 - float(curve.predict((first - r.raised) / DAY)) for r in rows if r.raised < first)
    assert already > 4.6


def test_three_in_ten_landcom_requests_outlive_the_tour(requests):
    rows = requests[truths.OUTLIVED_HQ]
    ends = {row["advisor"]: row["left"] for row in read_all("tours")}
    late = [r.decided is None or r.decided.date().isoformat() > ends[r.row["raised_by"]] for r in rows]
    assert all(ends[r.row["raised_by"]] for r in rows)
    assert (len(rows), sum(late) / len(rows)) == (truths.OUTLIVED_REQUESTS, truths.OUTLIVED_SHARE)
    assert all(r.raised.date().isoformat() <= ends[r.row["raised_by"]] for r in rows)


def test_movement_is_granted_by_type_of_counterpart(requests):
    rows = requests[truths.MOVEMENT_HQ]
    for kind, (asked, granted) in truths.MOVEMENT.items():
        mine = [r for r in rows if r.row["counterpart_type"] == kind]
        assert (len(mine), sum(r.outcome == "granted" for r in mine)) == (asked, granted)


def test_movements_lead_to_activities(requests, activities):
    held = {a["id"]: a["status"] for a in activities}
    for r in requests[truths.MOVEMENT_HQ]:
        assert (held[r.row["activity"]] == "held") == (r.outcome == "granted")


def test_eight_of_ten_small_grants_are_national(requests):
    rows = requests[truths.GRANTS_HQ]
    assert len(rows) == truths.GRANTS
    assert sum(r.row["funder"] == "national" for r in rows) == truths.NATIONAL_GRANTS


def test_a_promise_stands_behind_some_open_requests_of_naples(requests):
    promised = [r for r in requests["JFC Naples"] if r.row["PROMESSO A"] and not r.decided]
    assert len(promised) >= 10
    assert all(r.row["PROMESSO ENTRO"] for r in promised)
