"""Ground truths 6, 9, 10 and 11 (duplicate askings), from the committed files alone."""

import datetime as dt
import itertools
import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from reportmetrics.profile.frames import profile_frames
from reportmetrics.sample import truths
from tests.unit.sample.sample_rows import moment


def series(forms, template):
    """Unit -> its reports in order of period."""
    found = defaultdict(list)
    for row in sorted((r for r in forms if r["form"] == template), key=lambda r: r["first_day"]):
        found[row["unit"]].append(row)
    return found


def answers(row):
    return {k: v for k, v in row.items() if re.fullmatch(r"Q\d\d", k) and v}


def shingles(words):
    return {tuple(words[k : k + 3]) for k in range(len(words) - 2)}


def test_copied_text_is_a_fifth_new_in_every_report_but_the_first(forms):
    found = series(forms, truths.COPIED_TEMPLATE)
    assert set(found) == set(truths.COPIED_UNITS)
    for reports in found.values():
        texts = [r["narrative"].split() for r in reports]
        assert {len(t) for t in texts} == {truths.NARRATIVE_WORDS}
        for k in range(1, len(texts)):
            seen = set().union(*(shingles(t) for t in texts[max(0, k - 4) : k]))
            covered = np.zeros(len(texts[k]), bool)
            for at in range(len(texts[k]) - 2):
                if tuple(texts[k][at : at + 3]) in seen:
                    covered[at : at + 3] = True
            assert covered.sum() == truths.COPIED_WORDS
            assert (~covered).mean() == pytest.approx(truths.TEXT_NOVELTY)


def test_three_in_ten_answers_of_the_copied_template_are_new(forms):
    for reports in series(forms, truths.COPIED_TEMPLATE).values():
        for one, two in itertools.pairwise(reports):
            a, b = answers(one), answers(two)
            assert len(b) == 10
            assert sum(a[q] != b[q] for q in b) / len(b) == truths.FIELD_NOVELTY


def test_the_other_template_is_confirmed_unchanged_throughout(forms):
    found = series(forms, truths.UNCHANGED_TEMPLATE)
    assert set(found) == set(truths.UNCHANGED_UNITS)
    for reports in found.values():
        assert [r["unchanged"] for r in reports] == ["no"] + ["yes"] * (len(reports) - 1)
        assert len({tuple(answers(r).items()) for r in reports}) == 1


def states(forms, field):
    """Series of a state field, units as rows."""
    found = series(forms, truths.CADENCE_TEMPLATE)
    assert len(found) == 10
    assert {len(r) for r in found.values()} == {59}
    return np.array([[float(r[field]) for r in reports] for _, reports in sorted(found.items())])


def replayed(values, k):
    """Last observation carried forward when only each k-th report is sent, averaged over all phases: the errors."""
    errors = []
    for phase in range(k):
        at = np.arange(phase, values.shape[1])
        errors.append(values[:, at] - values[:, at - (at - phase) % k])
    return np.concatenate([e[:, : (e.shape[1] // k) * k].ravel() for e in errors])


@pytest.mark.parametrize("k", [2, 4, 8, 13])
def test_a_random_walk_loses_as_the_formula_says(forms, k):
    errors = replayed(states(forms, truths.WALK_FIELD), k)
    expected = truths.WALK_STEP**2 * (k - 1) / 2
    assert (errors**2).mean() == pytest.approx(expected, rel=0.25)


@pytest.mark.parametrize("k", [2, 4, 8, 13])
def test_a_line_loses_exactly_as_the_formula_says(forms, k):
    errors = replayed(states(forms, truths.LINE_FIELD), k)
    assert np.abs(errors).mean() == pytest.approx(truths.LINE_SLOPE * (k - 1) / 2)


@pytest.mark.parametrize("k", [2, 4, 8, 13])
def test_a_lasting_change_is_seen_later_and_a_spell_is_missed_as_the_formulas_say(forms, k):
    for row in states(forms, truths.CHANGE_FIELD):
        (at,) = np.flatnonzero(np.diff(row)) + 1
        assert np.mean([(phase - at) % k for phase in range(k)]) == (k - 1) / 2
    for row in states(forms, truths.SPELL_FIELD):
        starts = np.flatnonzero(np.diff(row) == 1) + 1
        assert len(starts) == truths.SPELLS_PER_UNIT
        for start in starts:
            assert row[start : start + 4].tolist() == [1, 1, 1, 0]
            missed = np.mean(
                [not row[start : start + 3][(np.arange(start, start + 3) - p) % k == 0].any() for p in range(k)]
            )
            assert missed == pytest.approx(max(0, 1 - truths.SPELL_REPORTS / k))


def test_completeness_and_timeliness_of_the_bi_weekly_report(profile, objective_reports):
    as_of = moment(f"{truths.AS_OF} 00:00")
    expected = {}
    for row in profile_frames(profile, through=truths.AS_OF)["expected_report"].iter_rows(named=True):
        due = row["due_at"].replace(tzinfo=dt.UTC)
        if row["template_id"] == truths.COUNTED_TEMPLATE and due <= as_of:
            expected[row["unit_id"], row["period_start"].strftime("%d.%m.%Y")] = due
    came = {(r["unit"], r["first_day"]): moment(r["sent"], "%d.%m.%Y %H:%M") for r in objective_reports}
    answered = expected.keys() & came.keys()
    assert len(came) == len(objective_reports)
    assert (len(expected), len(answered)) == (truths.EXPECTED, truths.RECEIVED)
    assert sum(came[k] <= expected[k] for k in answered) == truths.ON_TIME
    unexpected = came.keys() - expected.keys()
    assert len(unexpected) == truths.UNEXPECTED
    assert {unit for unit, _ in unexpected} == {truths.UNEXPECTED_UNIT}
    assert len(answered) / len(expected) == truths.COMPLETENESS
    assert truths.ON_TIME / len(expected) == truths.TIMELINESS


def test_one_concept_is_asked_in_three_forms(profile):
    asked = [
        (t.template_id, f.minutes) for t in profile.templates for f in t.fields if f.concept_id == truths.THRICE_ASKED
    ]
    assert [name for name, _ in asked] == list(truths.THRICE_TEMPLATES)
    assert {minutes for _, minutes in asked} == {truths.THRICE_MINUTES}
    assert (len(asked) - 1) * truths.THRICE_MINUTES == truths.DUPLICATE_MINUTES


def test_answers_belong_to_fields_of_their_forms(profile, forms, workbooks):
    fields = {t.template_id: {f.field_id for f in t.fields} for t in profile.templates}
    for row in forms:
        assert set(answers(row)) <= fields[row["form"]]
    assert {row["Field"] for row in workbooks.Answers} == fields["MAS"]


def test_weekly_reports_tell_the_meetings_that_were_held(weekly_reports, activities):
    counted = Counter()
    for a in activities:
        if a["status"] == "held" and a["kind"] == "meeting" and a["objective"] == "LO-04":
            day = dt.date.fromisoformat(a["held"])
            counted[(day - dt.timedelta(days=day.weekday())).strftime("%d.%m.%Y")] += 1
    for row in weekly_reports:
        if row["unit"] == "U-04":
            assert int(row["WAR-01"]) == counted[row["first_day"]]


def test_some_reports_are_late_some_missing_some_revised(weekly_reports, workbooks):
    assert {r["revision"] for r in weekly_reports} == {"0", "1"}
    assert {r["Revision"] for r in workbooks.Report} == {0, 1}
    lateness = [moment(r["sent"], "%d.%m.%Y %H:%M") - moment(r["last_day"], "%d.%m.%Y") for r in weekly_reports]
    late = sum(late > dt.timedelta(days=2, hours=18) for late in lateness)
    assert 0 < late < 0.12 * len(lateness)
    assert 560 < len({r["report"] for r in weekly_reports}) < 606
