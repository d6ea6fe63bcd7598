"""Due dates, periods and calendars computed by hand, and frames in the shape of the canonical tables."""

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from reportmetrics.profile.calendar import Calendar
from reportmetrics.profile.frames import ProfileTables, periods, profile_frames
from reportmetrics.profile.load import Profile, load_profile
from reportmetrics.profile.mission import Mission, Place
from reportmetrics.profile.templates import Template
from reportmetrics.warehouse.tables import TABLES

NMI = Path(__file__).parents[3] / "data" / "profiles" / "nmi"
D = dt.date
BAGHDAD = Place(country="IQ", weekend=["friday", "saturday"], time_zone="Asia/Baghdad")


START, JANUARY = D(2020, 12, 1), D(2021, 1, 1)
ONE_UNIT = (("U-1", D(2020, 1, 1), None),)


def template(every="week", **changes):
    values = {
        "template_id": "T",
        "name": "T",
        "every": every,
        "per": "unit",
        "recipient": "HQ",
        "minutes": {"low": 1, "central": 2, "high": 3},
        "due": {"days_after": 2},
        "fields": [],
    }
    return Template.model_validate({**values, **changes})


def profile(*templates, units=ONE_UNIT, starts_on=START, zone="Asia/Baghdad"):
    mission = Mission.model_validate(
        {
            "id": "m",
            "name": "M",
            "marking": "NONE",
            "time_zone": zone,
            "home_place": "baghdad",
            "starts_on": starts_on,
            "personnel": {"total": 2, "advisors": 1},
            "currency": "EUR",
            "tariffs": [],
            "places": {"baghdad": BAGHDAD.model_dump()},
            "units": [
                {"unit_id": u, "name": u, "place": "baghdad", "advisors": 1, "opened": opened, "closed": closed}
                for u, opened, closed in units
            ],
            "headquarters": [],
        }
    )
    return Profile(Path(), mission, [], [], list(templates), [], "")


def expected(made, through):
    frame = profile_frames(made, through=through)["expected_report"].sort("template_id", "unit_id", "period_start")
    return frame.drop("row_key", "answered_by").rows()


def test_weeks_are_iso_weeks_inside_the_mission_and_due_times_are_utc():
    """Tuesday 18:00 in Baghdad, two days after the Sunday, is 15:00 UTC."""
    assert expected(profile(template()), D(2020, 12, 21)) == [
        ("T", "U-1", D(2020, 12, 7), D(2020, 12, 13), dt.datetime(2020, 12, 15, 15)),
        ("T", "U-1", D(2020, 12, 14), D(2020, 12, 20), dt.datetime(2020, 12, 22, 15)),
    ]


def test_a_period_that_starts_on_the_last_day_asked_for_is_left_out():
    starts = [row[2] for row in expected(profile(template()), D(2020, 12, 14))]
    assert starts == [D(2020, 12, 7)]
    starts = [row[2] for row in expected(profile(template()), D(2020, 12, 15))]
    assert starts == [D(2020, 12, 7), D(2020, 12, 14)]


def test_a_unit_owes_only_the_periods_in_which_it_is_open_throughout():
    units = (
        ("OPENS", D(2020, 12, 9), None),
        ("CLOSES", D(2020, 1, 1), D(2020, 12, 20)),
        ("SHUTS", D(2020, 1, 1), D(2020, 12, 19)),
    )
    rows = expected(profile(template(), units=units), D(2020, 12, 28))
    owed = {u: [r[2].day for r in rows if r[1] == u] for u, _, _ in units}
    assert owed == {"OPENS": [14, 21], "CLOSES": [7, 14], "SHUTS": [7]}


def test_a_form_is_owed_between_its_dates_by_its_units():
    form = template(valid_from=D(2020, 12, 8), valid_to=D(2020, 12, 27), units=["B"])
    rows = expected(profile(form, units=(("A", D(2020, 1, 1), None), ("B", D(2020, 1, 1), None))), D(2021, 2, 1))
    assert [(r[1], r[2].day) for r in rows] == [("B", 14), ("B", 21)]


@pytest.mark.parametrize("anchor", [D(2021, 1, 25), D(2020, 11, 2), D(2030, 1, 14)])
def test_two_week_periods_keep_step_with_the_anchor_both_ways(anchor):
    """All three anchors lie on the same grid of fortnights."""
    form = template("2 weeks", anchor=anchor)
    assert [p for p, _ in periods(form, D(2020, 12, 1), D(2021, 1, 26))] == [
        D(2020, 12, 14), D(2020, 12, 28), D(2021, 1, 11), D(2021, 1, 25),
    ]  # fmt: skip
    assert next(periods(form, D(2020, 12, 14), D(2021, 1, 1))) == (D(2020, 12, 14), D(2020, 12, 27))


def test_due_times_follow_the_clocks_of_the_mission_over_a_change():
    """Rome left winter time on Sunday 28 March 2021: 18:00 there is 17:00 UTC on the 23rd, 16:00 UTC on the 30th.

    It came back on 31 October: 16:00 UTC on Tuesday 26 October, 17:00 UTC on 2 November. The week of the change itself
    has 167 or 169 hours and is still one period.
    """
    rows = expected(profile(template(), starts_on=D(2021, 3, 15), zone="Europe/Rome"), D(2021, 11, 1))
    due_of = {row[2]: row[4] for row in rows}
    assert due_of[D(2021, 3, 15)] == dt.datetime(2021, 3, 23, 17)
    assert due_of[D(2021, 3, 22)] == dt.datetime(2021, 3, 30, 16)
    assert due_of[D(2021, 10, 18)] == dt.datetime(2021, 10, 26, 16)
    assert due_of[D(2021, 10, 25)] == dt.datetime(2021, 11, 2, 17)


def test_a_due_time_that_the_clocks_skip_is_the_same_instant_told_by_the_old_clock():
    """Half past two does not exist in Rome on 28 March 2021: it is taken by winter time, half past one UTC."""
    form = template(due={"days_after": 0, "time": "02:30"})
    rows = expected(profile(form, starts_on=D(2021, 3, 22), zone="Europe/Rome"), D(2021, 3, 23))
    assert [row[4] for row in rows] == [dt.datetime(2021, 3, 28, 1, 30)]


def test_a_joint_report_is_owed_for_each_unit_and_answered_by_one():
    """U-1 sends for U-2 from 14 December on; before, and for U-3, each answers for itself."""
    form = template(joint=[{"unit": "U-1", "serves": ["U-2"], "valid_from": D(2020, 12, 14)}])
    units = tuple((f"U-{n}", D(2020, 1, 1), None) for n in (1, 2, 3))
    frame = profile_frames(profile(form, units=units), through=D(2020, 12, 20))["expected_report"]
    told = {(r["unit_id"], r["period_start"].day): r["answered_by"] for r in frame.iter_rows(named=True)}
    assert told == {
        ("U-1", 7): "U-1", ("U-2", 7): "U-2", ("U-3", 7): "U-3",
        ("U-1", 14): "U-1", ("U-2", 14): "U-1", ("U-3", 14): "U-3",
    }  # fmt: skip


def test_a_joint_report_ends_with_the_unit_that_sends_it():
    """U-1 closes on Wednesday 16 December: it owes nothing for that week, so U-2 answers for itself from then on."""
    form = template(joint=[{"unit": "U-1", "serves": ["U-2"]}])
    units = (("U-1", D(2020, 1, 1), D(2020, 12, 16)), ("U-2", D(2020, 1, 1), None))
    frame = profile_frames(profile(form, units=units), through=D(2020, 12, 27))["expected_report"]
    told = {(r["unit_id"], r["period_start"].day): r["answered_by"] for r in frame.iter_rows(named=True)}
    assert told == {("U-1", 7): "U-1", ("U-2", 7): "U-1", ("U-2", 14): "U-2", ("U-2", 21): "U-2"}


def test_a_joint_report_begins_with_the_unit_that_sends_it():
    form = template(joint=[{"unit": "U-1", "serves": ["U-2"]}])
    units = (("U-1", D(2020, 12, 9), None), ("U-2", D(2020, 1, 1), None))
    frame = profile_frames(profile(form, units=units), through=D(2020, 12, 20))["expected_report"]
    told = {(r["unit_id"], r["period_start"].day): r["answered_by"] for r in frame.iter_rows(named=True)}
    assert told == {("U-2", 7): "U-2", ("U-1", 14): "U-1", ("U-2", 14): "U-1"}


def test_months_and_quarters_end_on_their_last_day():
    months = list(periods(template("month"), D(2021, 1, 1), D(2021, 3, 2)))
    assert months == [(D(2021, 1, 1), D(2021, 1, 31)), (D(2021, 2, 1), D(2021, 2, 28)), (D(2021, 3, 1), D(2021, 3, 31))]
    assert next(periods(template("month"), D(2021, 1, 2), D(2022, 1, 1)))[0] == D(2021, 2, 1)
    assert next(periods(template("month"), D(2020, 2, 1), D(2022, 1, 1))) == (D(2020, 2, 1), D(2020, 2, 29))
    quarters = list(periods(template("quarter"), D(2020, 12, 1), D(2021, 4, 2)))
    assert quarters == [(D(2021, 1, 1), D(2021, 3, 31)), (D(2021, 4, 1), D(2021, 6, 30))]


def due(rule, start=JANUARY):
    """When the report on the month that begins at ``start`` is due."""
    form = template("month", due=rule)
    rows = expected(profile(form, starts_on=start), start + dt.timedelta(days=1))
    return rows[0][4]


def test_working_days_skip_friday_and_saturday():
    """January 2021 ends on a Sunday: Monday 1, Tuesday 2, Wednesday 3, Thursday 4, then Sunday 7 February."""
    assert due({"days_after": 5, "working_days": True}) == dt.datetime(2021, 2, 7, 15)
    assert due({"days_after": 4, "working_days": True}) == dt.datetime(2021, 2, 4, 15)


def test_working_days_skip_public_holidays():
    """April 2021 ends on a Friday; Saturday is weekend and labour day; Sunday 2 May is the first working day."""
    assert due({"days_after": 1, "working_days": True}, start=D(2021, 4, 1)) == dt.datetime(2021, 5, 2, 15)
    # After December: Friday 1 January is New Year; Sunday 3, Monday 4, Tuesday 5; Army Day on the 6th; Thursday 7.
    assert due({"days_after": 4, "working_days": True}, start=D(2020, 12, 1)) == dt.datetime(2021, 1, 7, 15)


def test_calendar_days_do_not_skip_anything():
    """Two days after Wednesday 31 March 2021 is a Friday."""
    assert due({"days_after": 2}, start=D(2021, 3, 1)) == dt.datetime(2021, 4, 2, 15)


def test_no_working_day_after_means_the_last_day_itself_or_the_next_working_one():
    rule = {"days_after": 0, "time": "23:59", "working_days": True}
    assert due(rule) == dt.datetime(2021, 1, 31, 20, 59)
    assert due(rule, start=D(2021, 4, 1)) == dt.datetime(2021, 5, 2, 20, 59)


def test_overrides_win_over_the_holiday_library():
    plain = Calendar(BAGHDAD)
    changed = Calendar(
        Place(
            country="IQ",
            weekend=["friday", "saturday"],
            time_zone="Asia/Baghdad",
            extra_holidays={D(2021, 10, 10): "Election"},
            not_holidays=[D(2021, 1, 6), D(2021, 5, 1)],
        )
    )
    assert (plain.holiday(D(2021, 1, 6)), changed.holiday(D(2021, 1, 6))) == ("Army Day", None)
    assert (plain.is_working(D(2021, 1, 6)), changed.is_working(D(2021, 1, 6))) == (False, True)
    assert (plain.is_working(D(2021, 10, 10)), changed.is_working(D(2021, 10, 10))) == (True, False)
    assert changed.holiday(D(2021, 10, 10)) == "Election"
    assert not changed.is_working(D(2021, 5, 1)), "a Saturday stays weekend"


def test_a_weekend_that_changes_counts_from_its_day():
    """The Emirates moved it from Friday and Saturday to Saturday and Sunday on 1 January 2022."""
    emirates = Calendar(
        Place(
            country="AE",
            weekend=["friday", "saturday"],
            weekend_from={D(2022, 1, 1): ["saturday", "sunday"]},
            time_zone="Asia/Dubai",
        )
    )
    december = [D(2021, 12, 24) + dt.timedelta(days=i) for i in range(3)]  # Friday to Sunday
    january = [D(2022, 1, 7) + dt.timedelta(days=i) for i in range(3)]
    assert [emirates.is_working(d) for d in december] == [False, False, True]
    assert [emirates.is_working(d) for d in january] == [True, False, False]


def test_frames_have_the_declared_columns_and_unique_keys():
    frames = profile_frames(load_profile(NMI), through=D(2022, 1, 31))
    declared = {t.name for t in TABLES.values() if t.origin in ("profile", "derived")}
    made_with_the_snapshot = {
        "hidden_before", "text_novelty", "reject_answer", "tally_twice", "vanished_request", "withdrawn_report",
    }  # fmt: skip
    assert set(frames) == declared - made_with_the_snapshot
    for name, frame in frames.items():
        assert frame.columns == ["row_key", *TABLES[name].by_name], name
        assert frame["row_key"].is_unique().all(), name
        assert frame["row_key"].is_sorted(), name
        for column in TABLES[name].columns:
            assert not column.required or frame[column.name].null_count() == 0, (name, column.name)


def test_row_key_is_the_md5_of_table_and_key():
    unit = profile_frames(load_profile(NMI), through=D(2021, 1, 1))["unit"].filter(pl.col("unit_id") == "U-01")
    assert unit["row_key"].item() == hashlib.md5(b"unit|U-01").hexdigest()[:20]


def test_calendars_of_the_reference_mission():
    days = profile_frames(load_profile(NMI), through=D(2022, 1, 31))["calendar_day"]
    working = {(p, d): w for p, d, w in days.select("place", "day", "working").rows()}
    friday, saturday, sunday = D(2021, 6, 11), D(2021, 6, 12), D(2021, 6, 13)
    assert [working["baghdad", d] for d in (friday, saturday, sunday)] == [False, False, True]
    assert [working["naples", d] for d in (friday, saturday, sunday)] == [True, False, False]
    assert not working["naples", D(2021, 6, 2)], "Republic Day, a Wednesday"
    assert working["baghdad", D(2022, 2, 8)], "struck from the library's list, a Tuesday"
    assert not working["baghdad", D(2021, 10, 10)]
    assert days.filter(pl.col("home"))["place"].unique().to_list() == ["baghdad"]
    assert min(d for _, d in working) < D(2019, 12, 1)
    assert max(d for _, d in working) > D(2023, 1, 1)


def test_indicator_versions_are_numbered_by_date():
    made = load_profile(NMI)
    one = made.indicators[0]
    late = one.model_copy(update={"target": 95.0, "valid_from": D(2021, 7, 1)})
    early = one.model_copy(update={"valid_to": D(2021, 6, 30)})
    both = Profile(made.folder, made.mission, made.objectives, [late, early], made.templates, made.sources, "")
    frame = profile_frames(both, through=D(2021, 1, 1))["indicator"].sort("version")
    assert frame.select("version", "target").rows() == [(1, 90.0), (2, 95.0)]


def test_fields_count_their_recorded_uses():
    fields = profile_frames(load_profile(NMI), through=D(2021, 1, 1))["field"]
    uses = dict(fields.filter(pl.col("template_id") == "WAR").select("field_id", "uses").rows())
    assert (uses["WAR-01"], uses["WAR-02"]) == (1, 0)


def test_a_daily_form_is_due_for_each_day(tmp_path):
    profile = load_profile(NMI)
    daily = profile.templates[0].model_copy(update={"every": "day", "valid_from": D(2021, 2, 27), "units": ["U-01"]})
    frame = profile_frames(replace(profile, templates=[daily]), through=D(2021, 3, 2))["expected_report"]
    days = [D(2021, 2, 27), D(2021, 2, 28), D(2021, 3, 1)]
    assert frame.sort("period_start")["period_start"].to_list() == days
    assert frame.sort("period_start")["period_end"].to_list() == days


@pytest.mark.parametrize("through", [D(2020, 6, 1), D(2021, 3, 31), D(2022, 1, 31)])
def test_tables_made_for_several_dates_are_those_of_each_date(through):
    profile = load_profile(NMI)
    frames, alone = ProfileTables(profile, D(2022, 1, 31)).at(through), profile_frames(profile, through=through)
    assert list(frames) == list(alone)
    for name, frame in alone.items():
        assert frames[name].equals(frame), name
        assert frames[name].schema == frame.schema, name
    assert frames["expected_report"].filter(pl.col("period_start") >= through).is_empty()
