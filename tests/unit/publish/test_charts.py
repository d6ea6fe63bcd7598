"""Charts are valid Plotly figures that keep the rules of drawing."""

from __future__ import annotations

import datetime as dt
import itertools
import re

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.charts.bars import Bar, bars_chart, paler
from reportmetrics.publish.charts.base import Box, Marks, nice_ticks, place
from reportmetrics.publish.charts.dots import SHARES, ProgressRow, WaitRow, progress_chart, waits_chart
from reportmetrics.publish.charts.incidence import OPEN, Layer, incidence_chart
from reportmetrics.publish.charts.squares import CoverageRow, squares_chart
from reportmetrics.publish.charts.wait_labels import WaitCurve
from reportmetrics.publish.charts.waiting import at_risk, ticks, wait_chart
from reportmetrics.publish.charts.weeks import WeekLine, weeks_chart
from reportmetrics.publish.figures import Point

MONDAYS = [dt.date(2021, 8, 2) + dt.timedelta(weeks=k) for k in range(26)]


def freireich() -> WaitCurve:
    """Remission under 6-MP (Freireich 1963): 21 patients, 9 events at 6, 6, 6, 7, 10, 13, 16, 22, 23."""
    steps = [(6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1)]
    points, s = [Point(0, 1.0, 1.0, 1.0, 21)], 1.0
    for x, n, d in steps:
        s *= 1 - d / n
        points.append(Point(x, s, max(0, s - 0.2), min(1, s + 0.1), n))
    return WaitCurve(
        [*points, Point(35, s, 0.2, 0.7, 1)], 21, 12, 23, 13, None, [(6, 0.75), (9, 0.5), (16, 0.25)], False, 9
    )


def charts():
    line = WeekLine("Reporting 5", [5.0] * 10 + [None] + [6.0] * 15, [4.0] * 26, [7.0] * 26, palette.PURPLE)
    return {
        "wait": wait_chart(freireich()),
        "progress": progress_chart(
            [
                ProgressRow("LO-1", "<b>Name</b> " * 20, 0.7, 0.5, 0.6, None, "no reading"),
                ProgressRow("LO-2", "Two", 0.1, -0.3, 0.1, 0.1, "no reading", named=True),
                ProgressRow("LO-3", "Three", None, None, None, None, "no <reading>"),
            ]
        ),
        "waits": waits_chart(
            [WaitRow("JFC <i>", 124, 101, None, ("101 or more",), ""), WaitRow("N", None, None, None, (), "x")]
        ),
        "dense": waits_chart([WaitRow(f"H{i}", 10.0 * i, 8.0 * i, 12.0 * i, ("a", "b"), "") for i in range(8)]),
        "bars": bars_chart(
            [Bar("A", 3, "3"), Bar("B", 1, "1", named=True)],
            colour=paler(palette.TEAL),
            named_colour=palette.TEAL,
            row=20,
        ),
        "weeks": weeks_chart(MONDAYS, [line], y_title="Hours", write=numbers.hours),
        "incidence": incidence_chart(
            [
                Layer("Approved <b>", [Point(0, 0.0, None, None, 9), Point(30, 0.5, None, None, 4)]),
                Layer("Denied", [Point(0, 0.0, None, None, 9), Point(60, 0.01, None, None, 2)]),
                Layer("Withdrawn", [Point(0, 0.0, None, None, 9), Point(60, 0.01, None, None, 2)]),
                Layer("Decided, outcome unknown", [Point(0, 0.0, None, None, 9), Point(60, 0.48, None, None, 2)]),
            ],
            90,
        ),
        "shares": waits_chart([WaitRow("Q1", 0.4, 0.3, 0.5, ("a",), "")], axis="Decided", reading=SHARES),
        "squares": squares_chart([CoverageRow("LO-1", 3, 1, 2), CoverageRow("LO-2", 0, 0, 3, named=True)]),
    }


@pytest.mark.parametrize("name", list(charts()))
def test_each_chart_is_a_figure_that_plotly_accepts(name):
    chart = charts()[name]
    for figure in (chart.wide, chart.compact):
        go.Figure(figure)
        assert figure["layout"]["height"] > 0


@pytest.mark.parametrize("name", list(charts()))
def test_every_colour_has_a_counterpart_on_dark_ground(name):
    chart = charts()[name]
    text = repr((chart.wide, chart.compact))
    used = set(re.findall(r"#[0-9A-Fa-f]{6}|rgba\([^)]*\)", text)) - {palette.CLEAR}
    assert used
    assert used <= set(palette.DARK)


@pytest.mark.parametrize("name", list(charts()))
def test_no_tag_but_those_of_the_product_reaches_plotly(name):
    chart = charts()[name]
    tags = set(re.findall(r"</?[a-z][^>]*>", repr(chart.wide) + repr(chart.compact)))
    assert tags <= {"<b>", "</b>", "<br>"}


def test_bars_start_at_zero_and_ranges_are_fixed():
    figure = charts()["bars"].wide
    assert figure["layout"]["xaxis"]["range"][0] == 0
    assert palette.template()["layout"]["xaxis"]["fixedrange"] is True
    assert palette.template()["layout"]["yaxis"]["fixedrange"] is True


def test_the_template_is_one_that_plotly_accepts_and_turns_no_text():
    template = go.layout.Template(palette.template())
    assert template.layout.xaxis.tickangle == 0
    assert template.layout.showlegend is False


def test_the_upload_button_is_off():
    assert palette.CONFIG["showSendToCloud"] is False
    assert palette.CONFIG["plotlyServerURL"] == ""
    assert palette.CONFIG["displayModeBar"] is False


def test_numbers_at_risk_of_a_published_curve():
    rows = at_risk(freireich(), [0, 10, 20])
    assert [(r.day, r.at_risk, r.decided, r.open) for r in rows] == [(0, 21, 0, 0), (10, 15, 5, 1), (20, 7, 7, 7)]


def test_the_line_is_thin_from_where_fewer_than_ten_are_at_risk():

    drawn = [t for t in wait_chart(freireich()).wide["data"] if t.get("line", {}).get("color") == palette.PURPLE]
    assert [t["line"]["width"] for t in drawn] == [2.4, 1.2]
    assert drawn[1]["x"][0] == 22


def test_a_missing_week_is_a_gap_in_line_and_band():
    low = [4.0] * 10 + [None] + [4.0] * 15
    line = WeekLine("R", [5.0] * 10 + [None] + [6.0] * 15, low, low, palette.PURPLE)
    data = weeks_chart(MONDAYS, [line], y_title="Hours", write=numbers.hours).wide["data"]
    bands = [t for t in data if t.get("fill") == "toself"]
    assert [(min(b["x"]), max(b["x"])) for b in bands] == [(0, 9), (11, 25)]
    drawn = next(t for t in data if "connectgaps" in t)
    assert drawn["connectgaps"] is False
    assert drawn["y"][10] is None


@pytest.mark.parametrize(("end", "days"), [(396, 14), (61, 13), (5, 13), (4000, 13)])
def test_days_to_mark_are_few_and_start_at_zero(end, days):
    marked = ticks(end, most=13)
    assert marked[0] == 0
    assert 2 <= len(marked) <= 13
    assert marked[-1] <= end


@pytest.mark.parametrize("top", [0, 0.3, 1, 7, 89, 131, 1177, 40000])
def test_ticks_cover_the_data_with_three_to_six(top):
    found = nice_ticks(top)
    assert found[0] == 0
    assert found[-1] >= top
    assert 2 <= len(found) <= 6


def test_labels_avoid_marks_and_each_other():
    inside = Box(0, 0, 200, 100)
    right = place((100, 50), (40, 15), inside=inside, boxes=[], points=Marks([]))
    assert right is not None
    assert right[0] > 0
    again = place((100, 50), (40, 15), inside=inside, boxes=[right[2]], points=Marks([]))
    assert again is not None
    assert not again[2].touches(right[2])
    everywhere = [(x, y) for x in range(0, 200, 5) for y in range(0, 100, 5)]
    assert place((100, 50), (40, 15), inside=inside, boxes=[], points=Marks(everywhere)) is None


@given(
    points=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=30),
    left=st.integers(0, 9),
    top=st.integers(0, 9),
    wide=st.integers(0, 4),
    tall=st.integers(0, 4),
)
def test_marks_in_a_box_are_those_that_it_holds(points, left, top, wide, tall):
    """A point on the rim lies outside, as for a single one."""
    box = Box(left, top, left + wide, top + tall)
    assert Marks(points).any_in(box) == any(box.holds(x, y) for x, y in points)


def test_strengths_that_dark_ground_does_not_know_are_refused():
    with pytest.raises(ValueError, match="dark ground"):
        palette.faded(palette.NAVY, 0.2)


def test_words_of_the_biased_curve_stand_nearer_to_it_than_to_the_other():
    for compact in (False, True):
        curve = freireich()
        figure = wait_chart(curve).compact if compact else wait_chart(curve).wide
        for a in figure["layout"]["annotations"]:
            if "Answered alone" in a["text"]:
                assert (a["x"], a["y"]) in curve.answered
                assert abs(a["xshift"]) < 120


def test_the_layers_of_what_becomes_of_requests_add_up_and_their_names_do_not_touch():
    chart = charts()["incidence"].wide
    tops = [trace["y"][-1] for trace in chart["data"]]
    assert tops == sorted(tops)
    assert tops[-1] == 1
    assert chart["data"][-1]["hovertext"][-1] == f"Day 90: {OPEN.lower()} 0{numbers.HARD_SPACE}%"
    plot = chart["layout"]["height"] - chart["layout"]["margin"]["t"] - chart["layout"]["margin"]["b"]
    places = [note["y"] * plot for note in chart["layout"]["annotations"]]
    assert len(places) == 5
    assert all(b - a >= 14.9 for a, b in itertools.pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= plot


def test_dense_rows_have_their_number_alone_on_the_side_with_more_room():
    """The panel is 100 pixels wide there: "131 days" left of a bar would lie over the name of the row."""
    rows = [WaitRow("JFC Naples", 131, 99, 155, ("a",), ""), WaitRow("Grants", 35, 28, 41, ("a",), "")]
    rows += [WaitRow("Open", 50, 20, None, ("a",), ""), *(WaitRow(f"H{i}", 10, None, None, (), "") for i in range(4))]
    for figure in (waits_chart(rows).wide, waits_chart(rows).compact):
        found = {n["text"]: (n["x"], n["xanchor"]) for n in figure["layout"]["annotations"] if "<b>" in n["text"]}
        assert found == {"<b>131</b>": (99, "right"), "<b>35</b>": (41, "left"), "<b>50</b>": (20, "right"),
                         "<b>10</b>": (10, "left")}  # fmt: skip
