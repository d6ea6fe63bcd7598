"""Numbers as pages write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.metrics import suppression
from reportmetrics.publish import numbers

S, T = numbers.HARD_SPACE, numbers.THIN_SPACE


@pytest.mark.parametrize(
    ("value", "text"), [(0.9, "0.9"), (9.94, "9.9"), (9.96, "10"), (10, "10"), (124.5, "125"), (1177.2, f"1{T}177")]
)
def test_days_are_whole_from_ten(value, text):
    assert numbers.days(value) == text


@pytest.mark.parametrize(("value", "text"), [(9, "9.0"), (99.94, "99.9"), (99.96, "100"), (33005.4, f"33{T}005")])
def test_hours_have_one_decimal_below_a_hundred(value, text):
    assert numbers.hours(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.6, f"60{S}%"),
        (0.625, f"63{S}%"),
        (0.0, f"0{S}%"),
        (0.004, f"0.4{S}%"),
        (0.0002, f"under{S}0.1{S}%"),
        (0.996, f"99.6{S}%"),
        (0.9999, f"over{S}99.9{S}%"),
        (1.0, f"100{S}%"),
    ],
)
def test_percentages_claim_neither_none_nor_all_by_rounding(share, text):
    assert numbers.percent(share) == text


@pytest.mark.parametrize(("value", "text"), [(-0.3, "−0.30"), (-0.001, "0.00"), (0.105, "0.11"), (1.5, "1.50")])
def test_progress_has_a_true_minus_and_no_negative_zero(value, text):
    assert numbers.progress(value) == text


def test_intervals_name_open_ends_in_words():
    assert numbers.with_interval(124, 101, 169, numbers.days) == "124 (101 to 169)"
    assert numbers.interval(69, None, numbers.days) == "69 or more"
    assert numbers.interval(None, 69, numbers.days) == "up to 69"
    assert numbers.interval(None, None, numbers.days) == ""
    assert numbers.interval(0.85, 0.94, numbers.percent) == f"85 to 94{S}%"


def test_dates_do_not_depend_on_the_locale():
    day = dt.date(2022, 1, 31)
    assert numbers.date_long(day) == "31 January 2022"
    assert numbers.date_short(day) == "31 Jan 2022"
    assert numbers.weekday(day) == "Monday"
    assert numbers.month_short(dt.date(2021, 12, 6)) == "Dec"


def test_missing_numbers_give_their_reason_and_never_zero():
    assert numbers.or_missing(None, numbers.days, "no baseline") == "– no baseline"
    assert numbers.or_missing(None, numbers.days) == "–"
    assert numbers.or_missing(0.0, numbers.days) == "0.0"
    assert numbers.missing(suppression.HIDDEN) == "hidden (fewer than 5 people)"


def test_days_of_dimensions_are_read_from_dates_and_timestamps():
    assert numbers.parse_day("2022-01-24 00:00:00") == dt.date(2022, 1, 24)
    assert numbers.parse_day("week 4") is None
    assert numbers.parse_day(None) is None


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_fixed_never_writes_a_hyphen_or_an_exponent(value):
    for decimals in (0, 1, 2):
        text = numbers.fixed(value, decimals)
        assert "-" not in text
        assert "e" not in text.lower()
        read = float(text.replace(T, "").replace(numbers.MINUS, "-"))
        assert abs(read - value) <= 0.5 * 10**-decimals + abs(value) * 1e-12
