"""Ground truths 7, 8, 11, 12 and 13, from the committed files alone."""

import datetime as dt
import itertools
from collections import Counter, defaultdict
from statistics import mean, median

import numpy as np
import pytest

from reportmetrics.sample import truths
from tests.unit.sample.sample_rows import read_all

FIRST_MONDAY = truths.AS_OF - dt.timedelta(weeks=truths.WEEKS)


def week_of(day):
    return (dt.date.fromisoformat(day) - FIRST_MONDAY).days // 7


def held(activities):
    return [a for a in activities if a["status"] == "held"]


def progress(profile, readings):
    """Indicator -> [(day, p)] of outcome indicators that are not maintained."""
    found = {}
    for i in profile.indicators:
        if i.level == "outcome" and i.direction != "maintain":
            days = sorted(d for name, d in readings if name == i.indicator_id)
            distance = i.target - i.baseline
            found[i.indicator_id] = [(d, (readings[i.indicator_id, d] - i.baseline) / distance) for d in days]
    return found


def weekly(activities):
    """Pieces held by objective and week."""
    counts = defaultdict(lambda: np.zeros(truths.WEEKS))
    for a in held(activities):
        counts[a["objective"]][week_of(a["held"])] += int(a["count"])
    return counts


def meetings_per_week(activities):
    counts = Counter(a["objective"] for a in held(activities) if a["kind"] == "meeting")
    return {o: n / truths.WEEKS for o, n in counts.items()}


def test_meetings_a_week(activities):
    rates = meetings_per_week(activities)
    assert rates[truths.BUSY_STALLED] == truths.BUSY_MEETINGS_PER_WEEK
    assert rates[truths.QUIET_MOVING] == truths.QUIET_MEETINGS_PER_WEEK
    assert len(rates) == 14
    assert median(rates.values()) == truths.MEDIAN_MEETINGS_PER_WEEK


def test_the_last_thirteen_weeks_look_the_same(activities):
    recent = [a for a in held(activities) if week_of(a["held"]) >= truths.WEEKS - 13 and a["kind"] == "meeting"]
    rates = {o: n / 13 for o, n in Counter(a["objective"] for a in recent).items()}
    assert rates[truths.BUSY_STALLED] == pytest.approx(20, abs=1)
    assert median(rates.values()) == pytest.approx(6, abs=0.5)


def test_latest_progress_of_every_indicator(profile, readings):
    paths = progress(profile, readings)
    for objective, finals in truths.FINAL_PROGRESS.items():
        for k, final in enumerate(finals, 1):
            path = paths[f"{objective}.{k}"]
            if final is None:
                assert path == []
            else:
                assert path[-1][1] == pytest.approx(final, abs=truths.PROGRESS_TOLERANCE)


def test_median_progress(profile, readings):
    paths = progress(profile, readings)
    for objective, expected in truths.MEDIAN_PROGRESS.items():
        latest = [p[-1][1] for name, p in paths.items() if name.startswith(objective) and p]
        assert median(latest) == pytest.approx(expected, abs=truths.PROGRESS_TOLERANCE)


def test_busy_objective_is_flat_and_quiet_one_moves(profile, readings):
    paths = progress(profile, readings)
    for k, final in enumerate(truths.FINAL_PROGRESS[truths.BUSY_STALLED], 1):
        assert {round(p, 3) for _, p in paths[f"LO-04.{k}"]} <= {final}
    first = [path[0][1] for name, path in paths.items() if name.startswith(truths.QUIET_MOVING)]
    assert median(first) == pytest.approx(truths.QUIET_FIRST_PROGRESS, abs=truths.PROGRESS_TOLERANCE)


def test_unread_objective_works_but_is_not_read(activities, readings):
    assert meetings_per_week(activities)[truths.UNREAD] > 0
    assert not [name for name, _ in readings if name.startswith(truths.UNREAD)]


def test_regression_and_maintained_indicator(profile, readings):
    path = progress(profile, readings)[truths.REGRESSION_INDICATOR]
    assert path[-1][1] - path[-2][1] == pytest.approx(-truths.REGRESSION_FALL, abs=truths.PROGRESS_TOLERANCE)
    kept = next(i for i in profile.indicators if i.indicator_id == truths.MAINTAIN_INDICATOR)
    last = max(d for name, d in readings if name == kept.indicator_id)
    assert abs(readings[kept.indicator_id, last] - kept.target) <= kept.tolerance


def test_fresh_stale_and_never_read(profile, readings):
    outcome = {i.indicator_id: i.interval_days for i in profile.indicators if i.level == "outcome"}
    last = {name: max(d for n, d in readings if n == name) for name in {n for n, _ in readings} & set(outcome)}
    ages = {name: (truths.AS_OF - day).days / outcome[name] for name, day in last.items()}
    assert len(outcome) == truths.OUTCOME_INDICATORS
    assert sum(age <= 1.5 for age in ages.values()) == truths.FRESH_INDICATORS
    assert sorted(name for name, age in ages.items() if age > 1.5) == sorted(truths.STALE_INDICATORS)
    assert sorted(set(outcome) - set(last)) == sorted(truths.NEVER_READ)


def correlations(profile, readings, activities, lag):
    """Objective -> correlations of its indicators' steps with activity ``lag`` weeks before the interval."""
    counts, found = weekly(activities), defaultdict(list)
    for name, path in progress(profile, readings).items():
        if len(path) < 8 or name == truths.REGRESSION_INDICATOR:
            continue
        steps, before = [], []
        for (start, p), (end, q) in itertools.pairwise(path):
            first, last = (week_of((d - dt.timedelta(weeks=lag)).isoformat()) for d in (start, end))
            if first >= -1:
                steps.append((q - p) / ((end - start).days / 7))
                before.append(counts[name[:5]][first + 1 : last + 1].mean())
        if np.std(before) > 0 and np.std(steps) > 1e-6:
            found[name[:5]].append(float(np.corrcoef(before, steps)[0, 1]))
    return found


def test_activity_drives_progress_eight_weeks_later_in_three_objectives(profile, readings, activities):
    found = correlations(profile, readings, activities, truths.DRIVEN_LAG_WEEKS)
    for objective in truths.DRIVEN:
        assert found[objective] == pytest.approx([truths.DRIVEN_CORRELATION] * len(found[objective]), abs=0.02)


@pytest.mark.parametrize("lag", truths.LAGS_WEEKS)
def test_activity_has_no_part_in_the_other_objectives(profile, readings, activities, lag):
    found = correlations(profile, readings, activities, lag)
    others = [rho for objective, rhos in found.items() if objective not in truths.DRIVEN for rho in rhos]
    assert len(others) > 20
    assert others == pytest.approx([0.0] * len(others), abs=truths.CORRELATION_TOLERANCE)


def test_the_mission_as_a_whole_shows_the_lag_and_only_that(profile, readings, activities):
    means = {}
    for lag in truths.LAGS_WEEKS:
        found = correlations(profile, readings, activities, lag)
        means[lag] = mean(mean(rhos) for rhos in found.values())
    assert means[truths.DRIVEN_LAG_WEEKS] == pytest.approx(1.5 / len(found), abs=0.02)
    assert max(means, key=means.get) == truths.DRIVEN_LAG_WEEKS
    assert all(abs(rho) < 0.06 for lag, rho in means.items() if lag != truths.DRIVEN_LAG_WEEKS)


def unit_of_advisors():
    return {row["advisor"]: row["unit"] for row in read_all("tours")}


def test_contact_hours_of_the_exact_unit_and_of_the_mission(activities):
    units, hours = unit_of_advisors(), Counter()
    for a in held(activities):
        hours[units[a["advisor"]]] += float(a["hours"])
    assert hours[truths.EXACT_HOURS_UNIT] / (6 * truths.WEEKS) == truths.CONTACT_HOURS
    advisor_weeks = 60 * truths.WEEKS + 4 * 17
    assert truths.MISSION_CONTACT_HOURS.holds(sum(hours.values()) / advisor_weeks)


def test_reporting_hours_of_the_exact_unit_and_of_the_mission(
    profile, workbooks, forms, objective_reports, weekly_reports
):
    central = {t.template_id: t.minutes.central for t in profile.templates}
    minutes, assumed, unit_minutes = 0.0, 0, 0.0
    rows = [(r["form"], r["unit"], r["minutes"]) for r in forms + objective_reports + weekly_reports]
    rows += [("MAS", r["_file"].split("_")[1], r["Minutes"]) for r in workbooks.Report if r["Revision"] == 0]
    for form, unit, stated in rows:
        minutes += float(stated) if stated else central[form]
        assumed += not stated
        if unit == truths.EXACT_HOURS_UNIT:
            assert stated
            unit_minutes += float(stated)
    told = truths.WEEKS - 1  # the newest week's report is not due yet
    assert unit_minutes / 60 / (6 * told) == truths.REPORTING_HOURS
    assert truths.MISSION_REPORTING_HOURS.holds(minutes / 60 / (60 * truths.WEEKS + 4 * 17))
    assert 0.25 < assumed / len(rows) < 0.45


def test_tours_last_half_a_year_and_posts_stand_empty_for_three_weeks():
    tours = {(r["advisor"], r["post"]): r for r in read_all("tours")}.values()
    posts = defaultdict(list)
    for tour in sorted(tours, key=lambda r: r["arrived"]):
        posts[tour["post"]].append(tour)
    lengths, gaps = set(), set()
    day = dt.date.fromisoformat
    for held_by in posts.values():
        lengths |= {(day(t["left"]) - day(t["arrived"])).days for t in held_by if t["left"]}
        gaps |= {(day(b["arrived"]) - day(a["left"])).days for a, b in itertools.pairwise(held_by)}
    assert (lengths, gaps) == ({truths.TOUR_DAYS}, {truths.GAP_DAYS})
    assert len({t["advisor"] for t in tours if t["unit"] == truths.SMALL_UNIT}) == truths.SMALL_UNIT_PEOPLE


def test_the_small_unit_names_no_more_people_in_its_reports(weekly_reports):
    assert len({r["advisor"] for r in weekly_reports if r["unit"] == truths.SMALL_UNIT}) <= truths.SMALL_UNIT_PEOPLE


def test_the_reportable_count_doubles_and_contact_hours_do_not(profile, activities):
    assert [(c.objective_id, c.since) for c in profile.mission.reportable_counts] == [
        (truths.REPORTABLE, truths.REPORTABLE_SINCE)
    ]
    rows = [a for a in held(activities) if a["objective"] == truths.REPORTABLE]
    counts = weekly(activities)[truths.REPORTABLE]
    since = week_of(truths.REPORTABLE_SINCE.isoformat())
    assert truths.REPORTABLE_BEFORE.holds(counts[:since].mean())
    assert truths.REPORTABLE_AFTER.holds(counts[since:].mean())
    assert np.var(counts[:since], ddof=1) == pytest.approx(5, rel=0.25)
    hours = np.zeros(truths.WEEKS)
    for a in rows:
        hours[week_of(a["held"])] += float(a["hours"])
    assert set(hours) == {truths.REPORTABLE_CONTACT_HOURS}


def test_execution_of_one_objective_is_exact(activities):
    rows = [a for a in activities if a["objective"] == truths.EXECUTION_OBJECTIVE]
    planned = [a for a in rows if a["planned"] and a["planned"] < truths.AS_OF.isoformat()]
    assert Counter(a["status"] for a in planned) == {
        "held": truths.EXECUTION_HELD,
        "cancelled": truths.EXECUTION_CANCELLED,
        "postponed": truths.EXECUTION_POSTPONED,
    }
    assert len(planned) == truths.EXECUTION_PLANNED
    assert sum(a["status"] == "held" and not a["planned"] for a in rows) == truths.EXECUTION_UNPLANNED
    assert [a["status"] for a in rows if a["planned"] >= truths.AS_OF.isoformat()].count("planned") > 0


def test_details_are_as_a_mission_would_give_them(activities):
    outside = [a for a in held(activities) if a["outside"] == "yes"]
    assert {a["vehicles"] for a in outside} == {"3", "4"}
    assert {a["counterpart_type"] for a in activities} >= {"government", "military", "NGO", "school"}
    assert len({a["reason"] for a in activities if a["status"] == "cancelled"}) >= 5
    assert all(a["reason"] for a in activities if a["status"] in ("cancelled", "postponed"))
