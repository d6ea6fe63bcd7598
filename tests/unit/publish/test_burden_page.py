"""The page on the burden of reporting: its sentences by hand, and what it shows where little is known."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from reportmetrics.metrics.results import Results
from reportmetrics.publish import burden_sentences as words
from reportmetrics.publish.burden_sentences import Cadence, Step
from reportmetrics.publish.charts.frontier import Route, frontier_chart
from reportmetrics.publish.edition import Edition
from reportmetrics.publish.figures import Figures
from reportmetrics.publish.interval_sentences import instead
from reportmetrics.publish.pages import burden
from reportmetrics.publish.pages.burden_blocks import effort
from reportmetrics.publish.pages.cadence_blocks import named
from tests.unit.publish import stand_ins, synthetic

HARD = "\u00a0"
WEEKLY = Cadence(
    "A",
    "Form A",
    "week",
    2,
    None,
    104,
    (Step(2, 31.0, 0.03, 1, 24, 7.0), Step(4, 46.5, 0.12, 4, 24, 21.0)),
)
NONE_INSIDE = replace(WEEKLY, template_id="B", name="Form B", advised=1)
TOO_FEW = Cadence("C", "Form C", "month", None, "too few reports", 3, (Step(2, 10.0, None, None, None, None, "few"),))


def built(tmp_path, results=None, **changes):
    return burden.build(
        Edition(
            synthetic.profile(**changes),
            stand_ins.catalogue(tmp_path / "sql"),
            Figures(synthetic.results() if results is None else results),
            synthetic.AS_OF,
            "2022-01-31-r1",
            (),
        )
    )


def block(page, name):
    return next(b for b in page.blocks if b.id == name)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([], "No report with a state to replay received yet"),
        ([TOO_FEW], "Too few reports to say what a longer interval would lose"),
        ([NONE_INSIDE], "No longer interval stays inside the tolerances, for none of 1 forms"),
        ([WEEKLY, NONE_INSIDE, TOO_FEW], "One of 2 forms could be sent less often inside the tolerances"),
        ([WEEKLY, WEEKLY], "Two of 2 forms could be sent less often inside the tolerances"),
    ],
)
def test_finding_of_the_frontier(found, said):
    assert words.cadences(found) == said


def test_advice_names_hours_error_changes_and_days():
    assert words.advice(WEEKLY) == (
        "Form A: Fortnightly instead of weekly saves at most 372 hours a year; it would have missed 1 of 24 material "
        "changes and seen the rest 7.0 days later. In the 104 weeks replayed, figures would have been wrong by at most "
        f"3{HARD}% of the distance to target."
    )
    assert words.advice(TOO_FEW) == "Form C has too few reports in a row to replay a longer interval."
    still = replace(WEEKLY, steps=(Step(2, 1.0, 0.0, 0, 0, None),))
    assert "saves at most 12.0 hours a year; there was no material change to miss." in words.advice(still)


@pytest.mark.parametrize(
    ("k", "period", "said"),
    [
        (4, "week", "Monthly instead of weekly"),
        (8, "week", "Every 8th week instead of weekly"),
        (13, "week", "Quarterly instead of weekly"),
        (2, "fortnight", "Monthly instead of fortnightly"),
        (2, "month", "Every 2nd month instead of monthly"),
        (2, "day", "Every 2nd day instead of daily"),
    ],
)
def test_intervals_are_called_by_their_names(k, period, said):
    lost = "it would have missed 3 of 4 material changes and seen the rest 2.0 days later"
    found = instead(k, period, hours=10.0, missed=3, changes=4, delay=2.0)
    assert found == f"{said} saves at most 120 hours a year; {lost}."


def test_form_spoken_of_saves_most_where_it_is_advised():
    small = replace(WEEKLY, template_id="D", steps=(Step(2, 3.0, 0.01, 0, 5, 1.0),))
    huge_but_not_advised = replace(NONE_INSIDE, steps=(Step(2, 900.0, 0.5, 20, 24, 7.0),))
    assert named([small, huge_but_not_advised, WEEKLY]) is WEEKLY
    assert named([huge_but_not_advised]) is huge_but_not_advised
    assert named([TOO_FEW]) is None


def test_heading_in_each_case():
    assert words.burden_heading(9.0, 6.0, [WEEKLY]) == (
        "Reporting takes 9 of every 15 hours of reporting and contact; Form A could go to every 2nd week"
    )
    assert words.burden_heading(9.15, 6.1, [NONE_INSIDE]) == (
        "Reporting takes 9.2 of every 15.3 hours of reporting and contact; no form could come less often inside the "
        "tolerances"
    )
    assert words.burden_heading(None, None, []) == "No report received yet"


def test_contact_follows_from_the_share_of_reporting():
    figures = Figures(synthetic.results())
    both = effort(figures.one("burden.hours_per_advisor_week", "rate"), figures.one("burden.hours_vs_contact", "rate"))
    assert both.reporting == 9.0
    assert both.contact == pytest.approx(6.0)
    assert effort(None, None).contact is None


def test_page_shows_the_figures_of_the_reference(tmp_path):
    page = built(tmp_path)
    assert page.heading.startswith("Reporting takes 9 of every 15 hours")
    assert [r[3].text for r in block(page, "advice").table.rows] == [
        "1 of 24",
        "4 of 24",
        "9 of 24",
        "14 of 24",
        f"10{HARD}%",
    ]
    retired = block(page, "retirement")
    assert retired.finding == "One field takes 6.5 hours a month to tell nothing new, with no recorded use"
    assert [c.text for c in retired.table.rows[0][:4]] == ["Held", "Weekly activity report", f"6{HARD}%", "387"]
    assert block(page, "askings").finding.startswith("One question asked more than once takes 40 minutes")
    assert block(page, "came").finding == f"90{HARD}% of the reports due came, 75{HARD}% in time"


def test_a_week_without_report_is_a_gap_in_the_line(tmp_path):
    chart = block(built(tmp_path), "effort").chart
    reporting = next(t for t in chart.wide["data"] if t["mode"] == "lines" and len(t["y"]) == 26)
    # week 50 of 60 is the 17th of the last 26
    assert [i for i, v in enumerate(reporting["y"]) if v is None] == [16]


def test_empty_mission_says_what_is_awaited_in_every_block(tmp_path):
    page = built(tmp_path, Results.empty())
    assert page.heading == "No report received yet"
    for b in page.blocks:
        assert b.chart is None
        assert b.table is None
        assert b.nothing


def test_axis_of_hours_is_logarithmic_only_where_sizes_differ_by_much():
    one_size = [Route("A", "A", [(2, 20.0, 0.1), (4, 30.0, 0.2)], 2, named=True), Route("B", "B", [(2, 5.0, 0.1)], 1)]
    far_apart = [*one_size, Route("C", "C", [(2, 2000.0, 0.1)], 1)]
    near, far = (frontier_chart(r, tolerance=0.1).wide["layout"]["xaxis"] for r in (one_size, far_apart))
    assert near["tickvals"][0] == 0
    assert "logarithmic" in far["title"]["text"]
    assert "logarithmic" not in near["title"]["text"]


def test_advised_point_is_filled_and_others_are_not():
    chart = frontier_chart([Route("A", "A", [(2, 20.0, 0.1), (4, 30.0, 0.2)], 2, named=True)], tolerance=0.1)
    colours = chart.wide["data"][0]["marker"]["color"]
    assert colours[0] != colours[1]


def test_what_senders_got_back_by_form_and_refused_rows(tmp_path):
    page = built(tmp_path)
    returned, refused = block(page, "returned"), block(page, "refused")
    assert returned.finding == f"25{HARD}% of 400 reports got an answer back, 5{HARD}% were used in a decision"
    assert [r[0].text for r in returned.table.rows] == ["All forms", "Weekly activity report"]
    assert [c.value for c in returned.table.rows[1][1:3]] == [420, 0.25]
    assert "median not reached" in returned.table.rows[1][4].text
    assert "20 reports sent since the newest log" in returned.caveat
    assert refused.finding == "Six rows were refused: 4 mended, 2 still open"
    assert [c.value for c in refused.table.rows[0][1:]] == [4, 0, 2]


def test_rows_given_back_by_unit_and_of_nobody_known(tmp_path):
    found = block(built(tmp_path), "given-back")
    assert found.finding == "4 of 5 refused rows went back to their senders, 2 came back mended"
    assert [r[0].text for r in found.table.rows] == ["All units", "Unit 1", "Unit not known"]
    assert [[c.value for c in r[1:6]] for r in found.table.rows] == [[5, 4, 1, 2, 2], [4, 3, 1, 2, 1], [1, 1, 0, 0, 1]]
    assert [r[6].value for r in found.table.rows] == [20.0, 12.0, None]
    assert "not reached" in found.table.rows[2][6].text


def test_a_unit_of_few_people_is_hidden_last_and_units_without_refused_rows_are_counted(tmp_path):
    results = synthetic.results()
    theirs = (pl.col("metric") == "burden.return_rows") & pl.col("dims").str.contains("U1")
    hidden = results.figures.with_columns(
        value=pl.when(theirs).then(None).otherwise("value"),
        reason=pl.when(theirs).then(pl.lit("hidden (fewer than 5 people)")).otherwise("reason"),
    )
    found = block(built(tmp_path, replace(results, figures=hidden)), "given-back")
    assert [r[0].text for r in found.table.rows] == ["All units", "Unit not known", "Unit 1"]
    assert [c.text for c in found.table.rows[2][1:6]] == ["hidden"] * 5
    assert "fewer than 5 people" in found.caveat
    none = results.figures.with_columns(value=pl.when(theirs).then(0.0).otherwise("value"))
    found = block(built(tmp_path, replace(results, figures=none)), "given-back")
    assert [r[0].text for r in found.table.rows] == ["All units", "Unit not known"]
    assert "Units that report and had no row refused: 1" in found.caveat


@pytest.mark.parametrize(
    ("rows", "given", "mended", "said"),
    [
        (None, None, None, "What was given back of refused rows cannot be told"),
        (0, 0, 0, "There was nothing to give back to the units"),
        (7, 0, 2, "None of 7 refused rows was given back to its sender"),
        (7, 5, 2, "5 of 7 refused rows went back to their senders, 2 came back mended"),
    ],
)
def test_finding_of_rows_given_back(rows, given, mended, said):
    assert words.given_back(rows, given, mended) == said


def test_hours_of_an_advisor_have_their_interval_on_the_page(tmp_path):
    page = built(tmp_path)
    assert "Reporting 9.0 hours (8.6 to 9.4), contact with counterparts 6.0 hours per advisor-week" in page.lede
    effort_block = block(page, "effort")
    bands = [t for t in effort_block.chart.wide["data"] if t.get("fill")]
    assert bands
    assert [c.head for c in effort_block.table.columns] == [
        "Week of",
        "Reporting, hours",
        "95 % interval",
        "Contact, hours",
    ]
    assert effort_block.table.rows[0][2].ends == pytest.approx(
        (effort_block.table.rows[0][1].value - 0.4, effort_block.table.rows[0][1].value + 0.4)
    )


def test_without_a_log_of_answers_nothing_is_called_unanswered(tmp_path):
    results = synthetic.results()
    theirs = pl.col("metric").is_in(["burden.return_answered", "burden.return_used"])
    unknown = results.figures.with_columns(
        value=pl.when(theirs).then(None).otherwise("value"), n=pl.when(theirs).then(0).otherwise("n")
    )
    found = block(built(tmp_path, replace(results, figures=unknown)), "returned")
    assert found.finding == f"Answers to reports are not logged; 50{HARD}% of what is asked has a recorded use"
    assert "no log of answers" in found.table.rows[0][2].text


@pytest.mark.parametrize(
    ("rows", "mended", "still_open", "said"),
    [
        (0, 0, 0, "No row of a report was refused"),
        (1, 1, 0, "One row was refused, none still open"),
        (12, 3, 8, "12 rows were refused: 3 mended, 8 still open"),
    ],
)
def test_finding_of_refused_rows(rows, mended, still_open, said):
    assert words.refused(rows, mended, still_open) == said


def test_none_answered_is_said_only_where_it_is_known():
    assert words.returned(0.0, 0.0, 300, 0.4) == "None of 300 reports got an answer back"
    assert words.returned(None, None, 0, None) == "Whether reports are answered is not known yet"


def test_novelty_by_time_in_post_hides_small_groups(tmp_path):
    (table,) = block(built(tmp_path), "novelty").more
    assert [(r[0].text, r[1].value) for r in table.rows] == [("under 30 days", 0.4), ("183 days and more", None)]
    assert "fewer than 5 people" in table.rows[1][1].text
