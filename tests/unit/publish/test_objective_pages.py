"""Pages on objectives from synthetic figures: what each block says, and what keeps activity and progress apart."""

from __future__ import annotations

import json

import polars as pl
import pytest

from reportmetrics.publish import numbers, palette
from reportmetrics.publish.pages import objective_figures, objectives
from reportmetrics.publish.pages.quadrant_blocks import alarm_block, coverage_map_block, quadrant_block
from tests.unit.publish import synthetic
from tests.unit.publish.test_pages import edition, only

BAR = numbers.HARD_SPACE


@pytest.fixture
def pages(tmp_path):
    return {p.file: p for p in objectives.build(edition(tmp_path))}


def block(page, name):
    return next(b for b in page.blocks if b.id == name)


def texts(table):
    return [[c.text for c in row] for row in table.rows]


def test_headings_say_where_each_objective_stands(pages):
    heading = {file: page.heading for file, page in pages.items()}
    assert heading["objectives.html"] == "10 of 13 measured objectives move, three stand still; LO-12 is unmeasured"
    assert heading["objective-lo-04.html"] == "Busy and stalled: 20 meetings a week, progress unchanged at 0.10"
    assert heading["objective-lo-09.html"] == "Quiet and moving: 2 meetings a week, progress unchanged at 0.25"
    assert heading["objective-lo-12.html"] == "Unmeasured: 96.0 contact hours in 13 weeks, no reading yet"
    assert heading["objective-lo-13.html"] == "One indicator fell by 0.30, more than its noise of 0.05"


def test_activity_and_outcome_never_share_a_chart_and_keep_their_colours(pages):
    page = pages["objective-lo-04.html"]
    done = [block(page, name) for name in ("signals", "kinds", "plans", "causes")]
    changed = [block(page, "paths")]
    for one, own, other in ((done, palette.TEAL, palette.NAVY), (changed, palette.NAVY, palette.TEAL)):
        for b in one:
            for drawn in (b.chart.wide, b.chart.compact):
                words = json.dumps(drawn)
                strong = [c.strip("#") for c in (own, other)]
                assert own in words or palette.faded(own, 0.55) in words, (b.id, strong)
                assert other not in words, b.id
                assert not {a for a in drawn["layout"] if a.startswith(("xaxis", "yaxis"))} - {"xaxis", "yaxis"}
    levels = [(s.question, s.level, s.figure) for s in page.content["sides"]]
    assert levels == [("What was done", "activity", "20.0"), ("What changed", "outcome", "0.10")]
    assert "median of the other objectives 6.0" in page.content["sides"][0].words


def test_signals_are_ringed_and_a_week_not_reported_is_a_gap(pages):
    steady, risen = block(pages["objective-lo-04.html"], "signals"), block(pages["objective-lo-11.html"], "signals")
    assert steady.finding == "Activities stay at about 20.6 a week: no signal of a change in 51 weeks"
    assert "was not reported; it is a gap, not a zero" in steady.caveat
    line, rings = steady.chart.wide["data"]
    assert line["y"].count(None) == 1
    assert line["connectgaps"] is False
    assert rings["x"] == []
    assert risen.finding == "Activities have changed: 18 of 51 weeks are signals, the latest among them"
    assert len(risen.chart.wide["data"][1]["x"]) == 18


def test_activity_without_limits_is_drawn_without_them(pages):
    quiet = block(pages["objective-lo-09.html"], "signals")
    assert quiet.finding == "Activity is the same in each period reported"
    assert quiet.chart.wide["layout"]["shapes"] == []
    assert len(quiet.chart.wide["data"][0]["y"]) == 52


def test_paths_show_each_indicator_the_median_the_plan_and_today(pages):
    paths = block(pages["objective-lo-04.html"], "paths")
    assert paths.finding == "The median has stayed at 0.10; an even pace would stand at 0.39"
    widths = [(t["line"]["width"], t["line"].get("dash")) for t in paths.chart.wide["data"]]
    assert widths == [(1.2, "dash"), (1, None), (1, None), (3, None)]
    labels = [a["text"] for a in paths.chart.wide["layout"]["annotations"]]
    assert "today" in labels
    assert "<b>median 0.10</b>" in labels
    assert paths.caveat == "The straight path is a reference, not a forecast. 04-C: no reading."
    unread = block(pages["objective-lo-12.html"], "paths")
    assert unread.chart is None
    assert unread.nothing.startswith("12-A, 12-B, 12-C: no reading.")


def test_indicators_with_pace_and_pace_needed_and_what_is_missing(pages):
    table = block(pages["objective-lo-04.html"], "indicators").table
    assert texts(table)[0] == [
        "04-A Indicator A, %", "0", "10", "100", "0.10", "+0.02", "+0.64", "27 Dec 2021", "3 of 6",
    ]  # fmt: skip
    assert texts(table)[2][4] == f"{numbers.DASH} no reading"
    assert texts(table)[2][7:] == ["never", numbers.DASH]
    assert block(pages["objective-lo-04.html"], "indicators").finding == (
        "No indicator moves at the pace that its target needs"
    )


def test_open_requests_of_the_objective_never_say_who_raised_them(pages):
    found = block(pages["objective-lo-04.html"], "requests")
    assert found.finding == "2 requests are open; the oldest for 388 days"
    assert texts(found.table)[0] == [
        "R-1", "JFC Naples", "School support visit", "7 Jan 2021", "388", "11 Mar 2021", "LAR/0004", "routine",
    ]  # fmt: skip
    assert block(pages["objective-lo-01.html"], "requests").nothing == "No open request names this objective."


def test_what_force_protection_costs(pages):
    causes = block(pages["objective-lo-04.html"], "causes")
    assert causes.finding == "12 cancelled, most often: movement prohibited"
    assert causes.caveat == "A meeting outside takes 3.50 (3.40 to 3.60) vehicle trips."
    index = pages["objectives.html"]
    assert block(index, "causes").finding == "130 cancelled, most often: movement prohibited"
    assert block(index, "movement").caveat == (
        f"Movements granted: 90{BAR}% of 100 to see government counterparts, 40{BAR}% of 50 to see NGO counterparts."
    )


def test_grants_stand_beside_the_activity_that_waited(pages):
    grants = block(pages["objectives.html"], "grants")
    assert grants.finding == "2 of 9 small activities were held before the answer came"
    assert texts(grants.table) == [
        ["Held after the answer", "granted", "7", "900"],
        ["Held before the answer", "granted", "2", "200"],
    ]


def test_the_alarm_is_raised_in_words_with_its_figures(tmp_path, pages):
    found = edition(tmp_path)
    alarm = alarm_block(found, objective_figures.places(found))
    said = "contact hours rose from 60.0 to 140 in 13 weeks, progress went from 0.20 to 0.25"
    assert alarm.finding == f"LO-08: {said}"
    assert texts(alarm.table) == [["LO-08", said, "0.40"]]
    assert pages["objective-lo-08.html"].content["alarm"].startswith("Contact hours rose from 60.0 to 140")
    assert pages["objective-lo-04.html"].content["alarm"] == ""


def test_the_coverage_map_has_a_row_for_each_objective_and_no_score(tmp_path):
    found = coverage_map_block(edition(tmp_path))
    rows = texts(found.table)
    assert [r[0] for r in rows] == [f"LO-{i:02d}" for i in range(1, 15)]
    assert rows[3][2:] == ["1 fresh", "2 fresh", "not measured", "2 fresh, 1 never read", "not measured", "1 of 2"]
    assert rows[11][5:] == ["3 never read", "not measured", numbers.DASH]
    assert found.finding == "Change is read everywhere but for LO-12; impact is measured for none"


def test_the_quadrant_names_the_one_that_is_busy_and_stalled(tmp_path):
    found = edition(tmp_path)
    chart = quadrant_block(found, objective_figures.places(found))
    assert chart.finding == "LO-04 is busy and stalled; the other busy objectives are moving"
    marks = chart.chart.wide["data"][1]["marker"]
    assert marks["color"].count(palette.ORANGE) == 1
    assert marks["symbol"].count("circle-open") == 1, "LO-12 alone; LO-14 has reached its targets"
    labels = " ".join(a["text"] for a in chart.chart.wide["layout"]["annotations"])
    assert "<b>LO-04</b>" in labels
    assert "LO-12 no reading" in labels
    assert "LO-14 targets reached" in labels
    assert dict(chart.listed)["Busy and stalled"] == ["LO-04"]
    assert dict(chart.listed)["Unmeasured"] == ["LO-12"]


def test_on_its_own_page_one_objective_stands_out_of_the_others(pages):
    chart = block(pages["objective-lo-09.html"], "quadrant")
    assert chart.finding == "Only LO-09 is quiet and moving"
    others, mine = chart.chart.wide["data"]
    assert len(others["x"]) == 13
    assert set(others["marker"]["color"]) <= {palette.LINE, palette.MARK}
    assert mine["marker"]["color"] == [palette.ORANGE]
    assert chart.metrics[0].where == {"objective_id": "LO-09"}


def test_an_objective_with_readings_alone_and_one_with_activity_alone(tmp_path):
    results = synthetic.results()
    readings = only(results, pl.col("metric").str.starts_with("outcome"))
    page = next(p for p in objectives.build(edition(tmp_path, readings)) if p.file == "objective-lo-04.html")
    assert block(page, "signals").nothing
    assert block(page, "paths").chart is not None
    activity = only(results, pl.col("metric").str.starts_with("activity"))
    page = next(p for p in objectives.build(edition(tmp_path, activity)) if p.file == "objective-lo-04.html")
    assert page.content["sides"][1].figure == numbers.DASH
    assert block(page, "signals").chart is not None
    assert page.heading == "Unmeasured: 20 meetings a week, no reading yet"


def test_names_of_files_cannot_take_each_others_place():
    files = [objective_figures.objective_file(i) for i in ("LO-04", "LO/04", "LO 04", "هدف", "../x")]
    assert files[0] == "objective-lo-04.html"
    assert len(set(files)) == 5
    assert all("/" not in f and " " not in f for f in files)
